"""A marketplace in memory: offers that a test writes down, faults on demand."""

import asyncio
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

from providers import matching
from providers.base import Capability, Poll, Priority
from providers.clock import Clock
from providers.errors import InstanceGone
from providers.instances import (
    Account,
    Image,
    Instance,
    InstanceId,
    InstanceState,
    Proof,
    RentRequest,
    SshEndpoint,
    StartPhase,
)
from providers.listings import CacheUse, Candidate, Sweep
from providers.models import (
    Gpu,
    Location,
    Offer,
    OfferId,
    OfferQuery,
    Price,
    ProviderName,
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


class FakeRenting:
    """Machines in memory. A rented one starts, and runs when a test says so."""

    name: ProviderName
    title: str

    def __init__(self) -> None:
        self.origin = "https://fake.example"
        self.has_key = True
        self.key_print = "print"
        self.key_setting = "FAKE_API_KEY"
        self.console_url = "https://fake.example/machines"
        self.images: tuple[Image, ...] = (Image("plain", "Plain"),)
        self.proof = Proof()
        self.start_limit_s = 600.0
        self.min_disk_gb = 10
        self.whose = Account("7", Decimal(25))
        self.machines: dict[InstanceId, Instance] = {}
        self.rented: list[RentRequest] = []
        self.ended: list[InstanceId] = []
        self.attached: list[tuple[InstanceId, str]] = []
        self.renting_fails: dict[str, Exception] = {}
        """By the method's name; `rent` fails without making anything."""

    def image_problem(self, image: str) -> str | None:
        return None if image.isidentifier() else "This is no image."

    async def account(self) -> Account:
        self._meet("account")
        return self.whose

    async def rent(self, request: RentRequest) -> InstanceId:
        self.rented.append(request)
        self._meet("rent")
        return self.make(request)

    def make(self, request: RentRequest) -> InstanceId:
        """What a create does, for tests whose answer gets lost."""
        instance_id = InstanceId(str(9000 + len(self.machines)))
        self.machines[instance_id] = Instance(
            provider=self.name,
            instance_id=instance_id,
            label=request.label,
            state=InstanceState.STARTING,
            phase=StartPhase.MADE,
            usd_per_hour=request.offer.price.usd_per_hour,
            gpu=request.offer.gpu,
            machine_id=request.offer.machine_id,
            pricing=request.offer.pricing,
        )
        return instance_id

    def run(self, instance_id: InstanceId) -> None:
        ssh = (SshEndpoint("203.0.113.7", 30022, "root"),)
        here = self.machines[instance_id]
        running = InstanceState.RUNNING
        self.machines[instance_id] = replace(here, state=running, phase=None, ssh=ssh)

    async def attach_key(self, instance_id: InstanceId, ssh_public_key: str) -> None:
        self._meet("attach_key")
        self.attached.append((instance_id, ssh_public_key))

    async def instances(self) -> tuple[Instance, ...]:
        self._meet("instances")
        return tuple(self.machines.values())

    async def instance(self, instance_id: InstanceId) -> Instance:
        self._meet("instance")
        if instance_id not in self.machines:
            raise InstanceGone(self.name, f"{self.title} has no such machine.")
        return self.machines[instance_id]

    async def end(self, instance_id: InstanceId) -> None:
        self.ended.append(instance_id)
        self._meet("end")
        self.machines.pop(instance_id, None)

    async def raise_bid(self, instance_id: InstanceId, usd_per_hour: Decimal) -> None:
        self._meet("raise_bid")
        self.machines[instance_id] = replace(self.machines[instance_id], usd_per_hour=usd_per_hour)

    def _meet(self, method: str) -> None:
        if method in self.renting_fails:
            raise self.renting_fails[method]


class FakeProvider(FakeRenting):
    """Answers with `offers` whatever is asked, fresh for a minute of its clock."""

    def __init__(
        self,
        clock: Clock,
        offers: Iterable[Offer] = (),
        *,
        name: str = "fake",
        title: str = "Fake Cloud",
    ) -> None:
        super().__init__()
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
        self.reread: list[tuple[Offer, Priority]] = []
        self.search_interval_s = 1.0
        self.complete = True
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
            complete=self.complete,
            cache=CacheUse.MISS,
            seconds=0.5,
        )

    def _row(self, offer: Offer) -> Candidate:
        candidate = matching.as_candidate(offer)
        return candidate if self.build is None else cast("Candidate", Row(offer, self.build))

    def polls(self, queries: Sequence[OfferQuery]) -> Sequence[Poll]:
        """As many calls as questions, each taken as it is."""
        shared: dict[Hashable, list[OfferQuery]] = {}
        for query in queries:
            shared.setdefault(self.scope(query), []).append(query)
        return [Poll(alike[0], 1, tuple(alike)) for alike in shared.values()]

    async def refresh_offer(
        self, offer: Offer, *, priority: Priority = Priority.PRESS
    ) -> Offer | None:
        self.reread.append((offer, priority))
        if self.fails_with is not None:
            raise self.fails_with
        return next((o for o in self.offers if o.identity == offer.identity), None)

    async def check_key(self) -> str:
        if self.fails_with is not None:
            raise self.fails_with
        return f"{self.title} knows this key."
