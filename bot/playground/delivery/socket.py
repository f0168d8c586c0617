"""Socket Mode: https://docs.slack.dev/apis/events-api/using-socket-mode"""

import asyncio
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground.clock import Clock, done_within
from bot.playground.delivery import ACK_LIMIT_S, FIRST_TIME, PayloadKind, Retry
from bot.playground.ids import new_token
from bot.playground.values import Ack, Json, Transport

MOST_CONNECTIONS = 10
_HEARTBEAT_S = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class _Link:
    socket: web.WebSocketResponse
    request: web.Request


class SocketMode:
    """Payloads go to the connections in turn: Slack picks at random, turns can be tested."""

    transport: Transport = "socket"

    def __init__(self, clock: Clock, app_id: str, on_change: Callable[[], None]) -> None:
        self._clock = clock
        self._app_id = app_id
        self._on_change = on_change
        self._tickets: set[str] = set()
        self._connections: list[_Link] = []
        self._leaving: list[_Link] = []
        self._waiting: dict[str, asyncio.Future[Ack]] = {}

    @property
    def connected(self) -> bool:
        return bool(self._connections)

    @property
    def connections(self) -> int:
        return len(self._connections)

    def new_ticket(self) -> str:
        """Part of the URL; opens one connection, once."""
        ticket = new_token()
        self._tickets.add(ticket)
        return ticket

    async def serve(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            raise web.HTTPForbidden(text="This URL was used before or never given out.")
        self._tickets.discard(ticket)
        socket = web.WebSocketResponse(heartbeat=_HEARTBEAT_S)
        await socket.prepare(request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        link = _Link(socket, request)
        self._connections.append(link)
        self._on_change()
        try:
            await socket.send_json(self._hello())
            await self._listen(socket)
        finally:
            self._forget(link)
        return socket

    async def deliver(
        self, kind: PayloadKind, payload: Json, *, retry: Retry = FIRST_TIME, twice: bool = False
    ) -> Ack:
        if not self._connections:
            return Ack("dispatch_failed")
        envelope = _envelope(kind, payload, retry)
        answered: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = answered
        try:
            for _ in range(2 if twice else 1):
                await self._send(envelope)
            if await done_within(self._clock, ACK_LIMIT_S, answered):
                return answered.result()
            return Ack("operation_timeout")
        finally:
            del self._waiting[envelope["envelope_id"]]

    async def disconnect(self, reason: str) -> None:
        """Tell every connection to go. `warning` keeps it in use; after the others nothing comes
        over it any more, and `link_disabled` closes it."""
        told = tuple(self._connections)
        if reason != "warning":
            self._leaving += told
            self._connections.clear()
        for link in told:
            if not link.socket.closed:
                await link.socket.send_json(_disconnect(reason))
            if reason == "link_disabled":
                await link.socket.close()
        self._on_change()

    def drop(self, count: int | None = None) -> None:
        """So many connections break without a word, or all."""
        for link in tuple(self._connections)[:count]:
            if link.request.transport is not None:
                link.request.transport.abort()

    async def close(self) -> None:
        for link in (*self._connections, *self._leaving):
            await link.socket.close()

    async def _send(self, envelope: Json) -> None:
        while self._connections:
            link = self._connections.pop(0)
            self._connections.append(link)
            try:
                await link.socket.send_json(envelope)
            except ConnectionError:
                self._forget(link)
            else:
                return

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            try:
                said = json.loads(frame.data)
            except ValueError:
                continue
            envelope_id = said.get("envelope_id") if isinstance(said, dict) else None
            answered = self._waiting.get(str(envelope_id))
            if answered is not None and not answered.done():
                body = said.get("payload")
                answered.set_result(Ack(body=body if isinstance(body, dict) else None))

    def _forget(self, link: _Link) -> None:
        for listed in (self._connections, self._leaving):
            if link in listed:
                listed.remove(link)
        self._on_change()

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._connections),
            "debug_info": {
                "host": "playground",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": self._app_id},
        }


def _envelope(kind: PayloadKind, payload: Json, retry: Retry) -> Json:
    envelope: dict[str, Any] = {
        "envelope_id": str(uuid.uuid4()),
        "type": kind,
        "payload": payload,
        "accepts_response_payload": kind != "events_api",
    }
    if kind == "events_api":
        envelope |= {"retry_attempt": retry.attempt, "retry_reason": retry.reason}
    return envelope


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}}
