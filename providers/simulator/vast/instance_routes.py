"""Routes of Vast.ai that rent, list, change and end."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from providers.simulator.faults import FaultKind, picked
from providers.simulator.trouble import FAULTS
from providers.simulator.vast.account import new_key
from providers.simulator.vast.app import VastServer
from providers.simulator.vast.create import Refusal, parse_create
from providers.simulator.vast.documents import BadToken, instance_row, list_page, parse_list
from providers.simulator.vast.grammar import BadQuery
from providers.simulator.vast.rental import Rental
from providers.simulator.wire import Router, json_answer, object_of, read_json

_LONGEST_LABEL = 1024
_LOWEST_BID, _HIGHEST_BID_PER_GPU = 0.001, 32.0
_LOG_READY_S = 0.5

Act = Callable[[web.Request, Rental], Awaitable[web.StreamResponse]]


def add_instance_routes(router: Router, server: VastServer) -> None:
    routes = _InstanceRoutes(server)
    router.add("PUT", "/api/v0/asks/{ask_id}", "create", routes.create)
    router.add("GET", "/api/v0/instances", "old_list", routes.old_list)
    router.add("GET", "/api/v1/instances", "list", routes.list_all)
    router.add("GET", "/api/v0/instances/filters", "filters", routes.filters)
    router.add("GET", "/api/v0/instances/{instance_id}", "detail", routes.detail)
    for method, path, endpoint, act in (
        ("PUT", "{instance_id}", "manage", routes.manage),
        ("DELETE", "{instance_id}", "destroy", routes.destroy),
        ("PUT", "reboot/{instance_id}", "reboot", routes.reboot),
        ("PUT", "recycle/{instance_id}", "recycle", routes.recycle),
        ("PUT", "bid_price/{instance_id}", "bid", routes.bid),
        ("PUT", "request_logs/{instance_id}", "logs", routes.request_logs),
        ("GET", "{instance_id}/ssh", "instance_ssh", routes.keys),
        ("POST", "{instance_id}/ssh", "attach", routes.attach),
        ("DELETE", "{instance_id}/ssh/{key_id}", "detach", routes.detach),
    ):
        router.add(method, f"/api/v0/instances/{path}", endpoint, routes.on_rental(act))
    router.add("GET", "/logs/{name}", "log_file", routes.log_file)


class _InstanceRoutes:
    def __init__(self, server: VastServer) -> None:
        self._server = server
        self._logs: dict[str, tuple[float, str]] = {}

    def on_rental(self, act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Finds the rental that the path names, or answers 404."""

        async def handler(request: web.Request) -> web.StreamResponse:
            text = request.match_info["instance_id"]
            if not text.isdigit():
                return _failure(400, "invalid_args", "invalid instance_id")
            now = self._server.clock.now()
            rental = self._server.rentals.find(int(text), now)
            if rental is None:
                return _missing(request.method, text)
            return await act(request, rental)

        return handler

    async def create(self, request: web.Request) -> web.StreamResponse:
        server = self._server
        ask_id = request.match_info["ask_id"]
        try:
            if not ask_id.isdigit():
                raise Refusal.invalid("'id' is required and must be a valid offer ID")
            asked = parse_create(await read_json(request))
            now = server.clock.now()
            made = server.rentals.create(int(ask_id), asked, request[FAULTS], now)
        except Refusal as refusal:
            return json_answer(refusal.body, status=refusal.status)
        except ValueError:
            return _failure(400, "invalid_args", "error 400/1782: Invalid args: invalid json")
        if made.stopped:
            message = "Bid price is below the current minimum; the instance was created stopped."
            body = {"success": False, "error": "bid_too_low", "msg": message}
            return json_answer(body | {"new_contract": made.instance_id})
        answer = {"success": True, "new_contract": made.instance_id}
        return json_answer(answer | {"instance_api_key": made.api_key})

    async def old_list(self, _: web.Request) -> web.StreamResponse:
        message = "This endpoint is deprecated, use /api/v1/instances/"
        return _failure(410, "deprecated_endpoint", message)

    async def list_all(self, request: web.Request) -> web.StreamResponse:
        try:
            query = parse_list(dict(request.query))
            return json_answer(list_page(self._rows(), query))
        except BadToken:
            return _failure(400, "invalid_token", "Invalid after_token")
        except BadQuery as reason:
            return _failure(400, "invalid_request", f"Error in query parameters: {reason}")

    def _rows(self) -> list[dict[str, Any]]:
        server = self._server
        now = server.clock.now()
        return [
            instance_row(rental, now, server.ways)
            for rental in server.rentals.existing(now)
            if rental.listed_at <= now
        ]

    async def filters(self, _: web.Request) -> web.StreamResponse:
        columns = ("actual_status", "verification", "gpu_name")
        found = {tuple(row[name] for name in columns) for row in self._rows()}
        filters = [dict(zip(columns, values, strict=True)) for values in sorted(found, key=str)]
        return json_answer({"success": True, "filters": filters})

    async def detail(self, request: web.Request) -> web.StreamResponse:
        """Gone or never there is no error: `instances` is null."""
        text = request.match_info["instance_id"]
        if not text.isdigit():
            return _failure(400, "invalid_args", "error 400/1782: Invalid args: invalid json: {}")
        now = self._server.clock.now()
        rental = self._server.rentals.find(int(text), now)
        row = None if rental is None else instance_row(rental, now, self._server.ways)
        return json_answer({"instances": row})

    async def manage(self, request: web.Request, rental: Rental) -> web.StreamResponse:
        try:
            document = object_of(await read_json(request))
        except ValueError:
            return _failure(400, "invalid_args", "invalid json")
        if "label" in document:
            return _label(rental, document["label"])
        state = document.get("state")
        if state not in ("running", "stopped"):
            return _failure(400, "invalid_args", "state is running or stopped")
        if state == "running" and self._server.account.credit <= 0:
            return _failure(400, "missing_billing", "Add credit to start instances.")
        self._server.rentals.set_state(rental, state, self._server.clock.now())
        if picked(request[FAULTS], FaultKind.NEVER_STARTS):
            rental.held_back = "unavailable"
        return json_answer({"success": True})

    async def destroy(self, request: web.Request, rental: Rental) -> web.StreamResponse:
        now = self._server.clock.now()
        if not self._server.rentals.end(rental, request[FAULTS], now):
            return _missing("DELETE", str(rental.instance_id))
        return json_answer({"success": True, "msg": "Instance destroyed successfully"})

    async def reboot(self, _: web.Request, rental: Rental) -> web.StreamResponse:
        rental.rebooted_at = self._server.clock.now()
        return json_answer({"success": True})

    async def recycle(self, _: web.Request, rental: Rental) -> web.StreamResponse:
        self._server.rentals.recycle(rental, self._server.clock.now())
        return json_answer({"success": True})

    async def bid(self, request: web.Request, rental: Rental) -> web.StreamResponse:
        try:
            price = float(object_of(await read_json(request))["price"])
        except (ValueError, TypeError, KeyError):
            return _failure(400, "invalid_args", "price is required")
        if not rental.is_bid or not _LOWEST_BID <= price <= _HIGHEST_BID_PER_GPU * rental.gpus:
            return _failure(400, "invalid_args", "price is out of range")
        self._server.rentals.change_bid(rental, price)
        return json_answer({"success": True})

    # Keys of one instance.

    async def keys(self, _: web.Request, rental: Rental) -> web.StreamResponse:
        """The keys come as a JSON text inside the JSON, as the service sends them."""
        return json_answer({"success": True, "ssh_keys": json.dumps(rental.keys)})

    async def attach(self, request: web.Request, rental: Rental) -> web.StreamResponse:
        try:
            text = object_of(await read_json(request)).get("ssh_key")
        except ValueError:
            text = None
        if not isinstance(text, str) or not text.strip():
            return _failure(400, "invalid_args", "ssh_key is required")
        if any(key["public_key"] == text for key in rental.keys):
            return _failure(400, "invalid_args", "SSH key already associated with instance")
        number, user = 5001 + len(rental.keys), self._server.account.user_id
        rental.keys.append(new_key(number, user, text, self._server.clock.now()))
        return json_answer({"success": True, "msg": "SSH key attached successfully"})

    async def detach(self, request: web.Request, rental: Rental) -> web.StreamResponse:
        wanted = request.match_info["key_id"]
        kept = [key for key in rental.keys if str(key["id"]) != wanted]
        if len(kept) == len(rental.keys):
            return _failure(404, "not_found", "No such key")
        rental.keys = kept
        return json_answer({"success": True, "msg": "SSH key removed from instance."})

    # Logs.

    async def request_logs(self, request: web.Request, rental: Rental) -> web.StreamResponse:
        """The address answers 404 for a moment: the host uploads first."""
        server = self._server
        name = f"{rental.secrets.getrandbits(128):032x}.log"
        status = rental.status(server.clock.now())
        text = f"simulated log of {rental.instance_id}\nstatus: {status.actual}\n"
        self._logs[name] = (server.clock.line() + _LOG_READY_S, text)
        return json_answer({"success": True, "result_url": f"http://{request.host}/logs/{name}"})

    async def log_file(self, request: web.Request) -> web.StreamResponse:
        ready, text = self._logs.get(request.match_info["name"], (float("inf"), ""))
        if self._server.clock.line() < ready:
            return web.Response(status=404, text="NoSuchKey")
        return web.Response(text=text)


def _label(rental: Rental, label: Any) -> web.Response:
    if not isinstance(label, str) or len(label) > _LONGEST_LABEL:
        message = "Please limit label length to 1024 characters, ideally less than 128."
        return _failure(400, "label_too_long", message)
    rental.label = label
    message = f"label for {rental.instance_id} set to '{label}'"
    return json_answer({"success": True, "msg": message})


def _missing(method: str, instance_id: str) -> web.Response:
    if method == "DELETE":
        return _failure(404, "not_found", "Instance not found")
    return _failure(404, "no_such_instance", f"Instance {instance_id} not found.")


def _failure(status: int, error: str, message: str) -> web.Response:
    return json_answer({"success": False, "error": error, "msg": message}, status=status)
