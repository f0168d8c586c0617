"""What the flows need from outside. `store` keeps them in a database, tests in memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.rules.searches import Search, SearchId
from bot.rules.sessions import Session, SessionId
from providers.base import Priority
from providers.models import Listing, OfferQuery


class StoreDown(Exception):
    """The records cannot be reached now: nothing was written. Trying again may help."""


class Market(Protocol):
    """`providers.market.Market`, as far as a flow needs it. A marketplace's fault never raises."""

    async def search(
        self,
        query: OfferQuery,
        *,
        priority: Priority = Priority.SEARCH,
        refresh: bool = False,
    ) -> Listing:
        """`refresh` asks the marketplaces again unless they were asked seconds ago."""
        ...


class Searches(Protocol):
    async def save(self, searches: Sequence[Search]) -> None:
        """Inserts or replaces, all in one transaction."""
        ...

    async def get(self, search_id: SearchId) -> Search | None: ...

    async def sweep(self, opened_before: datetime) -> int:
        """Deletes what is older; returns how many."""
        ...


class Sessions(Protocol):
    async def open(self, sessions: Sequence[Session]) -> None:
        """Inserts `offered` sessions with their first event row, all in one transaction."""
        ...

    async def get(self, session_id: SessionId) -> Session | None: ...

    async def expire(self, opened_before: datetime, now: datetime) -> int:
        """Moves `offered` sessions that are older to `expired`, with an event row each.

        Takes a batch at a time: call until it returns 0.
        """
        ...

    async def forget(self, opened_before: datetime) -> int:
        """Deletes `expired` sessions that are older, with their events; a batch at a time."""
        ...


class Ids(Protocol):
    """Makes ids that carry the deployment."""

    def session_id(self) -> SessionId: ...

    def search_id(self) -> SearchId: ...
