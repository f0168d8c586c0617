"""What may stand behind each key of the policy file."""

import re
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from datetime import time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from bot.rules.quiet import QuietHours
from providers import gpus, places
from providers.registry import MARKETPLACES

Reader = Callable[[Any], Any]
MOST_HOURS = 8_784
MOST_USD = 10_000
MOST_MACHINES = 1_000
MOST_WATCHES = 1_000
_SHOWN = 40


class Wrong(Exception):
    """What is wrong with a value, as the end of a sentence; `element` tells which of a list."""

    def __init__(self, why: str, element: object = None) -> None:
        super().__init__(why)
        self.why = why
        self.element = element


class SeveralWrong(Exception):
    def __init__(self, mistakes: list[Wrong]) -> None:
        super().__init__(len(mistakes))
        self.mistakes = mistakes


def shown(value: object) -> str:
    return f"“{clean(str(value), _SHOWN)}”"


def clean(text: str, longest: int) -> str:
    """Text of the file for a sentence: cut, on one line, and no markup of Slack."""
    line = "".join(c if c.isprintable() and c not in "<>&`" else " " for c in text)
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def _an_id(first: str, what: str, example: str) -> Reader:
    pattern = re.compile(f"[{first}][A-Z0-9]{{2,30}}")

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise Wrong(f"{shown(value)} is no id of a {what}, such as {example}")
        return (value,)

    return read


_user = _an_id("UW", "user", "U024BE7LH (Slack shows it under Copy member ID)")
_channel = _an_id("CG", "channel", "C024BE7LR (Slack shows it at the end of About)")
_team = _an_id("TE", "team", "T024BE7LD")


def _gpu(value: Any) -> tuple[str, ...]:
    """A word for several forms, such as `h100`, is all of them."""
    text = value if isinstance(value, str) else ""
    if found := gpus.find(text):
        return found
    if several := gpus.meanings(text):
        raise Wrong(f"{shown(value)} can be {' or '.join(several)}: name the ones you mean")
    raise Wrong(
        f"{shown(value)} is no GPU that I know{_meant(map(gpus.short, gpus.nearest(text, 1)))}"
    )


def _country(value: Any) -> tuple[str, ...]:
    text = value if isinstance(value, str) else ""
    if found := places.country_codes(text):
        return found
    nearest = places.nearest_place(text)
    raise Wrong(f"{shown(value)} is no country that I know{_meant([nearest] if nearest else [])}")


def _marketplace(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) and value in MARKETPLACES:
        return (value,)
    known = " and ".join(MARKETPLACES)
    raise Wrong(
        f"{shown(value)} is no marketplace: there are {known}{nearest(value, MARKETPLACES)}"
    )


def _list(read: Reader, *, may_be_empty: bool) -> Reader:
    """Every wrong element is named."""

    def read_all(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise Wrong('must be a list, such as ["…", "…"]')
        if not value and not may_be_empty:
            raise Wrong("is an empty list, which would allow nothing: leave it out to allow all")
        found: list[str] = []
        mistakes: list[Wrong] = []
        for element in value:
            try:
                found += read(element)
            except Wrong as wrong:
                mistakes.append(Wrong(f"has {wrong.why}", element))
        if mistakes:
            raise SeveralWrong(mistakes)
        return tuple(dict.fromkeys(found))

    return read_all


def _ops_channel(value: Any) -> str:
    try:
        (channel,) = _channel(value)
    except Wrong as wrong:
        raise Wrong(f"has {wrong.why}") from None
    return str(channel)


def _whole(least: int, most: int) -> Reader:
    def read(value: Any) -> int:
        # `true` is an int to Python.
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Wrong(f"must be a whole number from {least} to {most}")
        return value

    return read


def _usd(value: Any) -> Decimal:
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    number = Decimal(value) if is_number else Decimal("NaN")
    if not number.is_finite() or not 0 < number <= MOST_USD:
        raise Wrong(f"must be a number of US dollars above 0 and at most {MOST_USD}, such as 2.50")
    return number


_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?(?:([01]?\d|2[0-3]):([0-5]\d)|24:00)")


def _quiet_hours(value: Any) -> QuietHours:
    found = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong(f"has {shown(value)}: write two times of day, such as 22:00-07:00")
    hour, minute, end_hour, end_minute = (int(part or 0) for part in found.groups())
    quiet = QuietHours(time(hour, minute), time(end_hour, end_minute))
    if quiet.start == quiet.end:
        raise Wrong("would never end: write two different times, such as 22:00-07:00")
    return quiet


def _timezone(value: Any) -> str:
    if value == "UTC":  # also where the machine has no table of time zones
        return "UTC"
    try:
        return zoneinfo.ZoneInfo(value).key
    except (zoneinfo.ZoneInfoNotFoundError, OSError, ValueError, TypeError, AttributeError):
        known = zoneinfo.available_timezones()
        if not known:
            raise Wrong("needs the machine's table of time zones: install tzdata") from None
        meant = nearest(value, known)
        raise Wrong(f"has {shown(value)}, no time zone such as Europe/Berlin{meant}") from None


def nearest(text: Any, known: Iterable[str]) -> str:
    """` (did you mean …?)`, or nothing."""
    text = text if isinstance(text, str) else ""
    words = {word.lower(): word for word in known}
    close = get_close_matches(text.lower()[:_SHOWN], words, n=1, cutoff=0.6)
    return _meant(words[word] for word in close)


def _meant(words: Iterable[str]) -> str:
    return "".join(f" (did you mean {word}?)" for word in words)


READERS: Mapping[str, Reader] = {
    "admins": _list(_user, may_be_empty=True),
    "users": _list(_user, may_be_empty=False),
    "channels": _list(_channel, may_be_empty=False),
    "teams": _list(_team, may_be_empty=True),
    "max_usd_per_hour": _usd,
    "max_hours": _whole(1, MOST_HOURS),
    "machines_each": _whole(0, MOST_MACHINES),
    "machines_in_all": _whole(0, MOST_MACHINES),
    "gpus": _list(_gpu, may_be_empty=False),
    "forbidden_gpus": _list(_gpu, may_be_empty=True),
    "countries": _list(_country, may_be_empty=False),
    "forbidden_countries": _list(_country, may_be_empty=True),
    "marketplaces": _list(_marketplace, may_be_empty=False),
    "ops_channel": _ops_channel,
    "watches_each": _whole(0, MOST_WATCHES),
    "watches_in_channel": _whole(0, MOST_WATCHES),
    "quiet_hours": _quiet_hours,
    "timezone": _timezone,
}
"""Key → how its value becomes that of the `Policy`'s field of the same name."""
