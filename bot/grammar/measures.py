"""Numbers with a name or a unit: which row do they belong to, and what do they set?"""

from decimal import Decimal

from bot.grammar import books
from bot.grammar.amounts import Amount, amount, article_as_one, compared
from bot.grammar.findings import Item, Line, Problem, Reading, cite
from bot.grammar.limits import Refusal, wish
from bot.grammar.names import model
from bot.grammar.prices import price
from bot.grammar.shapes import COUNTING, Bound, Dimension, Measure, Row


def measure(line: Line, start: int, *, model_end: int, after_model: bool) -> Item | None:
    """`model_end` is the end of a model that could begin here, or `start`."""
    if (times := _times(line, start)) is not None:
        return times
    bound, place = compared(line, start)
    named = books.NAMES.at(line.tokens, place)
    if named is not None:
        return _named(line, start, named, bound)
    return _by_unit(line, start, model_end=model_end, after_model=after_model)


def _named(line: Line, start: int, named: tuple[Row, int], bound: Bound | None) -> Item | None:
    """`ram 64gb`, `cuda >= 12.4`, `for a day`."""
    row, place = named
    rule = _rule(row)
    found = amount(line, place, bound)
    if found is None and (one := article_as_one(line, place)):
        found = Amount(bound, Decimal(1), None, one[0], place + 1, one[1])
    if found is not None and (found.unit is None or found.unit.dimension is rule.dimension):
        if found.unit is None and rule.needs_unit:
            return _without_unit(line, start, place, found)
        return _set(line, start, found.end, row, found)
    if found is not None and found.unit is not None and found.unit.dimension in COUNTING:
        bare = Amount(found.bound, found.low, found.high, None, found.bare_end, found.bare_end)
        return None if rule.needs_unit else _set(line, start, bare.end, row, bare)
    if books.FILLERS.at(line.tokens, start) is not None:
        return None
    end = place if found is None else found.end
    lack = "needs a number" if found is None else "has the wrong unit"
    sentence = f"{cite(line.source(start, end))} {lack}; write for instance “{row.forms[0]}”."
    return Problem(start, end, sentence, (row.forms[0],))


def _without_unit(line: Line, start: int, place: int, found: Amount) -> Problem | None:
    """`for 8`; but `for 2 4090`, `for 4090` and `for $0.40` are something else."""
    if model(line, place) or model(line, found.end) or price(line, place):
        return None
    text = line.source(place, found.end)
    hours = (f"for {text}h", f"for {text} days") if text.isdecimal() else ()
    sentence = f"{cite(line.source(start, found.end))} needs a unit, as in “for 8h”."
    return Problem(start, found.end, sentence, (*hours, f"under {text}"))


def _by_unit(line: Line, start: int, *, model_end: int, after_model: bool) -> Item | None:
    """`24gb`, `64gb ram`, `2x`, `16 cpus`."""
    found = amount(line, start)
    if found is None or found.unit is None or found.unit.named_only:
        return None
    dimension = found.unit.dimension
    if model_end > start and (dimension in COUNTING or model_end >= found.end):
        return None
    after = _name_of(line, found.end, dimension)
    if after is None and dimension is Dimension.GB and found.unit.factor > 1:
        text = line.source(start, found.end)
        sentence = f"{cite(text)} is more memory than any GPU has."
        return Problem(start, found.end, sentence, (f"disk {text}", f"ram {text}"))
    if after is None:
        return _set(line, start, found.end, books.BY_UNIT[dimension], found)
    row, name_end = after
    if _belongs(line, found.end, dimension):
        return _set(line, start, name_end, row, found)
    if after_model or dimension is not Dimension.GB:
        return _set(line, start, found.end, books.BY_UNIT[dimension], found)
    return _either(line, start, found, name_end)


def _times(line: Line, start: int) -> Item | None:
    """`x2`."""
    number = line.tokens[start + 1].number if line.is_number(start + 1) else None
    if number is None or not line.is_text(start, "x"):
        return None
    row, end = books.BY_UNIT[Dimension.GPUS], start + 2
    return _set(line, start, end, row, Amount(None, number, None, None, end, end))


def _either(line: Line, start: int, found: Amount, name_end: int) -> Problem:
    """`24gb ram 64gb`: whose RAM is it?"""
    following = amount(line, name_end)
    end = following.end if following else name_end
    first, name = line.source(start, found.end), line.source(found.end, name_end)
    second = line.source(name_end, end)
    sentence = f"In {cite(line.source(start, end))} I cannot tell which size “{name}” belongs to."
    repairs = (f"{first} vram {name} {second}", f"{first} {name} {second} vram")
    return Problem(start, end, sentence, repairs)


def _name_of(line: Line, place: int, dimension: Dimension) -> tuple[Row, int] | None:
    """Also behind `of`: `24 gigs of memory`."""
    found = books.NAMES.at(line.tokens, place + line.is_text(place, "of"))
    return found if found is not None and _rule(found[0]).dimension is dimension else None


def _belongs(line: Line, place: int, dimension: Dimension) -> bool:
    """Does the name at `place` belong to the number before it, not to the one behind it?

    In `64gb ram 200gb disk` each name has a number before it; in `24gb ram 64gb` the last number
    would have none, so `ram` belongs to what follows.
    """
    while (name := _name_of(line, place, dimension)) is not None:
        following = amount(line, name[1])
        if following is None or following.unit is None:
            return True
        if following.unit.dimension is not dimension:
            return True
        place = following.end
    return False


def _rule(row: Row) -> Measure:
    if row.measure is None:
        raise TypeError(f"{row.topic} has no number")
    return row.measure


def _set(line: Line, start: int, end: int, row: Row, found: Amount) -> Item:
    set_to = wish(row, _rule(row), found, cite(line.source(start, end)))
    if isinstance(set_to, Refusal):
        return Problem(start, end, set_to.sentence, set_to.repairs)
    return Reading(start, end, set_to)
