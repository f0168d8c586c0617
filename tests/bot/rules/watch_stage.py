"""A watch that is fed looks, with a history that remembers them."""

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

from bot.rules.alerts import AlertSettings, decide
from bot.rules.places import Asker, Place
from bot.rules.quiet import QuietHours
from bot.rules.watches import (
    Alert,
    Look,
    MachineKey,
    Past,
    Rule,
    Sighting,
    Trigger,
    Watch,
    WatchId,
)
from providers.models import OfferQuery, ProviderName

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
VAST = ProviderName("vastai")
TENSORDOCK = ProviderName("tensordock")
BOTH = frozenset({VAST, TENSORDOCK})
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UNDER = Rule(Trigger.UNDER, Decimal("0.70"))
DROP = Rule(Trigger.DROP, percent=Decimal(10))
LOWEST = Rule(Trigger.LOWEST, days=7)
AVAILABLE = Rule(Trigger.AVAILABLE)
FAST = Rule(Trigger.AVAILABLE, fast=True)
ANY = Rule(Trigger.ANY)


def key(machine: str, count: int = 1) -> MachineKey:
    """Machines whose name begins with `t` are TensorDock's."""
    provider = TENSORDOCK if machine.startswith("t") else VAST
    return MachineKey(provider, machine, "RTX 4090", count)


def a_watch(rule: Rule = UNDER, **changes: object) -> Watch:
    owner = Asker("U0ANNA", Place("T0HOME", "C0GPU"))
    return Watch(
        WatchId("w1"), 1, owner, OfferQuery(gpus=("RTX 4090",)), rule, "4090", NOW
    ).with_changes(**changes)


@dataclass
class Stage:
    rule: Rule = UNDER
    now: datetime = NOW
    zone: tzinfo = UTC
    quiet: QuietHours | None = None
    usual: Decimal | None = Decimal("0.74")
    points: list[tuple[datetime, Decimal | None]] = field(default_factory=list)
    """Of the history: when, and the lowest price."""
    remembers: bool = True
    """The history is up to date at each look."""
    lower_at: datetime | None = None
    usual_of: dict[str, Decimal] = field(default_factory=dict)
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        self.watch = a_watch(self.rule)

    def knows(self, *prices: tuple[timedelta, str]) -> "Stage":
        """What the history holds: how long ago, and the lowest price."""
        self.points += [(self.now - ago, Decimal(price)) for ago, price in prices]
        return self

    @property
    def settings(self) -> AlertSettings:
        return AlertSettings(quiet=self.quiet, zone=self.zone)

    def past(self) -> Past:
        def low(days: int) -> Decimal | None:
            since = self.now - days * DAY
            return min((p for at, p in self.points if p is not None and at >= since), default=None)

        first = min((at for at, _ in self.points), default=None)
        return Past(first, low(1), low(7), low(30), self.lower_at, self.usual, self.usual_of)

    def look(
        self,
        *,
        after: timedelta = MINUTE,
        answered: frozenset[ProviderName] = BOTH,
        seen_ago: timedelta = timedelta(0),
        **prices: Any,
    ) -> Alert | None:
        """One look at machines and their prices; a silent marketplace's are not shown."""
        self.now += after
        shown = [
            Sighting(key(machine), Decimal(price), self.now - seen_ago)
            for machine, price in prices.items()
        ]
        return self.see(
            *(seen for seen in shown if seen.key.provider in answered), answered=answered
        )

    def see(self, *sightings: Sighting, answered: frozenset[ProviderName] = BOTH) -> Alert | None:
        """What the engine does: it decides, and writes down the memory and the lowest price."""
        ordered = tuple(sorted(sightings, key=lambda seen: seen.usd_per_hour))
        verdict = decide(
            deepcopy(self.watch),  # out of the store: equal, and not the same
            Look(self.now, ordered, answered),
            self.past(),
            self.settings,
        )
        self.watch = self.watch.with_changes(memory=verdict.memory)
        if answered and self.remembers:
            self.points.append((self.now, verdict.memory.lowest))
        return verdict.alert

    def rest(self, time: timedelta) -> None:
        """Nothing happens for so long: all looks show what the last one did."""
        self.now += time
        memory = replace(self.watch.memory, looked_at=self.now)
        self.watch = self.watch.with_changes(memory=memory)

    def told(self, times: int = 1, **prices: Any) -> list[Decimal]:
        """The prices of the alerts of so many looks at the same machines, a minute apart."""
        alerts = [self.look(**prices) for _ in range(times)]
        return [alert.seen.usd_per_hour for alert in alerts if alert is not None]


def usd(*prices: str) -> list[Decimal]:
    return [Decimal(price) for price in prices]
