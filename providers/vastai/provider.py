"""`VastAi`: each method translates, sends, translates."""

import asyncio
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from providers import matching
from providers.base import Capability, Poll, Priority
from providers.clock import Clock
from providers.errors import ProviderError
from providers.fetch.call import Reply
from providers.listings import CacheUse, Sweep
from providers.models import Offer, OfferQuery
from providers.settings import ProviderSettings
from providers.vastai import rows, wire
from providers.vastai.renting import Renting
from providers.vastai.rows import Row
from providers.vastai.translate import offers, polling, reading, requests
from providers.vastai.translate.paging import Walk

if TYPE_CHECKING:  # the client brings httpx and diskcache, which only a call needs
    from providers.fetch.client import FetchClient

_KEPT_PAGES = 16
_KEPT_COUNTS = 256
_WATCH_PAGES = 24
"""All offers of one kind are about 9 pages on demand and 13 of bids."""
_NOTHING_SOLD_FOR = timedelta(seconds=60)


class VastAi(Renting):
    """The searching half; the other is `Renting`."""

    default_disk_gb = Decimal(requests.DEFAULT_DISK_GB)
    cannot: Mapping[Capability, str] = {}

    def __init__(self, settings: ProviderSettings, fetch: "FetchClient", clock: Clock) -> None:
        super().__init__(settings, fetch)
        self._clock = clock
        self._kept: dict[str, tuple[datetime, offers.Page]] = {}
        self._pages_of: dict[requests.Question, int] = {}
        self.search_interval_s = settings.search_pace.interval_s

    def scope(self, query: OfferQuery) -> Hashable:
        return requests.question(query)

    async def search(
        self, query: OfferQuery, *, priority: Priority = Priority.SEARCH, refresh: bool = False
    ) -> Sweep:
        """A page that fails costs the offers behind it, not those before it."""
        question = requests.question(query)
        if question is None:
            return self._nothing_sold()
        found, walk = _Found(), Walk(requests.LIMIT)
        watches = priority is Priority.WATCH
        for number in range(_WATCH_PAGES if watches else self._settings.max_pages):
            asked = question if walk.from_usd is None else question.at(walk.from_usd)
            try:
                reply, page = await self._page(asked, priority, refresh=refresh)
            except ProviderError:
                if number == 0:
                    raise
                break
            found.add(reply, page)
            walk.turn(page.listed, page.rows)
            if walk.ended:
                self._learn(question, number + 1)
                break
            if not watches and self._is_answered(question, query, found, walk):
                break
        return found.sweep(walk, query)

    def polls(self, queries: Sequence[OfferQuery]) -> Sequence[Poll]:
        return polling.polls(queries, self._pages_of.get)

    async def refresh_offer(
        self, offer: Offer, *, priority: Priority = Priority.PRESS
    ) -> Offer | None:
        by_id = requests.by_id(offer)
        for candidate in [] if by_id is None else await self._lookup(by_id, priority):
            if candidate.offer_id == offer.offer_id:
                return candidate.offer()
        by_machine = requests.by_machine(offer)
        again = [] if by_machine is None else await self._lookup(by_machine, priority)
        same = [found for found in map(offers.Candidate.offer, again) if _is_same(found, offer)]
        return min(same, key=lambda found: found.price.usd_per_hour, default=None)

    def _learn(self, question: requests.Question, pages: int) -> None:
        self._pages_of.pop(question, None)
        self._pages_of[question] = pages
        while len(self._pages_of) > _KEPT_COUNTS:
            del self._pages_of[next(iter(self._pages_of))]

    def _is_answered(
        self, question: requests.Question, query: OfferQuery, found: "_Found", walk: Walk
    ) -> bool:
        if _is_passed(walk, query):
            return True
        if question.enough is None:
            return False
        now_s = self._clock.now().timestamp()
        failed = (matching.failing(c, query, now_s) for c in found.candidates())
        return sum(not fields for fields in failed) >= question.enough

    async def _lookup(
        self, question: requests.Question, priority: Priority
    ) -> tuple[offers.Candidate, ...]:
        """Never from the cache: what is read here decides about money."""
        url = question.url(self._settings.base_url)
        call = self._call("search", url, self._settings.search_pace, priority)
        reply = await self._fetch.send(call)
        return (await self._read_page(reply, question)).candidates

    async def _page(
        self, question: requests.Question, priority: Priority, *, refresh: bool
    ) -> tuple[Reply, offers.Page]:
        url = question.url(self._settings.base_url)
        call = self._call("search", url, self._settings.search_pace, priority)
        call = replace(call, cacheable=True, refresh=refresh, plausible=_is_plausible)
        reply = await self._fetch.send(call)
        kept = None if reply.cache is CacheUse.MISS else self._kept.get(url)
        if kept is not None and kept[0] == reply.received_at:
            return reply, kept[1]
        try:
            page = await self._read_page(reply, question)
        except ProviderError:
            await self._fetch.forget(call)
            raise
        self._keep(url, reply.received_at, page)
        return reply, page

    def _keep(self, url: str, received_at: datetime, page: offers.Page) -> None:
        """An answer that is served again, only older, is not read again."""
        self._kept.pop(url, None)
        self._kept[url] = (received_at, page)
        while len(self._kept) > _KEPT_PAGES:
            del self._kept[next(iter(self._kept))]

    async def _read_page(self, reply: Reply, question: requests.Question) -> offers.Page:
        frame = offers.Frame(
            question.pricing, question.disk_gb, reply.received_at, question.models
        )
        return offers.page(await self._read(reply), frame)

    async def _read(self, reply: Reply) -> Sequence[Row | None]:
        if reply.status != 200:
            raise self._refusal(reply)
        found: list[Row | None] = []
        try:
            for number, piece in enumerate(reading.pieces(reply.body)):
                if number:
                    await asyncio.sleep(0)  # lets others run; waits for nothing
                found += self._rows(reply, rows.read(piece))
        except wire.NotAnAnswer:
            return self._read_at_once(reply)
        return found

    def _read_at_once(self, reply: Reply) -> Sequence[Row | None]:
        try:
            return self._rows(reply, rows.read(reply.body))
        except wire.NotAnAnswer:
            raise self._refusal(reply) from None

    def _rows(self, reply: Reply, answer: rows.Answer) -> Sequence[Row | None]:
        if answer.success is False:
            raise self._refusal(reply)
        return answer.offers

    def _nothing_sold(self) -> Sweep:
        """Vast.ai never has these models: not worth a question."""
        now = self._clock.now()
        return Sweep(self.name, (), as_of=now, fresh_until=now + _NOTHING_SOLD_FOR, rows=0)


