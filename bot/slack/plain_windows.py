"""Windows for stand-ins that tell of no press inside a window: only of a form that is sent.

Where a window has buttons and nothing to send, its buttons become one choice that is sent.
"""

from typing import Any

CHOICE = "gpu:press"
_SENT = "Go on"
_LONGEST_TEXT = 75
_View = dict[str, Any]


def without_buttons(view: _View) -> _View:
    """The first button is what it begins with. A window that is sent anyway keeps its own."""
    if "submit" in view:
        return view
    blocks: list[_View] = []
    buttons: list[_View] = []
    for block in view["blocks"]:
        found = [each for each in _elements(block) if each.get("type") == "button"]
        buttons += found
        if not found:
            blocks.append(block)
        elif block["type"] == "section":
            blocks.append({name: part for name, part in block.items() if name != "accessory"})
    if not buttons:
        return view
    return {**view, "blocks": [*blocks, _choice(buttons)], "submit": _plain(_SENT)}


def pressed(chosen: str) -> tuple[str, str]:
    """The action and the value of the button behind a choice."""
    action_id, _, value = chosen.partition(" ")
    return action_id, value


def _elements(block: _View) -> list[_View]:
    if block["type"] == "actions":
        return list(block["elements"])
    return [block["accessory"]] if "accessory" in block else []


def _choice(buttons: list[_View]) -> _View:
    options = [
        {
            "text": _plain(str(each.get("accessibility_label") or each["text"]["text"])),
            "value": f"{each['action_id']} {each.get('value', '')}",
        }
        for each in buttons
    ]
    return {
        "type": "input",
        "block_id": CHOICE,
        "label": _plain("What next"),
        "element": {
            "type": "radio_buttons",
            "action_id": CHOICE,
            "options": options,
            "initial_option": options[0],
        },
    }


def _plain(text: str) -> _View:
    return {"type": "plain_text", "text": text[:_LONGEST_TEXT]}
