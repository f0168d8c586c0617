"""What the flows need from outside. `store` keeps them in a database, tests in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.flows.history_ports import Readings
from bot.rules.notices import Notice, PendingNotice, Post
from bot.rules.orders import Firing, OrderId
from bot.rules.orphans import Orphan
from bot.rules.policy import Policy
from bot.rules.quotes import Quote, QuoteId
from bot.rules.renters import HostKey, HostRecord, Renter
from bot.rules.searches import Search, SearchId
from bot.rules.sessions import Session, SessionId, SessionState
from bot.rules.watches import WatchId
from providers.base import Priority
from providers.instances import SshEndpoint
from providers.listings import Listing
from providers.models import Offer, OfferQuery, ProviderName


class StoreDown(Exception):
    """The records cannot be reached now: nothing was written. Trying again may help."""


class Conflict(Exception):
    """Somebody else changed it meanwhile: nothing was written. Read it again."""


class Repeated(Exception):
    """This delivery was handled before: nothing was written."""


@dataclass(frozen=True, slots=True)
class InUse:
    """Live sessions and waiting orders when one more is about to be written, counted under the
    lock."""

    by_renter: int
    in_all: int
    orders: int = 0
    """Of `by_renter`: the orders that wait."""
    orders_in_all: int = 0
    ending: int = 0
    """Of `by_renter`: machines that are being ended."""


class TooMany(Exception):
    """The last place was taken meanwhile: nothing was written."""

    def __init__(self, in_use: InUse) -> None:
        super().__init__(f"{in_use.by_renter} of the renter, {in_use.in_all} in all")
        self.in_use = in_use


class Market(Readings, Protocol):
    """`providers.market.Market`, as far as a flow needs it."""

    async def search(
        self,
        query: OfferQuery,
        *,
        priority: Priority = Priority.SEARCH,
        refresh: bool = False,
    ) -> Listing:
        """`refresh` asks the marketplaces again unless they were asked seconds ago.

        A marketplace's fault never raises: it is in the listing.
        """
        ...

    async def refresh_offer(
        self, offer: Offer, *, priority: Priority = Priority.PRESS
    ) -> Offer | None:
        """As the marketplace has it now, past the cache; `None` when it is gone.

        Raises `ProviderError`.
        """
        ...

    def evict(self, offer: Offer) -> None:
        """It is gone, or its host failed: not shown again for some minutes."""
        ...


class Searches(Protocol):
    async def save(self, searches: Sequence[Search]) -> None:
        """Inserts or replaces, all in one transaction."""
        ...

    async def get(self, search_id: SearchId) -> Search | None: ...

    async def sweep(self, opened_before: datetime) -> int:
        """Deletes what is older; returns how many."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """Why a session changes: its event row."""

    at: datetime
    who: str
    """A Slack user id, or the name of a job."""
    why: str


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    who: str
    old: SessionState | None
    new: SessionState
    why: str


class Sessions(Protocol):
    """Each method is one transaction."""

    async def open(self, sessions: Sequence[Session]) -> None:
        """Inserts `offered` sessions with their first event row."""
        ...

    async def get(self, session_id: SessionId) -> Session | None: ...

    async def change(
        self,
        old: Session,
        new: Session,
        change: Change,
        notices: Sequence[Notice] = (),
        *,
        delivery: str | None = None,
    ) -> Session:
        """Writes `new` with its event row and its notices; returns it with its new version.

        `delivery` names what Slack sent: handled once. Raises `Conflict`, `Repeated`.
        """
        ...

    async def begin(
        self,
        old: Session,
        new: Session,
        change: Change,
        notices: Sequence[Notice],
        *,
        most_each: int,
        most_in_all: int,
        delivery: str | None = None,
        firing: Firing | None = None,
    ) -> Session:
        """`change` to `renting`, with the limits counted under one locked row.

        `firing`: the order that it is rented for is changed with it, and its place is used.
        Raises `Conflict` (of the session, or of the order), `Repeated`, `TooMany`.
        """
        ...

    async def adopt(self, born: Session, change: Change, notices: Sequence[Notice]) -> Session:
        """Inserts a session that begins `running`. Raises `Conflict` when its id is known."""
        ...

    async def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[Session, ...]:
        """Live sessions that are due; nobody else gets them before `until`, whatever happens."""
        ...

    async def hurry(self, session_id: SessionId, at: datetime) -> None:
        """Has a live session looked at by `at`; its version stays, and an earlier look too."""
        ...

    async def live(self, provider: ProviderName | None = None) -> tuple[Session, ...]: ...

    async def rented_by(self, team_id: str, user_id: str, limit: int) -> tuple[Session, ...]:
        """The newest first: live ones, then those that ended."""
        ...

    async def recent(self, limit: int) -> tuple[Session, ...]:
        """Of everybody, as `rented_by`."""
        ...

    async def of_labels(self, labels: Sequence[str]) -> Mapping[str, Session]:
        """Sessions that were ever rented under these labels, whatever their state: of several
        under one label the live one, or the newest."""
        ...

    async def events(self, session_id: SessionId) -> tuple[Event, ...]:
        """Oldest first."""
        ...

    async def in_use(self, team_id: str, user_id: str, but: OrderId | None = None) -> InUse:
        """`but`: an order that is about to use its own place."""
        ...

    async def expire(self, opened_before: datetime, now: datetime) -> int:
        """Moves `offered` sessions that are older to `expired`, with an event row each.

        Takes a batch at a time: call until it returns 0.
        """
        ...

    async def forget(self, opened_before: datetime) -> int:
        """Deletes `expired` sessions that are older, with their events; a batch at a time."""
        ...


class Orphans(Protocol):
    async def open(self, orphan: Orphan, notices: Sequence[Notice]) -> None:
        """Raises `Conflict` when the machine is known already."""
        ...

    async def get(self, orphan_id: SessionId) -> Orphan | None: ...

    async def known(self, provider: ProviderName) -> tuple[Orphan, ...]:
        """Those that are not gone."""
        ...

    async def change(self, old: Orphan, new: Orphan, notices: Sequence[Notice] = ()) -> Orphan:
        """Raises `Conflict`."""
        ...

    async def forget_over(self) -> int:
        """Deletes those that are gone, or were kept and are over, and of which the outbox holds no
        word any more."""
        ...


class Quotes(Protocol):
    async def save(self, quote: Quote) -> None: ...

    async def get(self, quote_id: QuoteId) -> Quote | None: ...

    async def sweep(self, quoted_before: datetime) -> int: ...


class Renters(Protocol):
    async def get(self, team_id: str, user_id: str) -> Renter | None: ...

    async def save(self, renter: Renter) -> None: ...


class Hosts(Protocol):
    async def note(self, host: HostKey, *, started: bool, at: datetime) -> None: ...

    async def records(self, hosts: Sequence[HostKey]) -> Mapping[HostKey, HostRecord]:
        """Only of hosts that were ever tried."""
        ...


class Marks(Protocol):
    """Moments, turns and facts that all processes share."""

    async def remember(self, name: str, fact: str) -> None:
        """Kept until it is remembered otherwise."""
        ...

    async def remembered(self, name: str) -> str | None: ...

    async def first(self, name: str, now: datetime) -> datetime:
        """When this was called for the first time on this database."""
        ...

    async def earliest(self) -> datetime | None:
        """Of all those first times; the database is at least as old."""
        ...

    async def take(self, name: str, now: datetime, until: datetime) -> bool:
        """True for one caller; for all others not before `until`."""
        ...

    async def handled(self, delivery: str, now: datetime) -> bool:
        """False the first time, true ever after (for a day)."""
        ...

    async def sweep(self, handled_before: datetime) -> int: ...


class Outbox(Protocol):
    """Notices on their way to Slack."""

    async def put(self, notices: Sequence[Notice], now: datetime) -> None:
        """What was put under the same key before is not put again; a `card` is due anew."""
        ...

    async def claim(
        self, now: datetime, until: datetime, limit: int, *, but: Sequence[int] = ()
    ) -> tuple[PendingNotice, ...]:
        """Oldest first, and of one session never the second before the first is out.

        `but`: rows that the caller is still sending. A process that slept through its own claim
        is no dead one.
        """
        ...

    async def sent(self, pending: PendingNotice) -> None: ...

    async def later(self, pending: PendingNotice, at: datetime, error: str) -> None:
        """Slack did not take it: it is due again at `at`."""
        ...

    async def drop(self, pending: PendingNotice, error: str) -> None: ...

    async def post(self, about: str, role: str) -> Post | None:
        """Where the `card` of a session, or another lasting message, stands."""
        ...

    async def posts_of(self, about: str) -> tuple[Post, ...]:
        """In every role."""
        ...

    async def posted(self, about: str, role: str, post: Post) -> None: ...

    async def sweep(self, sent_before: datetime) -> int: ...

    async def forget_posts(self) -> int:
        """Of machines that are over and watches that are gone, and of which the outbox holds no
        word any more: nothing of theirs is edited again."""
        ...


class Ids(Protocol):
    """Makes ids that carry the deployment."""

    @property
    def deployment(self) -> str: ...

    def session_id(self) -> SessionId: ...

    def search_id(self) -> SearchId: ...

    def quote_id(self) -> QuoteId: ...

    def watch_id(self) -> WatchId: ...

    def order_id(self) -> OrderId: ...


class Policies(Protocol):
    """The policy in force; read again when its file changes."""

    def current(self) -> Policy: ...


class Doors(Protocol):
    """Looks whether an SSH server answers."""

    async def greets(self, endpoint: SshEndpoint) -> bool:
        """Whether a banner came. Never raises, never asks an address that is not global."""
        ...


class KeyServer(Protocol):
    async def keys_of(self, github_user: str) -> tuple[str, ...]:
        """Public keys; raises `LookupError` with a sentence when there are none to be had."""
        ...


@dataclass(frozen=True, slots=True)
class Timing:
    """Settings of the jobs. Seconds."""

    reconcile_s: float = 30.0
    poll_s: float = 10.0
    """Between two looks at a machine that is starting."""
    silence_s: float = 600.0
    """How long a renter may take to answer whether to wait for a machine that is not ready."""
    trouble_dm_s: float = 600.0
    """After so long the renter and the admins are told that a machine will not die."""
    trouble_again_s: float = 3600.0
    watch_s: float = 60.0
    """Between two looks at a watch, at least."""