class _Found:
    """What the pages have brought so far."""

    def __init__(self) -> None:
        self._pages: list[offers.Page] = []
        self._replies: list[Reply] = []

    def add(self, reply: Reply, page: offers.Page) -> None:
        self._replies.append(reply)
        self._pages.append(page)

    def candidates(self) -> tuple[offers.Candidate, ...]:
        """An offer that moved between two pages is the later one. One page stays one object, by
        which the market knows an answer that it has seen.
        """
        if len(self._pages) == 1:
            return self._pages[0].candidates
        return tuple({c.offer_id: c for page in self._pages for c in page.candidates}.values())

    def sweep(self, walk: Walk, query: OfferQuery) -> Sweep:
        unread = sum(page.unread for page in self._pages)
        unpriced = frozenset[int]().union(*(page.unpriced for page in self._pages))
        return Sweep(
            provider=offers.NAME,
            candidates=self.candidates(),
            as_of=min(reply.received_at for reply in self._replies),
            fresh_until=min(reply.fresh_until for reply in self._replies),
            rows=len(walk.known) + unread,
            left_out=len(unpriced) + unread,
            complete=walk.whole,
            read_to_usd=None if walk.ended or not _is_passed(walk, query) else walk.from_usd,
            cache=_worst(reply.cache for reply in self._replies),
            seconds=sum(reply.seconds for reply in self._replies),
        )


def _is_passed(walk: Walk, query: OfferQuery) -> bool:
    """Pages come cheapest first: one that passes the query's limit is the last of use."""
    here = walk.from_usd
    return here is not None and not walk.stepped and matching.covers(here, query)


def _worst(uses: Iterable[CacheUse]) -> CacheUse:
    seen = set(uses)
    order = (CacheUse.STALE, CacheUse.MISS, CacheUse.FRESH)
    return next(use for use in order if use in seen)


def _is_same(found: Offer, offer: Offer) -> bool:
    here, there = (found.machine_id, found.gpu.count), (offer.machine_id, offer.gpu.count)
    return here == there and found.gpu.name == offer.gpu.name


def _is_plausible(body: bytes) -> bool:
    """Whether it may be kept: not whether it is right."""
    return body[:64].lstrip()[:1] == b"{" and b'"offers"' in body and body.rstrip()[-1:] == b"}"
