"""Routes of TensorDock."""

from typing import Any

from aiohttp import web

from providers.simulator.tensordock.app import TensorDockServer
from providers.simulator.tensordock.create import Invalid, Refused, parse_create
from providers.simulator.tensordock.documents import (
    action_document,
    detail_document,
    hostnode_document,
    list_document,
    location_document,
)
from providers.simulator.tensordock.market import new_uuid
from providers.simulator.tensordock.rental import Rental
from providers.simulator.trouble import FAULTS
from providers.simulator.wire import Router, json_answer, object_of, read_json

_BASE = "/api/v2"


def tensordock_application(server: TensorDockServer) -> web.Application:
    app = web.Application(middlewares=server.middlewares(), client_max_size=1_000_000)
    router = Router(app)
    routes, secrets = _Routes(server), _SecretRoutes(server)
    for method, path, endpoint, handler in (
        ("GET", "locations", "locations", routes.locations),
        ("GET", "hostnodes", "hostnodes", routes.hostnodes),
        ("GET", "hostnodes/{hostnode_id}", "hostnodes", routes.hostnode),
        ("POST", "auth/test", "auth_test", routes.auth_test),
        ("GET", "instances", "list", routes.list_all),
        ("POST", "instances", "create", routes.create),
        ("GET", "instances/{instance_id}", "detail", routes.detail),
        ("DELETE", "instances/{instance_id}", "destroy", routes.destroy),
        ("POST", "instances/{instance_id}/start", "start", routes.start),
        ("POST", "instances/{instance_id}/stop", "stop", routes.stop),
        ("PUT", "instances/{instance_id}/modify", "modify", routes.modify),
        ("GET", "secrets", "secrets", secrets.list_all),
        ("POST", "secrets", "secrets", secrets.add),
        ("GET", "secrets/{secret_id}", "secrets", secrets.detail),
        ("DELETE", "secrets/{secret_id}", "secrets", secrets.delete),
    ):
        router.add(method, f"{_BASE}/{path}", endpoint, handler)
    return app


