"""Slack's limits on blocks and views, from its documentation; knows nothing of the bot.

`of_message`, `of_view` and `of_home` return what Slack would refuse, as sentences; an empty list
is a pass. Lengths count code points.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from tests.slack_elements import IN_INPUTS, Json, elements, keys, length, text

ON_MESSAGES = {
    "actions", "card", "carousel", "context", "data_visualization", "divider", "header", "image",
    "section",
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

ON_HOME = ON_VIEWS - {"alert"} | {"carousel"}

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
    "alert": {"type", "block_id", "text", "level"},
    "data_visualization": {"type", "block_id", "title", "chart"},
    "input": {
        "type", "block_id", "label", "element", "hint", "optional", "dispatch_action",
    },
    "modal": {
        "type", "title", "blocks", "close", "submit", "callback_id", "private_metadata",
        "external_id", "clear_on_close", "notify_on_close",
    },
    "home": {"type", "blocks", "callback_id", "private_metadata", "external_id"},
}  # fmt: skip


def of_message(words: str, blocks: list[Json]) -> list[str]:
    found = length("message", "text", words, 4_000)
    if len(blocks) > 50:
        found.append(f"message: {len(blocks)} blocks, more than 50")
    return [*found, *_blocks(blocks, ON_MESSAGES)]


def of_view(view: Json) -> list[str]:
    found = keys("view", view, KEYS["modal"])
    if view.get("type") != "modal":
        found.append(f"view: type {view.get('type')!r}")
    for key in ("title", "close", "submit"):
        if key in view:
            found += text(f"view.{key}", view[key], 24, {"plain_text"})
    if "title" not in view:
        found.append("view: no title")
    if "submit" not in view and any(block["type"] == "input" for block in view["blocks"]):
        found.append("view: an input without a submit")
    return [*found, *_view(view, ON_VIEWS)]


def of_home(view: Json) -> list[str]:
    found = keys("view", view, KEYS["home"])
    if view.get("type") != "home":
        found.append(f"view: type {view.get('type')!r}")
    return [*found, *_view(view, ON_HOME)]


def _view(view: Json, allowed: set[str]) -> list[str]:
    found = []
    if len(view["blocks"]) > 100:
        found.append("view: more than 100 blocks")
    for key, limit in (("callback_id", 255), ("external_id", 255), ("private_metadata", 3_000)):
        found += length("view", key, view.get(key, ""), limit)
    return [*found, *_blocks(view["blocks"], allowed)]


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
        found += keys(where, block, KEYS[kind])
        found += length(where, "block_id", block.get("block_id", ""), 255)
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
        found += text(f"{where}.text", block["text"], 3_000)
    fields = block.get("fields", [])
    if len(fields) > 10:
        found.append(f"{where}: {len(fields)} fields, more than 10")
    for number, each in enumerate(fields):
        found += text(f"{where}.fields[{number}]", each, 2_000)
    if "accessory" in block:
        found += elements(where, [block["accessory"]])
    return found


def _context(where: str, block: Json) -> list[str]:
    inside = block["elements"]
    found = [] if 1 <= len(inside) <= 10 else [f"{where}: {len(inside)} elements, not 1 to 10"]
    for number, each in enumerate(inside):
        here = f"{where}.elements[{number}]"
        found += _image(here, each) if each["type"] == "image" else text(here, each, 3_000)
    return found


def _actions(where: str, block: Json) -> list[str]:
    inside = block["elements"]
    found = [] if 1 <= len(inside) <= 25 else [f"{where}: {len(inside)} elements, not 1 to 25"]
    return [*found, *elements(where, inside)]


def _header(where: str, block: Json) -> list[str]:
    return text(f"{where}.text", block["text"], 150, {"plain_text"})


def _divider(where: str, block: Json) -> list[str]:
    return []


def _image(where: str, block: Json) -> list[str]:
    found = length(where, "alt_text", block.get("alt_text", ""), 2_000)
    if not block.get("alt_text"):
        found.append(f"{where}: an image without alt_text")
    if ("image_url" in block) == ("slack_file" in block):
        found.append(f"{where}: one of image_url and slack_file")
    return [*found, *length(where, "image_url", block.get("image_url", ""), 3_000)]


def _alert(where: str, block: Json) -> list[str]:
    found = text(f"{where}.text", block["text"], 200)
    if block.get("level") not in {"default", "info", "warning", "error", "success"}:
        found.append(f"{where}: level {block.get('level')!r}")
    return found


def _input(where: str, block: Json) -> list[str]:
    found = text(f"{where}.label", block["label"], 2_000, {"plain_text"})
    if "hint" in block:
        found += text(f"{where}.hint", block["hint"], 2_000, {"plain_text"})
    if block["element"].get("type") not in IN_INPUTS:
        found.append(f"{where}: element {block['element'].get('type')!r} is no field")
    return [*found, *elements(where, [block["element"]])]


def _card(where: str, block: Json) -> list[str]:
    found = []
    if not any(key in block for key in ("hero_image", "title", "body", "actions")):
        found.append(f"{where}: an empty card")
    if "icon" in block and "slack_icon" in block:
        found.append(f"{where}: two icons")
    # Slack's own types (@slack/types CardBlock) allow mrkdwn alone.
    for key, limit in (("title", 150), ("subtitle", 150), ("body", 200), ("subtext", 200)):
        if key in block:
            found += text(f"{where}.{key}", block[key], limit, {"mrkdwn"})
    presses = block.get("actions", [])
    if len(presses) > 3:
        found.append(f"{where}: {len(presses)} actions, more than 3")
    found += [f"{where}: a card takes buttons only" for e in presses if e["type"] != "button"]
    return [*found, *elements(where, presses)]


def _carousel(where: str, block: Json) -> list[str]:
    cards = block["elements"]
    found = [] if 1 <= len(cards) <= 10 else [f"{where}: {len(cards)} cards, not 1 to 10"]
    for number, each in enumerate(cards):
        here = f"{where}.elements[{number}]"
        if each.get("type") != "card":
            found.append(f"{here}: not a card")
            continue
        found += [*keys(here, each, KEYS["card"]), *_card(here, each)]
    return found


def _chart(where: str, block: Json) -> list[str]:
    """A line chart, of which ours alone consist."""
    chart, axis = block["chart"], block["chart"]["axis_config"]
    categories = axis["categories"]
    found = length(where, "title", block["title"], 50)
    if not block["title"] or chart["type"] != "line":
        found.append(f"{where}: no line chart with a title")
    for count, most, what in (
        (len(chart["series"]), 6, "series"),
        (len(categories), 20, "categories"),
    ):
        if not 1 <= count <= most:
            found.append(f"{where}: {count} {what}, not 1 to {most}")
    names = [each["name"] for each in chart["series"]]
    for what, words in (("name", names), ("category", categories)):
        found += [f"{where}: {what} {word!r} twice" for word in words if words.count(word) > 1]
        found += [line for word in words for line in length(where, what, word, 20)]
    for each in chart["series"]:
        if [point["label"] for point in each["data"]] != categories:
            found.append(f"{where}: {each['name']!r} has not one point for each category")
    return [*found, *length(where, "y_label", axis.get("y_label", ""), 50)]


CHECKS: dict[str, Callable[[str, Json], list[str]]] = {
    "section": _section,
    "context": _context,
    "actions": _actions,
    "header": _header,
    "divider": _divider,
    "image": _image,
    "alert": _alert,
    "input": _input,
    "card": _card,
    "carousel": _carousel,
    "data_visualization": _chart,
}
