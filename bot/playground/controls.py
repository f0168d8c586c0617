"""A panel of levers beside the workspace, which somebody else serves: the playground passes on.

The other side's address never reaches the browser; who may ask is decided here, as for the page.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.playground.clock import ShiftedClock
from bot.playground.guard import Guard
from bot.playground.person import Person

_LOOK_S = 0.25
_TROUBLE = (ClientError, TimeoutError, OSError, ValueError)


class Controls:
    """`url` answers `GET ?after=17` with numbers, levers, menus, steps and what happened since
    that line, `GET /clock`, and `POST /<lever>` with what it did."""

    def __init__(self, guard: Guard, person: Person, url: str, clock: ShiftedClock | None) -> None:
        self._guard = guard
        self._person = person
        self._url = url
        self._clock = clock
        self._http: ClientSession | None = None
        self._following: asyncio.Task[None] | None = None

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/controls", self._show)
        router.add_post("/controls/{name}", self._pull)

    async def open(self) -> None:
        self._http = ClientSession(timeout=ClientTimeout(total=5.0), trust_env=False)
        if self._clock is not None:
            self._following = asyncio.create_task(self._follow(self._clock))

    async def close(self) -> None:
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        if self._http is not None:
            await self._http.close()

    async def _show(self, request: web.Request) -> web.Response:
        self._guard.person(request)
        after = request.query.get("after", "0")
        return await self._passed("GET", f"?after={after}" if after.isdecimal() else "")

    async def _pull(self, request: web.Request) -> web.Response:
        self._guard.person(request, origin_required=True)
        pressed = list(reversed(self._person.pressed))
        body = {"pressed": pressed, "chosen": _chosen(await request.read())}
        return await self._passed("POST", f"/{request.match_info['name']}", body)

    async def _passed(self, method: str, path: str, body: Any = None) -> web.Response:
        try:
            return web.json_response(await self._asked(method, path, body))
        except _TROUBLE as error:
            raise web.HTTPBadGateway(text=f"The controls do not answer: {error}") from error

    async def _asked(self, method: str, path: str, body: Any = None) -> Any:
        assert self._http is not None  # noqa: S101  opened with the server
        async with self._http.request(
            method, self._url + path, json=body, raise_for_status=True
        ) as answer:
            return await answer.json()

    async def _follow(self, clock: ShiftedClock) -> None:
        """What is said here is dated in the time of those controls."""
        while True:
            with suppress(*_TROUBLE):
                clock.show(float((await self._asked("GET", "/clock"))["now"]))
            await asyncio.sleep(_LOOK_S)


def _chosen(body: bytes) -> dict[str, str]:
    """What the panel's menus show: texts by name, whatever else was sent."""
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        return {}
    chosen = given.get("chosen") if isinstance(given, dict) else None
    if not isinstance(chosen, dict):
        return {}
    return {str(name): value for name, value in chosen.items() if isinstance(value, str)}
