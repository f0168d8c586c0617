"""Until when an order waits: `before friday`, `by 4 dec`, `within 3 days`."""

import re
from datetime import date
from decimal import Decimal

from bot.grammar.findings import Item, Line, Problem, Reading, cite
from bot.grammar.shapes import Phrasebook
from bot.grammar.watch_words import length
from bot.rules.dates import MOST_DAYS, CalendarDay, Deadline, InDays, Weekday

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SHORT_DAYS = {"mon": 0, "tue": 1, "tues": 1, "wed": 2, "thu": 3, "thur": 3, "thurs": 3,
               "fri": 4, "sat": 5, "sun": 6}  # fmt: skip
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTH_OF = {
    **{name: n for n, name in enumerate(MONTHS, 1)},
    **{name[:3]: n for n, name in enumerate(MONTHS, 1)},
    "sept": 9,
}
_WEEKDAY_OF = {**{name: n for n, name in enumerate(WEEKDAYS)}, **_SHORT_DAYS}
_LEADS = Phrasebook(
    {
        **dict.fromkeys(("before", "earlier than", "ahead of"), False),
        **dict.fromkeys(
            ("by", "until", "till", "no later than", "not later than", "at the latest"), True
        ),
    }
)
_WITHIN = Phrasebook(dict.fromkeys(("in", "within", "in the next", "within the next"), True))
_SOON = {"today": 0, "tonight": 0, "tomorrow": 1}
_ORDINALS = {"st", "nd", "rd", "th"}
_LITTLE = {"on", "the", "this", "of"}
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_LEAP_YEAR = 2028
EXAMPLES = ("before friday", "within 3 days")
Day = Weekday | CalendarDay | InDays


def date_word(line: Line, start: int) -> Item | None:
    within = _WITHIN.at(line.tokens, start)
    if within is not None and (days := _days(line, within[1])):
        return _in_days(line, start, days[1], days[0])
    lead = _LEADS.at(line.tokens, start)
    if lead is None:
        return None
    inclusive, place = lead
    if days := _days(line, place):
        return _in_days(line, start, days[1], days[0])
    found = _day(line, place)
    if found is None:
        return _no_date(line, start, place)
    day, end = found
    if isinstance(day, CalendarDay) and not _exists(day):
        sentence = f"{cite(line.source(start, end))} is in no calendar."
        return Problem(start, end, sentence, EXAMPLES)
    if day == InDays(0) and not inclusive:
        sentence = f"{cite(line.source(start, end))} is over; write “by today”."
        return Problem(start, end, sentence, ("by today", "before tomorrow"))
    return Reading(start, end, {"before": Deadline(day, inclusive)})


def written(deadline: Deadline) -> str:
    """Canonical."""
    match deadline.day:
        case InDays(days=0):
            return "by today"
        case InDays(days=1):
            return f"{_lead(deadline)} tomorrow"
        case InDays(days=days):
            return f"within {days} days"
        case Weekday(number=weekday):
            return f"{_lead(deadline)} {WEEKDAYS[weekday]}"
        case CalendarDay(month=month, day=day, year=None):
            return f"{_lead(deadline)} {day} {MONTHS[month - 1][:3]}"
        case CalendarDay(month=month, day=day, year=year):
            return f"{_lead(deadline)} {year:04}-{month:02}-{day:02}"


def _lead(deadline: Deadline) -> str:
    return "by" if deadline.inclusive else "before"


def _days(line: Line, place: int) -> tuple[Decimal, int] | None:
    """`3 days`, `a week`."""
    found = length(line, place)
    return None if found is None else (found[0] / 1440, found[1])


def _in_days(line: Line, start: int, end: int, days: Decimal) -> Item:
    if days % 1 or not 1 <= days <= MOST_DAYS:
        fitting = min(max(int(days), 1), MOST_DAYS)
        sentence = (
            f"An order waits for 1 to {MOST_DAYS} days, not {cite(line.source(start, end))}."
        )
        return Problem(start, end, sentence, (_within_text(fitting),))
    return Reading(start, end, {"before": Deadline(InDays(int(days)), inclusive=True)})


def _within_text(days: int) -> str:
    return written(Deadline(InDays(days), inclusive=True))


def _no_date(line: Line, start: int, place: int) -> Problem | None:
    """`by price` is an order of results."""
    if line.is_text(start, "by"):
        return None
    end = min(place + 1, len(line.tokens))
    sentence = (
        f"{cite(line.source(start, end))} is no date that I know; write a weekday, or a date as"
        " 2027-01-31 or 31 jan."
    )
    return Problem(start, end, sentence, EXAMPLES)


def _day(line: Line, place: int) -> tuple[Day, int] | None:
    while (token := line.at(place)) is not None and token.text in _LITTLE:
        place += 1
    if token is None:
        return None
    if token.text in _SOON:
        return InDays(_SOON[token.text]), place + 1
    if token.text in _WEEKDAY_OF:
        return Weekday(_WEEKDAY_OF[token.text]), place + 1
    return _iso(line, place) or _month_and_day(line, place)


def _iso(line: Line, place: int) -> tuple[Day, int] | None:
    """Five tokens: its dashes stand before digits."""
    end = place + 5
    if end > len(line.tokens):
        return None
    found = _ISO.fullmatch(line.source(place, end))
    if found is None:
        return None
    year, month, day = map(int, found.groups())
    return CalendarDay(month, day, year), end


def _month_and_day(line: Line, place: int) -> tuple[Day, int] | None:
    """`4 dec`, `4th of december`, `dec 4th`, each with a year behind it or without."""
    first = line.tokens[place]
    day, end = _day_number(line, place)
    if day is None and first.text in _MONTH_OF:
        day, end = _day_number(line, place + 1)
        return None if day is None else _with_year(line, end, _MONTH_OF[first.text], day)
    if line.is_text(end, "of"):
        end += 1
    month = line.at(end)
    if day is None or month is None or month.text not in _MONTH_OF:
        return None
    return _with_year(line, end + 1, _MONTH_OF[month.text], day)


def _day_number(line: Line, place: int) -> tuple[int | None, int]:
    token = line.at(place)
    if token is None or not line.is_number(place) or not re.fullmatch("[0-9]{1,2}", token.text):
        return None, place
    suffix = line.at(place + 1)
    ordinal = suffix is not None and suffix.glued and suffix.text in _ORDINALS
    return int(token.text), place + 1 + ordinal


def _with_year(line: Line, place: int, month: int, day: int) -> tuple[Day, int]:
    """A number of four digits that may as well be a model is a year here."""
    token = line.at(place)
    if token is not None and re.fullmatch("20[0-9]{2}", token.text) and line.is_number(place):
        return CalendarDay(month, day, int(token.text)), place + 1
    return CalendarDay(month, day), place


def _exists(day: CalendarDay) -> bool:
    try:
        date(day.year or _LEAP_YEAR, day.month, day.day)
    except ValueError:
        return False
    return True
