"""Both marketplaces as the simulator serves them, with real HTTP between, and what was sent."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from providers.base import Provider
from providers.fetch.client import open_client
from providers.instances import RentRequest
from providers.models import Offer, OfferQuery, PricingKind, ProviderName
from providers.registry import MARKETPLACES
from providers.settings import Pace, ProviderSettings, Timeouts
from providers.simulator import Simulator, open_simulator
from tests.fakes.clock import FakeClock

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVuaXQ+dGVzdC9rZXk="
LABEL = "shopper-a1b2-0123456789"
API_KEY = "canary-key-0123456789abcdef0123"
SIMULATED = {"vastai": "vast", "tensordock": "tensordock"}
"""What the simulator calls them."""


class Wire(httpx.AsyncBaseTransport):
    """The network, and a list of what went over it."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(trust_env=False)
        self.sent: list[httpx.Request] = []
        self.before: Callable[[httpx.Request], None] = lambda _: None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.before(request)
        self.sent.append(request)
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def creates(self) -> int:
        return sum(
            (request.method == "PUT" and "/asks/" in request.url.path)
            or (request.method == "POST" and request.url.path.endswith("/v2/instances"))
            for request in self.sent
        )


@dataclass
class Rig:
    name: ProviderName
    simulator: Simulator
    provider: Provider
    wire: Wire
    clock: FakeClock
    offers: list[Offer] = field(default_factory=list)

    @property
    def market(self) -> Any:
        return getattr(self.simulator, SIMULATED[self.name])

    def fault(self, kind: str, endpoint: str, **details: Any) -> None:
        self.simulator.fault(SIMULATED[self.name], kind, endpoint=endpoint, **details)

    def step(self, seconds: float) -> None:
        """For the marketplace and for us."""
        self.simulator.step(seconds)
        self.clock.advance(seconds)

    def made(self, label: str = LABEL) -> list[str]:
        """Ids of all machines under the label that exist, whatever anybody was told."""
        now = self.simulator.clock.now()
        known = self.market.rentals.snapshot(now)
        return [str(r["id"]) for r in known if r["exists"] and r["label"] == label]

    def request(self, number: int = 0, **changes: Any) -> RentRequest:
        image = self.provider.images[0].name
        facts = {"offer": self.offers[number], "label": LABEL, "ssh_public_key": KEY}
        return RentRequest(**{**facts, "image": image, **changes})


@contextlib.asynccontextmanager
async def rig(name: ProviderName, tmp_path: Path, **timeouts: float) -> AsyncIterator[Rig]:
    """No limits, no intervals; the market moves by steps, sleeping takes no time."""
    options: dict[str, Any] = {"stale_share": 0.0, "evolving": False, "rate_limits": False}
    async with open_simulator(seed=5, vast_machines=150, speed=0, **options) as simulator:
        now = datetime.fromtimestamp(simulator.clock.now(), UTC)
        wire, clock = Wire(), FakeClock(now)
        fetch = open_client(cache_dir=tmp_path, clock=clock, transport=wire)
        settings = ProviderSettings(
            getattr(simulator, f"{SIMULATED[name]}_url"),
            key=SecretStr(API_KEY),
            search_pace=Pace(0.0, burst=100),
            renting_pace_factor=0.0,
            timeouts=Timeouts(**timeouts),
        )
        provider = MARKETPLACES[name](settings, fetch, clock)
        everything = OfferQuery(verified_only=False, min_reliability=None)
        try:
            sweep = await provider.search(everything)
            offers = [candidate.offer() for candidate in sweep.candidates]
            wire.sent.clear()
            rentable = [offer for offer in offers if can_be_rented(offer)]
            yield Rig(name, simulator, provider, wire, clock, rentable)
        finally:
            await fetch.aclose()


def can_be_rented(offer: Offer) -> bool:
    """With the disk that it is priced for."""
    roomy = offer.max_disk_gb is None or offer.max_disk_gb >= offer.disk_gb
    return roomy and offer.pricing is PricingKind.ON_DEMAND
