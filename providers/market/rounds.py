"""Many queries answered at once: each marketplace is asked the fewest questions that do."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from providers.base import Poll, Priority, Provider
from providers.clock import Clock
from providers.errors import ProviderError
from providers.listings import Candidate
from providers.market.asking import Answer, Asking, OnError, Question
from providers.market.gone import Gone
from providers.market.index import PER_GPU, Order, best_of
from providers.models import Offer, OfferQuery, ProviderName, Sort

SHARE = 2 / 3
"""Of the calls that the limits allow; the others are left to people."""
_PATIENCE_S = 90.0
"""For one question, beside the turns of its calls."""
_NOT_ASKED = object()
_READABLE = 0.5
"""Of the rows: below it the answer is nonsense, whatever it holds."""


@dataclass(frozen=True, slots=True)
class Plan:
    polls: Mapping[ProviderName, tuple[Poll, ...]]
    calls: Mapping[ProviderName, int]
    interval_s: float
    """The shortest between two rounds that leaves a third of the calls to others."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What one query found in a round."""

    candidates: tuple[Candidate, ...]
    """Matching, cheapest first, or the cheapest GPU first."""
    matched: int
    asked: frozenset[ProviderName]
    answered: frozenset[ProviderName]
    """Who showed the whole list. Of the others nothing can be concluded but what is there."""
    seen_at: Mapping[ProviderName, datetime]
    """When the marketplace said so: of a list in pages, the first."""


class Round:
    """What the marketplaces said in one go. Looking into it waits for nothing and takes
    microseconds."""

    def __init__(
        self,
        plan: Plan,
        answers: Mapping[ProviderName, Sequence[Answer | None]],
        newer_than: datetime,
        gone: Gone,
        now: datetime,
        on_error: OnError,
    ) -> None:
        self._newer_than = newer_than
        self._answers: dict[ProviderName, dict[OfferQuery, Answer | None]] = {
            name: {
                query: answer
                for poll, answer in zip(polls, answers[name], strict=True)
                for query in poll.answers
            }
            for name, polls in plan.polls.items()
        }
        self._gone = gone
        self._now_s = now.timestamp()
        self._on_error = on_error

    def seen(self, query: OfferQuery, keep: int, *, per_gpu: bool = False) -> Seen:
        """`query` is one of those that the round was made for. `per_gpu`: what is kept are the
        cheapest by the price of one GPU."""
        asked: set[ProviderName] = set()
        whole: set[ProviderName] = set()
        seen_at: dict[ProviderName, datetime] = {}
        rows: list[list[Candidate]] = []
        matched = 0
        order: Order = PER_GPU if per_gpu else Sort.PRICE
        for name, answers in self._answers.items():
            answer = answers.get(query, _NOT_ASKED)
            if answer is _NOT_ASKED:
                continue
            asked.add(name)
            if not isinstance(answer, Answer):
                continue
            gone = self._gone.keys()
            found = answer.book.index.search(query, self._now_s, keep, gone, order)
            rows.append(found.rows)
            matched += found.matched
            seen_at[name] = answer.book.sweep.as_of
            if self._is_whole(answer):
                whole.add(name)
        best = best_of(rows, order, keep)
        return Seen(tuple(best), matched, frozenset(asked), frozenset(whole), seen_at)

    def _is_whole(self, answer: Answer) -> bool:
        """An older answer, from a cache, says nothing of who is there now."""
        sweep = answer.book.sweep
        is_readable = sweep.left_out <= sweep.rows * _READABLE
        return is_readable and answer.book.is_whole_since(self._newer_than)

    def offer(self, query: OfferQuery, candidate: Candidate) -> Offer | None:
        """`candidate` is one that `query` found; None when its row cannot be made into an offer,
        which is told."""
        try:
            answer = self._answers[candidate.provider][query]
            return None if answer is None else answer.book.index.offer(candidate)
        except Exception as error:  # noqa: BLE001  a bad row costs itself alone
            self._on_error(candidate.provider, error)
            return None


class Rounds:
    def __init__(
        self,
        providers: Sequence[Provider],
        asking: Asking,
        gone: Gone,
        clock: Clock,
        on_error: OnError,
    ) -> None:
        self._providers = tuple(providers)
        self._asking = asking
        self._gone = gone
        self._clock = clock
        self._on_error = on_error

    def plan(self, queries: Sequence[OfferQuery]) -> Plan:
        polls = {provider.name: self._polls(provider, queries) for provider in self._providers}
        calls = {name: sum(poll.calls for poll in each) for name, each in polls.items()}
        slowest = max(
            (calls[each.name] * each.search_interval_s for each in self._providers), default=0.0
        )
        return Plan(polls, calls, slowest / SHARE)

    async def look(self, queries: Sequence[OfferQuery], *, newer_than: datetime) -> Round:
        """Answers that people's searches brought since `newer_than` are taken too. Never raises
        for a marketplace: who failed has not answered, and is told as in a search."""
        plan = self.plan(queries)
        answers = await asyncio.gather(
            *(
                self._ask(provider, plan.polls[provider.name], newer_than)
                for provider in self._providers
            )
        )
        names = (provider.name for provider in self._providers)
        by_name = dict(zip(names, answers, strict=True))
        return Round(plan, by_name, newer_than, self._gone, self._clock.now(), self._on_error)

    async def _ask(
        self, provider: Provider, polls: Sequence[Poll], newer_than: datetime
    ) -> list[Answer | None]:
        """One after the other: a crowd in the limiter's queue would lose its patience there."""
        answers: list[Answer | None] = []
        for poll in polls:
            # What takes no call of its own is in the answer to one before it.
            refresh = poll.calls > 0
            question = Question(poll.query, Priority.WATCH, refresh, newer_than)
            turns_s = (poll.calls + 1) * provider.search_interval_s / SHARE
            until = asyncio.get_running_loop().time() + _PATIENCE_S + turns_s
            answer = (await self._asking.ask([provider], question, until))[provider.name]
            answers.append(None if isinstance(answer, ProviderError) else answer)
        return answers

    def _polls(self, provider: Provider, queries: Sequence[OfferQuery]) -> tuple[Poll, ...]:
        mine = [q for q in queries if not q.providers or provider.name in q.providers]
        try:
            return tuple(provider.polls(mine)) if mine else ()
        except Exception as error:  # noqa: BLE001  a fault costs one marketplace alone
            self._on_error(provider.name, error)
            return ()
