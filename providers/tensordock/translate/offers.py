"""TensorDock's locations → candidates and offers.

TensorDock lists no machines but what may be built where: an offer of ours is one location, one
model and one number of GPUs, with a machine around them whose size and price are ours to choose.
`price_per_hr` is one GPU alone; taking it for the whole price understates a cheap card by a
quarter. https://dashboard.tensordock.com/api/docs/fetch-hostnodes
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from providers import gpus, places
from providers.models import (
    Gpu,
    Location,
    Offer,
    OfferId,
    OfferQuery,
    Price,
    PricingKind,
    ProviderName,
)
from providers.tensordock import wire

NAME = ProviderName("tensordock")
MOST_GPUS = 16
"""In one machine; more than any location has ever had."""
DEFAULT_VCPUS = 8
DEFAULT_RAM_GB = 32
LEAST_DISK_GB = 100
_LEAST_VCPUS = 2
_SMALL_RAM_STEPS_GB = (2, 4, 6, 8, 10, 16)
_RAM_STEP_GB = 16
_DATACENTER_TIER = 3
_MOST_USD = 6_000.0
"""For one unit of anything; dearer is a mistake."""
_MOST_WISHED = 1_000_000


@dataclass(frozen=True, slots=True)
class Wish:
    """The machine around the GPUs, and how many of these: all of a query that changes an offer."""

    vcpus: int
    ram_gb: int
    disk_gb: int
    min_gpus: int = 1
    max_gpus: int = MOST_GPUS


@dataclass(frozen=True, slots=True)
class Machine:
    """The wish, cut down to what the location allows."""

    vcpus: int
    ram_gb: int
    disk_gb: int
    remarks: tuple[str, ...]

    @property
    def defaults(self) -> tuple[str, ...]:
        """A default that the location cut down is none: there is no more to be had."""
        sizes = (("vcpus", self.vcpus, DEFAULT_VCPUS), ("ram_gb", self.ram_gb, DEFAULT_RAM_GB))
        return tuple(name for name, size, default in sizes if size == default)


def wish(query: OfferQuery) -> Wish:
    return Wish(
        vcpus=_even_up(max(DEFAULT_VCPUS, query.min_vcpus or 0)),
        ram_gb=_ram_step_up(max(DEFAULT_RAM_GB, query.min_ram_gb or 0)),
        disk_gb=max(LEAST_DISK_GB, min(query.disk_gb or 0, _MOST_WISHED)),
        min_gpus=max(1, query.min_gpus),
        max_gpus=MOST_GPUS if query.max_gpus is None else min(query.max_gpus, MOST_GPUS),
    )


def wish_for(offer: Offer) -> Wish:
    """The machine that an offer described."""
    return Wish(
        vcpus=DEFAULT_VCPUS if offer.vcpus is None else int(offer.vcpus),
        ram_gb=DEFAULT_RAM_GB if offer.ram_gb is None else int(offer.ram_gb),
        disk_gb=int(offer.disk_gb),
        min_gpus=offer.gpu.count,
        max_gpus=offer.gpu.count,
    )


@dataclass(frozen=True, slots=True)
class Read:
    candidates: tuple["Candidate", ...]
    rows: int
    left_out: int


def read(answer: wire.Answer, wish: Wish, seen_at: datetime) -> Read:
    """Everything that could be rented with this wish, each once."""
    found: dict[OfferId, Candidate] = {}
    rows = left_out = 0
    for location in answer.data.locations:
        if location is None:
            rows, left_out = rows + 1, left_out + 1
            continue
        for model in location.gpus:
            rows += 1
            if model is None or (rates := _rates(model)) is None:
                left_out += 1
                continue
            for candidate in _candidates(location, model, rates, wish, seen_at):
                found.setdefault(candidate.offer_id, candidate)
    return Read(tuple(found.values()), rows, left_out)


class Candidate:
    """`providers.models.Candidate` for one location, model and number of GPUs."""

    __slots__ = (
        "_location",
        "_machine",
        "_model",
        "_price",
        "_seen_at",
        "gpu_count",
        "gpu_name",
        "offer_id",
        "usd_per_hour",
    )

    provider = NAME
    pricing = PricingKind.ON_DEMAND
    # TensorDock states none of these.
    host_id = None
    verification = None
    reliability = None
    max_cuda = None
    download_mbps = None
    upload_mbps = None
    available_until_s = None
    tflops = None

    def __init__(
        self,
        location: wire.Location,
        model: wire.Model,
        machine: Machine,
        price: Price,
        count: int,
        seen_at: datetime,
    ) -> None:
        self._location = location
        self._model = model
        self._machine = machine
        self._price = price
        self._seen_at = seen_at
        self.gpu_count = count
        self.gpu_name: str = gpus.canonical(model.v0Name, NAME)[0]
        self.offer_id = OfferId(f"{location.id}:{model.v0Name}:{count}")
        self.usd_per_hour = float(price.usd_per_hour)

    @property
    def machine_id(self) -> str:
        """Of the place: TensorDock picks the machine there."""
        return self._location.id

    @property
    def vram_gib(self) -> float | None:
        stated = gpus.vram_in_name(self._model.v0Name)
        return float(stated) if stated else None

    @property
    def country(self) -> str | None:
        return self._place.country

    @property
    def datacenter(self) -> bool | None:
        """Tiers run from 0 to 4; a client that rents there calls 3 and 4 data centres and 0 a
        home. What 1 and 2 are, nobody says.
        """
        tier = self._location.tier
        if tier is None or 0 < tier < _DATACENTER_TIER:
            return None
        return tier >= _DATACENTER_TIER

    @property
    def vcpus(self) -> float:
        return float(self._machine.vcpus)

    @property
    def ram_gb(self) -> float:
        return float(self._machine.ram_gb)

    @property
    def max_disk_gb(self) -> float | None:
        limits = self._model.resources
        return None if limits is None else _limit(limits.max_storage_gb)

    def offer(self) -> Offer:
        known = gpus.canonical(self._model.v0Name, NAME)[1]
        network = self._model.network_features or wire.Network()
        return Offer(
            provider=NAME,
            offer_id=self.offer_id,
            pricing=self.pricing,
            gpu=Gpu(self.gpu_name, self.gpu_count, self.vram_gib, known=known),
            price=self._price,
            disk_gb=Decimal(self._machine.disk_gb),
            location=self._place,
            seen_at=self._seen_at,
            machine_id=self.machine_id,
            datacenter=self.datacenter,
            vcpus=self.vcpus,
            ram_gb=self.ram_gb,
            max_disk_gb=self.max_disk_gb,
            dedicated_ip=network.dedicated_ip_available,
            port_forwarding=network.port_forwarding_available,
            defaults=self._machine.defaults,
            remarks=self._machine.remarks,
        )

    @property
    def _place(self) -> Location:
        at = self._location
        return places.locate(at.country, city=at.city, state=at.stateprovince)


def _candidates(
    location: wire.Location, model: wire.Model, rates: "_Rates", wish: Wish, seen_at: datetime
) -> Iterator[Candidate]:
    machine = _machine(wish, model.resources or wire.Resources())
    if machine is None:
        return
    most = int(min(model.max_count, wish.max_gpus))
    for count in range(wish.min_gpus, most + 1):
        price = Price(
            gpu=rates.gpu * count,
            cpu_ram=rates.vcpu * machine.vcpus + rates.ram_gb * machine.ram_gb,
            disk=rates.disk_gb * machine.disk_gb,
        )
        yield Candidate(location, model, machine, price, count, seen_at)


@dataclass(frozen=True, slots=True)
class _Rates:
    """USD per hour for one of each."""

    gpu: Decimal
    vcpu: Decimal
    ram_gb: Decimal
    disk_gb: Decimal


def _rates(model: wire.Model) -> _Rates | None:
    """`None` when one is missing: the whole is then unknown, and never the sum of the rest."""
    at = model.pricing or wire.Pricing()
    gpu = money(model.price_per_hr)
    parts = (money(at.per_vcpu_hr), money(at.per_gb_ram_hr), money(at.per_gb_storage_hr))
    vcpu, ram_gb, disk_gb = parts
    if not gpu or vcpu is None or ram_gb is None or disk_gb is None:
        return None
    return _Rates(gpu, vcpu, ram_gb, disk_gb)


def money(usd: float | None) -> Decimal | None:
    """From the number's text. A price that cannot be one is as good as none."""
    if usd is None or not 0 <= usd <= _MOST_USD:
        return None
    return Decimal(repr(round(usd, 12)))


