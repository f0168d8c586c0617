"""Watching between real records, the real market over marketplaces in memory, and moved time."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.flows.alerting import Alerting
from bot.flows.watch_control import WatchControl
from bot.flows.watch_pace import WatchPace, next_look
from bot.flows.watching import Ticked, Watching
from bot.rules.notices import Notice
from bot.rules.places import Asker, Place
from bot.rules.policy import Policy
from bot.rules.watch_answers import WatchPage
from bot.rules.watches import Rule, Trigger, Watch
from bot.store import (
    DeploymentIds,
    StoredMarks,
    StoredOrders,
    StoredOutbox,
    StoredPrices,
    StoredSessions,
    StoredWatches,
    open_database,
)
from bot.store.database import Database
from providers.market import Market
from providers.models import Offer, OfferQuery, Price
from tests.fakes.clock import FakeClock
from tests.fakes.provider import FakeProvider, an_offer
from tests.rentals.perils import Life, PerilousDatabase

ADA = Asker("U1", Place("T1", "C1"))
BOB = Asker("U2", Place("T1", "C1"))
ADMIN = Asker("U9", Place("T1", "C9"))
A_4090 = OfferQuery(gpus=("RTX 4090",))
UNDER_HALF = Rule(Trigger.UNDER, usd_per_hour=Decimal("0.50"))


@dataclass
class Policies:
    policy: Policy = field(default_factory=lambda: Policy(admins=(ADMIN.user_id,)))

    def current(self) -> Policy:
        return self.policy


class Process:
    """One bot of perhaps several on a database."""

    def __init__(self, stage: "Stage", database: Database) -> None:
        self.database = database
        self.market = Market(
            [stage.one, stage.two],
            stage.clock,
            on_error=lambda name, error: stage.errors.append((name, error)),
        )
        self.watches = StoredWatches(
            database, lambda an_id, error: stage.errors.append((an_id, error))
        )
        self.prices = StoredPrices(database)
        self.sessions = StoredSessions(database)
        self.outbox = StoredOutbox(database)
        self.marks = StoredMarks(database)
        pace = WatchPace(self.watches, self.market, self.marks, 60.0, StoredOrders(database))
        ids = DeploymentIds("test")
        self.watching = Watching(
            self.watches,
            self.prices,
            self.market,
            Alerting(
                self.watches,
                self.prices,
                self.market,
                self.sessions,
                ids,
                stage.clock,
                stage.on_error,
            ),
            pace,
            stage.policies,
            stage.clock,
            stage.on_error,
        )
        self.control = WatchControl(
            self.watches, stage.policies, "T1", ids, pace, stage.clock, stage.wake
        )

    async def close(self) -> None:
        await self.market.aclose()
        await self.database.close()


class Stage:
    def __init__(self, url: str) -> None:
        self.url = url
        self.clock = FakeClock()
        self.one = FakeProvider(self.clock, name="one", title="One")
        self.two = FakeProvider(self.clock, name="two", title="Two")
        self.one.fresh_for = self.two.fresh_for = timedelta(seconds=30)
        self.policies = Policies()
        self.errors: list[tuple[str, Exception]] = []
        self.wakes = 0
        self.processes: list[Process] = []

    async def start(self, life: Life | None = None) -> Process:
        database = open_database(self.url)
        await database.migrate()
        if life is not None:
            database.__class__ = PerilousDatabase
            database.life = life  # type: ignore[attr-defined]
        process = Process(self, database)
        self.processes.append(process)
        return process

    @property
    def bot(self) -> Process:
        return self.processes[-1]

    def on_error(self, about: str, error: Exception) -> None:
        self.errors.append((about, error))

    def wake(self) -> None:
        self.wakes += 1

    # --- the market ---

    def sells(self, *offers: Offer) -> None:
        self.one.offers = offers

    def prices(self, *usd: str) -> None:
        """Machines a, b, c … at these prices."""
        self.sells(*(machine(name, price) for name, price in zip("abcdefgh", usd, strict=False)))

    # --- people and time ---

    async def set(
        self, rule: Rule = UNDER_HALF, query: OfferQuery = A_4090, asker: Asker = ADA
    ) -> Watch:
        page = await self.bot.control.set(asker, query, rule, "4090 under 0.50")
        assert isinstance(page, WatchPage)
        return page.watch

    async def look(self, looks: int = 1) -> Ticked:
        """As many as asked for, each at its moment; the last one's result."""
        ticked = Ticked()
        for _ in range(looks):
            ticked = await self.bot.watching.tick()
            now = self.clock.now()
            wait = next_look(now, await self.bot.watching.pace.interval_s()) - now
            self.clock.advance(wait.total_seconds())
        return ticked

    async def newest(self, watch: Watch) -> Watch:
        found = await self.bot.watches.get(watch.id)
        assert found is not None
        return found

    async def said(self) -> list[Notice]:
        """Everything that would have been posted until now; takes it out."""
        taken: list[Notice] = []
        now = self.clock.now()
        while pending := await self.bot.outbox.claim(now, now + timedelta(hours=1), 20):
            for each in pending:
                taken.append(each.notice)
                await self.bot.outbox.sent(each)
        return taken


def machine(name: str, usd: str, **facts: Any) -> Offer:
    return an_offer(
        name, provider="one", usd=usd, machine_id=f"m-{name}", host_id=f"h-{name}", **facts
    )


def dearer(offer: Offer, usd: str) -> Offer:
    return replace(offer, price=Price(Decimal(usd), Decimal(0), Decimal(0)))


@contextlib.asynccontextmanager
async def open_stage(home: Path, url: str | None = None) -> AsyncIterator[Stage]:
    stage = Stage(url or f"sqlite:///{home / 'shopper.db'}")
    await stage.start()
    try:
        yield stage
    finally:
        for process in stage.processes:
            await process.close()


async def fallen(stage: Stage, *watches: Watch) -> list[Notice]:
    """The scene is set at 0.60, then the price falls to 0.40 and stays there for two looks."""
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    await stage.look(2)
    return await stage.said()
