"""What watching needs from outside, beside `ports`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from bot.rules.notices import Notice
from bot.rules.watches import Memory, Past, QuestionId, Watch, WatchId
from providers.base import Priority
from providers.market import Plan, Round
from providers.models import Offer, OfferQuery


@dataclass(frozen=True, slots=True)
class PricePoint:
    """The lowest price that one look at one question showed."""

    question: QuestionId
    at: datetime
    usd_per_hour: Decimal | None
    """None: nothing matched."""
    matched: int


class WatchMarket(Protocol):
    """`providers.market.Market`, as far as watching needs it."""

    def plan(self, queries: Sequence[OfferQuery]) -> Plan:
        """What it takes to look at all of these at once, and how often that can be done."""
        ...

    async def look(self, queries: Sequence[OfferQuery], *, newer_than: datetime) -> Round:
        """Never raises for a marketplace: who failed has not answered."""
        ...

    async def refresh_offer(
        self, offer: Offer, *, priority: Priority = Priority.PRESS
    ) -> Offer | None:
        """Raises `ProviderError`."""
        ...

    def evict(self, offer: Offer) -> None: ...


class Looked(Protocol):
    """What a look leaves of a watch, which is one itself."""

    @property
    def id(self) -> WatchId: ...
    @property
    def version(self) -> int: ...
    @property
    def memory(self) -> Memory: ...


class Watches(Protocol):
    """Each method is one transaction."""

    async def add(self, watch: Watch, *, most_each: int, most_in_channel: int) -> Watch:
        """Gives it the next number of its team and makes it due at once.

        The limits are counted under a lock. Raises `ports.TooMany` (of the owner, in the channel).
        """
        ...

    async def ever(self) -> bool:
        """Whether this database ever held a watch; one that is gone counts."""
        ...

    async def get(self, watch_id: WatchId) -> Watch | None: ...

    async def numbered(self, team_id: str, number: int) -> Watch | None: ...

    async def of_channel(self, team_id: str, channel_id: str) -> tuple[Watch, ...]:
        """By number."""
        ...

    async def of_team(self, team_id: str) -> tuple[Watch, ...]: ...

    async def of_person(self, team_id: str, user_id: str) -> tuple[Watch, ...]: ...

    async def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[Watch, ...]:
        """Watches whose look is due, neither paused nor gone; nobody else gets them before
        `until`. A snoozed one is looked at, so that its memory stays true."""
        ...

    async def look_again(self, looked: Sequence[Looked], at: datetime) -> None:
        """Writes the memories of looks that brought no news, in one transaction; a watch that was
        changed meanwhile keeps its own. They are due again `at` then."""
        ...

    async def change(
        self,
        old: Watch,
        new: Watch,
        notices: Sequence[Notice] = (),
        *,
        due: datetime | None = None,
        at: datetime | None = None,
    ) -> Watch:
        """`due`: when it is looked at next, where that changes; `at`: of the notices, needed with
        them. Raises `ports.Conflict`."""
        ...

    async def change_all(
        self,
        pairs: Sequence[tuple[Watch, Watch]],
        notices: Sequence[Notice],
        due: datetime,
        *,
        at: datetime | None = None,
    ) -> None:
        """Several at once, for one message of a channel; raises `ports.Conflict` for all."""
        ...

    async def remove(self, watch: Watch) -> bool:
        """Whether it was still there."""
        ...

    async def asked(self) -> Mapping[QuestionId, OfferQuery]:
        """What the watches that are not paused ask; for the choice of the interval."""
        ...


class Prices(Protocol):
    """The history of prices."""

    async def record(self, points: Sequence[PricePoint]) -> None: ...

    async def pasts(
        self, queries: Mapping[QuestionId, OfferQuery], now: datetime
    ) -> Mapping[QuestionId, Past]:
        """What is known of each question before `now`; `last_lower_at` is left out."""
        ...

    async def last_at_or_below(
        self, question: QuestionId, usd_per_hour: Decimal, now: datetime
    ) -> datetime | None:
        """When it last cost as little or less; None when never, as far as is known."""
        ...
