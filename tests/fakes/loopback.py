"""A marketplace's wire: a real HTTP server on loopback that a test answers for."""

import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def said(status: int = 200, body: Any = None, *, text: str | None = None) -> web.Response:
    """`text` goes out as it is; anything else as JSON, NaN and Infinity included."""
    if text is not None:
        return web.Response(status=status, text=text, content_type="text/plain")
    return web.Response(status=status, text=json.dumps(body), content_type="application/json")


@contextlib.asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Yields the origin."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await handler(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()
