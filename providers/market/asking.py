"""Asks one question of each marketplace, once at a time, for as long as there is patience."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from providers.base import Priority, Provider
from providers.clock import Clock
from providers.errors import BadAnswer, ProviderError, TimedOut
from providers.market.books import Book, Books, Scope
from providers.matching import ceiling, covers
from providers.models import OfferQuery, ProviderName

OnError = Callable[[ProviderName, Exception], None]
_URGENCY = {priority: place for place, priority in enumerate(Priority)}


@dataclass(frozen=True, slots=True)
class Answer:
    book: Book
    warm: bool
    """From memory: nobody was asked."""


@dataclass(frozen=True, slots=True)
class Question:
    query: OfferQuery
    priority: Priority
    refresh: bool
    newer_than: datetime | None = None
    """With `refresh`: a whole answer of that moment or later will do."""


@dataclass(frozen=True, slots=True)
class _Flight:
    question: Question
    task: asyncio.Task[Book | ProviderError]

    def serves(self, question: Question) -> bool:
        """Whoever is more urgent, wants it newer or may want dearer offers does not wait for this
        one."""
        as_urgent = _URGENCY[self.question.priority] <= _URGENCY[question.priority]
        as_new = self.question.refresh or not question.refresh
        return as_urgent and as_new and _reads_as_far(self.question.query, question.query)


class Asking:
    def __init__(self, clock: Clock, books: Books, on_error: OnError) -> None:
        self._clock = clock
        self._books = books
        self._on_error = on_error
        self._flights: dict[Scope, _Flight] = {}
        self._tasks: set[asyncio.Task[Book | ProviderError]] = set()

    async def ask(
        self, providers: Sequence[Provider], question: Question, until: float
    ) -> Mapping[ProviderName, Answer | ProviderError]:
        """`until` is a moment of the running loop. What takes longer goes on in the background."""
        answers: dict[ProviderName, Answer | ProviderError] = {}
        waiting: dict[ProviderName, asyncio.Task[Book | ProviderError]] = {}
        for provider in providers:
            asked = self._begin(provider, question)
            if isinstance(asked, asyncio.Task):
                waiting[provider.name] = asked
            else:
                answers[provider.name] = asked
        if waiting:
            left = max(0.0, until - asyncio.get_running_loop().time())
            await asyncio.wait(waiting.values(), timeout=left)
        titles = {provider.name: provider.title for provider in providers}
        for name, task in waiting.items():
            answers[name] = _landed(name, titles[name], task)
        return {provider.name: answers[provider.name] for provider in providers}

    async def aclose(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(
        self, provider: Provider, question: Question
    ) -> Answer | ProviderError | asyncio.Task[Book | ProviderError]:
        try:
            scope = (provider.name, provider.scope(question.query))
        except Exception as error:  # noqa: BLE001  a fault costs one marketplace, never the answer
            return self._fault(provider, error)
        book = self._books.get(scope)
        if book is not None and self._serves(book, question):
            return Answer(book, warm=True)
        flight = self._flights.get(scope)
        if flight is None or not flight.serves(question):
            flight = self._take_off(provider, scope, question)
        return flight.task

    def _serves(self, book: Book, question: Question) -> bool:
        if question.newer_than is not None:
            return book.is_whole_since(question.newer_than)
        is_new = book.serves(self._clock.now(), refresh=question.refresh)
        return is_new and covers(book.sweep.read_to_usd, question.query)

    def _take_off(self, provider: Provider, scope: Scope, question: Question) -> _Flight:
        task = asyncio.create_task(self._fetch(provider, scope, question))
        flight = self._flights[scope] = _Flight(question, task)
        self._tasks.add(task)
        task.add_done_callback(lambda _: self._land(scope, flight))
        return flight

    def _land(self, scope: Scope, flight: _Flight) -> None:
        self._tasks.discard(flight.task)
        if self._flights.get(scope) is flight:
            del self._flights[scope]

    async def _fetch(
        self, provider: Provider, scope: Scope, question: Question
    ) -> Book | ProviderError:
        try:
            sweep = await provider.search(
                question.query, priority=question.priority, refresh=question.refresh
            )
            return self._books.add(scope, sweep)
        except Exception as error:  # noqa: BLE001  a fault costs one marketplace, never the answer
            return self._fault(provider, error)

    def _fault(self, provider: Provider, error: Exception) -> ProviderError:
        if isinstance(error, ProviderError):
            if error.detail:
                self._on_error(provider.name, error)
            return error
        self._on_error(provider.name, error)
        return BadAnswer(provider.name, f"{provider.title} gave an answer that could not be used.")


def _reads_as_far(one: OfferQuery, other: OfferQuery) -> bool:
    most, wanted = ceiling(one), ceiling(other)
    return most is None or (wanted is not None and wanted <= most)


def _landed(
    name: ProviderName, title: str, task: asyncio.Task[Book | ProviderError]
) -> Answer | ProviderError:
    if not task.done() or task.cancelled():
        return TimedOut(name, f"{title} is taking too long; its answer may be here in a moment.")
    result = task.result()
    return result if isinstance(result, ProviderError) else Answer(result, warm=False)
