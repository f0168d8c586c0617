"""What is answered to commands and buttons about watches."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.answers import Told
from bot.rules.watches import Watch, WatchId


class WatchScope(StrEnum):
    HERE = "here"
    """Of the channel."""
    ALL = "all"
    """Of the team."""
    MINE = "mine"


class Snooze(StrEnum):
    HOUR = "1h"
    EIGHT_HOURS = "8h"
    WEEK = "7d"

    @property
    def length(self) -> timedelta:
        return _LENGTHS[self]


_LENGTHS = {
    Snooze.HOUR: timedelta(hours=1),
    Snooze.EIGHT_HOURS: timedelta(hours=8),
    Snooze.WEEK: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class WatchesPage:
    watches: tuple[Watch, ...]
    """By number."""
    scope: WatchScope
    may_act: frozenset[WatchId]
    """Those that the person may stop, snooze, pause and edit."""
    interval_s: int
    """Between two looks, as the marketplaces' limits allow now."""
    now: datetime
    hidden: int = 0
    """Further ones that the person may not see: of private channels."""


@dataclass(frozen=True, slots=True)
class WatchPage:
    """One watch, after something was done about it."""

    watch: Watch
    done: str
    """A sentence; empty when it is only shown. Holds no foreign text."""
    may_act: bool
    interval_s: int
    now: datetime
    is_absent: bool = False
    """The bot is not in the channel of a watch that was set just now, and cannot post there."""


WatchAnswer = WatchPage | WatchesPage | Told
