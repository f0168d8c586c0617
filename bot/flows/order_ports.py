"""What standing orders need from outside, beside `ports`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.rules.notices import Notice
from bot.rules.orders import Order, OrderDraft, OrderId
from providers.models import OfferQuery


class OrderDrafts(Protocol):
    """What stands in windows, until it is placed."""

    async def save(self, draft: OrderDraft, now: datetime) -> None: ...

    async def get(self, order_id: OrderId) -> OrderDraft | None: ...

    async def sweep(self, drafted_before: datetime) -> int: ...


class Orders(Protocol):
    """Each method is one transaction."""

    async def place(
        self, order: Order, notices: Sequence[Notice], *, most_each: int, most_in_all: int
    ) -> Order:
        """Gives it the next number of its team and makes it due at once; placed before under the
        same id, that one is returned and nothing is written.

        The limits are counted under the lock of `Sessions.begin`. Raises `ports.TooMany`.
        """
        ...

    async def get(self, order_id: OrderId) -> Order | None: ...

    async def numbered(self, team_id: str, number: int) -> Order | None: ...

    async def of_person(self, team_id: str, user_id: str, limit: int) -> tuple[Order, ...]:
        """Open ones first, the newest first."""
        ...

    async def of_team(self, team_id: str, limit: int) -> tuple[Order, ...]:
        """As `of_person`."""
        ...

    async def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[Order, ...]:
        """Open orders that are due, the oldest first; nobody else gets them before `until`."""
        ...

    async def change(
        self,
        old: Order,
        new: Order,
        notices: Sequence[Notice] = (),
        *,
        at: datetime,
        due: datetime | None = None,
    ) -> Order:
        """`at`: of the notices; `due`: when it is looked at next, where that changes. Raises
        `ports.Conflict`."""
        ...

    async def look_again(self, order_ids: Sequence[OrderId], at: datetime) -> None:
        """They are due then; nothing else of them changes."""
        ...

    async def asked(self) -> tuple[OfferQuery, ...]:
        """What the orders that wait ask, each once; for the choice of the interval."""
        ...
