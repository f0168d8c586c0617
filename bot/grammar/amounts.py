"""A number as people write it: compared, negative, a range, with a unit."""

from dataclasses import dataclass
from decimal import Decimal

from bot.grammar.books import (
    COMPARISONS,
    COMPARISONS_AFTER,
    CURRENCY,
    NAMES,
    PRICE_NAMES,
    UNITS,
)
from bot.grammar.findings import Line
from bot.grammar.names import model
from bot.grammar.shapes import Bound, Dimension, Unit

_ARTICLES = {"a", "an"}


@dataclass(frozen=True, slots=True)
class Amount:
    bound: Bound | None
    low: Decimal
    high: Decimal | None
    """Of a range."""
    unit: Unit | None
    bare_end: int
    """Behind the number, before its unit."""
    end: int


def amount(line: Line, start: int, bound: Bound | None = None) -> Amount | None:
    """`24gb+`, `>= 24 gb`, `48-80gb`, `2 to 4 gpus`, `24gb or more`."""
    before, place = compared(line, start)
    found = number(line, place)
    if found is None:
        return None
    low, place = found
    bare_end = place
    unit, place = _unit(line, place)
    high = None
    if (end := _range(line, place)) is not None:
        high, place = end
        bare_end = place
        second, place = _unit(line, place)
        unit = second or unit
    after = None
    if unit is None and line.is_text(place, "+"):
        after, place = Bound.MIN, place + 1
        bare_end = place
        unit, place = _unit(line, place)
    after_unit, place = compared_after(line, place)
    return Amount(before or bound or after or after_unit, low, high, unit, bare_end, place)


def compared(line: Line, start: int) -> tuple[Bound | None, int]:
    return COMPARISONS.at(line.tokens, start) or (None, start)


def compared_after(line: Line, start: int) -> tuple[Bound | None, int]:
    """`24gb or more`, but not the `min` of `24gb min ram 64gb`, which begins the next wish."""
    bound, end = COMPARISONS_AFTER.at(line.tokens, start) or (None, start)
    begins_next = COMPARISONS.at(line.tokens, start) is not None and line.at(end) is not None
    return (None, start) if begins_next and not _is_last_of_wish(line, end) else (bound, end)


def number(line: Line, start: int) -> tuple[Decimal, int] | None:
    place = start
    negative = is_negative(line, place)
    if negative:
        place += 1
    token = line.at(place)
    value = token.number if token is not None else None
    return None if value is None else (-value if negative else value, place + 1)


def is_negative(line: Line, place: int) -> bool:
    """`under -5`, not the dash of `48-80gb` or `48 - 80gb`."""
    token, following = line.at(place), line.at(place + 1)
    if token is None or following is None or token.text != "-":
        return False
    return not token.glued and following.glued and following.number is not None


def article_as_one(line: Line, place: int) -> tuple[Unit, int] | None:
    """`for a day`."""
    token = line.at(place)
    if token is None or token.text not in _ARTICLES:
        return None
    return UNITS.at(line.tokens, place + 1)


def unit_at(line: Line, place: int) -> tuple[Unit, int] | None:
    """The unit of the number before, unless the word begins the next wish."""
    found = UNITS.at(line.tokens, place)
    if found is None or _begins_next(line, place, found[0]):
        return None
    return found


def _unit(line: Line, place: int) -> tuple[Unit | None, int]:
    return unit_at(line, place) or (None, place)


def _begins_next(line: Line, place: int, unit: Unit) -> bool:
    token, following = line.tokens[place], line.at(place + 1)
    if following is None or following.number is None:
        return False
    if token.text == "x":  # `under 2 x4`: four of them
        return following.glued and not token.glued
    if unit.dimension is not Dimension.CPUS or model(line, place + 1):
        return False
    return UNITS.at(line.tokens, place + 2) is None  # `ram 64 cpu 16`


def _range(line: Line, place: int) -> tuple[Decimal, int] | None:
    joined = line.is_text(place, "to") or (
        line.is_text(place, "-") and not is_negative(line, place)
    )
    return number(line, place + 1) if joined and line.is_number(place + 1) else None


def _is_last_of_wish(line: Line, end: int) -> bool:
    """No number, currency or name follows that the comparison could belong to."""
    if line.is_number(end) or is_negative(line, end):
        return False
    return not any(book.at(line.tokens, end) for book in (NAMES, CURRENCY, PRICE_NAMES))


def decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
