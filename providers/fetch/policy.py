"""Pure rules: how long an answer is fresh, when to ask again, how long a 429 means to wait."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from providers.listings import CacheUse

REPEATABLE_STATUSES: Final = frozenset({500, 502, 503, 504})
LONGEST_WAIT_S: Final = 600.0
"""No marketplace is believed when it asks for more."""
_LONGEST_429_BODY: Final = 65_536
_THRESHOLD = re.compile(
    r"threshold\s*=\s*(\d{1,9}(?:\.\d{1,9})?)(?:\s*\*\s*(\d{1,9}(?:\.\d{1,9})?))?"
)
_CLOCK_SLACK_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class FreshRules:
    fresh_s: float = 60.0
    max_fresh_s: float = 600.0
    usable_s: float = 600.0
    """Age up to which an answer is served while a refresh runs."""
    stale_s: float = 300.0
    """An answer stays usable at least this long after it was fresh, however long that was."""
    quiet_s: float = 120.0
    """Without a 429 or time-out for that long, the fresh time halves."""

    def __post_init__(self) -> None:
        if not 0 < self.fresh_s <= self.max_fresh_s or self.quiet_s <= 0:
            raise ValueError("fresh times must be positive and in order")


@dataclass(frozen=True, slots=True)
class Strain:
    """A marketplace complained: the fresh time of one of its endpoints, and since when."""

    fresh_s: float
    since_s: float
    """Epoch seconds."""


def fresh_for(rules: FreshRules, strain: Strain | None, now_s: float) -> float:
    """Seconds for which an answer is fresh, between `fresh_s` and `max_fresh_s`."""
    if strain is None:
        return rules.fresh_s
    quiet = now_s - strain.since_s
    if quiet < -_CLOCK_SLACK_S:  # the clock went back: nothing is known about the time between
        return rules.fresh_s
    halvings = min(64.0, max(0.0, quiet) // rules.quiet_s)
    fresh_s: float = strain.fresh_s / 2.0**halvings
    return min(rules.max_fresh_s, max(rules.fresh_s, fresh_s))


def strained(rules: FreshRules, strain: Strain | None, now_s: float) -> Strain:
    """After one more 429 or time-out."""
    return Strain(min(rules.max_fresh_s, 2 * fresh_for(rules, strain, now_s)), now_s)


def judge(rules: FreshRules, fresh_s: float, received_s: float, now_s: float) -> CacheUse:
    """What an answer of that age may be used for."""
    age = now_s - received_s
    if age < -_CLOCK_SLACK_S:  # said in the future: its real age is unknown
        return CacheUse.MISS
    if age < fresh_s:
        return CacheUse.FRESH
    if age < max(rules.usable_s, fresh_s + rules.stale_s):
        return CacheUse.STALE
    return CacheUse.MISS


def pause_s(attempt: int, draw: Callable[[], float]) -> float:
    """Before the try after `attempt` (from 1) when the marketplace stumbled: 1, 2, 4 s and up to
    20 % more."""
    return float(2 ** (min(attempt, 8) - 1)) * (1 + 0.2 * draw())


def wait_after_429(
    headers: Mapping[str, str],
    body: bytes,
    attempt: int,
    now: datetime,
    draw: Callable[[], float],
) -> float:
    """The longest of what header and body ask for and 2, 4, 8 s, and up to 20 % more."""
    asked = max(_from_header(headers.get("retry-after"), now), _from_body(body))
    return max(asked, float(2 ** min(attempt, 8))) * (1 + 0.2 * draw())


def _from_header(value: str | None, now: datetime) -> float:
    if value is None:
        return 0.0
    try:
        return _sane(float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
        return _sane((moment - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        # A date without a zone cannot be compared (TypeError): as good as no date.
        return 0.0


def _from_body(body: bytes) -> float:
    """The threshold stands in the text of every form, JSON or plain; `4.5*1.0` is a product."""
    text = body[:_LONGEST_429_BODY].decode("utf-8", "replace")
    waits = [_retry_after(text)]
    for seconds, factor in _THRESHOLD.findall(text):
        waits.append(_sane(float(seconds) * float(factor or 1)))
    return max(waits)


def _retry_after(text: str) -> float:
    try:
        decoded: Any = json.loads(text)
    except (ValueError, RecursionError):
        return 0.0
    value = decoded.get("retry_after") if isinstance(decoded, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        return _sane(float(value))
    except (ValueError, OverflowError):
        return 0.0


def _sane(seconds: float) -> float:
    if math.isnan(seconds):
        return 0.0
    return min(max(seconds, 0.0), LONGEST_WAIT_S)
