"""A search: a query somebody asked, what came back, and which page of it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NewType

from bot.rules.history import Standing
from bot.rules.places import Asker
from bot.rules.renters import HostKey, HostRecord
from bot.rules.sessions import Session, SessionId
from providers.listings import Listing
from providers.models import Offer, OfferQuery

SearchId = NewType("SearchId", str)

PAGE_SIZE = 10
"""A carousel holds at most ten cards."""
KEPT_OFFERS = 100
"""Offers of one answer that can be paged through; the summary still counts all of them."""
KEPT_FOR = timedelta(hours=24)
"""A search is swept with the cards that it opened."""


@dataclass(frozen=True, slots=True)
class Search:
    """Buttons carry its id. One that was never run (a suggestion) has no listing yet."""

    id: SearchId
    asker: Asker
    query: OfferQuery
    opened_at: datetime
    listing: Listing | None = None
    """Ranked, cut to `KEPT_OFFERS`."""
    matched: int = 0
    """Offers that matched before that cut."""
    page: int = 0


@dataclass(frozen=True, slots=True)
class ResultsPage:
    """One page of cards, everything that a renderer needs."""

    search: Search
    listing: Listing
    sessions: tuple[Session, ...]
    """One for each card on this page, in order."""
    pages: int
    now: datetime
    hosts: Mapping[HostKey, HostRecord] = field(default_factory=dict)
    standings: Mapping[SessionId, Standing] = field(default_factory=dict)
    """Places in the history of prices, of the cards of which enough is known."""

    def host(self, offer: Offer) -> HostRecord | None:
        """How machines of the offer's host started for us."""
        if offer.machine_id is None:
            return None
        return self.hosts.get((offer.provider, offer.machine_id))


@dataclass(frozen=True, slots=True)
class Loosening:
    """A button that drops or widens one condition."""

    condition: str
    """Field of `OfferQuery`."""
    search_id: SearchId
    query: OfferQuery


@dataclass(frozen=True, slots=True)
class NothingFound:
    search: Search
    listing: Listing
    """No offers; `removed` and `near_misses` say why."""
    loosenings: tuple[Loosening, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class NobodyAnswered:
    """Every marketplace failed."""

    search: Search
    listing: Listing
    now: datetime


FindAnswer = ResultsPage | NothingFound | NobodyAnswered


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that would have been understood, as a button."""

    text: str
    """A whole command after `/gpu`, canonical."""
    search_id: SearchId | None
    """None when it is not a search (`help`)."""


def page_count(offers: int) -> int:
    return max(1, -(-offers // PAGE_SIZE))