def _machine(wish: Wish, limits: wire.Resources) -> Machine | None:
    """`None` when not even the smallest machine may be built there.

    A wish that the location cannot fill is cut, not refused: matching then says what is missing.
    """
    vcpus, ram_gb, disk_gb = (
        _limit(limits.max_vcpus),
        _limit(limits.max_ram_gb),
        _limit(limits.max_storage_gb),
    )
    machine = Machine(
        vcpus=wish.vcpus if vcpus is None else min(wish.vcpus, math.floor(vcpus / 2) * 2),
        ram_gb=wish.ram_gb if ram_gb is None else min(wish.ram_gb, _ram_step_down(ram_gb)),
        disk_gb=wish.disk_gb if disk_gb is None else min(wish.disk_gb, math.floor(disk_gb)),
        remarks=tuple(
            f"The {what} limit is not stated."
            for what, limit in (("vCPU", vcpus), ("RAM", ram_gb), ("disk", disk_gb))
            if limit is None
        ),
    )
    fits = machine.vcpus >= _LEAST_VCPUS and machine.ram_gb >= _SMALL_RAM_STEPS_GB[0]
    return machine if fits and machine.disk_gb >= LEAST_DISK_GB else None


def _limit(stated: float | None) -> float | None:
    """0 was met where machines could be built: it means unknown."""
    return stated if stated is not None and stated > 0 else None


def _even_up(vcpus: float) -> int:
    return math.ceil(min(vcpus, _MOST_WISHED) / 2) * 2


def _ram_step_up(ram_gb: float) -> int:
    return math.ceil(min(ram_gb, _MOST_WISHED) / _RAM_STEP_GB) * _RAM_STEP_GB


def _ram_step_down(ram_gb: float) -> int:
    if ram_gb >= _RAM_STEP_GB:
        return math.floor(ram_gb / _RAM_STEP_GB) * _RAM_STEP_GB
    return max((step for step in _SMALL_RAM_STEPS_GB if step <= ram_gb), default=0)
