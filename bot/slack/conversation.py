"""One request → one flow → one message, with its log line and its words when things go wrong."""

import asyncio
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Protocol

import structlog
from slack_sdk.errors import SlackApiError

from bot import grammar
from bot.flows.find import SearchGone
from bot.flows.ports import StoreDown
from bot.render import ids, notes
from bot.rules import keys
from bot.slack import payloads
from bot.slack.errors import Cause, trouble_of
from bot.slack.handlers import CommandHandler, Desk, Handler, Judge
from bot.slack.payloads import Request, UnreadablePayload
from bot.slack.replies import Replies
from bot.slack.search_desk import SearchDesk

LAST_WORDS_S = 1.5
"""For telling that an answer was cut off by the end of the process."""
JUDGED_WITHIN_S = 2.0
"""Slack waits three seconds for what becomes of a form."""
_log = structlog.get_logger("bot.requests")


class Observer(Protocol):
    """What `metrics` counts; `wiring` joins the two."""

    def answered(self, kind: str, outcome: str, seconds: float) -> None: ...


class Conversation:
    """`answer` never raises: it is the last stop of a request."""

    def __init__(
        self, search: SearchDesk, desks: Sequence[Desk], replies: Replies, observer: Observer
    ) -> None:
        self._search = search
        self._replies = replies
        self._observer = observer
        self._actions: dict[str, Handler] = {}
        self._forms: dict[str, tuple[Judge, Handler]] = {}
        self._commands: dict[type[grammar.Command], CommandHandler] = {}
        self._events: dict[str, Handler] = {}
        for desk in (search.desk, *desks):
            self._actions |= desk.actions
            self._forms |= desk.forms
            self._commands |= desk.commands
            self._events |= desk.events

    async def judge(self, request: Request) -> dict[str, Any] | None:
        """What becomes of a form, before it is acknowledged. One that stands for a button stays
        open for what the button shows."""
        if request.kind == payloads.ACTION:
            return {"response_action": "update", "view": notes.one_moment().payload}
        judge, _ = self._form(request)
        async with asyncio.timeout(JUDGED_WITHIN_S):
            return await judge(request)

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
                what=_loggable(request.what),
                outcome=outcome,
                ms=round(seconds * 1000),
            )

    async def _outcome(self, request: Request, reference: str) -> str:
        try:
            return await self._handle(request)
        except SearchGone:
            return await self._replies.say(
                request, notes.sentence(notes.ANSWER_TOO_OLD), "search gone"
            )
        except StoreDown as error:
            _log.error("the database cannot be reached", error=str(error.__cause__)[:300])
            return await self._replies.say(request, notes.sentence(_down(request)), "no database")
        except UnreadablePayload:
            return await self._replies.say(
                request, notes.sentence(notes.FOREIGN_BUTTON), "foreign button"
            )
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST_WORDS_S):
                    await self._replies.say(
                        request, notes.sentence(_cut_off(request)), "restarting"
                    )
            raise
        except Exception as error:  # noqa: BLE001  told to the person with a reference, and logged
            if known := _of_slack(error, request):
                _log.warning("Slack refused", what=_loggable(request.what), error=known[1])
                return await self._replies.say(request, notes.sentence(known[0]), known[1])
            _log.exception("failed", what=_loggable(request.what))
            message = notes.unexpected(reference, perhaps=_may_rent(request))
            return await self._replies.say(request, message, "failed")

    async def _handle(self, request: Request) -> str:
        match request.kind:
            case payloads.COMMAND:
                return await self._command(request)
            case payloads.ACTION:
                return await self._action(request)
            case payloads.SUBMISSION:
                return await self._form(request)[1](request)
            case payloads.EVENT:
                handler = self._events.get(request.what)
                return "nothing to do" if handler is None else await handler(request)
            case _:
                return "nothing to do"

    async def _command(self, request: Request) -> str:
        command = grammar.parse(request.what)
        if isinstance(command, grammar.UsageError):
            return await self._search.not_understood(request, command)
        return await self._commands[type(command)](request, command)

    async def _action(self, request: Request) -> str:
        handler = self._actions.get(ids.base(request.what))
        if handler is None:
            raise UnreadablePayload(f"no such action: {request.what[:80]}")
        return await handler(request)

    def _form(self, request: Request) -> tuple[Judge, Handler]:
        form = self._forms.get(request.what)
        if form is None:
            raise UnreadablePayload(f"no such form: {request.what[:80]}")
        return form


def _of_slack(error: Exception, request: Request) -> tuple[str, str] | None:
    """Sentence and outcome; None when it is no refusal of Slack's, or one that nobody foresaw."""
    if not isinstance(error, SlackApiError):
        return None
    if "trigger_id" in str(error):
        return notes.TOO_LATE, "trigger expired"
    trouble = trouble_of(error)
    if trouble.cause is Cause.DEAD:
        return notes.SLACK_REFUSES, "no token"
    if trouble.cause is Cause.LATER and not trouble.outcome_unknown:
        return (notes.PERHAPS if _may_rent(request) else notes.SLACK_BUSY), "Slack is busy"
    return None


def _may_rent(request: Request) -> bool:
    """A form may have rented before it met trouble."""
    return request.kind == payloads.SUBMISSION


def _down(request: Request) -> str:
    return notes.PERHAPS if _may_rent(request) else notes.RECORDS_DOWN


def _cut_off(request: Request) -> str:
    return notes.PERHAPS if _may_rent(request) else notes.RESTARTING


def _loggable(what: str) -> str:
    """A key that somebody typed behind `/gpu` is kept nowhere."""
    return "a private key" if keys.holds_private_key(what) else what[:200]
