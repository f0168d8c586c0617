"""Frozen values that pass between marketplaces, rules and people. Nothing here does any work.

Money is `Decimal` in USD. Times are aware UTC. Sizes carry their unit in the name:
`_gib` is 2**30 bytes (video memory, as cards are named), `_gb` is what marketplaces bill as "GB".
`None` means that the marketplace did not state the fact: it is neither zero nor no.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

ProviderName = NewType("ProviderName", str)
"""Lower-case key of a marketplace: `vastai`, `tensordock`."""
TITLES: Mapping[ProviderName, str] = {
    ProviderName("vastai"): "Vast.ai",
    ProviderName("tensordock"): "TensorDock",
}
"""What people call them."""
OfferId = NewType("OfferId", str)
"""The marketplace's own id of an offer; short-lived, see `Offer.identity`."""


class PricingKind(StrEnum):
    ON_DEMAND = "on-demand"
    INTERRUPTIBLE = "interruptible"
    """The machine goes to whoever bids more; also called spot."""


class Verification(StrEnum):
    VERIFIED = "verified"
    UNVERIFIED = "unverified"
    DEVERIFIED = "deverified"
    """The host lost its verification."""


class Sort(StrEnum):
    PRICE = "price"
    VALUE = "value"
    """Most computing speed per dollar."""
    RELIABILITY = "reliability"
    VRAM = "vram"
    """Most video memory over all GPUs of the offer."""


@dataclass(frozen=True, slots=True)
class Gpu:
    name: str
    """Canonical, with its form factor: `H100 SXM`. The raw name when nobody knows it."""
    count: int
    vram_gib: float | None
    """Of one GPU, as reported: a 24 GB card may say 22.5 or 23.99."""
    known: bool = True
    """False when `name` is the marketplace's raw word."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD per hour of the whole machine as it would be rented, in parts."""

    gpu: Decimal
    """On Vast.ai this part contains vCPU and RAM, which are not priced apart."""
    cpu_ram: Decimal
    disk: Decimal
    download_usd_per_gb: Decimal | None = None
    """Metered on top of the hour; `None` is not stated, zero is free."""
    upload_usd_per_gb: Decimal | None = None

    @property
    def usd_per_hour(self) -> Decimal:
        """All-in: what one hour costs before traffic."""
        return self.gpu + self.cpu_ram + self.disk


@dataclass(frozen=True, slots=True)
class Location:
    country: str | None
    """ISO 3166-1 alpha-2 in upper case."""
    label: str
    """For people: `Washington, US`, `CN`, `not stated`. Foreign text: escape before showing."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing that can be rented now at one price."""

    provider: ProviderName
    offer_id: OfferId
    pricing: PricingKind
    gpu: Gpu
    price: Price
    disk_gb: Decimal
    """The disk that the price contains."""
    location: Location
    seen_at: datetime
    """When the marketplace said so, not when a cache did."""
    machine_id: str | None = None
    """Stable name of the physical machine, or of the place where the marketplace picks one."""
    host_id: str | None = None
    verification: Verification | None = None
    reliability: float | None = None
    """0 to 1."""
    datacenter: bool | None = None
    vcpus: float | None = None
    """The renter's share."""
    ram_gb: float | None = None
    """The renter's share."""
    cpu_name: str | None = None
    max_disk_gb: float | None = None
    max_cuda: float | None = None
    """Newest CUDA version that the host's driver supports, such as 12.4; hosts get it wrong."""
    download_mbps: float | None = None
    """Mbit/s, measured by the marketplace."""
    upload_mbps: float | None = None
    available_until: datetime | None = None
    """The host takes the machine back then."""
    open_ports: int | None = None
    tflops: float | None = None
    """Over all GPUs, as the marketplace measured."""
    dedicated_ip: bool | None = None
    """The machine can have a public address of its own."""
    port_forwarding: bool | None = None
    """Ports of a shared public address can lead to the machine."""
    defaults: tuple[str, ...] = ()
    """Which of `vcpus` and `ram_gb` are as much as is priced where nobody asks for more, on a
    marketplace that builds machines as asked."""
    remarks: tuple[str, ...] = ()
    """Sentences of ours about this offer, such as that a limit was not stated."""

    @property
    def identity(self) -> tuple[ProviderName, OfferId, PricingKind]:
        """One id can stand in the on-demand and in the interruptible list at different prices."""
        return (self.provider, self.offer_id, self.pricing)

    @property
    def usd_per_gpu_hour(self) -> Decimal:
        return self.price.usd_per_hour / self.gpu.count


@dataclass(frozen=True, slots=True)
class OfferQuery:
    """What is wanted, without a word of any marketplace. `None` and `()` mean no wish.

    A fact that the offer does not state passes every condition but those on GPU, price and VRAM.
    """

    gpus: tuple[str, ...] = ()
    """Canonical names, any of them; a name nobody knows is compared as raw text."""
    min_gpus: int = 1
    max_gpus: int | None = None
    max_usd_per_hour: Decimal | None = None
    max_usd_per_gpu_hour: Decimal | None = None
    min_vram_gib: float | None = None
    """Per GPU and nominal: `matching` knows that a 24 GB card may report 22.5."""
    max_vram_gib: float | None = None
    countries: tuple[str, ...] = ()
    """ISO codes, any of them."""
    excluded_countries: tuple[str, ...] = ()
    providers: tuple[ProviderName, ...] = ()
    pricing: PricingKind = PricingKind.ON_DEMAND
    verified_only: bool = True
    datacenter_only: bool = False
    min_reliability: float | None = 0.95
    disk_gb: int | None = None
    """Disk to be rented and priced; `None` is each marketplace's default: 50 on Vast.ai, 100 on
    TensorDock, its minimum."""
    min_ram_gb: float | None = None
    min_vcpus: float | None = None
    min_cuda: float | None = None
    min_download_mbps: float | None = None
    min_upload_mbps: float | None = None
    min_hours: float | None = None
    """The machine must be promised for that long from now."""
    sort: Sort = Sort.PRICE
    limit: int | None = None
    """Show no more than this many."""

    def with_changes(self, **changes: object) -> "OfferQuery":
        return replace(self, **changes)  # type: ignore[arg-type]  # dataclasses.replace checks the names
