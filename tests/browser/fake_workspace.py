"""A playground server for the page alone: it serves the files and speaks the page's frames.

`python -m tests.browser.fake_workspace` keeps one running with every sample message, to look at.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground.page import styles
from tests.browser import gallery, samples

STATIC = Path(__file__).parents[2] / "bot" / "playground" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Frame = dict[str, Any]


@dataclass
class FakeWorkspace:
    """Sends what a test tells it to, and keeps what the page sends."""

    messages: dict[str, list[Frame]] = field(default_factory=dict)
    received: list[Frame] = field(default_factory=list)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    refuse: bool = False
    """While true, a new socket gets 503: the server is away."""
    on_frame: Callable[[Frame], None] | None = None

    def __post_init__(self) -> None:
        self._arrived = asyncio.Condition()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/", self._page)
        app.router.add_get("/page/socket", self._socket)
        app.router.add_get("/static/page.css", styles)
        app.router.add_static("/static/", STATIC)
        app.on_shutdown.append(self._hang_up)
        app.on_response_prepare.append(_keep_files)
        return app

    def begin(self, messages: dict[str, list[Frame]]) -> None:
        """A fresh start for the next page."""
        self.messages = messages
        self.received.clear()
        self.refuse = False

    async def _page(self, _request: web.Request) -> web.StreamResponse:
        page = web.FileResponse(STATIC / "index.html")
        page.headers["Content-Security-Policy"] = POLICY
        return page

    async def _hang_up(self, _app: web.Application) -> None:
        await self.hang_up()

    async def hang_up(self) -> None:
        for socket in list(self.sockets):
            await socket.close()

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if self.refuse:
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await self._greet(socket, "U1")
        self.sockets.append(socket)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._take(socket, json.loads(message.data))
        finally:
            self.sockets.remove(socket)
        return socket

    async def _greet(self, socket: web.WebSocketResponse, user: str) -> None:
        await socket.send_json(samples.hello(user))
        for channel, messages in self.messages.items():
            await socket.send_json({"type": "messages", "channel": channel, "messages": messages})

    async def _take(self, socket: web.WebSocketResponse, frame: Frame) -> None:
        if frame["type"] == "switch_user":
            await self._greet(socket, frame["user"])
        if self.on_frame is not None:
            self.on_frame(frame)
        async with self._arrived:
            self.received.append(frame)
            self._arrived.notify_all()

    async def send(self, frame: Frame) -> None:
        for socket in self.sockets:
            await socket.send_json(frame)

    async def show(self, message: Frame, channel: str = "C1") -> None:
        await self.send({"type": "message", "channel": channel, "message": message})

    async def next_frame(self) -> Frame:
        """The oldest frame of the page that was not asked for yet."""
        async with self._arrived:
            await asyncio.wait_for(self._arrived.wait_for(lambda: self.received), 5)
            return self.received.pop(0)


async def _keep_files(request: web.Request, answer: web.StreamResponse) -> None:
    """The browser may keep the page's files between tests: they are most of a test's time."""
    if request.path.startswith("/static/"):
        answer.headers["Cache-Control"] = "max-age=600"


async def _serve() -> None:
    workspace = FakeWorkspace(messages=gallery.everything())
    workspace.on_frame = lambda frame: print(json.dumps(frame))  # noqa: T201 – a tool to look at
    runner = web.AppRunner(workspace.app())
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}/?token=sample", flush=True)  # noqa: T201 – its address
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
