"""How answers leave: content types as the marketplaces write them."""

import json
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler


def json_answer(document: Any, *, status: int = 200) -> web.Response:
    return raw_json(json.dumps(document, ensure_ascii=False).encode(), status=status)


def raw_json(body: bytes, *, status: int = 200) -> web.Response:
    """`application/json` without a charset: the official client compares the whole header."""
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json"})


async def read_json(request: web.Request) -> Any:
    """The body, `None` when there is none; raises `ValueError` when it is not JSON."""
    body = await request.read()
    return json.loads(body) if body.strip() else None


def object_of(document: Any) -> dict[str, Any]:
    return document if isinstance(document, dict) else {}


_ENDPOINTS: Final = web.AppKey("endpoints", dict[web.AbstractRoute, str])


class Router:
    """Adds routes that carry an endpoint's name, with and without a trailing slash."""

    def __init__(self, app: web.Application) -> None:
        self._router = app.router
        self._endpoints: dict[web.AbstractRoute, str] = {}
        app[_ENDPOINTS] = self._endpoints

    def add(self, method: str, path: str, endpoint: str, handler: Handler) -> None:
        for form in (path, f"{path}/"):
            self._endpoints[self._router.add_route(method, form, handler)] = endpoint


def endpoint_of(request: web.Request) -> str:
    return request.app[_ENDPOINTS].get(request.match_info.route, "unknown")
