"""A marketplace on loopback that says what it is told, and clients at a clock that moves."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from providers.errors import ProviderError
from providers.fetch.client import Call, FetchClient, FetchEvent, FetchSettings, open_client
from tests.fakes.clock import FakeClock

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Search = Callable[..., Call]
"""Makes the call of a search; keywords replace its fields."""


@dataclass
class Marketplace:
    """Answers by `handler`; keeps what it was asked."""

    port: int = 0
    handler: Handler | None = None
    asked: list[web.Request] = field(default_factory=list)
    said: list[web.StreamResponse | str] = field(default_factory=list)
    """Answers in turn, the last for ever; a text is a 200."""

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def says(self, *answers: web.StreamResponse | str) -> None:
        self.said = list(answers)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.asked.append(request)
        if self.handler is not None:
            return await self.handler(request)
        said = self.said[0] if len(self.said) == 1 else self.said.pop(0)
        if isinstance(said, str):
            return web.json_response(text=said)
        assert isinstance(said, web.Response)
        return web.Response(status=said.status, body=said.body, headers=dict(said.headers))


class Gate:
    """A marketplace that answers when it is told to."""

    def __init__(self, marketplace: Marketplace) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()
        marketplace.handler = self

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.reached.set()
        await self.open.wait()
        return web.json_response({"n": request.query.get("q")})


@dataclass
class Desk:
    """Clients on one cache directory, with the clock and the events of all of them."""

    clock: FakeClock
    events: list[FetchEvent]
    directory: Path
    stack: AsyncExitStack
    brief: bool = False

    async def client(self, **arguments: Any) -> FetchClient:
        client = open_client(
            cache_dir=arguments.pop("cache_dir", self.directory),
            clock=arguments.pop("clock", self.clock),
            on_event=self.events.append,
            draw=lambda: 0.0,
            brief=self.brief,
            settings=arguments.pop("settings", FetchSettings(pace_margin=0.0, store_after_s=0.0)),
            **arguments,
        )
        self.stack.push_async_callback(client.aclose)
        return client

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]


async def settle(turns: int = 200) -> None:
    """Lets background work end: threads of the cache answer within a few of these."""
    names: set[str] = set()
    for _ in range(turns):
        await asyncio.sleep(0.001)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        names = {task.get_coro().__qualname__ for task in others}  # type: ignore[union-attr]
        if not any(name.startswith(("FlightTransport", "FreshTransport")) for name in names):
            return
    raise AssertionError(f"still busy: {names}")


async def failure_of(awaitable: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await awaitable
    return caught.value
