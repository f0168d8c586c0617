"""Readers of what a watch understands beside a search: when to speak, and how often."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from bot.grammar import books
from bot.grammar import watch_table as table
from bot.grammar.amounts import amount, decimals, number, unit_at
from bot.grammar.findings import Item, Line, Problem, Reading, cite
from bot.grammar.names import model
from bot.grammar.shapes import Bound, Dimension, Phrasebook
from bot.grammar.writing import number as plain
from bot.rules.watches import Trigger

_DAYS_ARE_THERE = " or ".join(f"{days}" for days in table.LOWEST_OF_DAYS)


def _book(phrases: Iterable[str]) -> Phrasebook[bool]:
    return Phrasebook(dict.fromkeys(phrases, True))


_DROPS, _DROPS_AFTER = _book(table.DROPS), _book(table.DROPS_AFTER)
_LOWS, _LOWS_OR_SORT = _book(table.LOWS), _book(table.LOWS_OR_SORT)
_LOWS_AFTER, _IN_DAYS = _book(table.LOWS_AFTER), _book(table.IN_DAYS)
_AVAILABLES, _FAST, _ANYS = _book(table.AVAILABLES), _book(table.FAST), _book(table.ANYS)
_FILLERS, _FALLS = _book(table.FILLERS), _book(table.FALLS)
_COOL_DOWNS, _CAPS = _book(table.COOL_DOWNS), _book(table.CAPS)
_AT_MOST, _TIMES, _A_DAY = _book(table.AT_MOST), _book(table.TIMES), _book(table.A_DAY)
VOCABULARY = tuple(
    dict.fromkeys(
        word
        for book in (_DROPS, _LOWS, _AVAILABLES, _FAST, _COOL_DOWNS, _CAPS)
        for word in book.vocabulary()
    )
)


def watch_word(line: Line, place: int) -> Item | None:
    """What of a watch, and not of a search, stands at one place."""
    for reader in (_falls, _cap, _cool_down, _drop, _lowest, _available, _fast, _any):
        if found := reader(line, place):
            return found
    end = _behind(_FILLERS, line, place)
    return None if end is None else _filler(place, end)


def length(line: Line, start: int) -> tuple[Decimal, int] | None:
    """Minutes of `2h`, `1h 30m`, `an hour`, and the place behind them."""
    if line.is_text(start, "a") or line.is_text(start, "an"):
        return _minutes(line, start + 1, Decimal(1))
    total, place = Decimal(0), start
    while (read := number(line, place)) and (found := _minutes(line, read[1], read[0])):
        total, place = total + found[0], found[1]
    return (total, place) if place > start else _minutes(line, start, Decimal(1))


def _minutes(line: Line, place: int, count: Decimal) -> tuple[Decimal, int] | None:
    found = books.UNITS.at(line.tokens, place)
    if found is None or found[0].dimension is not Dimension.HOURS:
        return None
    unit = found[0]
    hours = count / unit.factor if unit.named_only else count * unit.factor
    return count if unit.named_only else hours * 60, found[1]


def _behind(book: Phrasebook[bool], line: Line, place: int) -> int | None:
    found = book.at(line.tokens, place)
    return None if found is None else found[1]


# When to speak.


def _falls(line: Line, start: int) -> Item | None:
    """`falls below 0.30`, which is that limit."""
    end = _behind(_FALLS, line, start)
    following = None if end is None else books.COMPARISONS.at(line.tokens, end)
    if end is None or following is None or following[0] is not Bound.MAX:
        return None
    return _filler(start, end)


def _drop(line: Line, start: int) -> Item | None:
    """`drop 10%`, `10% cheaper`; a `drop` alone is the usual one."""
    share = _share(line, start)
    if share is not None and (end := _behind(_DROPS_AFTER, line, share[1])):
        return _dropped(line, start, end, share[0])
    place = _behind(_DROPS, line, start)
    if place is None:
        return None
    if (share := _share(line, place)) is not None:
        return _dropped(line, start, share[1], share[0])
    if money := books.CURRENCY.at(line.tokens, place):
        found = number(line, money[1])
        end = money[1] if found is None else found[1]
        sentence = "A drop is a share of the price, as in “drop 10%”, unlike {}."
        return _wrong(line, start, end, sentence, (_drop_text(table.USUAL_PERCENT),))
    bare = number(line, place)
    if bare and not _is_something_else(line, place, bare[1]):
        return _dropped(line, start, bare[1], bare[0])
    return _set(start, place, trigger=Trigger.DROP, percent=Decimal(table.USUAL_PERCENT))


def _share(line: Line, place: int) -> tuple[Decimal, int] | None:
    found = number(line, place)
    unit = None if found is None else books.UNITS.at(line.tokens, found[1])
    if found is None or unit is None or unit[0].dimension is not Dimension.PERCENT:
        return None
    return found[0], unit[1]


def _is_something_else(line: Line, place: int, end: int) -> bool:
    """`drop 4090`, `drop 2x 4090`, `drop 2 4090`."""
    return bool(unit_at(line, end) or model(line, place) or model(line, end))


def _dropped(line: Line, start: int, end: int, percent: Decimal) -> Item:
    least, most = table.LEAST_PERCENT, table.MOST_PERCENT
    if not least <= percent <= most or decimals(percent) > 1:
        fitting = min(max(percent, Decimal(least)), Decimal(most)).quantize(Decimal("0.1"))
        sentence = f"A drop must be {least}% to {most}%, one decimal at most, unlike {{}}."
        return _wrong(line, start, end, sentence, (_drop_text(fitting),))
    return _set(start, end, trigger=Trigger.DROP, percent=percent)


def _drop_text(percent: Decimal | int) -> str:
    return f"drop {plain(Decimal(percent))}%"


def _lowest(line: Line, start: int) -> Item | None:
    """`lowest in 7d`, `30 day low`, `cheapest in a month`."""
    before = length(line, start) if line.is_number(start) else None
    if before and (end := _behind(_LOWS_AFTER, line, before[1])):
        return _lowest_of(line, start, end, before[0])
    surely = _behind(_LOWS, line, start)
    place = _behind(_LOWS_OR_SORT, line, start) or surely
    if place is None:
        return None
    lead = _behind(_IN_DAYS, line, place) or place
    bare = number(line, lead)
    if found := length(line, lead):
        return _lowest_of(line, start, found[1], found[0])
    if bare and bare[0] in table.LOWEST_OF_DAYS:
        return _lowest_of(line, start, bare[1], bare[0] * 1440)
    if surely is None or surely < place:
        return None
    sentence = f"{{}} needs a number of days, {_DAYS_ARE_THERE}."
    return _wrong(line, start, surely, sentence, _lowest_texts(table.LOWEST_OF_DAYS))


def _lowest_of(line: Line, start: int, end: int, minutes: Decimal) -> Item:
    days = minutes / 1440
    if days not in table.LOWEST_OF_DAYS:
        nearest = sorted(table.LOWEST_OF_DAYS, key=lambda each: abs(each - days))
        sentence = f"I know the lowest of {_DAYS_ARE_THERE} days, unlike {{}}."
        return _wrong(line, start, end, sentence, _lowest_texts(nearest))
    return _set(start, end, trigger=Trigger.LOWEST, days=int(days))


def _lowest_texts(days: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"lowest in {each}d" for each in days)


def _available(line: Line, start: int) -> Item | None:
    """Not the `available for 8h` of a search."""
    named = books.NAMES.at(line.tokens, start)
    if named is not None and amount(line, named[1]) is not None:
        return None
    end = _behind(_AVAILABLES, line, start)
    return None if end is None else _set(start, end, trigger=Trigger.AVAILABLE)


def _fast(line: Line, start: int) -> Item | None:
    end = _behind(_FAST, line, start)
    return None if end is None else _set(start, end, fast=True)


def _any(line: Line, start: int) -> Item | None:
    """`any`, unless it belongs to what follows: `any 4090`, `any host`, `any gpu`."""
    if (end := _behind(_ANYS, line, start)) is not None:
        return _set(start, end, trigger=Trigger.ANY)
    if not line.is_text(start, "any") or books.PHRASES.at(line.tokens, start) is not None:
        return None
    following = start + 1
    belongs = (
        line.at(following) is not None
        and not line.is_text(following, "any")
        and watch_word(line, following) is None
        and (
            line.is_number(following)
            or model(line, following) is not None
            or books.FILLERS.at(line.tokens, following) is not None
            or books.MARKETPLACES.at(line.tokens, following) is not None
        )
    )
    return None if belongs else _set(start, following, trigger=Trigger.ANY)


# How often.


def _cool_down(line: Line, start: int) -> Item | None:
    place = _behind(_COOL_DOWNS, line, start)
    if place is None:
        return None
    found = length(line, place)
    named = line.tokens[start].text.startswith("cool")
    if found is None:
        return _no_length(line, start, place) if named else None
    minutes, end = found
    least, most = table.LEAST_COOL_DOWN_MIN, table.MOST_COOL_DOWN_MIN
    if minutes % 1 or not least <= minutes <= most:
        fitting = min(max(int(minutes), least), most)
        sentence = f"The cool-down must be {least} minutes to {most // 1440} days, not {{}}."
        return _wrong(line, start, end, sentence, (cool_down_text(timedelta(minutes=fitting)),))
    return _set(start, end, cool_down=timedelta(minutes=int(minutes)))


def _no_length(line: Line, start: int, place: int) -> Problem:
    bare = number(line, place)
    end = place if bare is None else bare[1]
    sentence = "{} needs a time with its unit, as in “cool down 2h”."
    text = "2" if bare is None or bare[0] <= 0 else line.source(place, end)
    return _wrong(line, start, end, sentence, (f"cool down {text}h", f"cool down {text}m"))


def cool_down_text(length: timedelta) -> str:
    return f"cool down {duration_words(length)}"


def duration_words(length: timedelta) -> str:
    """`90m`, `2h`, `7d`; of whole minutes."""
    minutes = int(length.total_seconds()) // 60
    if minutes % 1440 == 0:
        return f"{minutes // 1440}d"
    return f"{minutes // 60}h" if minutes % 60 == 0 else f"{minutes}m"


def _cap(line: Line, start: int) -> Item | None:
    """`cap 3`, `at most 3 a day`, `3 messages a day`."""
    named = _behind(_CAPS, line, start)
    place = named or _behind(_AT_MOST, line, start) or start
    found = number(line, place)
    if found is None:
        sentence = "{} needs a number, as in “cap 3”."
        return None if named is None else _wrong(line, start, named, sentence, ("cap 3",))
    times = _behind(_TIMES, line, found[1]) or found[1]
    end = _behind(_A_DAY, line, times)
    if end is None and named is None:
        return None
    count = found[0]
    if count % 1 or not 1 <= count <= table.MOST_A_DAY:
        fitting = min(max(int(count), 1), table.MOST_A_DAY)
        sentence = f"The daily cap must be 1 to {table.MOST_A_DAY}, not {{}}."
        return _wrong(line, start, end or times, sentence, (f"cap {fitting}",))
    return _set(start, end or times, daily_cap=int(count))


def _set(start: int, end: int, **values: object) -> Reading:
    return Reading(start, end, values)


def _filler(start: int, end: int) -> Item:
    return Reading(start, end, {}, is_filler=True)


def _wrong(line: Line, start: int, end: int, sentence: str, repairs: tuple[str, ...]) -> Problem:
    """`{}` in the sentence is what was written."""
    return Problem(start, end, sentence.format(cite(line.source(start, end))), repairs)
