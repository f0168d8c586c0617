"""A marketplace in memory: offers that a test writes down, faults on demand."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from providers import matching
from providers.base import Capability, Priority
from providers.clock import Clock
from providers.models import (
    CacheUse,
    Candidate,
    Gpu,
    Location,
    Offer,
    OfferId,
    OfferQuery,
    Price,
    ProviderName,
    Sweep,
    Verification,
)
from tests.fakes.offers import offer


def an_offer(
    offer_id: str = "1",
    *,
    gpu: str = "RTX 4090",
    count: int = 1,
    vram_gib: float | None = 23.99,
    usd: str | Decimal = "0.40",
    country: str | None = "DE",
    provider: str = "fake",
    **facts: Any,
) -> Offer:
    """A verified, reliable machine unless `facts` say otherwise."""
    stated: dict[str, Any] = {
        "provider": ProviderName(provider),
        "offer_id": OfferId(offer_id),
        "gpu": Gpu(gpu, count, vram_gib),
        "price": Price(gpu=Decimal(usd), cpu_ram=Decimal(0), disk=Decimal(0)),
        "location": Location(country, country or "not stated"),
    }
    return offer(**(stated | facts))


class Row:
    """A row of an answer whose offer is made by `build`."""

    def __init__(self, offer: Offer, build: Callable[[Offer], Offer]) -> None:
        self._offer = offer
        self._build = build

    def __getattr__(self, name: str) -> Any:
        return getattr(matching.as_candidate(self._offer), name)

    def offer(self) -> Offer:
        return self._build(self._offer)


@dataclass(frozen=True, slots=True)
class Asked:
    query: OfferQuery
    priority: Priority
    refresh: bool


class FakeProvider:
    """Answers with `offers` whatever is asked, fresh for a minute of its clock."""

    def __init__(
        self,
        clock: Clock,
        offers: Iterable[Offer] = (),
        *,
        name: str = "fake",
        title: str = "Fake Cloud",
    ) -> None:
        self.name = ProviderName(name)
        self.title = title
        self.default_disk_gb = Decimal(50)
        self.cannot: Mapping[Capability, str] = {}
        self.offers: Sequence[Offer] = tuple(offers)
        self.build: Callable[[Offer], Offer] | None = None
        """Makes the offers of its rows."""
        self.hides_unverified = False
        """Filters at the marketplace, as Vast.ai does."""
        self.fails_with: Exception | None = None
        self.gate = asyncio.Event()
        """Closed, no search ends."""
        self.gate.set()
        self.fresh_for = timedelta(seconds=60)
        self.asked: list[Asked] = []
        self._clock = clock

    def scope(self, query: OfferQuery) -> Hashable:
        return (query.gpus, query.pricing, query.disk_gb, query.verified_only)

    async def search(
        self, query: OfferQuery, *, priority: Priority = Priority.SEARCH, refresh: bool = False
    ) -> Sweep:
        self.asked.append(Asked(query, priority, refresh))
        await self.gate.wait()
        if self.fails_with is not None:
            raise self.fails_with
        hidden = self.hides_unverified and query.verified_only
        offers = [o for o in self.offers if not hidden or o.verification is Verification.VERIFIED]
        now = self._clock.now()
        return Sweep(
            provider=self.name,
            candidates=tuple(map(self._row, offers)),
            as_of=now,
            fresh_until=now + self.fresh_for,
            rows=len(offers),
            cache=CacheUse.MISS,
            seconds=0.5,
        )

    def _row(self, offer: Offer) -> Candidate:
        candidate = matching.as_candidate(offer)
        return candidate if self.build is None else cast("Candidate", Row(offer, self.build))

    async def refresh_offer(self, offer: Offer) -> Offer | None:
        return next((o for o in self.offers if o.identity == offer.identity), None)

    async def check_key(self) -> str:
        if self.fails_with is not None:
            raise self.fails_with
        return f"{self.title} knows this key."
