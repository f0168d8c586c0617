"""The tick of watching, without network and database: they are in memory here."""

import asyncio
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.cli import tune_collector
from bot.flows.alerting import Alerting
from bot.flows.watch_pace import WatchPace
from bot.flows.watch_ports import Looked, PricePoint
from bot.flows.watching import Watching
from bot.rules.places import Asker, Place
from bot.rules.policy import Policy
from bot.rules.watches import Past, QuestionId, Rule, Trigger, Watch, WatchId
from bot.store import DeploymentIds
from providers import matching
from providers.base import Priority
from providers.listings import Sweep
from providers.market import Market
from providers.models import Offer, OfferQuery
from tests.fakes.clock import FakeClock
from tests.fakes.provider import FakeProvider, an_offer

OFFERS = 10_000
MOVES = 0.01
"""Of the offers at each look."""
ROUNDS = 10
MODELS = (
    "RTX 3060", "RTX 3070", "RTX 3080", "RTX 3090", "RTX 4060", "RTX 4070", "RTX 4080", "RTX 4090",
    "RTX 5070", "RTX 5080", "RTX 5090", "RTX A4000", "RTX A5000", "RTX A6000", "A10", "A40", "L4",
    "L40", "L40S", "A100 PCIE", "A100 SXM4", "H100 PCIE", "H100 SXM", "H100 NVL", "H200", "B200",
)  # fmt: skip
TRIGGERS = (
    Rule(Trigger.UNDER, usd_per_hour=Decimal("0.10")),
    Rule(Trigger.DROP, percent=Decimal(10)),
    Rule(Trigger.LOWEST, days=7),
    Rule(Trigger.AVAILABLE),
    Rule(Trigger.ANY),
)


class KeptWatches:
    """All of them are due at each tick."""

    def __init__(self, watches: Sequence[Watch]) -> None:
        self.watches = {watch.id: watch for watch in watches}
        self.looked: list[Looked] = []
        self.changed = 0

    async def claim_due(self, _now: datetime, _until: datetime, _limit: int) -> tuple[Watch, ...]:
        return tuple(self.watches.values())

    async def look_again(self, looked: Sequence[Looked], _at: datetime) -> None:
        self.looked += looked

    def write(self) -> None:
        """What the database does with the memories, between two ticks."""
        for each in self.looked:
            self.watches[each.id] = self.watches[each.id].with_changes(memory=each.memory)
        self.looked.clear()

    async def change_all(self, pairs: Any, _notices: Any, _due: datetime, *, at: datetime) -> None:
        for _, new in pairs:
            self.watches[new.id] = new
            self.changed += 1

    async def asked(self) -> Mapping[QuestionId, OfferQuery]:
        return {}


class NoPrices:
    async def record(self, points: Sequence[PricePoint]) -> None:
        pass

    async def pasts(
        self, queries: Mapping[QuestionId, OfferQuery], _now: datetime
    ) -> Mapping[QuestionId, Past]:
        past = Past(low_24h=Decimal("0.01"), low_7d=Decimal("0.01"), low_30d=Decimal("0.01"))
        return dict.fromkeys(queries, past)

    async def last_at_or_below(self, *_: object) -> datetime | None:
        return None


class NoOrders:
    async def asked(self) -> tuple[OfferQuery, ...]:
        return ()


class NoSessions:
    async def open(self, _sessions: object) -> None:
        pass


class NoMarks:
    async def remembered(self, _name: str) -> str:
        return "60"

    async def remember(self, _name: str, _fact: str) -> None:
        pass


class NoPolicies:
    def current(self) -> Policy:
        return Policy()


