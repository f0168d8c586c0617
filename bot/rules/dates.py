"""Dates as people say them, and the moment that they mean."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

MOST_DAYS = 90
"""How far ahead a date may lie."""
_LEAP_YEARS = 8
"""The most years until a 29 February comes again."""


@dataclass(frozen=True, slots=True)
class Weekday:
    """The next one that comes."""

    number: int
    """0 is Monday."""


@dataclass(frozen=True, slots=True)
class CalendarDay:
    month: int
    day: int
    year: int | None = None
    """None is the next one that comes."""


@dataclass(frozen=True, slots=True)
class InDays:
    days: int
    """0 is today, 1 tomorrow."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`before friday` ends when Friday begins, `by friday` when it is over."""

    day: Weekday | CalendarDay | InDays
    inclusive: bool = False


class DateRefused(ValueError):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def last_moment(deadline: Deadline, now: datetime, zone: tzinfo) -> datetime:
    """In UTC; a midnight in `zone`. Raises `DateRefused` for what is past, or too far ahead."""
    today = now.astimezone(zone).date()
    first = today if deadline.inclusive else today + timedelta(days=1)
    day = _day(deadline.day, today, first)
    if day is None or day < first:
        raise DateRefused("That date is over: write one that is still to come.")
    if (day - today).days > MOST_DAYS:
        raise DateRefused(f"That is too far ahead: at most {MOST_DAYS} days from now.")
    end = day + timedelta(days=1) if deadline.inclusive else day
    return datetime(end.year, end.month, end.day, tzinfo=zone).astimezone(UTC)


def _day(said: Weekday | CalendarDay | InDays, today: date, first: date) -> date | None:
    """The first that is meant, not before `first` where several could be."""
    match said:
        case Weekday(number=number):
            return first + timedelta(days=(number - first.weekday()) % 7)
        case InDays(days=days):
            return today + timedelta(days=min(days, MOST_DAYS + 1))
        case CalendarDay(year=year):
            years = [year] if year else range(today.year, today.year + _LEAP_YEARS + 1)
            found = [day for each in years if (day := _date(each, said))]
            return next((day for day in found if year or day >= first), None)


def _date(year: int, said: CalendarDay) -> date | None:
    try:
        return date(year, said.month, said.day)
    except ValueError:
        return None
