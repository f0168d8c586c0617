"""What stands in the inputs of a modal or a message, by `block_id/action_id`."""

from typing import Any

Entered = str | tuple[str, ...]
"""A text, a number as text, an option's value, an id; several where several can be chosen."""

_ONE = (
    "value",
    "selected_option",
    "selected_user",
    "selected_conversation",
    "selected_channel",
    "selected_date",
    "selected_time",
    "selected_date_time",
)
_SEVERAL = (
    "selected_options",
    "selected_users",
    "selected_conversations",
    "selected_channels",
)


def entered(values: object) -> dict[str, Entered]:
    """`state.values`, flattened. What is no input that we know is left out."""
    found: dict[str, Entered] = {}
    for block_id, actions in _items(values):
        for action_id, state in _items(actions):
            value = _value(state)
            if value is not None:
                found[f"{block_id}/{action_id}"] = value
    return found


def begun_with(blocks: object) -> dict[str, Entered]:
    """What the obligatory inputs of a view hold until somebody touches them.

    Slack sends it with the form; a stand-in may send what was touched alone.
    """
    found: dict[str, Entered] = {}
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, dict) or block.get("type") != "input" or block.get("optional"):
            continue
        element = block.get("element")
        if isinstance(element, dict) and (value := _begun_with(element)):
            found[f"{block.get('block_id')}/{element.get('action_id')}"] = value
    return found


def _begun_with(element: dict[str, Any]) -> Entered:
    several = element.get("initial_options")
    if several:
        return _value({"selected_options": several}) or ""
    return _text(element.get("initial_option")) or _text(element.get("initial_value"))


def _items(values: object) -> list[tuple[str, Any]]:
    if not isinstance(values, dict):
        return []
    return [(name, inner) for name, inner in values.items() if isinstance(name, str)]


def _value(state: object) -> Entered | None:
    """An empty input has its field with null in it."""
    if not isinstance(state, dict):
        return None
    for name in _SEVERAL:
        if name in state:
            chosen = state[name] if isinstance(state[name], list) else []
            return tuple(text for one in chosen if (text := _text(one)))
    for name in _ONE:
        if name in state:
            return _text(state[name])
    return None


def _text(value: object) -> str:
    if isinstance(value, dict):
        return _text(value.get("value"))
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""
