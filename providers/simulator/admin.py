"""The admin server: faults, clock, switches, offers, money. For tests and for curious people.

Three things are asked of every request: a `Host` of this server, no foreign `Origin`, and the
random token in the path; a web page elsewhere that guesses the port can do nothing.
"""

from dataclasses import asdict, fields
from hmac import compare_digest
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from providers.simulator import prices
from providers.simulator.faults import FATES, TENSORDOCK, VAST, Fault, FaultKind, fault_from
from providers.simulator.simulator import Simulator
from providers.simulator.tensordock.app import TensorDockServer
from providers.simulator.tensordock.rental import Rental as TensorDockRental
from providers.simulator.vast.app import VastServer
from providers.simulator.vast.listing import Kind
from providers.simulator.vast.rental import Rental as VastRental
from providers.simulator.wire import json_answer, object_of, read_json

_LONG_AGO_S = 1e9
"""A fate that began so many seconds before the machine ran holds from now on."""


def admin_application(simulator: Simulator) -> web.Application:
    app = web.Application(middlewares=[_guard(simulator)])
    admin = _Admin(simulator)
    for method, path, handler in (
        ("GET", "state", admin.state),
        ("GET", "faults", admin.faults),
        ("POST", "faults", admin.add_fault),
        ("DELETE", "faults", admin.clear_faults),
        ("DELETE", "faults/{number}", admin.clear_faults),
        ("GET", "clock", admin.clock),
        ("POST", "clock", admin.move_clock),
        ("POST", "machines/vast", admin.make),
        ("PUT", "machines/{marketplace}/{instance_id}", admin.doom),
        ("PUT", "switches/{marketplace}", admin.switch),
        ("GET", "vast/offers", admin.offers),
        ("PUT", "vast/offers/{offer_id}", admin.change_offer),
        ("DELETE", "vast/offers/{offer_id}", admin.remove_offer),
        ("PUT", "tensordock/locations/{location_id}/{v0_name}", admin.change_stock),
        ("PUT", "credit", admin.set_credit),
        ("GET", "models", admin.models),
        ("PUT", "models", admin.move_price),
        ("GET", "journal", admin.journal),
    ):
        app.router.add_route(method, f"/_admin/{{token}}/{path}", handler)
    return app


def _guard(simulator: Simulator) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        token = request.match_info.get("token", "")
        known = compare_digest(token.encode(), simulator.admin_token.encode())
        if not known or not _from_here(request):
            return web.Response(status=403, text="forbidden")
        try:
            return await handler(request)
        except (ValueError, TypeError, KeyError) as error:
            return json_answer({"error": f"{type(error).__name__}: {error}"}, status=400)

    return guard


def _from_here(request: web.Request) -> bool:
    """Against DNS rebinding and pages of other origins."""
    sockname = request.transport.get_extra_info("sockname") if request.transport else None
    port = sockname[1] if sockname else 0
    ours = {f"127.0.0.1:{port}", f"localhost:{port}"}
    origin = request.headers.get("Origin")
    return request.host in ours and (origin is None or urlsplit(origin).netloc in ours)


