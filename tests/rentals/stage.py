"""The flows between real records and simulated marketplaces, in a time that is moved.

Only Slack is missing: what would be said stands in the outbox, and ticks are called by hand.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp

from bot.assembly import Flows, Outside, Stores, put_together
from bot.flows.permits import watched
from bot.flows.ports import Timing
from bot.playground import Slack
from bot.rules.notices import Notice, NoticeKind
from bot.rules.places import Asker, Place
from bot.rules.policy import Policy
from bot.rules.quotes import Quote, RentAnswer, RentForm
from bot.rules.sessions import Session, SessionState
from bot.slack.notify import Notifier
from bot.store import DeploymentIds, StoredSessions, open_database
from bot.store.database import Database
from providers.base import Provider
from providers.errors import ProviderError
from providers.instances import RentRequest, SshEndpoint
from providers.models import OfferQuery, ProviderName
from providers.registry import OpenMarket, open_market
from providers.settings import Pace, ProviderSettings, Timeouts
from providers.simulator import Simulator, open_simulator
from providers.simulator.faults import Fault, FaultKind
from tests.fakes.clock import FakeClock
from tests.rentals.newsstand import open_newsstand
from tests.rentals.perils import Life, PerilousDatabase, PerilousWire

VAST, DOCK = ProviderName("vastai"), ProviderName("tensordock")
TEAM = "T0PLAYGRND"
ADA = Asker("U0ADA00001", Place(TEAM, "C0GENERAL1"))
GRACE = Asker("U0GRACE002", Place(TEAM, "C0GENERAL1"))
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGyT3nKkVhr8Ng4YVMwhoMMSOvIuODI8CG1cDOcHu7jz"
DEPLOYMENT = "test"
_SIMULATED = {VAST: "vast", DOCK: "tensordock"}
_LONG_AGO_S = 1e9
"""A fate that began so many seconds before the machine ran holds from now on."""


Workspace = tuple[Slack, aiohttp.ClientSession]


@dataclass
class Policies:
    policy: Policy = field(
        default_factory=lambda: Policy(admins=(ADA.user_id,), machines_each=9, machines_in_all=9)
    )

    def current(self) -> Policy:
        return self.policy


@dataclass
class Doors:
    """SSH answers, unless it is told otherwise: its own test opens real ports."""

    shut: bool = False

    async def greets(self, _endpoint: SshEndpoint) -> bool:
        return not self.shut


class WatchedSessions(StoredSessions):
    """Tells at once what is called over."""

    def __init__(self, database: Database, on_over: Callable[[Session], None]) -> None:
        super().__init__(database)
        self._on_over = on_over

    async def change(self, old: Session, new: Session, *rest: Any, **more: Any) -> Session:
        if new.state is not old.state and new.state in {SessionState.ENDED, SessionState.FAILED}:
            self._on_over(new)
        return await super().change(old, new, *rest, **more)


class NoKeyServer:
    async def keys_of(self, _user: str) -> tuple[str, ...]:
        raise LookupError("not here")


@dataclass
class Stage:
    clock: FakeClock
    market: Simulator
    home: Path
    url: str
    policies: Policies
    doors: Doors
    vast_key: str = "key-one"
    dock_token: str = "token-one"
    timeouts: Timeouts = field(default_factory=lambda: Timeouts(0.3, 0.25, 0.25, 0.25))
    errors: list[object] = field(default_factory=list)
    database: Database | None = None
    opened: OpenMarket | None = None
    flows: Flows | None = None
    stores: Stores | None = None
    wakes: int = 0
    on_look: Callable[[ProviderName], None] = lambda _name: None
    """Told when a press wants the machines of a marketplace to be listed at once."""
    can_tell: bool = True
    """Slack takes what is said."""
    life: Life | None = None
    """Where it may be killed; None lives for ever."""
    slack: Workspace | None = None
    """A workspace in which it is heard; None leaves everything in the outbox."""
    notifier: Notifier | None = None
    on_over: Callable[[Session], None] | None = None
    """Told at the moment when a session is called ended or failed."""
    others: list["Stage"] = field(default_factory=list)
    """Processes beside it."""

    async def start_bot(self) -> None:
        """A fresh process in all but name."""
        self.database = open_database(self.url)
        await self.database.migrate()
        if self.life is not None:
            self.database.__class__ = PerilousDatabase
            self.database.life = self.life  # type: ignore[attr-defined]
        self.opened = open_market(
            {VAST: self._vast(), DOCK: self._dock()},
            cache_dir=self.home / "cache",
            clock=self.clock,
            transport=None if self.life is None else PerilousWire(self.life),
            on_error=lambda name, error: self.errors.append((name, error)),
        )
        self.stores = Stores(self.database, self._unreadable, self._unreadable, self._unreadable)
        if self.on_over is not None:
            self.stores.sessions = WatchedSessions(self.database, self.on_over)
        self.flows = put_together(
            self.stores, self.opened.market, self.opened.providers, self._outside()
        )
        for name in (VAST, DOCK):
            await self.records.marks.remember(watched(name), self.clock.now().isoformat())
        if self.slack is not None:
            self.notifier = open_newsstand(
                *self.slack, self.stores, self.opened, self.policies, self.clock, self.life
            )

    async def stop_bot(self) -> None:
        while self.others:
            await self.others.pop().stop_bot()
        if self.opened is not None and self.database is not None:
            await self.opened.aclose()
            await self.database.close()
        self.opened = self.database = self.flows = self.stores = None

    async def second(self) -> "Stage":
        """Another process on the same records, in the same time; ends with this one."""
        other = replace(
            self, home=self.home / "second", opened=None, database=None, wakes=0, others=[]
        )
        await other.start_bot()
        self.others.append(other)
        return other

    @property
    def bot(self) -> Flows:
        assert self.flows is not None
        return self.flows

    @property
    def providers(self) -> tuple[Provider, ...]:
        assert self.opened is not None
        return self.opened.providers

    @property
    def records(self) -> Stores:
        assert self.stores is not None
        return self.stores

    # --- acting ---

    async def card(
        self, provider: ProviderName = VAST, who: Asker = ADA, **wishes: Any
    ) -> Session:
        """The cheapest offer of a marketplace, as a card; never of a machine that was rented."""
        query = OfferQuery(
            providers=(provider,), verified_only=False, min_reliability=None, **wishes
        )
        answer = await self.bot.finder.find(who, query)
        sessions: tuple[Session, ...] = answer.sessions  # type: ignore[union-attr]
        machines = self.market.vast.rentals.ever_made()
        taken = {str(each.machine.machine_id) for each in machines}
        return next(each for each in sessions if each.offer.machine_id not in taken)

    async def quote(self, card: Session, who: Asker = ADA) -> Quote:
        quote = await self.bot.quoting.quote(card.id, who)
        assert isinstance(quote, Quote), quote
        return quote

    async def submit(
        self, quote: Quote, who: Asker = ADA, *, delivery: str = "", hours: int = 4, **form: Any
    ) -> RentAnswer:
        filled = RentForm(
            Decimal(hours), int(quote.offer.disk_gb), quote.image, KEY, "", accepts_price=True
        )
        delivery = delivery or f"d-{quote.id}-{who.user_id}"
        return await self.bot.renting.submit(quote.id, who, replace(filled, **form), delivery)

    async def rent(
        self, provider: ProviderName = VAST, who: Asker = ADA, *, hours: int = 4, **wishes: Any
    ) -> Session:
        """From the card to the machine that is being made; the newest record of it."""
        card = await self.card(provider, who, **wishes)
        await self.submit(await self.quote(card, who), who, hours=hours)
        return await self.session(card.id)

    async def session(self, session_id: Any) -> Session:
        found = await self.records.sessions.get(session_id)
        assert found is not None
        return found

    async def tick(self) -> None:
        await self.bot.reconciling.tick()
        await self.bot.guard.tick()
        if self.notifier is not None:
            while await self.notifier.tick():
                pass  # what waited for what was said before it

    async def pass_time(self, seconds: float, step: float = 10.0) -> None:
        """Moves time and ticks as the jobs would."""
        end = self.clock.monotonic() + seconds
        while self.clock.monotonic() < end:
            self.clock.advance(min(step, end - self.clock.monotonic()))
            self.market.step(0)
            await self.tick()

    async def until(self, session: Session, state: object, within_s: float = 1800) -> Session:
        waited = 0.0
        while (now := await self.session(session.id)).state is not state:
            assert waited < within_s, f"still {now.state} after {within_s} s: {now}"
            await self.pass_time(10)
            waited += 10
        return now

    def alive(self) -> list[tuple[str, str]]:
        """(label, instance id) of machines that the marketplaces really have."""
        now = self.market.clock.now()
        vast = [
            (r.label or "", str(r.instance_id)) for r in self.market.vast.rentals.existing(now)
        ]
        dock = [(r.name, str(r.instance_id)) for r in self.market.tensordock.rentals.existing(now)]
        return vast + dock

    async def said(self) -> list[NoticeKind]:
        """Kinds of all notices that wait in the outbox, edits apart; taken out of it."""
        return [notice.kind for notice in await self.notices()]

    async def heard(self) -> list[tuple[str, str]]:
        """(kind, audience) of them, in order of the alphabet."""
        return sorted((str(each.kind), str(each.audience)) for each in await self.notices())

    async def notices(self) -> list[Notice]:
        """All that wait in the outbox, taken out of it; what edits a message is no news."""
        return [each for each in await self.everything_said() if _is_news(each)]

    async def everything_said(self) -> list[Notice]:
        """The same with the edits."""
        taken: list[Notice] = []
        while True:
            now = self.clock.now()
            pending = await self.records.outbox.claim(now, now.replace(year=2099), 100)
            if not pending:
                return taken
            for each in pending:
                taken.append(each.notice)
                await self.records.outbox.sent(each)

    def defects(self) -> list[object]:
        """Errors that no marketplace made."""
        told: list[Any] = self.errors
        return [error for _, error in told if not isinstance(error, ProviderError)]

    # --- breaking ---

    def fault(self, provider: ProviderName, kind: str, endpoint: str, **details: Any) -> None:
        self.market.fault(_SIMULATED[provider], kind, endpoint=endpoint, **details)

    def doom(self, session: Session, kind: str) -> None:
        """What its machine meets now."""
        market, instance_id = self.market, session.rented.instance_id
        machines: list[Any] = [*market.vast.rentals.ever_made()]
        machines += market.tensordock.rentals.ever_made()
        (machine,) = [each for each in machines if str(each.instance_id) == instance_id]
        provider = _SIMULATED[session.offer.provider]
        machine.fate = Fault(FaultKind(kind), provider, seconds=-_LONG_AGO_S)

    async def unrecorded(
        self, provider: ProviderName, like: Session, label: str | None = None
    ) -> tuple[str, str]:
        """A machine that no record tells of, under the label of a session; as in `alive`."""
        query = OfferQuery(providers=(provider,), verified_only=False, min_reliability=None)
        listing = await self.bot.finder.market.search(query, refresh=True)
        offer = next(each for each in listing.offers if each.machine_id != like.offer.machine_id)
        rents = next(each for each in self.providers if each.name == provider)
        label = f"shopper-{like.id}" if label is None else label
        request = RentRequest(offer, label, KEY, rents.images[0].name)
        return label, await rents.rent(request)

    async def restart(self) -> None:
        await self.stop_bot()
        await self.start_bot()
        await self.tick()

    def made(self) -> list[str]:
        """Labels of all machines that were ever made."""
        vast = [each.label or "" for each in self.market.vast.rentals.ever_made()]
        return sorted(vast + [each.name for each in self.market.tensordock.rentals.ever_made()])

    async def path(self, session: Session) -> list[str]:
        """The states that it went through."""
        events = await self.records.sessions.events(session.id)
        return [str(each.new) for each in events if each.old is not each.new]

    def _vast(self) -> ProviderSettings:
        return self._settings(self.market.vast_url, self.vast_key)

    def _dock(self) -> ProviderSettings:
        return self._settings(self.market.tensordock_url, self.dock_token)

    def _settings(self, url: str, key: str) -> ProviderSettings:
        from pydantic import SecretStr

        return ProviderSettings(
            url,
            SecretStr(key) if key else None,
            search_pace=Pace(0.0, 1),
            timeouts=self.timeouts,
            renting_pace_factor=0.0,
        )

    def _outside(self) -> Outside:
        return Outside(
            clock=self.clock,
            policies=self.policies,
            ids=DeploymentIds(DEPLOYMENT),
            doors=self.doors,
            key_server=NoKeyServer(),
            home_team=TEAM,
            timing=Timing(),
            wake_guard=self._wake,
            look_now=self._look_now,
            wake_watching=lambda: None,
            wake_orders=lambda: None,
            can_tell=lambda: self.can_tell,
            on_session_error=lambda session_id, error: self.errors.append((session_id, error)),
            on_market_error=lambda name, error: self.errors.append((name, error)),
            on_watch_error=lambda about, error: self.errors.append((about, error)),
            on_order_error=lambda order_id, error: self.errors.append((order_id, error)),
        )

    def _unreadable(self, an_id: str, error: Exception) -> None:
        self.errors.append((an_id, error))

    def _wake(self) -> None:
        self.wakes += 1

    def _look_now(self, name: ProviderName) -> None:
        self.on_look(name)


@contextlib.asynccontextmanager
async def open_stage(
    home: Path, url: str | None = None, *, workspace: Workspace | None = None, **options: Any
) -> AsyncIterator[Stage]:
    clock = FakeClock()
    async with open_simulator(
        **{"seed": 7, "rate_limits": False, "clock": clock, "stale_share": 0.0} | options
    ) as market:
        address = url or f"sqlite:///{home / 'shopper.db'}"
        stage = Stage(clock, market, home, address, Policies(), Doors(), slack=workspace)
        await stage.start_bot()
        try:
            yield stage
        finally:
            await stage.stop_bot()


def _is_news(notice: Notice) -> bool:
    return notice.kind is not NoticeKind.CARD and "edits" not in notice.facts
