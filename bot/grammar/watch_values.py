"""Commands about watches and standing orders."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.rules.dates import Deadline
from bot.rules.watch_answers import WatchScope
from bot.rules.watches import COOL_DOWN, DAILY_CAP, Rule
from providers.models import OfferQuery


@dataclass(frozen=True, slots=True)
class WatchCommand:
    query: OfferQuery
    """Without the limit of `Trigger.UNDER`; without an order and a number of results, which mean
    nothing to a watch."""
    rule: Rule
    text: str
    """Canonical, without the verb: `2x 4090 under 0.70`."""
    cool_down: timedelta = COOL_DOWN
    daily_cap: int = DAILY_CAP


@dataclass(frozen=True, slots=True)
class WatchForm:
    """`/gpu watch` alone: the window to fill in."""


@dataclass(frozen=True, slots=True)
class WatchList:
    scope: WatchScope


@dataclass(frozen=True, slots=True)
class Unwatch:
    number: int
    """`Watch.number`, as in the commands below."""


@dataclass(frozen=True, slots=True)
class PauseWatch:
    number: int


@dataclass(frozen=True, slots=True)
class ResumeWatch:
    """Also after a snooze."""

    number: int


@dataclass(frozen=True, slots=True)
class SnoozeWatch:
    number: int
    length: timedelta
    """Whole minutes."""


@dataclass(frozen=True, slots=True)
class OrderCommand:
    """Rents by itself, once."""

    query: OfferQuery
    """With its price limit; `min_hours` is `hours`."""
    hours: Decimal
    usd_per_hour: Decimal
    """The most that a matching machine can cost, disk and all."""
    before: Deadline | None
    text: str
    """Canonical, without the verb: `4090 under 0.35 for 4h before friday`."""


@dataclass(frozen=True, slots=True)
class OrderList:
    everyone: bool


@dataclass(frozen=True, slots=True)
class CancelOrder:
    number: int
    """`Order.number`."""


WatchingCommand = (
    WatchCommand
    | WatchForm
    | WatchList
    | Unwatch
    | PauseWatch
    | ResumeWatch
    | SnoozeWatch
    | OrderCommand
    | OrderList
    | CancelOrder
)
