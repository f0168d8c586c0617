"""What machines cost over time, and where an offer stands in it.

Figures are USD per GPU hour, all-in, of on-demand machines.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from providers.models import Offer, PricingKind, ProviderName, Verification

ENOUGH = timedelta(days=3)
"""Of history, before an offer's standing in it is worth a word."""
ENOUGH_HOURS = 24
RECENT = timedelta(days=7)
KNOWN_FOR = timedelta(days=90)
"""How far back `lowest since` looks."""


USUAL_DAYS = 7
STEPS = {1: timedelta(hours=2), 7: timedelta(hours=12), 30: timedelta(days=2)}
"""Days of a chart → between two of its points: 12, 14 and 15 of them, and Slack takes 20."""


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One GPU model at one marketplace, at one moment."""

    model: str
    provider: ProviderName
    verified: bool
    """Verified hosts alone, as searches do, or all."""
    at: datetime
    lowest: Decimal | None
    """None, as the others, when there was no offer."""
    quartile: Decimal | None
    median: Decimal | None
    offers: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one model at one marketplace showed in a stretch of time."""

    model: str
    provider: ProviderName
    verified: bool
    start: datetime
    lowest: Decimal | None
    quartile: Decimal | None
    """Mean of the quartiles that were seen, as is `median` of the medians."""
    median: Decimal | None
    offers: Decimal
    """Mean."""


@dataclass(frozen=True, slots=True)
class Low:
    """The lowest price of an hour or a day, at any marketplace."""

    start: datetime
    usd_per_gpu_hour: Decimal


@dataclass(frozen=True, slots=True)
class Lows:
    """Of one model, oldest first; hours and days without an offer are left out."""

    hours: tuple[Low, ...] = ()
    """Of the last 7 days."""
    days: tuple[Low, ...] = ()
    """Of the last 90 days, the running one too."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An offer's place in the history of its model."""

    days: int
    """So many are compared with, at most 7."""
    cheaper_than: int
    """Percent of the hours in which the cheapest offer cost more, rounded down; 1 to 100."""
    lowest_since: date | None = None
    """At 100: the day on which one cost as little or less, where that is known."""
    known_days: int = 0
    """At 100: so far back it is known."""


def standing(offer: Offer, lows: Lows, now: datetime) -> Standing | None:
    """None where too little is known, for spot prices, and where there was always a cheaper one:
    most cards would say so, and none would be the wiser."""
    before = [low for low in lows.hours if low.start + timedelta(hours=1) <= now]
    if offer.pricing is not PricingKind.ON_DEMAND or len(before) < ENOUGH_HOURS:
        return None
    known = now - _first(before[0], lows.days)
    if known < ENOUGH:
        return None
    price = offer.usd_per_gpu_hour
    dearer = sum(low.usd_per_gpu_hour > price for low in before)
    percent = dearer * 100 // len(before)
    if not percent:
        return None
    days = min(RECENT.days, (now - before[0].start).days)
    if dearer < len(before):
        return Standing(days, percent)
    # The running day holds this very offer.
    as_low = [low for low in lows.days if low.usd_per_gpu_hour <= price]
    earlier = [low.start.date() for low in as_low if low.start.date() < now.date()]
    return Standing(days, 100, earlier[-1] if earlier else None, known.days)


def _first(hour: Low, days: Sequence[Low]) -> datetime:
    """Of a day that hours are no longer known of, its end: nobody knows when it began."""
    midnight = hour.start.replace(hour=0)
    return days[0].start + timedelta(days=1) if days and days[0].start < midnight else hour.start


def is_verified(offer: Offer) -> bool:
    """Whether a search for verified hosts alone would show it."""
    return offer.verification in {None, Verification.VERIFIED}


def at_quantile(ordered: Sequence[float], share: float) -> float:
    """Between two neighbours in proportion; `ordered` is ascending and not empty."""
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
