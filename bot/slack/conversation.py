"""One request → one flow → one message, with its log line and its words when things go wrong."""

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog
from slack_sdk.errors import SlackApiError

from bot import grammar
from bot.flows.find import Finder, SearchGone
from bot.flows.ports import StoreDown
from bot.render import details, help, ids, notes, nothing, offers, usage  # noqa: A004  the card's name
from bot.render.message import Layouts, Message
from bot.rules.searches import (
    FindAnswer,
    NobodyAnswered,
    NothingFound,
    ResultsPage,
    SearchId,
    Suggestion,
)
from bot.rules.sessions import SessionId, SessionState
from bot.slack.payloads import Request, UnreadablePayload
from bot.slack.replies import Replies, first_within
from bot.slack.turns import Turns
from providers.models import Sort

ASKING_AFTER_S = 3.0
"""Silence longer than that gets a line that says who is being asked; TensorDock takes 4 to 5 s.
The line stays above the answer: what a command's `response_url` posted it cannot replace."""
EXAMPLES_TO_PRESS = 3
LAST_WORDS_S = 1.5
"""For telling that an answer was cut off by the end of the process."""
_log = structlog.get_logger("bot.requests")
_Handler = Callable[[Request], Awaitable[str]]


class Observer(Protocol):
    """What `metrics` counts; `wiring` joins the two."""

    def answered(self, kind: str, outcome: str, seconds: float) -> None: ...

    def failed(self, provider: str, reason: str) -> None: ...


class Conversation:
    """`answer` never raises: it is the last stop of a request."""

    def __init__(
        self, finder: Finder, replies: Replies, titles: tuple[str, ...], observer: Observer
    ) -> None:
        self._finder = finder
        self._replies = replies
        self._titles = titles
        self._observer = observer
        self._turns = Turns()
        self._actions: dict[str, _Handler] = {
            ids.DETAILS: self._details,
            ids.NEXT: self._next,
            ids.PREVIOUS: self._previous,
            ids.SORT: self._sort,
            ids.REFRESH: self._refresh,
            ids.SHARE: self._share,
            ids.RUN: self._run,
            ids.HELP: self._help,
        }

    async def answer(self, request: Request) -> None:
        reference = secrets.token_hex(4)
        with structlog.contextvars.bound_contextvars(
            request=reference, team=request.asker.place.team_id, user=request.asker.user_id
        ):
            started = time.perf_counter()
            outcome = await self._outcome(request, reference)
            seconds = time.perf_counter() - started
            self._observer.answered(request.kind, outcome, seconds)
            _log.info(
                "answered",
                kind=request.kind,
                what=request.what[:200],
                outcome=outcome,
                ms=round(seconds * 1000),
            )

    async def _outcome(self, request: Request, reference: str) -> str:
        try:
            return await self._handle(request)
        except SearchGone:
            return await self._say(request, notes.sentence(notes.ANSWER_TOO_OLD), "search gone")
        except StoreDown as error:
            _log.error("the database cannot be reached", error=str(error.__cause__)[:300])
            return await self._say(request, notes.sentence(notes.RECORDS_DOWN), "no database")
        except UnreadablePayload:
            return await self._say(request, notes.sentence(notes.FOREIGN_BUTTON), "foreign button")
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_S):
                    await self._say(request, notes.sentence(notes.RESTARTING), "restarting")
            raise
        except Exception as error:  # noqa: BLE001  told to the person with a reference, and logged
            expired = isinstance(error, SlackApiError) and "trigger_id" in str(error)
            if expired:
                return await self._say(request, notes.sentence(notes.TOO_LATE), "trigger expired")
            _log.exception("failed", what=request.what[:200])
            return await self._say(request, notes.unexpected(reference), "failed")

    async def _handle(self, request: Request) -> str:
        if request.kind == "command":
            return await self._command(request)
        handler = self._actions.get(ids.base(request.what))
        if handler is None:
            raise UnreadablePayload(f"no such action: {request.what[:80]}")
        return await handler(request)

    async def _command(self, request: Request) -> str:
        command = grammar.parse(request.what)
        if isinstance(command, grammar.Help):
            return await self._help(request, command.topic)
        if isinstance(command, grammar.UsageError):
            return await self._not_understood(request, command)
        if not isinstance(command, grammar.Find):
            return await self._help(request)
        found = self._finder.find(request.asker, command.query)
        return await self._answer_search(request, found)

    async def _not_understood(self, request: Request, error: grammar.UsageError) -> str:
        suggestions = await self._suggestions(request, error.suggestions)
        message = usage.not_understood(error, suggestions)
        return await self._say(request, message, "not understood")

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
            await self._replies.open_modal(request, details.gone())
            return "details gone"
        modal = details.details(session, self._finder.clock.now())
        await self._replies.open_modal(request, modal)
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
            return await self._say(request, _render(answer), "nothing to share")
        await self._replies.in_channel(request, offers.shared(answer))
        return self._summary("shared", answer)

    async def _run(self, request: Request) -> str:
        found = self._finder.run(SearchId(request.id()), request.asker)
        return await self._answer_search(request, found)

    async def _help(self, request: Request, topic: str | None = None) -> str:
        texts = [example.text for example in grammar.help_examples()[:EXAMPLES_TO_PRESS]]
        suggestions = await self._suggestions(request, texts)
        return await self._say(request, help.help_message(suggestions, topic), "help")

    async def _answer_search(self, request: Request, found: Awaitable[FindAnswer]) -> str:
        work = asyncio.ensure_future(found)
        try:
            if not await first_within(work, ASKING_AFTER_S):
                await self._say(request, notes.asking(self._titles), "asking")
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

    async def _say(self, request: Request, message: Layouts | Message, outcome: str) -> str:
        try:
            await self._replies.private(request, message)
        except Exception:  # noqa: BLE001  nobody is left to tell
            _log.exception("could not answer")
            return f"{outcome}, not delivered"
        return outcome

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
            self._observer.failed(failure.provider, failure.reason.value)
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
