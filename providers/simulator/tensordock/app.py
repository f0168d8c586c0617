"""The TensorDock server: tokens, limits, what it is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from providers.simulator.clock import SimulatedClock
from providers.simulator.faults import TENSORDOCK, Fault, FaultBook
from providers.simulator.figures import seeded, tensordock_figures
from providers.simulator.limits import TENSORDOCK_LIMIT, RateLimiter
from providers.simulator.tensordock.documents import TensorDockSwitches
from providers.simulator.tensordock.market import Market, new_uuid
from providers.simulator.tensordock.rentals import Rentals
from providers.simulator.trouble import Trouble
from providers.simulator.wire import endpoint_of, json_answer


@dataclass(slots=True)
class TensorDockServer:
    clock: SimulatedClock
    faults: FaultBook
    market: Market
    rentals: Rentals
    switches: TensorDockSwitches
    organization_id: str
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter({"all": TENSORDOCK_LIMIT}))
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    turn: int = 0

    @classmethod
    def open(
        cls,
        clock: SimulatedClock,
        faults: FaultBook,
        switches: TensorDockSwitches,
        *,
        seed: int,
        evolving: bool,
        stale_share: float,
        balance: float,
        host: str,
        mishaps: float,
    ) -> "TensorDockServer":
        now = clock.now()
        market = Market(
            tensordock_figures(), seed=seed, now=now, evolving=evolving, stale_share=stale_share
        )
        rentals = Rentals(market, seed=seed, now=now, balance=balance, host=host, mishaps=mishaps)
        return cls(clock, faults, market, rentals, switches, new_uuid(seed, "organization"))

    def middlewares(self) -> list[Middleware]:
        trouble = Trouble(TENSORDOCK, self.faults, _too_many, _unauthorized)
        return [trouble.middleware(), self._guard()]

    def _guard(self) -> Middleware:
        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            self.turn += 1
            open_to_all = endpoint_of(request) in ("locations", "unknown")
            if not open_to_all and not self._may_enter(request):
                return _unauthorized()
            wait = self.limiter.refuses("all", "organization", self.clock.line())
            if self.switches.rate_limited and wait is not None:
                return json_answer({"error": "Too many requests"}, status=429)
            if _token(request) in self.switches.other_account and endpoint_of(request) in _OTHERS:
                return _OTHERS[endpoint_of(request)]()
            return await handler(request)

        return guard

    def _may_enter(self, request: web.Request) -> bool:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" and self.switches.query_auth and "api_key" in request.query:
            token = request.query.get("api_token", "")
        elif scheme.lower() != "bearer":
            token = ""
        pinned = self.switches.token
        return bool(token) and (pinned is None or compare_digest(token.encode(), pinned.encode()))

    async def patience(self, bounds: tuple[float, float]) -> None:
        """Waits a drawn time within `bounds`, in market seconds."""
        if bounds[1] > 0:
            await self.clock.wait(seeded("patience", self.turn).uniform(*bounds))


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "").partition(" ")[2]


_OTHERS: Mapping[str, Callable[[], web.Response]] = {
    "auth_test": lambda: json_answer({"success": True, "organizationId": "another"}),
    "list": lambda: json_answer({"data": []}),
    "detail": lambda: json_answer({"error": "Instance not found"}, status=404),
    "destroy": lambda: json_answer({"error": "Instance not found"}, status=404),
}
"""What another organization, which has no machines, is told."""


def _unauthorized() -> web.Response:
    return web.Response(status=401, text="Unauthorized")


def _too_many(fault: Fault) -> web.Response:
    answer = json_answer({"error": "Too many requests"}, status=429)
    if fault.form == "retry-after":
        answer.headers["Retry-After"] = str(int(fault.seconds))
    return answer
