"""Registered with Bolt: acknowledge first, decide nothing, hand over to a task of our own.

With `process_before_response` an answer leaves as soon as the listener returns, so nothing may
follow the acknowledgement here: one second of work would acknowledge a second late, and an
exception would become a 500.
"""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import payloads
from bot.slack.conversation import Conversation
from bot.slack.duplicates import Duplicates
from bot.slack.payloads import Request, UnreadablePayload
from bot.slack.tasks import Tasks

_log = structlog.get_logger(__name__)


class Observer(Protocol):
    """What `metrics` counts; `wiring` joins the two."""

    def acknowledged(self, kind: str, seconds: float) -> None: ...


class Listeners:
    def __init__(
        self,
        conversation: Conversation,
        duplicates: Duplicates,
        tasks: Tasks,
        observer: Observer,
    ) -> None:
        self._conversation = conversation
        self._duplicates = duplicates
        self._tasks = tasks
        self._observer = observer

    def register(self, app: AsyncApp) -> None:
        """One listener for each kind: Bolt tries them in turn, and a hundred cost 0.9 ms."""
        app.command(re.compile("^/"))(self._on_command)
        app.action(re.compile(""))(self._on_action)

    async def _on_command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._accept("command", payloads.command, ack, body)

    async def _on_action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await self._accept("action", payloads.action, ack, body)

    async def _accept(
        self,
        kind: str,
        read: Callable[[dict[str, Any]], Request],
        ack: Callable[[], Awaitable[object]],
        body: dict[str, Any],
    ) -> None:
        started = time.perf_counter()
        await ack()
        self._observer.acknowledged(kind, time.perf_counter() - started)
        key = payloads.delivery_key(body)
        if key is not None and not self._duplicates.first(key):
            _log.info("delivered again, ignored", kind=kind)
            return
        try:
            request = read(body)
        except UnreadablePayload as error:
            _log.warning("unreadable payload", kind=kind, why=str(error))
            return
        self._tasks.start(self._conversation.answer(request))
