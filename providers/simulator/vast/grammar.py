"""The filter grammar of Vast.ai: `{"field": {"op": value}}`, as the marketplace understands it.

Numbers may come as strings, since the official client sends them so.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol


class Fields(Protocol):
    """A row of offers or instances."""

    def __getitem__(self, name: str, /) -> Any: ...
    def get(self, name: str, /) -> Any: ...


Test = Callable[[Fields], bool]


class BadQuery(Exception):
    """The query is refused; the text is what the marketplace prints after `Error in …`."""


_ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": lambda a, b: a > b,
    "gte": lambda a, b: a >= b,
    "lt": lambda a, b: a < b,
    "lte": lambda a, b: a <= b,
}
_OPERATORS = frozenset({"eq", "neq", "in", "notin", *_ORDERED})
_FLAGS = frozenset({"external", "rentable", "static_ip", "gpu_display_active", "vms_enabled"})
"""Null counts as false in these."""


def compile_filter(name: str, condition: Any, read: Callable[[Fields], Any]) -> Test | None:
    """A test of one field, or `None` for a condition that asks nothing (`any`)."""
    if not isinstance(condition, Mapping):
        raise BadQuery(f"{condition} is not a valid search op")
    tests = [
        test
        for operator, value in condition.items()
        if (test := _one(name, operator, value, read)) is not None
    ]
    return (lambda fields: all(test(fields) for test in tests)) if tests else None


def _one(name: str, operator: str, value: Any, read: Callable[[Fields], Any]) -> Test | None:
    if operator not in _OPERATORS:
        raise BadQuery(f"{operator} is not a valid search op")
    if value == "any":
        return None
    if operator in _ORDERED:
        return _ordered(name, operator, value, read)
    if operator in ("in", "notin"):
        return _membership(name, operator, value, read)
    wanted = operator == "eq"
    return lambda fields: equal(name, read(fields), value) is wanted


def _ordered(name: str, operator: str, value: Any, read: Callable[[Fields], Any]) -> Test:
    bound = _number(name, value)
    compare = _ORDERED[operator]

    def test(fields: Fields) -> bool:
        found = read(fields)
        return isinstance(found, int | float) and compare(found, bound)

    return test


def _membership(name: str, operator: str, value: Any, read: Callable[[Fields], Any]) -> Test:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise BadQuery(f"{operator} of {name} needs a list")
    wanted = operator == "in"

    def test(fields: Fields) -> bool:
        found = read(fields)
        return any(equal(name, found, each) for each in value) is wanted

    return test


def equal(name: str, found: Any, value: Any) -> bool:
    """Loose as the marketplace: `"1"` is 1, and null is false in a flag."""
    if found is None and name in _FLAGS:
        found = False
    if isinstance(found, bool) or found is None or isinstance(value, bool):
        return found is value or (isinstance(found, int) and found == value)
    if isinstance(found, int | float) and isinstance(value, str):
        try:
            return found == float(value)
        except ValueError:
            return False
    return bool(found == value) or str(found) == str(value)


def _number(name: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadQuery(f"{value} is not a valid value of {name}")
    try:
        return float(value)
    except ValueError:
        raise BadQuery(f"{value} is not a valid value of {name}") from None


def sort_key(found: Any) -> tuple[int, Any]:
    """Nulls and texts after numbers, so that any field can be ordered by."""
    if isinstance(found, bool | int | float):
        return (0, found)
    return (1, str(found))
