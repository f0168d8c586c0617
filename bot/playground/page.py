"""The page, its files and its WebSocket."""

import asyncio
import json
import mimetypes
from importlib import resources
from typing import Any

from aiohttp import WSMsgType, web

from bot.playground import content
from bot.playground.changes import Change
from bot.playground.errors import Refused
from bot.playground.files import Files
from bot.playground.frames import Frames
from bot.playground.guard import Guard
from bot.playground.modals import Modals
from bot.playground.person import Person
from bot.playground.values import Json, User
from bot.playground.workspace import Workspace

_STATIC = resources.files("bot.playground") / "static"
_STYLES = (
    "base.css",
    "shell.css",
    "composer.css",
    "messages.css",
    "strip.css",
    "blocks.css",
    "cards.css",
    "panels.css",
    "charts.css",
    "elements.css",
    "menus.css",
    "dialogs.css",
    "home.css",
    "controls.css",
    "story.css",
    "guide.css",
)
"""In the order in which they follow each other; one file for the browser, which paints nothing
before it has them all."""


class Page:
    def __init__(
        self,
        guard: Guard,
        workspace: Workspace,
        modals: Modals,
        files: Files,
        frames: Frames,
        person: Person,
    ) -> None:
        self._guard = guard
        self._workspace = workspace
        self._modals = modals
        self._files = files
        self._frames = frames
        self._person = person
        self._sockets: set[web.WebSocketResponse] = set()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/", self._index)
        router.add_get("/static/page.css", styles)
        router.add_get("/static/{name}", self._static)
        router.add_get("/page/socket", self._socket)
        router.add_get("/files-pri/{key}/{name}", self._file)

    async def close(self) -> None:
        for socket in tuple(self._sockets):
            await socket.close()

    async def _index(self, request: web.Request) -> web.Response:
        self._guard.person(request)
        return _packaged("index.html")

    async def _static(self, request: web.Request) -> web.Response:
        return _packaged(request.match_info["name"])

    async def _file(self, request: web.Request) -> web.Response:
        file = self._files.by_key(request.match_info["key"])
        if file is None or file.content is None:
            raise web.HTTPNotFound(text="no such file")
        answer = web.Response(body=file.content, content_type=file.mimetype)
        if not file.is_image:
            answer.headers["Content-Disposition"] = "attachment"
        return answer

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        self._guard.person(request, origin_required=True)
        socket = web.WebSocketResponse(heartbeat=30.0)
        await socket.prepare(request)
        self._sockets.add(socket)
        visit = _Visit(self, socket)
        try:
            await visit.last()
        finally:
            self._sockets.discard(socket)
        return socket

    # What a visit needs of the page.

    def greeting(self, me: User) -> list[Json]:
        return self._frames.greeting(me)

    def frame(self, change: Change, me: User) -> Json | None:
        return self._frames.of(change, me.id)

    def workspace(self) -> Workspace:
        return self._workspace

    async def take(self, me: User, frame: Json) -> None:
        """What the person did. Nonsense is refused."""
        match frame.get("type"):
            case "send":
                channel = self._workspace.channels.get(str(frame.get("channel")))
                if channel is None or not self._workspace.sees(me.id, channel):
                    raise Refused("channel_not_found")
                await self._person.says(me, channel, str(frame.get("text", ""))[:12_000])
            case "action":
                await self._act(me, frame)
            case "submit":
                view = self._modals.remember_state(
                    self._my_view(me, frame.get("view_id")), _values(frame)
                )
                await self._person.submits(me, view)
            case "open_home":
                await self._person.opens_home(me)
            case "close_view":
                await self._person.closes(me, self._my_view(me, frame.get("view_id")))
            case other:
                raise Refused(f"unknown frame {other!r}")

    async def _act(self, me: User, frame: Json) -> None:
        container, action = frame.get("container"), frame.get("action")
        if not isinstance(container, dict) or not isinstance(action, dict):
            raise Refused("no container or action")
        wanted = (frame.get("block_id"), action.get("action_id"))
        if container.get("kind") == "view":
            view = self._modals.remember_state(
                self._my_view(me, container.get("view_id")), _values(frame)
            )
            found = self._person.found_in(view.blocks, *wanted)
            if found is not None:
                await self._person.acts_in(me, view, found, action)
            return
        message = self._workspace.message(str(container.get("channel")), str(container.get("ts")))
        if message is None or message.only_for not in (None, me.id):
            raise Refused("message_not_found")
        found = self._person.found_in(message.blocks or [], *wanted)
        if found is not None:
            await self._person.acts(me, message, found, action, _values(frame))

    def _my_view(self, me: User, view_id: object) -> Any:
        view = self._modals.find(view_id)
        if view is None or view.user != me.id:
            raise Refused("view_not_found")
        return view


class _Visit:
    """One open page: it shows the workspace as one user sees it."""

    def __init__(self, page: Page, socket: web.WebSocketResponse) -> None:
        self._page = page
        self._socket = socket
        self._me = content.ADA
        self._outbox: asyncio.Queue[Json] = asyncio.Queue()
        self._doing: set[asyncio.Task[None]] = set()

    async def last(self) -> None:
        changes = self._page.workspace().changes
        sender = asyncio.create_task(self._send())
        try:
            with changes.heard_by(self._hear):
                self._greet()
                async for received in self._socket:
                    if received.type is WSMsgType.TEXT:
                        self._receive(received.data)
        finally:
            sender.cancel()
            await asyncio.gather(sender, *self._doing, return_exceptions=True)

    def _greet(self) -> None:
        for frame in self._page.greeting(self._me):
            self._outbox.put_nowait(frame)

    def _hear(self, change: Change) -> None:
        frame = self._page.frame(change, self._me)
        if frame is not None:
            self._outbox.put_nowait(frame)

    async def _send(self) -> None:
        while True:
            await self._socket.send_json(await self._outbox.get())

    def _receive(self, data: str) -> None:
        try:
            frame = json.loads(data)
        except ValueError:
            return
        if not isinstance(frame, dict):
            return
        if frame.get("type") == "switch_user":
            user = self._page.workspace().users.get(str(frame.get("user")))
            if user is not None and not user.is_bot:
                self._me = user
                self._greet()
            return
        task = asyncio.create_task(self._take(frame))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _take(self, frame: Json) -> None:
        try:
            await self._page.take(self._me, frame)
        except Refused as refused:
            self._outbox.put_nowait(
                {"type": "note", "channel": None, "level": "error", "text": refused.error}
            )


async def styles(_: web.Request) -> web.Response:
    text = "\n".join((_STATIC / name).read_text(encoding="utf-8") for name in _STYLES)
    return web.Response(text=text, content_type="text/css")


def _packaged(name: str) -> web.Response:
    """A file of the page. Only names that are there: nothing can be reached around it."""
    for entry in _STATIC.iterdir():
        if entry.name == name and entry.is_file():
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            charset = "utf-8" if kind.startswith("text/") else None
            return web.Response(body=entry.read_bytes(), content_type=kind, charset=charset)
    raise web.HTTPNotFound(text="no such file")


def _values(frame: Json) -> Any:
    state = frame.get("state")
    return state.get("values") if isinstance(state, dict) else None
