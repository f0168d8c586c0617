"""Searches: commands, pages, orders, details, sharing."""

import asyncio
from collections.abc import Awaitable, Coroutine, Sequence
from typing import Any, Protocol

import structlog

from bot import grammar
from bot.flows.find import Finder
from bot.render import (
    details,
    help,  # noqa: A004  the card's name
    home,
    ids,
    notes,
    nothing,
    offers,
    usage,
)
from bot.render.message import Layouts
from bot.rules.searches import (
    FindAnswer,
    NobodyAnswered,
    NothingFound,
    ResultsPage,
    SearchId,
    Suggestion,
)
from bot.rules.sessions import SessionId, SessionState
from bot.slack.handlers import Desk
from bot.slack.payloads import Request, UnreadablePayload
from bot.slack.replies import Replies, first_within
from bot.slack.turns import Turns
from bot.slack.windows import Windows
from providers.models import Sort

ASKING_AFTER_S = 3.0
"""Silence longer than that gets a line that says who is being asked; TensorDock takes 4 to 5 s.
The line stays above the answer: what a command's `response_url` posted it cannot replace."""
EXAMPLES_TO_PRESS = 3


class Failures(Protocol):
    """What `metrics` counts of marketplaces; `wiring` joins the two."""

    def failed(self, provider: str, reason: str) -> None: ...


class SearchDesk:
    def __init__(
        self,
        finder: Finder,
        replies: Replies,
        windows: Windows,
        titles: tuple[str, ...],
        failures: Failures,
    ) -> None:
        self._finder = finder
        self._replies = replies
        self._windows = windows
        self._titles = titles
        self._failures = failures
        self._turns = Turns()
        self.desk = Desk(
            actions={
                ids.DETAILS: self._details,
                ids.NEXT: self._next,
                ids.PREVIOUS: self._previous,
                ids.SORT: self._sort,
                ids.REFRESH: self._refresh,
                ids.SHARE: self._share,
                ids.RUN: self._run,
                ids.HELP: self._help_pressed,
                ids.TRY: self._example,
            },
            commands={grammar.Find: self._find, grammar.Help: self._help_asked},
        )

    async def _find(self, request: Request, command: grammar.Find) -> str:
        found = self._finder.find(request.asker, command.query)
        return await self._answer_search(request, found)

    async def _example(self, request: Request) -> str:
        """The search that the first steps show."""
        command = grammar.parse(home.EXAMPLE)
        if not isinstance(command, grammar.Find):
            raise TypeError("the example is no search")
        return await self._find(request, command)

    async def _help_asked(self, request: Request, command: grammar.Help) -> str:
        return await self._help(request, command.topic)

    async def _help_pressed(self, request: Request) -> str:
        return await self._help(request)

    async def not_understood(self, request: Request, error: grammar.UsageError) -> str:
        suggestions = await self._suggestions(request, error.suggestions)
        message = usage.not_understood(error, suggestions)
        return await self._replies.say(request, message, "not understood")

    async def _suggestions(self, request: Request, texts: Sequence[str]) -> tuple[Suggestion, ...]:
        """Those that are searches wait for a press."""
        parsed = [(text, grammar.parse(text)) for text in texts]
        finds = [(text, command) for text, command in parsed if isinstance(command, grammar.Find)]
        opened = await self._finder.suggest(request.asker, [command.query for _, command in finds])
        runnable = dict(zip((text for text, _ in finds), opened, strict=True))
        return tuple(Suggestion(text, runnable.get(text)) for text, _ in parsed)

    async def _details(self, request: Request) -> str:
        session = await self._finder.session(SessionId(request.id()))
        if session is None or session.state is SessionState.EXPIRED:
            await self._windows.open(request, details.gone())
            return "details gone"
        modal = details.details(session, self._finder.clock.now())
        await self._windows.open(request, modal)
        return "details"

    async def _next(self, request: Request) -> str:
        return await self._show(request, self._finder.turn(SearchId(request.id()), 1))

    async def _previous(self, request: Request) -> str:
        return await self._show(request, self._finder.turn(SearchId(request.id()), -1))

    async def _sort(self, request: Request) -> str:
        choice = request.choice()
        if choice not in set(Sort):
            raise UnreadablePayload("no such order")
        return await self._show(request, self._finder.resort(SearchId(request.id()), Sort(choice)))

    async def _refresh(self, request: Request) -> str:
        return await self._show(request, self._finder.refresh(SearchId(request.id())))

    async def _share(self, request: Request) -> str:
        async with self._turns.of(request.id()):
            answer = await self._finder.shown(SearchId(request.id()))
        if not isinstance(answer, ResultsPage):
            return await self._replies.say(request, _render(answer), "nothing to share")
        await self._replies.in_channel(request, offers.shared(answer))
        return self._summary("shared", answer)

    async def _run(self, request: Request) -> str:
        found = self._finder.run(SearchId(request.id()), request.asker)
        return await self._answer_search(request, found)

    async def _help(self, request: Request, topic: str | None = None) -> str:
        texts = [example.text for example in grammar.help_examples()[:EXAMPLES_TO_PRESS]]
        suggestions = await self._suggestions(request, texts)
        return await self._replies.say(request, help.help_message(suggestions, topic), "help")

    async def _answer_search(self, request: Request, found: Awaitable[FindAnswer]) -> str:
        work = asyncio.ensure_future(found)
        try:
            if not await first_within(work, ASKING_AFTER_S):
                await self._replies.say(request, notes.asking(self._titles), "asking")
            answer = await work
        finally:
            work.cancel()  # whoever stops waiting for it stops it
        await self._replies.private(request, _render(answer))
        return self._summary("answered", answer)

    async def _show(self, request: Request, found: Coroutine[Any, Any, FindAnswer]) -> str:
        """Presses on one answer take turns: a slow refresh neither loses the order that was chosen
        meanwhile nor replaces the page that came after it."""
        try:
            async with self._turns.of(request.id()):
                answer = await found
                await self._replies.private(request, _render(answer), replace=True)
        finally:
            found.close()  # cancelled before its turn came: never started
        return self._summary("shown", answer)

    def _summary(self, outcome: str, answer: FindAnswer) -> str:
        listing = answer.listing
        facts: dict[str, Any] = {
            source.provider: {
                "ms": round(source.seconds * 1000),
                "cache": source.cache.value,
                "rows": source.rows,
                "left_out": source.left_out,
                "matched": source.matched,
            }
            for source in listing.sources
        }
        facts |= {failure.provider: failure.reason.value for failure in listing.failures}
        for failure in listing.failures:
            self._failures.failed(failure.provider, failure.reason.value)
        structlog.contextvars.bind_contextvars(offers=listing.matched, marketplaces=facts)
        return outcome


def _render(answer: FindAnswer) -> Layouts:
    match answer:
        case ResultsPage():
            return offers.results(answer)
        case NothingFound():
            return nothing.nothing_found(answer)
        case NobodyAnswered():
            return nothing.nobody_answered(answer)