class _Admin:
    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    async def state(self, _: web.Request) -> web.StreamResponse:
        simulator = self._simulator
        now = simulator.clock.now()
        book = simulator.vast.book
        return json_answer(
            {
                "now": now,
                "elapsed_s": simulator.clock.elapsed(),
                "speed": simulator.clock.speed,
                "vast": {
                    "on_demand_offers": sum(1 for _ in book.visible(Kind.ON_DEMAND, now)),
                    "bid_offers": sum(1 for _ in book.visible(Kind.BID, now)),
                    "instances": simulator.vast.rentals.snapshot(now),
                    "credit": simulator.vast.account.credit,
                },
                "tensordock": {
                    "entries": sum(1 for _ in simulator.tensordock.market.entries()),
                    "instances": simulator.tensordock.rentals.snapshot(now),
                    "balance": simulator.tensordock.rentals.balance,
                },
            }
        )

    async def faults(self, _: web.Request) -> web.StreamResponse:
        return json_answer([asdict(fault) for fault in self._simulator.faults.active()])

    async def add_fault(self, request: web.Request) -> web.StreamResponse:
        fault = fault_from(object_of(await read_json(request)))
        return json_answer(asdict(self._simulator.faults.add(fault)))

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        number = request.match_info.get("number")
        self._simulator.faults.clear(None if number is None else int(number))
        return json_answer({"faults": len(self._simulator.faults.active())})

    async def clock(self, _: web.Request) -> web.StreamResponse:
        """For whoever lives in the market's time."""
        clock = self._simulator.clock
        return json_answer(
            {"now": clock.now(), "elapsed_s": clock.elapsed(), "speed": clock.speed}
        )

    async def move_clock(self, request: web.Request) -> web.StreamResponse:
        """Either or both of `{"step": seconds, "speed": factor}`."""
        clock = self._simulator.clock
        moves = object_of(await read_json(request))
        self._simulator.step(float(moves.get("step", 0)))
        if "speed" in moves:
            clock.set_speed(float(moves["speed"]))
        return json_answer({"now": clock.now(), "speed": clock.speed})

    async def switch(self, request: web.Request) -> web.StreamResponse:
        simulator = self._simulator
        name = request.match_info["marketplace"]
        servers: dict[str, VastServer | TensorDockServer]
        servers = {"vast": simulator.vast, "tensordock": simulator.tensordock}
        server = servers[name]
        changes = object_of(await read_json(request))
        if "rate_limits" in changes:
            server.limiter.enabled = bool(changes.pop("rate_limits"))
        known = {switch.name for switch in fields(server.switches)}
        if unknown := changes.keys() - known:
            raise ValueError(f"unknown switches: {', '.join(sorted(unknown))}")
        for switch, value in changes.items():
            setattr(server.switches, switch, tuple(value) if isinstance(value, list) else value)
        return json_answer(asdict(server.switches))

    async def make(self, request: web.Request) -> web.StreamResponse:
        """`{"label": "…"}`: a machine of the account that nobody asked for by the API."""
        label = str(object_of(await read_json(request))["label"])
        return json_answer({"machine": self._simulator.vast.make(label)})

    async def doom(self, request: web.Request) -> web.StreamResponse:
        """`{"fate": "dies"}`: what a machine meets now, whatever it was to become."""
        simulator, number = self._simulator, request.match_info["instance_id"]
        kind = FaultKind(object_of(await read_json(request))["fate"])
        if kind not in FATES:
            raise ValueError(f"no fate of a machine: {kind}")
        now, marketplace = simulator.clock.now(), request.match_info["marketplace"]
        rental: VastRental | TensorDockRental | None = None
        if marketplace == VAST:
            rental = simulator.vast.rentals.find(int(number), now)
        elif marketplace == TENSORDOCK:
            rental = simulator.tensordock.rentals.find(number, now)
        if rental is None:
            raise KeyError("instance_id")
        if kind is FaultKind.OUTBID and isinstance(rental, VastRental):
            simulator.vast.rentals.outbid(rental)  # a higher bid has to win again
        else:
            rental.fate = Fault(kind, marketplace, seconds=-_LONG_AGO_S)
        return json_answer({"machine": number, "fate": kind})

    # Offers.

    async def offers(self, request: web.Request) -> web.StreamResponse:
        """`?kind=bid&limit=20`: rows as they stand in the book, the cheapest first."""
        kind = Kind(request.query.get("kind", Kind.ON_DEMAND))
        limit = int(request.query.get("limit", "100"))
        return json_answer(self._simulator.vast.offers(kind)[:limit])

    async def change_offer(self, request: web.Request) -> web.StreamResponse:
        """`{"usd_per_hour": 0.2}` for the whole offer, before disk; all chunks follow."""
        number = int(request.match_info["offer_id"])
        price = float(object_of(await read_json(request))["usd_per_hour"])
        self._simulator.vast.set_price(number, price)
        return json_answer({"offer": number, "usd_per_hour": price})

    async def remove_offer(self, request: web.Request) -> web.StreamResponse:
        """`?listed=1` leaves it in the answers for a minute, to be refused when rented."""
        number = int(request.match_info["offer_id"])
        self._simulator.vast.remove_offer(
            number, lingers_s=60.0 if request.query.get("listed") else 0.0
        )
        return json_answer({"removed": number})

    async def change_stock(self, request: web.Request) -> web.StreamResponse:
        """Any of `price_per_hr`, `max_count`, `stale`."""
        market = self._simulator.tensordock.market
        place = market.place(request.match_info["location_id"])
        if place is None:
            raise KeyError("location_id")
        stock = place.stock[request.match_info["v0_name"]]
        changes: dict[str, Any] = object_of(await read_json(request))
        stock.price_per_hr = float(changes.get("price_per_hr", stock.price_per_hr))
        stock.max_count = int(changes.get("max_count", stock.max_count))
        stock.stale = bool(changes.get("stale", stock.stale))
        return json_answer({"price_per_hr": stock.price_per_hr, "max_count": stock.max_count})

    async def models(self, _: web.Request) -> web.StreamResponse:
        """What is listed, with the median USD per hour of one GPU."""
        return json_answer(prices.models(self._simulator))

    async def move_price(self, request: web.Request) -> web.StreamResponse:
        """`{"model": "RTX 4090", "factor": 0.8}`: at both marketplaces."""
        wish = object_of(await read_json(request))
        model, factor = str(wish["model"]), float(wish["factor"])
        return json_answer({"moved": prices.move(self._simulator, model, factor)})

    # What happened.

    async def journal(self, request: web.Request) -> web.StreamResponse:
        """`?after=17`: what was asked since then, oldest first."""
        after = int(request.query.get("after", "0"))
        return json_answer([asdict(asked) for asked in self._simulator.journal.after(after)])

    async def set_credit(self, request: web.Request) -> web.StreamResponse:
        """`{"vast": 3.5, "tensordock": 0.2}`."""
        simulator = self._simulator
        amounts = object_of(await read_json(request))
        simulator.step(0)
        if "vast" in amounts:
            simulator.vast.account.credit = float(amounts["vast"])
        if "tensordock" in amounts:
            simulator.tensordock.rentals.balance = float(amounts["tensordock"])
        return json_answer(
            {
                "vast": simulator.vast.account.credit,
                "tensordock": simulator.tensordock.rentals.balance,
            }
        )
