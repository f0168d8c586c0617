"""Registered with Bolt: acknowledge first, decide nothing, hand over to a task of our own.

With `process_before_response` an answer leaves as soon as the listener returns, so nothing may
follow the acknowledgement here: one second of work would acknowledge a second late, and an
exception would become a 500.

A form is the exception: Slack takes what becomes of its modal from the acknowledgement alone. So
the desk judges it at once, purely, before the acknowledgement.
"""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse

from bot.slack import payloads
from bot.slack.duplicates import Duplicates
from bot.slack.payloads import NothingToDo, Request, UnreadablePayload
from bot.slack.tasks import Tasks

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
        """One listener for each kind: Bolt tries them in turn, and a hundred cost 0.9 ms."""
        app.use(_Commands(self._on_command))
        app.action(re.compile(""))(self._on_action)
        app.view_submission(re.compile(""))(self._on_submission)
        app.view_closed(re.compile(""))(self._on_closed)
        for kind in payloads.EVENTS:
            app.event(kind)(self._on_event)

    async def _on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._accept("command", payloads.command, ack, body)

    async def _on_action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._accept("action", payloads.action, ack, body)

    async def _on_closed(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._accept("closed", payloads.closed, ack, body)

    async def _on_event(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._accept("event", payloads.event, ack, body)

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

    async def _accept(
        self,
        kind: str,
        read: Callable[[dict[str, Any]], Request],
        ack: Callable[[], Awaitable[object]],
        body: dict[str, Any],
    ) -> None:
        """What is left to do, the reading too, is done when the answer to Slack is out."""
        started = time.perf_counter()
        await ack()
        self._observer.acknowledged(kind, time.perf_counter() - started)
        self._tasks.start(self._answer(kind, read, body))

    async def _answer(
        self, kind: str, read: Callable[[dict[str, Any]], Request], body: dict[str, Any]
    ) -> None:
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


class _Commands(AsyncMiddleware):
    """Commands are taken before Bolt looks for their listener: for the look and for the call it
    works out everything that a listener of any kind might ask for, a third of the whole time.
    """

    def __init__(self, on_command: Callable[[AsyncAck, dict[str, Any]], Awaitable[None]]) -> None:
        self._on_command = on_command

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002  Bolt passes them by name
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002
    ) -> BoltResponse | None:
        if not str(req.body.get("command", "")).startswith("/"):
            return await next()
        ack = req.context.ack
        await self._on_command(ack, req.body)
        return ack.response


def _read(
    kind: str, read: Callable[[dict[str, Any]], Request], body: dict[str, Any]
) -> Request | None:
    try:
        return read(body)
    except NothingToDo as why:
        _log.debug("nothing to do", kind=kind, why=str(why))
    except UnreadablePayload as error:
        _log.warning("unreadable payload", kind=kind, why=str(error))
    return None
