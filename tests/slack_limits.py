"""Slack's limits on blocks and views, from its documentation; knows nothing of the bot.

`of_message` and `of_view` return what Slack would refuse, as sentences; an empty list is a pass.
Lengths count code points.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

ON_MESSAGES = {
    "actions", "card", "carousel", "context", "divider", "header", "image", "section",
}  # fmt: skip
ON_VIEWS = {
    "actions",
    "alert",
    "card",
    "context",
    "divider",
    "header",
    "image",
    "input",
    "section",
}

KEYS = {
    "section": {"type", "block_id", "text", "fields", "accessory", "expand"},
    "context": {"type", "block_id", "elements"},
    "actions": {"type", "block_id", "elements"},
    "header": {"type", "block_id", "text"},
    "divider": {"type", "block_id"},
    "image": {"type", "block_id", "image_url", "slack_file", "alt_text", "title"},
    "card": {
        "type", "block_id", "hero_image", "icon", "slack_icon", "title", "subtitle", "body",
        "subtext", "actions",
    },
    "carousel": {"type", "block_id", "elements"},
    "button": {
        "type", "text", "action_id", "value", "url", "style", "confirm", "accessibility_label",
    },
    "static_select": {
        "type", "action_id", "options", "initial_option", "placeholder", "confirm",
        "focus_on_load",
    },
    "option": {"text", "value", "description"},
    "modal": {
        "type", "title", "blocks", "close", "submit", "callback_id", "private_metadata",
        "external_id", "clear_on_close", "notify_on_close",
    },
}  # fmt: skip


def of_message(text: str, blocks: list[Json]) -> list[str]:
    found = _length("message", "text", text, 4_000)
    if len(blocks) > 50:
        found.append(f"message: {len(blocks)} blocks, more than 50")
    return [*found, *_blocks(blocks, ON_MESSAGES)]


def of_view(view: Json) -> list[str]:
    found = _keys("view", view, KEYS["modal"])
    if view.get("type") != "modal":
        found.append(f"view: type {view.get('type')!r}")
    for key in ("title", "close", "submit"):
        if key in view:
            found += _text(f"view.{key}", view[key], 24, {"plain_text"})
    if "title" not in view:
        found.append("view: no title")
    if len(view["blocks"]) > 100:
        found.append("view: more than 100 blocks")
    for key, limit in (("callback_id", 255), ("external_id", 255), ("private_metadata", 3_000)):
        found += _length("view", key, view.get(key, ""), limit)
    return [*found, *_blocks(view["blocks"], ON_VIEWS)]


def _blocks(blocks: list[Json], allowed: set[str]) -> list[str]:
    found = [
        f"block_id {block_id!r} stands {count} times"
        for block_id, count in Counter(_block_ids(blocks)).items()
        if count > 1
    ]
    for number, block in enumerate(blocks):
        kind = block.get("type")
        where = f"blocks[{number}]"
        if kind not in allowed or kind not in CHECKS:
            found.append(f"{where}: type {kind!r} does not belong here")
            continue
        found += _keys(where, block, KEYS[kind])
        found += _length(where, "block_id", block.get("block_id", ""), 255)
        found += CHECKS[kind](where, block)
    return found


def _block_ids(blocks: list[Json]) -> Iterator[str]:
    for block in blocks:
        if "block_id" in block:
            yield block["block_id"]
        if block.get("type") == "carousel":
            yield from _block_ids(block["elements"])


def _section(where: str, block: Json) -> list[str]:
    found = []
    if "text" not in block and not block.get("fields"):
        found.append(f"{where}: neither text nor fields")
    if "text" in block:
        found += _text(f"{where}.text", block["text"], 3_000)
    fields = block.get("fields", [])
    if len(fields) > 10:
        found.append(f"{where}: {len(fields)} fields, more than 10")
    for number, each in enumerate(fields):
        found += _text(f"{where}.fields[{number}]", each, 2_000)
    if "accessory" in block:
        found += _elements(where, [block["accessory"]])
    return found


def _context(where: str, block: Json) -> list[str]:
    elements = block["elements"]
    found = [] if 1 <= len(elements) <= 10 else [f"{where}: {len(elements)} elements, not 1 to 10"]
    for number, each in enumerate(elements):
        here = f"{where}.elements[{number}]"
        found += _image(here, each) if each["type"] == "image" else _text(here, each, 3_000)
    return found


def _actions(where: str, block: Json) -> list[str]:
    elements = block["elements"]
    found = [] if 1 <= len(elements) <= 25 else [f"{where}: {len(elements)} elements, not 1 to 25"]
    return [*found, *_elements(where, elements)]


def _header(where: str, block: Json) -> list[str]:
    return _text(f"{where}.text", block["text"], 150, {"plain_text"})


def _divider(where: str, block: Json) -> list[str]:
    return []


def _image(where: str, block: Json) -> list[str]:
    found = _length(where, "alt_text", block.get("alt_text", ""), 2_000)
    if not block.get("alt_text"):
        found.append(f"{where}: an image without alt_text")
    if ("image_url" in block) == ("slack_file" in block):
        found.append(f"{where}: one of image_url and slack_file")
    return [*found, *_length(where, "image_url", block.get("image_url", ""), 3_000)]


def _alert(where: str, block: Json) -> list[str]:
    found = _text(f"{where}.text", block["text"], 200)
    if block.get("level") not in {"default", "info", "warning", "error", "success"}:
        found.append(f"{where}: level {block.get('level')!r}")
    return found


def _card(where: str, block: Json) -> list[str]:
    found = []
    if not any(key in block for key in ("hero_image", "title", "body", "actions")):
        found.append(f"{where}: an empty card")
    if "icon" in block and "slack_icon" in block:
        found.append(f"{where}: two icons")
    # Slack's own types (@slack/types CardBlock) allow mrkdwn alone.
    for key, limit in (("title", 150), ("subtitle", 150), ("body", 200), ("subtext", 200)):
        if key in block:
            found += _text(f"{where}.{key}", block[key], limit, {"mrkdwn"})
    presses = block.get("actions", [])
    if len(presses) > 3:
        found.append(f"{where}: {len(presses)} actions, more than 3")
    found += [f"{where}: a card takes buttons only" for e in presses if e["type"] != "button"]
    return [*found, *_elements(where, presses)]


def _carousel(where: str, block: Json) -> list[str]:
    cards = block["elements"]
    found = [] if 1 <= len(cards) <= 10 else [f"{where}: {len(cards)} cards, not 1 to 10"]
    for number, each in enumerate(cards):
        here = f"{where}.elements[{number}]"
        if each.get("type") != "card":
            found.append(f"{here}: not a card")
            continue
        found += [*_keys(here, each, KEYS["card"]), *_card(here, each)]
    return found


CHECKS: dict[str, Callable[[str, Json], list[str]]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "header": _header,
    "divider": _divider,
    "image": _image,
    "alert": _alert,
    "card": _card,
    "carousel": _carousel,
}


def _elements(where: str, elements: list[Json]) -> list[str]:
    ids = Counter(each.get("action_id") for each in elements)
    found = [
        f"{where}: action_id {each!r} stands {count} times"
        for each, count in ids.items()
        if count > 1
    ]
    for number, each in enumerate(elements):
        here = f"{where}.elements[{number}]"
        kind = each.get("type")
        if kind not in {"button", "static_select"}:
            found.append(f"{here}: element {kind!r} is unknown")
            continue
        if not each.get("action_id"):
            found.append(f"{here}: no action_id")
        found += _keys(here, each, KEYS[kind])
        found += _length(here, "action_id", each.get("action_id", ""), 255)
        found += _button(here, each) if kind == "button" else _select(here, each)
    return found


def _button(where: str, each: Json) -> list[str]:
    found = _text(f"{where}.text", each["text"], 75, {"plain_text"})
    for key, limit in (("value", 2_000), ("url", 3_000), ("accessibility_label", 75)):
        found += _length(where, key, each.get(key, ""), limit)
    if each.get("style", "primary") not in {"primary", "danger"}:
        found.append(f"{where}: style {each['style']!r}")
    return found


def _select(where: str, each: Json) -> list[str]:
    options = each.get("options", [])
    found = [] if 1 <= len(options) <= 100 else [f"{where}: {len(options)} options"]
    if "placeholder" in each:
        found += _text(f"{where}.placeholder", each["placeholder"], 150, {"plain_text"})
    for number, option in enumerate(options):
        here = f"{where}.options[{number}]"
        found += _keys(here, option, KEYS["option"])
        found += _text(f"{here}.text", option["text"], 75, {"plain_text"})
        found += _length(here, "value", option["value"], 150)
    if "initial_option" in each and each["initial_option"] not in options:
        found.append(f"{where}: initial_option is none of the options")
    return found


def _text(
    where: str, text: Any, limit: int, types: frozenset[str] | set[str] = frozenset()
) -> list[str]:
    types = types or {"plain_text", "mrkdwn"}
    if not isinstance(text, dict) or not isinstance(text.get("text"), str):
        return [f"{where}: not a text object"]
    kind = text.get("type")
    found = [] if kind in types else [f"{where}: {kind!r} where {sorted(types)} stand"]
    if not text["text"]:
        found.append(f"{where}: empty text")
    only = {"mrkdwn": {"type", "text", "verbatim"}, "plain_text": {"type", "text", "emoji"}}
    found += _keys(where, text, only.get(str(kind), set(text)))
    return [*found, *_length(where, "text", text["text"], limit)]


def _keys(where: str, value: Json, known: set[str]) -> list[str]:
    return [f"{where}: unknown key {key!r}" for key in value if key not in known]


def _length(where: str, key: str, text: str, limit: int) -> list[str]:
    return [f"{where}: {key} has {len(text)} of {limit}"] if len(text) > limit else []
