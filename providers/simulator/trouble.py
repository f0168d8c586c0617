"""The middleware that lets faults meet requests, one for each marketplace."""

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from providers.simulator.faults import Fault, FaultBook, FaultKind, picked
from providers.simulator.garbage import SPOILING, spoil
from providers.simulator.wire import endpoint_of, json_answer, raw_json

FAULTS: Final = web.RequestKey("faults", tuple[Fault, ...])
"""What meets this request, for handlers that decide what becomes of a machine."""

TooMany = Callable[[Fault], web.Response]
Unauthorized = Callable[[], web.Response]

_HTML: Final = "<html><head><title>502 Bad Gateway</title></head><body>cloudflare</body></html>"
_FOREIGN: Final = "https://example.invalid/api/v0/bundles/"


class Trouble:
    def __init__(
        self, marketplace: str, faults: FaultBook, too_many: TooMany, unauthorized: Unauthorized
    ) -> None:
        self._marketplace = marketplace
        self._faults = faults
        self._too_many = too_many
        self._unauthorized = unauthorized

    def middleware(self) -> Middleware:
        @web.middleware
        async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
            endpoint = endpoint_of(request)
            faults = self._faults.take(self._marketplace, endpoint)
            request[FAULTS] = faults
            if (instead := await self._instead(request, faults)) is not None:
                return instead
            return await self._after(request, faults, await handler(request))

        return meet

    async def _instead(
        self, request: web.Request, faults: tuple[Fault, ...]
    ) -> web.StreamResponse | None:
        for fault in faults:
            if fault.kind is FaultKind.REFUSE:
                return _abort(request)
            if fault.kind is FaultKind.HANG:
                await asyncio.sleep(fault.seconds)
                return _abort(request)
            if fault.kind is FaultKind.HUGE:
                return await _huge(request, fault.megabytes)
            if (answer := self._plain(fault)) is not None:
                return answer
        return None

    def _plain(self, fault: Fault) -> web.Response | None:
        match fault.kind:
            case FaultKind.RATE_LIMIT:
                return self._too_many(fault)
            case FaultKind.UNAUTHORIZED:
                return self._unauthorized()
            case FaultKind.STATUS:
                return _error(fault)
            case FaultKind.BAD_GATEWAY:
                return web.Response(status=502, text=_HTML, content_type="text/html")
            case FaultKind.HTML:
                return web.Response(text=_HTML, content_type="text/html")
            case FaultKind.EMPTY:
                return raw_json(b"")
            case FaultKind.NULL:
                return raw_json(b"null")
            case FaultKind.REDIRECT:
                return web.Response(status=302, headers={"Location": fault.text or _FOREIGN})
            case FaultKind.ERROR_IN_200:
                return self._error_in_200()
            case _:
                return None

    def _error_in_200(self) -> web.Response:
        if self._marketplace == "tensordock":
            return json_answer({"status": 400, "error": "No available nodes found"})
        return json_answer({"success": False, "error": "server_error", "msg": "try again later"})

    async def _after(
        self, request: web.Request, faults: tuple[Fault, ...], answer: web.StreamResponse
    ) -> web.StreamResponse:
        if picked(faults, FaultKind.LOST_ANSWER):
            return _abort(request)
        if (fault := picked(faults, FaultKind.ERROR_AFTER)) is not None:
            return _error(fault)
        for fault in faults:
            if fault.kind in SPOILING and isinstance(answer, web.Response):
                answer.body = spoil(fault, bytes(answer.body or b""))  # type: ignore[arg-type]
        if (fault := picked(faults, FaultKind.SLOW)) is not None:
            await asyncio.sleep(fault.seconds)
        if picked(faults, FaultKind.CUT) and isinstance(answer, web.Response):
            return await _cut(request, answer)
        return answer


def _error(fault: Fault) -> web.Response:
    if fault.text:
        return web.Response(status=fault.status, text=fault.text)
    error = {"success": False, "error": "server_error", "msg": "Something went wrong"}
    return json_answer(error, status=fault.status)


def _abort(request: web.Request) -> web.Response:
    """The peer sees a reset or an early end; the returned answer goes nowhere."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _cut(request: web.Request, answer: web.Response) -> web.StreamResponse:
    body = bytes(answer.body or b"")  # type: ignore[arg-type]
    cut = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    cut.content_length = len(body) + 1
    await cut.prepare(request)
    await cut.write(body[: len(body) // 2])
    await asyncio.sleep(0)
    if request.transport is not None:
        request.transport.close()
    return cut


async def _huge(request: web.Request, megabytes: int) -> web.StreamResponse:
    huge = web.StreamResponse(headers={"Content-Type": "application/json"})
    await huge.prepare(request)
    await huge.write(b'{"offers": [], "data": {"locations": []}, "padding": "')
    for _ in range(megabytes):
        await huge.write(b"x" * 1_000_000)
    await huge.write(b'"}')
    await huge.write_eof()
    return huge
