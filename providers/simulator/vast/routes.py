"""Routes of Vast.ai that find offers and tell about the account."""

import json
from typing import Any

from aiohttp import web

from providers.simulator.faults import FaultKind, picked
from providers.simulator.figures import vast_figures
from providers.simulator.trouble import FAULTS
from providers.simulator.vast.app import VastServer, caller_key
from providers.simulator.vast.grammar import BadQuery
from providers.simulator.vast.instance_routes import add_instance_routes
from providers.simulator.vast.listing import Kind
from providers.simulator.vast.search import find_offers, parse_search
from providers.simulator.wire import Router, json_answer, object_of, raw_json, read_json

_DAY_S = 86_400


def vast_application(server: VastServer) -> web.Application:
    app = web.Application(middlewares=server.middlewares(), client_max_size=1_000_000)
    router = Router(app)
    search = _SearchRoutes(server)
    router.add("GET", "/api/v0/bundles", "search", search.by_argument)
    router.add("POST", "/api/v0/bundles", "search", search.by_body)
    router.add("PUT", "/api/v0/search/asks", "search", search.asks)
    router.add("GET", "/api/v0/gpu_names/unique", "gpu_names", search.gpu_names)
    router.add("GET", "/api/v0/gpu_types", "gpu_types", search.gpu_types)
    account = _AccountRoutes(server)
    router.add("GET", "/api/v0/users/current", "user", account.user)
    router.add("GET", "/api/v0/charges", "charges", account.charges)
    router.add("GET", "/api/v0/ssh", "ssh", account.keys)
    router.add("POST", "/api/v0/ssh", "ssh", account.add_key)
    router.add("PUT", "/api/v0/ssh/{key_id}", "ssh", account.change_key)
    router.add("DELETE", "/api/v0/ssh/{key_id}", "ssh", account.delete_key)
    add_instance_routes(router, server)
    return app


def bad_request(message: str, *, error: str = "invalid_request") -> web.Response:
    return json_answer({"error": error, "msg": message}, status=400)


class _SearchRoutes:
    def __init__(self, server: VastServer) -> None:
        self._server = server
        now = server.clock.now()
        row = next(server.book.visible(Kind.ON_DEMAND, now)).row(Kind.ON_DEMAND, 8.0, now)
        self._known_fields = frozenset(row.fields())

    async def by_argument(self, request: web.Request) -> web.StreamResponse:
        try:
            query = json.loads(request.query.get("q", "{}"))
        except ValueError:
            return bad_request("Invalid json body")
        return self._answer(query, request)

    async def by_body(self, request: web.Request) -> web.StreamResponse:
        try:
            query = await read_json(request)
        except ValueError:
            return bad_request("Invalid json body")
        return self._answer({} if query is None else query, request)

    async def asks(self, request: web.Request) -> web.StreamResponse:
        try:
            document = object_of(await read_json(request))
        except ValueError:
            return bad_request("Invalid json body")
        return self._answer(document.get("q") or {}, request)

    def _answer(self, query: Any, request: web.Request) -> web.Response:
        server = self._server
        if picked(request[FAULTS], FaultKind.LEAK) and isinstance(query, dict):
            query = {name: query[name] for name in ("type", "allocated_storage") if name in query}
        try:
            search = parse_search(query, self._known_fields, server.switches.page_cap)
        except BadQuery as reason:
            return bad_request(f"Error in query parameters: {reason}")
        rows = find_offers(search, server.book, server.clock.now(), server.turn)
        return raw_json(b'{"offers": [' + b", ".join(row.printed() for row in rows) + b"]}")

    async def gpu_names(self, _: web.Request) -> web.StreamResponse:
        return json_answer({"success": True, "gpu_names": sorted(vast_figures().gpu_types)})

    async def gpu_types(self, _: web.Request) -> web.StreamResponse:
        types = vast_figures().gpu_types.items()
        rows = [{"canonical_name": name, "gpu_ram_mb": ram} for name, ram in sorted(types)]
        return json_answer({"gpu_types": rows})


class _AccountRoutes:
    def __init__(self, server: VastServer) -> None:
        self._server = server

    async def user(self, request: web.Request) -> web.StreamResponse:
        server = self._server
        server.rentals.settle(server.clock.now())
        return json_answer(server.account.document(caller_key(request)))

    async def charges(self, request: web.Request) -> web.StreamResponse:
        server = self._server
        server.rentals.settle(server.clock.now())
        try:
            day = object_of(object_of(json.loads(request.query["select_filters"])).get("day"))
            bounds = [_day_of(day["gte"]), _day_of(day["lte"])]
        except (KeyError, ValueError, TypeError):
            return bad_request("Must provide both 'day' gte and lte filters for instance charges")
        rows = server.account.charges(*bounds)
        found = {"success": True, "count": len(rows), "total": len(rows)}
        return json_answer(found | {"next_token": None, "results": rows})

    async def keys(self, _: web.Request) -> web.StreamResponse:
        return json_answer(self._server.account.ssh_keys)

    async def add_key(self, request: web.Request) -> web.StreamResponse:
        text = await _key_text(request)
        if text is None:
            return bad_request("ssh_key is required", error="invalid_args")
        key = self._server.account.add_key(text, self._server.clock.now())
        if key is None:
            return bad_request("SSH key already exists", error="duplicate_key")
        return json_answer({"success": True, "key": key})

    async def change_key(self, request: web.Request) -> web.StreamResponse:
        text, key = await _key_text(request), self._key(request)
        if text is None or key is None:
            return _no_key()
        key["public_key"] = text
        return json_answer({"success": True})

    async def delete_key(self, request: web.Request) -> web.StreamResponse:
        key = self._key(request)
        if key is None:
            return _no_key()
        self._server.account.ssh_keys.remove(key)
        return json_answer({"success": True})

    def _key(self, request: web.Request) -> dict[str, Any] | None:
        wanted = request.match_info["key_id"]
        return next((k for k in self._server.account.ssh_keys if str(k["id"]) == wanted), None)


def _no_key() -> web.Response:
    return json_answer({"success": False, "error": "not_found", "msg": "No such key"}, status=404)


def _day_of(value: Any) -> int:
    """Clients send epoch seconds or the number of the day; both are understood."""
    number = float(value)
    return int(number // _DAY_S) if number > 1_000_000 else int(number)


async def _key_text(request: web.Request) -> str | None:
    try:
        text = object_of(await read_json(request)).get("ssh_key")
    except ValueError:
        return None
    return text.strip() if isinstance(text, str) and text.strip() else None
