"""Finding what a person can press or fill in, and what Slack tells the app about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.playground.values import Json

_KEYS = {
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", "initial_files"),
}
"""Element type → the field of its state, and the field of the block that fills it at first."""

_PASSIVE = frozenset({"image", "plain_text", "mrkdwn"})


@dataclass(frozen=True, slots=True)
class Found:
    block: Json
    element: Json

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    @property
    def words(self) -> str:
        """What is written on it."""
        return str((self.element.get("text") or {}).get("text", ""))


def interactive(blocks: list[Json]) -> Iterator[Found]:
    """Every button, menu and input, those in cards and containers too."""
    for block in blocks:
        kind = block.get("type")
        if kind == "carousel":
            yield from interactive(block["elements"])
        elif kind == "container":
            yield from interactive(block["child_blocks"])
        else:
            parts = [block.get("accessory"), block.get("element")]
            parts += block.get("actions") or []
            parts += block.get("elements") or [] if kind in ("actions", "context_actions") else []
            for part in parts:
                if isinstance(part, dict) and part.get("type") not in _PASSIVE:
                    yield Found(block, part)


def state_key(kind: str) -> str | None:
    """The field that holds such an element's value; None for what has none, like a button."""
    return _KEYS[kind][0] if kind in _KEYS else None


def first_state(blocks: list[Json]) -> Json:
    """`state.values` before anybody touched it."""
    values: Json = {}
    for found in interactive(blocks):
        if found.kind in _KEYS:
            key, initial = _KEYS[found.kind]
            empty: Any = (
                [] if key.endswith(("options", "users", "channels", "conversations")) else None
            )
            value = found.element.get(initial, empty)
            values.setdefault(found.block_id, {})[found.action_id] = {
                "type": found.kind,
                key: value,
            }
    return values


def merged_state(base: Json, given: Any) -> Json:
    """`given` over `base`, for elements that exist; what a browser adds beyond them is dropped."""
    merged = {block: dict(actions) for block, actions in base.items()}
    for block, actions in (given if isinstance(given, dict) else {}).items():
        for action, value in (actions if isinstance(actions, dict) else {}).items():
            if action in merged.get(block, {}) and isinstance(value, dict):
                merged[block][action] = {**value, "type": merged[block][action]["type"]}
    return merged


def value_for(found: Found, choice: Any) -> Json:
    """The state of an element in which a person chose `choice`: a value, a label, or several."""
    key = state_key(found.kind)
    if found.kind == "overflow":
        key = "selected_option"
    if key is None:
        raise LookupError(f"{found.kind} {found.action_id!r} holds no value")
    if key in ("selected_option", "selected_options"):
        choices = choice if isinstance(choice, list | tuple) else [choice]
        options = [_option(found, wanted) for wanted in choices]
        return {"type": found.kind, key: options if key.endswith("s") else options[0]}
    return {"type": found.kind, key: choice}


def _option(found: Found, wanted: Any) -> Json:
    options = list(found.element.get("options") or [])
    for group in found.element.get("option_groups") or []:
        options += group["options"]
    for option in options:
        if wanted in (option, option["value"], option["text"]["text"]):
            return dict(option)
    offered = ", ".join(repr(option["value"]) for option in options)
    raise LookupError(f"{found.action_id!r} offers {offered}; not {wanted!r}")


def complaints(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack's own client says before it sends a form: block id → sentence."""
    said: dict[str, str] = {}
    for found in interactive(blocks):
        if found.block.get("type") != "input":
            continue
        key = state_key(found.kind)
        value = values.get(found.block_id, {}).get(found.action_id, {}).get(key)
        complaint = _complaint(found, value)
        if complaint:
            said[found.block_id] = complaint
    return said


def _complaint(found: Found, value: Any) -> str | None:
    if value in (None, "", []):
        return None if found.block.get("optional") else "Please complete this required field."
    element = found.element
    if found.kind == "plain_text_input":
        least, most = element.get("min_length") or 0, element.get("max_length") or 3000
        if not least <= len(str(value)) <= most:
            return f"Please enter between {least} and {most} characters."
    if found.kind == "number_input":
        return _number_complaint(element, str(value))
    return None


def _number_complaint(element: Json, value: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, value):
        return "Please enter a valid number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(value) < float(low):
        return f"Please enter a number of at least {low}."
    if high is not None and float(value) > float(high):
        return f"Please enter a number of at most {high}."
    return None
