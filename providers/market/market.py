"""One question to all marketplaces at once, and one `Listing` whatever they do."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from providers.base import Priority, Provider
from providers.clock import Clock
from providers.errors import BadAnswer, ProviderError, Unsupported
from providers.listings import (
    CacheUse,
    Candidate,
    Failure,
    FailureReason,
    Listing,
    NearMiss,
    Source,
    Sweep,
)
from providers.market.asking import Answer, Asking, OnError, Question
from providers.market.books import Books
from providers.market.gone import Gone, is_gone
from providers.market.index import Found, best_of
from providers.market.rounds import Plan, Round, Rounds
from providers.matching import explain
from providers.models import Offer, OfferQuery, ProviderName

_NO_SUCH = "There is no such marketplace here."
Answers = Mapping[ProviderName, Answer | ProviderError]


class Market:
    """A fault of a marketplace never raises: it is in `Listing.failures`.

    `on_error` hears of what would be swallowed otherwise: an adapter's own mistakes, failures of
    the second search that only explains why nothing was found, and once for each fetch a failure
    whose `detail` holds what no person is told, such as a marketplace's own words.
    """

    def __init__(
        self,
        providers: Sequence[Provider],
        clock: Clock,
        *,
        on_error: OnError,
        patience_s: float = 20.0,
        kept_offers: int = 100,
        max_books: int = 64,
        max_candidates: int = 50_000,
    ) -> None:
        self.providers = tuple(providers)
        self._clock = clock
        self._on_error = on_error
        self._patience_s = patience_s
        self._kept_offers = kept_offers
        self._gone = Gone(clock)
        self._asking = Asking(clock, Books(max_books, max_candidates), on_error)
        self._rounds = Rounds(self.providers, self._asking, self._gone, clock, on_error)

    async def search(
        self, query: OfferQuery, *, priority: Priority = Priority.SEARCH, refresh: bool = False
    ) -> Listing:
        """`refresh` asks the marketplaces again unless they answered seconds ago."""
        until = asyncio.get_running_loop().time() + self._patience_s
        asked = [p for p in self.providers if not query.providers or p.name in query.providers]
        answers = await self._asking.ask(asked, Question(query, priority, refresh), until)
        listing = self._listing(query, answers)
        if listing.matched or not listing.sources:
            return listing
        wider = await self._asked_wider(query, answers, priority, until)
        listing = self._listing(query, wider)
        return listing if listing.matched else self._explained(listing, wider)

    def plan(self, queries: Sequence[OfferQuery]) -> Plan:
        """What it takes to look at all of these at once, and how often that can be done."""
        return self._rounds.plan(queries)

    async def look(self, queries: Sequence[OfferQuery], *, newer_than: datetime) -> Round:
        """All of these at once, for the fewest calls; nobody waits longer for it than he must."""
        return await self._rounds.look(queries, newer_than=newer_than)

    async def read(
        self,
        query: OfferQuery,
        *,
        newer_than: datetime,
        priority: Priority = Priority.WATCH,
        patience_s: float = 60.0,
    ) -> tuple[tuple[Sweep, ...], tuple[Failure, ...]]:
        """What each marketplace said to a query, whole and not yet matched against it."""
        until = asyncio.get_running_loop().time() + patience_s
        question = Question(query, priority, refresh=True, newer_than=newer_than)
        answers = await self._asking.ask(self.providers, question, until)
        sweeps = (a.book.sweep for a in answers.values() if isinstance(a, Answer))
        return tuple(sweeps), _failures(answers)

    async def refresh_offer(
        self, offer: Offer, *, priority: Priority = Priority.PRESS
    ) -> Offer | None:
        """The offer as its marketplace has it now, past every cache; `None` when it is gone.

        Raises `ProviderError`. What was evicted meanwhile is gone whatever the marketplace lists.
        """
        provider = next((p for p in self.providers if p.name == offer.provider), None)
        if provider is None:
            raise Unsupported(offer.provider, _NO_SUCH)
        try:
            found = await provider.refresh_offer(offer, priority=priority)
        except ProviderError:
            raise
        except Exception as error:
            self._on_error(provider.name, error)
            sentence = f"{provider.title} gave an answer that could not be used."
            raise BadAnswer(provider.name, sentence) from error
        return None if found is None or is_gone(found, self._gone.keys()) else found

    def evict(self, offer: Offer) -> None:
        """Somebody found it dead: for some minutes it is not served again, from nowhere."""
        self._gone.add(offer)

    async def aclose(self) -> None:
        """Ends what still runs in the background."""
        await self._asking.aclose()

    async def _asked_wider(
        self, query: OfferQuery, answers: Answers, priority: Priority, until: float
    ) -> Answers:
        """Marketplaces filter for us; to say why nothing was left, ask for what they hid."""
        answered = [p for p in self.providers if isinstance(answers.get(p.name), Answer)]
        known = dict(answers)
        for wide in _wider(query):
            question = Question(wide, priority, refresh=False)
            for name, answer in (await self._asking.ask(answered, question, until)).items():
                if isinstance(answer, Answer):
                    known[name] = answer
                elif not answer.detail:  # or it was told
                    self._on_error(name, answer)
            if any(a.book.index.size for a in known.values() if isinstance(a, Answer)):
                break
        return known

    def _listing(self, query: OfferQuery, answers: Answers) -> Listing:
        now, gone = self._clock.now(), self._gone.keys()
        found = {
            name: answer.book.index.search(query, now.timestamp(), self._kept_offers, gone)
            for name, answer in answers.items()
            if isinstance(answer, Answer)
        }
        sources = tuple(
            _source(name, answer, found[name])
            for name, answer in answers.items()
            if isinstance(answer, Answer)
        )
        return Listing(
            query=query,
            offers=self._built(query, found, answers),
            considered=sum(f.considered for f in found.values()),
            sources=sources,
            failures=(*_failures(answers), *self._unknown(query)),
            as_of=min((source.as_of for source in sources), default=now),
            matched=sum(f.matched for f in found.values()),
        )

    def _built(
        self, query: OfferQuery, found: Mapping[ProviderName, Found], answers: Answers
    ) -> tuple[Offer, ...]:
        best = best_of([f.rows for f in found.values()], query.sort, self._kept_offers)
        offers = (self._offer(candidate, answers) for candidate in best)
        return tuple(offer for offer in offers if offer is not None)

    def _offer(self, candidate: Candidate, answers: Answers) -> Offer | None:
        try:
            answer = answers[candidate.provider]
            return answer.book.index.offer(candidate) if isinstance(answer, Answer) else None
        except Exception as error:  # noqa: BLE001  a bad row costs itself, never the answer
            self._on_error(candidate.provider, error)
            return None

    def _explained(self, listing: Listing, answers: Answers) -> Listing:
        query = listing.query
        books = [answer.book for answer in answers.values() if isinstance(answer, Answer)]
        gone = self._gone.keys()
        candidates = [c for book in books for c in book.index.candidates(query, gone)]
        explanation = explain(candidates, query, self._clock.now().timestamp())
        nearest = (
            NearMiss(offer, condition)
            for condition, candidate in explanation.nearest
            if (offer := self._offer(candidate, answers)) is not None
        )
        return replace(
            listing,
            considered=explanation.considered,
            removed=explanation.removed,
            near_misses=tuple(nearest),
        )

    def _unknown(self, query: OfferQuery) -> tuple[Failure, ...]:
        known = {provider.name for provider in self.providers}
        return tuple(
            Failure(name, FailureReason.UNSUPPORTED, _NO_SUCH)
            for name in query.providers
            if name not in known
        )


def _wider(query: OfferQuery) -> Iterator[OfferQuery]:
    """The same kind of machine without a condition; where there is none, any machine.

    Without a model the size and the number of its GPUs are the kind: of all machines a
    marketplace shows the cheapest, and none of these may come near what is wanted.
    """
    anything = OfferQuery(
        gpus=query.gpus,
        pricing=query.pricing,
        disk_gb=query.disk_gb,
        verified_only=False,
        min_reliability=None,
    )
    if not query.gpus:
        yield anything.with_changes(
            min_gpus=query.min_gpus,
            max_gpus=query.max_gpus,
            min_vram_gib=query.min_vram_gib,
            max_vram_gib=query.max_vram_gib,
        )
    yield anything


def _failures(answers: Answers) -> tuple[Failure, ...]:
    return tuple(a.as_failure() for a in answers.values() if isinstance(a, ProviderError))


def _source(name: ProviderName, answer: Answer, found: Found) -> Source:
    sweep = answer.book.sweep
    return Source(
        provider=name,
        as_of=sweep.as_of,
        rows=sweep.rows,
        left_out=sweep.left_out,
        matched=found.matched,
        complete=sweep.complete,
        cache=CacheUse.FRESH if answer.warm else sweep.cache,
        seconds=0.0 if answer.warm else sweep.seconds,
        read_to_usd=sweep.read_to_usd,
    )