class Moving(FakeProvider):
    """The same machines at each look, some of them cheaper or dearer."""

    def polls(self, queries: Sequence[OfferQuery]) -> Any:
        """One sweep for all."""
        (first, *_) = super().polls([OfferQuery()])
        return [replace(first, answers=tuple(queries))]

    def move(self, draw: random.Random) -> None:
        """Reading the rows is the adapter's work, and no part of the tick."""
        self.now_there = {}
        for offer in self.offers:
            price = offer.price
            if draw.random() < MOVES:
                price = replace(price, gpu=price.gpu * Decimal(str(draw.uniform(0.9, 1.1))))
            self.now_there[offer.identity] = replace(offer, price=price)
        self.rows = tuple(map(matching.as_candidate, self.now_there.values()))

    async def search(
        self, query: OfferQuery, *, priority: Priority = Priority.SEARCH, refresh: bool = False
    ) -> Sweep:
        now = self._clock.now()
        return Sweep(self.name, self.rows, now, now + self.fresh_for, len(self.rows))

    async def refresh_offer(self, offer: Offer, **_: Any) -> Offer | None:
        return self.now_there.get(offer.identity)


@dataclass(frozen=True, slots=True)
class Tick:
    seconds: float
    held_s: float
    """The longest that the event loop was away."""
    alerts: int


def measure(watches: int) -> Tick:
    tune_collector()
    return asyncio.run(_measure(watches))


async def _measure(count: int) -> Tick:
    draw = random.Random(7)
    clock = FakeClock()
    provider = Moving(clock, _offers(draw))
    market = Market([provider], clock, on_error=_raise)
    kept = KeptWatches(_watches(draw, count))
    ids = DeploymentIds("test")
    prices: Any = NoPrices()
    stores: Any = kept
    alerting = Alerting(stores, prices, market, NoSessions(), ids, clock, _raise)  # type: ignore[arg-type]
    pace = WatchPace(stores, market, NoMarks(), 60.0, NoOrders())  # type: ignore[arg-type]
    watching = Watching(stores, prices, market, alerting, pace, NoPolicies(), clock, _raise)
    seconds, held = [], []
    for number in range(ROUNDS + 2):
        provider.move(draw)
        kept.write()
        # In turns: a task that looks at the clock all the time slows the others.
        absent = asyncio.create_task(_longest_absence()) if number % 2 else None
        await asyncio.sleep(0)
        started = time.perf_counter()
        await watching.tick()
        if absent is None:
            seconds.append(time.perf_counter() - started)
        else:
            absent.cancel()
            held.append(await absent)
        clock.advance(60)
        if number == 1:  # the first sets the scene, the second fills what is kept
            seconds.clear()
            held.clear()
    await market.aclose()
    return Tick(statistics.median(seconds), max(held), kept.changed)


async def _longest_absence() -> float:
    longest, last = 0.0, time.perf_counter()
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(0)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now
    return longest


def _offers(draw: random.Random) -> list[Any]:
    return [
        an_offer(
            str(number),
            gpu=draw.choice(MODELS),
            count=draw.choice((1, 1, 1, 2, 4, 8)),
            usd=f"{draw.uniform(0.15, 4):.4f}",
            country=draw.choice(("US", "DE", "CN", "FR", "SE")),
            machine_id=str(number // 2),
            host_id=str(number // 4),
        )
        for number in range(OFFERS)
    ]


def _watches(draw: random.Random, count: int) -> list[Watch]:
    made = datetime(2026, 11, 23, 12, 0).astimezone() - timedelta(days=1)
    return [
        Watch(
            id=WatchId(f"test-{number:010d}"),
            number=number,
            owner=Asker(f"U{number % 50}", Place("T1", f"C{number % 30}")),
            query=OfferQuery(
                gpus=(draw.choice(MODELS),),
                min_gpus=(gpus := draw.choice((1, 2, 4))),
                max_gpus=draw.choice((None, gpus)),
                countries=draw.choice(((), (), ("US",), ("DE", "FR"))),
            ),
            rule=draw.choice(TRIGGERS),
            text="a watch",
            created_at=made,
        )
        for number in range(count)
    ]


def _raise(_about: str, error: Exception) -> None:
    raise error


if __name__ == "__main__":
    for many in (1_000, 10_000):
        print(many, measure(many))
