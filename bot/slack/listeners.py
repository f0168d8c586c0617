"""Registered with Bolt: acknowledge first, decide nothing, hand over to a task of our own.

With `process_before_response` an answer leaves as soon as the listener returns, so nothing may
follow the acknowledgement here: one second of work would acknowledge a second late, and an
exception would become a 500.

A form is the exception: Slack takes what becomes of its modal from the acknowledgement alone. So
the desk judges it at once, purely, before the acknowledgement.
"""

import re
import time
from collections.abc import Callable
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import payloads
from bot.slack.duplicates import Duplicates
from bot.slack.payloads import NothingToDo, Request, UnreadablePayload
from bot.slack.tasks import Tasks

Reader = Callable[[dict[str, Any]], Request]
_log = structlog.get_logger(__name__)


class Desk(Protocol):
    """Where requests are worked on."""

    async def judge(self, request: Request) -> dict[str, Any] | None:
        """The acknowledgement's body for a submitted form: `response_action` with `errors`, or
        with `update` and the view to show meanwhile, or `clear`; None closes the modal.

        Quick and without effect: a form that is delivered twice is judged twice. After `errors`
        nothing follows, after anything else `answer`.
        """
        ...

    async def answer(self, request: Request) -> None:
        """Never raises: nobody awaits it."""
        ...


class Observer(Protocol):
    """What `metrics` counts; `wiring` joins the two."""

    def acknowledged(self, kind: str, seconds: float) -> None: ...


class Listeners:
    def __init__(
        self, desk: Desk, duplicates: Duplicates, tasks: Tasks, observer: Observer
    ) -> None:
        self._desk = desk
        self._duplicates = duplicates
        self._tasks = tasks
        self._observer = observer

    def register(self, app: AsyncApp) -> None:
        """One listener for each kind: Bolt tries them in turn, and a hundred cost 0.9 ms. Commands
        come without one, by `command`."""
        app.action(re.compile(""))(self._on_action)
        app.view_submission(re.compile(""))(self._on_submission)
        app.view_closed(re.compile(""))(self._on_closed)
        for kind in payloads.EVENTS:
            app.event(kind)(self._on_event)

    def command(self, body: dict[str, Any]) -> None:
        """Is acknowledged when this returns."""
        self._accept("command", payloads.command, body, time.perf_counter())

    async def _on_action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        started = time.perf_counter()
        await ack()
        self._accept("action", payloads.action, body, started)

    async def _on_closed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        started = time.perf_counter()
        await ack()
        self._accept("closed", payloads.closed, body, started)

    async def _on_event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        started = time.perf_counter()
        await ack()
        self._accept("event", payloads.event, body, started)

    async def _on_submission(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """A defect in judging becomes a 500: Slack says so in the modal, which stays open."""
        started = time.perf_counter()
        request = _read("submission", payloads.submission, body)
        judged = None if request is None else await self._desk.judge(request)
        await ack(**(judged or {}))
        self._observer.acknowledged("submission", time.perf_counter() - started)
        sent_back = judged is not None and judged.get("response_action") == "errors"
        if request is not None and not sent_back and self._is_first("submission", body):
            self._tasks.start(self._desk.answer(request))

    def _accept(self, kind: str, read: Reader, body: dict[str, Any], started: float) -> None:
        """What is left to do, reading and counting too, is done when the answer is out."""
        seconds = time.perf_counter() - started
        self._tasks.start(self._answer(kind, read, body, seconds))

    async def _answer(self, kind: str, read: Reader, body: dict[str, Any], seconds: float) -> None:
        self._observer.acknowledged(kind, seconds)
        if not self._is_first(kind, body):
            return
        request = _read(kind, read, body)
        if request is not None:
            await self._desk.answer(request)

    def _is_first(self, kind: str, body: dict[str, Any]) -> bool:
        key = payloads.delivery_key(body)
        if key is None or self._duplicates.first(key):
            return True
        _log.info("delivered again, ignored", kind=kind)
        return False


def _read(kind: str, read: Reader, body: dict[str, Any]) -> Request | None:
    try:
        return read(body)
    except NothingToDo as why:
        _log.debug("nothing to do", kind=kind, why=str(why))
    except UnreadablePayload as error:
        _log.warning("unreadable payload", kind=kind, why=str(error))
    return None
