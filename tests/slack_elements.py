"""Slack's limits on what stands inside blocks: elements, options, texts. See `slack_limits`."""

from collections import Counter
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]

KEYS = {
    "button": {
        "type", "text", "action_id", "value", "url", "style", "confirm", "accessibility_label",
    },
    "static_select": {
        "type", "action_id", "options", "initial_option", "placeholder", "confirm",
        "focus_on_load",
    },
    "radio_buttons": {
        "type", "action_id", "options", "initial_option", "confirm", "focus_on_load",
    },
    "checkboxes": {
        "type", "action_id", "options", "initial_options", "confirm", "focus_on_load",
    },
    "plain_text_input": {
        "type", "action_id", "initial_value", "multiline", "min_length", "max_length",
        "dispatch_action_config", "focus_on_load", "placeholder",
    },
    "number_input": {
        "type", "action_id", "is_decimal_allowed", "initial_value", "min_value", "max_value",
        "dispatch_action_config", "focus_on_load", "placeholder",
    },
    "option": {"text", "value", "description"},
    "confirm": {"title", "text", "confirm", "deny", "style"},
}  # fmt: skip
IN_INPUTS = set(KEYS) - {"button", "option", "confirm"}


def elements(where: str, inside: list[Json]) -> list[str]:
    ids = Counter(each.get("action_id") for each in inside)
    found = [
        f"{where}: action_id {each!r} stands {count} times"
        for each, count in ids.items()
        if count > 1
    ]
    for number, each in enumerate(inside):
        here = f"{where}.elements[{number}]"
        kind = each.get("type")
        if kind not in CHECKS:
            found.append(f"{here}: element {kind!r} is unknown")
            continue
        if not each.get("action_id"):
            found.append(f"{here}: no action_id")
        found += keys(here, each, KEYS[kind])
        found += length(here, "action_id", each.get("action_id", ""), 255)
        found += CHECKS[kind](here, each)
        if "confirm" in each:
            found += _confirm(f"{here}.confirm", each["confirm"])
    return found


def _button(where: str, each: Json) -> list[str]:
    found = text(f"{where}.text", each["text"], 75, {"plain_text"})
    for key, limit in (("value", 2_000), ("url", 3_000), ("accessibility_label", 75)):
        found += length(where, key, each.get(key, ""), limit)
    if each.get("style", "primary") not in {"primary", "danger"}:
        found.append(f"{where}: style {each['style']!r}")
    return found


def _select(where: str, each: Json) -> list[str]:
    options = each.get("options", [])
    found = [] if 1 <= len(options) <= 100 else [f"{where}: {len(options)} options"]
    if "placeholder" in each:
        found += text(f"{where}.placeholder", each["placeholder"], 150, {"plain_text"})
    for number, option in enumerate(options):
        here = f"{where}.options[{number}]"
        found += keys(here, option, KEYS["option"])
        found += text(f"{here}.text", option["text"], 75, {"plain_text"})
        found += length(here, "value", option["value"], 150)
    if "initial_option" in each and each["initial_option"] not in options:
        found.append(f"{where}: initial_option is none of the options")
    return found


def _number(where: str, each: Json) -> list[str]:
    """Slack takes all three as texts, the first between the others."""
    bounds = [each.get(key) for key in ("min_value", "initial_value", "max_value")]
    found = [f"{where}: {b!r} is no text" for b in bounds if b is not None and type(b) is not str]
    stated = [float(bound) for bound in bounds if bound is not None]
    return found if stated == sorted(stated) else [*found, f"{where}: {stated} not in order"]


def _line(where: str, each: Json) -> list[str]:
    most = each.get("max_length", 3_000)
    found = [] if 1 <= most <= 3_000 else [f"{where}: max_length {most}"]
    if "placeholder" in each:
        found += text(f"{where}.placeholder", each["placeholder"], 150, {"plain_text"})
    if each.get("initial_value", "x") == "":
        found.append(f"{where}: empty initial_value")
    return [*found, *length(where, "initial_value", each.get("initial_value", ""), most)]


def _few(where: str, each: Json) -> list[str]:
    found = [] if len(each.get("options", [])) <= 10 else [f"{where}: more than 10 options"]
    return [*found, *_select(where, each)]


def _confirm(where: str, asked: Json) -> list[str]:
    found = keys(where, asked, KEYS["confirm"])
    for key, limit in (("title", 100), ("confirm", 30), ("deny", 30)):
        found += text(f"{where}.{key}", asked[key], limit, {"plain_text"})
    return [*found, *text(f"{where}.text", asked["text"], 300)]


CHECKS: dict[str, Callable[[str, Json], list[str]]] = {
    "button": _button,
    "static_select": _select,
    "radio_buttons": _few,
    "checkboxes": _few,
    "plain_text_input": _line,
    "number_input": _number,
}


def text(
    where: str, said: Any, limit: int, types: frozenset[str] | set[str] = frozenset()
) -> list[str]:
    types = types or {"plain_text", "mrkdwn"}
    if not isinstance(said, dict) or not isinstance(said.get("text"), str):
        return [f"{where}: not a text object"]
    kind = said.get("type")
    found = [] if kind in types else [f"{where}: {kind!r} where {sorted(types)} stand"]
    if not said["text"]:
        found.append(f"{where}: empty text")
    only = {"mrkdwn": {"type", "text", "verbatim"}, "plain_text": {"type", "text", "emoji"}}
    found += keys(where, said, only.get(str(kind), set(said)))
    return [*found, *length(where, "text", said["text"], limit)]


def keys(where: str, value: Json, known: set[str]) -> list[str]:
    return [f"{where}: unknown key {key!r}" for key in value if key not in known]


def length(where: str, key: str, said: str, limit: int) -> list[str]:
    return [f"{where}: {key} has {len(said)} of {limit}"] if len(said) > limit else []
