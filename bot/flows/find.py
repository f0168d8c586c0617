"""Slash command → cards: ask the market, keep the answer, open a session for each card shown."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.flows.ports import Hosts, Ids, Market, Searches, Sessions
from bot.flows.standings import Standings
from bot.rules.places import Asker
from bot.rules.searches import (
    KEPT_OFFERS,
    PAGE_SIZE,
    FindAnswer,
    Loosening,
    NobodyAnswered,
    NothingFound,
    ResultsPage,
    Search,
    SearchId,
    page_count,
)
from bot.rules.sessions import Session, SessionId, SessionState
from providers import matching
from providers.clock import Clock
from providers.listings import Listing, NearMiss
from providers.models import OfferQuery, Sort


class SearchGone(Exception):
    """The button belongs to a search that was swept: ask anew."""


@dataclass(frozen=True, slots=True)
class Finder:
    """Every method answers with values; what a marketplace did wrong is inside the listing."""

    market: Market
    searches: Searches
    sessions: Sessions
    ids: Ids
    clock: Clock
    hosts: Hosts
    standings: Standings

    async def find(self, asker: Asker, query: OfferQuery) -> FindAnswer:
        return await self._run(self._pending(asker, query), refresh=False)

    async def run(self, search_id: SearchId, asker: Asker) -> FindAnswer:
        """A suggestion, a loosening or somebody's shared search, as a new search of `asker`."""
        search = await self._get(search_id)
        return await self.find(asker, search.query)

    async def refresh(self, search_id: SearchId) -> FindAnswer:
        return await self._run(await self._get(search_id), refresh=True)

    async def resort(self, search_id: SearchId, sort: Sort) -> FindAnswer:
        search = await self._get(search_id)
        query = search.query.with_changes(sort=sort)
        return await self._run(replace(search, query=query, page=0), refresh=False)

    async def turn(self, search_id: SearchId, pages: int) -> FindAnswer:
        """Forward or back in the answer as it was given: the next page never repeats a card."""
        search = await self._get(search_id)
        listing = search.listing
        if listing is None or not listing.offers:
            return await self._run(search, refresh=False)
        last = page_count(len(listing.offers)) - 1
        page = min(max(0, search.page + pages), last)
        return await self._page(replace(search, page=page), listing)

    async def shown(self, search_id: SearchId) -> FindAnswer:
        """The page as it is, for sharing."""
        return await self.turn(search_id, 0)

    async def session(self, session_id: SessionId) -> Session | None:
        return await self.sessions.get(session_id)

    async def suggest(self, asker: Asker, queries: Sequence[OfferQuery]) -> tuple[SearchId, ...]:
        """Opens searches that wait for a press."""
        pending = [self._pending(asker, query) for query in queries]
        await self.searches.save(pending)
        return tuple(search.id for search in pending)

    def _pending(self, asker: Asker, query: OfferQuery) -> Search:
        return Search(self.ids.search_id(), asker, query, self.clock.now())

    async def _get(self, search_id: SearchId) -> Search:
        search = await self.searches.get(search_id)
        if search is None:
            raise SearchGone(search_id)
        return search

    async def _run(self, search: Search, *, refresh: bool) -> FindAnswer:
        listing = await self.market.search(search.query, refresh=refresh)
        wanted = listing.matched if search.query.limit is None else search.query.limit
        kept = listing.offers[: min(wanted, KEPT_OFFERS)]
        listing = replace(listing, offers=kept)
        search = replace(search, listing=listing, matched=listing.matched, page=0)
        if kept:
            return await self._page(search, listing)
        if not listing.sources:
            await self.searches.save([search])
            return NobodyAnswered(search, listing, self.clock.now())
        return await self._nothing(search, listing)

    async def _page(self, search: Search, listing: Listing) -> ResultsPage:
        start = search.page * PAGE_SIZE
        now = self.clock.now()
        sessions = tuple(
            Session(
                self.ids.session_id(),
                SessionState.OFFERED,
                offer,
                search.asker,
                now,
                wanted_hours=search.query.min_hours,
            )
            for offer in listing.offers[start : start + PAGE_SIZE]
        )
        await self.searches.save([search])
        await self.sessions.open(sessions)
        keys = [
            (offer.provider, offer.machine_id)
            for offer in (session.offer for session in sessions)
            if offer.machine_id is not None
        ]
        hosts = await self.hosts.records(keys)
        pages = page_count(len(listing.offers))
        standings = await self.standings.of(sessions)
        return ResultsPage(search, listing, sessions, pages, now, hosts, standings)

    async def _nothing(self, search: Search, listing: Listing) -> NothingFound:
        opened = [self._loosened(search, miss) for miss in listing.near_misses[:3]]
        await self.searches.save([search, *(pending for pending, _ in opened)])
        return NothingFound(search, listing, tuple(way for _, way in opened), self.clock.now())

    def _loosened(self, search: Search, miss: NearMiss) -> tuple[Search, Loosening]:
        query = matching.loosened(search.query, miss)
        pending = self._pending(search.asker, query)
        return pending, Loosening(miss.condition, pending.id, query)