class _Routes:
    def __init__(self, server: TensorDockServer) -> None:
        self._server = server

    # Offers.

    async def locations(self, _: web.Request) -> web.StreamResponse:
        server = self._server
        latency = server.switches.page_latency_s
        await server.patience((latency * 0.9, latency * 1.1))
        server.market.advance(server.clock.now())
        rates = server.market.rates
        places = [location_document(p, rates, server.switches) for p in server.market.places]
        return json_answer({"data": {"locations": places}})

    async def hostnodes(self, _: web.Request) -> web.StreamResponse:
        market = self._server.market
        market.advance(self._server.clock.now())
        nodes = [hostnode_document(place, market.rates) for place in market.places]
        return json_answer({"data": {"hostnodes": nodes}})

    async def hostnode(self, request: web.Request) -> web.StreamResponse:
        market = self._server.market
        place = market.hostnode(request.match_info["hostnode_id"])
        if place is None:
            return _missing()
        return json_answer({"data": hostnode_document(place, market.rates)})

    async def auth_test(self, _: web.Request) -> web.StreamResponse:
        if not self._server.switches.auth_test:
            return _missing()
        answer = {"success": True, "organizationId": self._server.organization_id}
        return json_answer(answer)

    # Machines.

    async def create(self, request: web.Request) -> web.StreamResponse:
        server, switches = self._server, self._server.switches
        try:
            asked = parse_create(await read_json(request))
            rental = server.rentals.create(asked, request[FAULTS], server.clock.now())
        except Invalid as invalid:
            return json_answer(invalid.body, status=400)
        except Refused as refused:
            return self._refusal(str(refused))
        except ValueError:
            return json_answer(Invalid("Invalid JSON").body, status=400)
        if switches.ignore_forwards:
            rental.asked_ports = ()
        await server.patience(switches.create_s)
        data = {"type": "virtualmachine", "id": rental.instance_id, "name": rental.name}
        answer = {"data": data | {"status": switches.created_state}}
        return json_answer(answer, status=switches.create_status)

    def _refusal(self, text: str) -> web.Response:
        switches = self._server.switches
        error: Any = text if switches.error_form == "text" else {"message": text}
        return json_answer({"status": 400, "error": error}, status=switches.error_status)

    async def list_all(self, _: web.Request) -> web.StreamResponse:
        server = self._server
        now = server.clock.now()
        return json_answer(list_document(list(server.rentals.existing(now)), now, server.switches))

    def _rental(self, request: web.Request) -> Rental | None:
        return self._server.rentals.find(
            request.match_info["instance_id"], self._server.clock.now()
        )

    async def detail(self, request: web.Request) -> web.StreamResponse:
        if (rental := self._rental(request)) is None:
            return _missing()
        server = self._server
        return json_answer(detail_document(rental, server.clock.now(), server.switches))

    async def destroy(self, request: web.Request) -> web.StreamResponse:
        if (rental := self._rental(request)) is None:
            return _missing()
        server = self._server
        server.rentals.end(rental, request[FAULTS], server.clock.now())
        await server.patience(server.switches.delete_s)
        if server.switches.delete_status == 204:
            return web.Response(status=204)
        message = {"message": "Instance deleted successfully"}
        return json_answer({"data": {"type": "success", "attributes": message}})

    async def start(self, request: web.Request) -> web.StreamResponse:
        if (rental := self._rental(request)) is None:
            return _missing()
        now = self._server.clock.now()
        if rental.stopped_at is None:
            return json_answer({"error": "Instance is already running"}, status=409)
        if rental.disassociated and rental.gpus > rental.stock.free:
            return json_answer({"error": "No available nodes found"}, status=400)
        rental.start(now)
        return json_answer(action_document(rental.instance_id, "starting"))

    async def stop(self, request: web.Request) -> web.StreamResponse:
        if (rental := self._rental(request)) is None:
            return _missing()
        if rental.stopped_at is not None:
            return json_answer({"error": "Instance is already stopped"}, status=409)
        disassociate = self._server.switches.disassociate
        rental.stop(self._server.clock.now(), disassociate=disassociate)
        return json_answer(action_document(rental.instance_id, "stopping"))

    async def modify(self, request: web.Request) -> web.StreamResponse:
        if (rental := self._rental(request)) is None:
            return _missing()
        now = self._server.clock.now()
        if not rental.status(now).startswith("stopped"):
            return json_answer({"error": "Instance must be stopped"}, status=400)
        try:
            asked = object_of(await read_json(request))
        except ValueError:
            return json_answer(Invalid("Invalid JSON").body, status=400)
        if not self._server.rentals.modify(rental, asked):
            return json_answer(Invalid("Invalid resources").body, status=400)
        return json_answer(detail_document(rental, now, self._server.switches))


class _SecretRoutes:
    def __init__(self, server: TensorDockServer) -> None:
        self._server = server

    async def list_all(self, _: web.Request) -> web.StreamResponse:
        listed = [
            {name: secret[name] for name in ("type", "id", "name")}
            for secret in self._server.secrets.values()
        ]
        return json_answer({"data": {"secrets": listed}})

    async def add(self, request: web.Request) -> web.StreamResponse:
        try:
            data = object_of(object_of(await read_json(request)).get("data"))
        except ValueError:
            data = {}
        asked = object_of(data.get("attributes"))
        kind, name, value = asked.get("type"), asked.get("name"), asked.get("value")
        known = kind in ("SSHKEY", "GENERIC", "SECRET")
        if not known or not isinstance(name, str) or not isinstance(value, str):
            return json_answer(Invalid("Invalid secret", "attributes").body, status=400)
        secret_id = new_uuid("secret", len(self._server.secrets), name)
        secret = {"type": kind, "id": secret_id, "name": name, "value": value}
        self._server.secrets[secret_id] = secret
        return json_answer({"data": {"type": "secret", "id": secret_id, "name": name}})

    async def detail(self, request: web.Request) -> web.StreamResponse:
        secret = self._server.secrets.get(request.match_info["secret_id"])
        if secret is None:
            return _missing()
        hidden = "value" if secret["type"] == "SECRET" else None
        shown = {name: value for name, value in secret.items() if name != hidden}
        return json_answer({"data": shown | {"type": "secret"}})

    async def delete(self, request: web.Request) -> web.StreamResponse:
        if self._server.secrets.pop(request.match_info["secret_id"], None) is None:
            return _missing()
        message = "Secret deleted successfully"
        return json_answer({"data": {"type": "success", "message": message}})


def _missing() -> web.Response:
    return json_answer({"status": 404, "error": "Not found"}, status=404)
