"""Vast.ai's rows → candidates and offers.

https://docs.vast.ai/documentation/instances/pricing
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from providers import gpus, places
from providers.models import (
    Gpu,
    Location,
    Offer,
    OfferId,
    Price,
    PricingKind,
    ProviderName,
    Verification,
)
from providers.vastai.rows import Row
from providers.vastai.translate.numbers import (
    LAST_SECOND,
    MOST_GPUS,
    MOST_USD_PER_HOUR,
    money,
    positive,
)

NAME = ProviderName("vastai")
_LEAST_USD_PER_HOUR = 1e-6
_HOURS_A_MONTH = 720
"""Storage is priced per month of 30 days."""
_SAME_USD = 1e-6
_VERIFICATIONS = {v.value: v for v in Verification}


@dataclass(frozen=True, slots=True)
class Frame:
    """What all rows of a page have in common."""

    pricing: PricingKind
    disk_gb: int
    seen_at: datetime
    models: frozenset[str] = frozenset()
    """As `gpus.comparable` has them: rows of others were not asked for. Empty is any."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one answer brought."""

    candidates: tuple["Candidate", ...]
    """Each offer once: of one that stands there twice the first, which is the cheaper."""
    listed: tuple[tuple[int, float], ...]
    """Id and listed price of each readable row, to turn the page by."""
    unpriced: frozenset[int]
    """Readable, but at no believable price."""
    unread: int

    @property
    def rows(self) -> int:
        return len(self.listed) + self.unread


def page(rows: Sequence[Row | None], frame: Frame) -> Page:
    found: dict[int, Candidate] = {}
    unpriced: set[int] = set()
    others: set[int] = set()
    readable = [row for row in rows if row is not None]
    wanted = _Wanted(frame.models)
    for row in readable:
        if row.rentable is False or row.id in found or row.id in others:
            continue
        if not wanted[row.gpu_name]:
            others.add(row.id)
        elif (made := candidate(row, frame)) is None:
            unpriced.add(row.id)
        else:
            found[row.id] = made
    return Page(
        candidates=tuple(found.values()),
        listed=tuple((row.id, row.dph_total) for row in readable),
        unpriced=frozenset(unpriced),
        unread=len(rows) - len(readable),
    )


class _Wanted(dict[str, bool]):
    """Whether rows of a name were asked for: Vast.ai does not always keep to the filters.

    Thousands of rows share a few names.
    """

    def __init__(self, models: frozenset[str]) -> None:
        super().__init__()
        self._models = models

    def __missing__(self, name: str) -> bool:
        known = gpus.comparable(gpus.canonical(name, NAME)[0])
        self[name] = not self._models or known in self._models
        return self[name]


def candidate(row: Row, frame: Frame) -> "Candidate | None":
    """`None` when no price can be told."""
    if not 0 < row.num_gpus <= MOST_GPUS or not _is_price(row.dph_total):
        return None
    gpu_usd, disk_usd, remark = _parts(row, frame)
    if not _is_price(gpu_usd + disk_usd):
        return None
    return Candidate(row, frame, gpu_usd, disk_usd, remark)


class Candidate:
    """`providers.models.Candidate` over one row. What matching rarely asks is worked out late."""

    __slots__ = ("_disk_usd", "_frame", "_gpu_usd", "_remark", "_row", "gpu_name", "usd_per_hour")

    provider = NAME

    def __init__(
        self, row: Row, frame: Frame, gpu_usd: float, disk_usd: float, remark: str
    ) -> None:
        self._row = row
        self._frame = frame
        self._gpu_usd = gpu_usd
        self._disk_usd = disk_usd
        self._remark = remark
        self.gpu_name: str = gpus.canonical(row.gpu_name, NAME)[0]
        self.usd_per_hour: float = gpu_usd + disk_usd

    @property
    def offer_id(self) -> OfferId:
        return OfferId(str(self._row.id))

    @property
    def pricing(self) -> PricingKind:
        return self._frame.pricing

    @property
    def machine_id(self) -> str | None:
        return None if self._row.machine_id is None else str(self._row.machine_id)

    @property
    def host_id(self) -> str | None:
        return None if self._row.host_id is None else str(self._row.host_id)

    @property
    def gpu_count(self) -> int:
        return self._row.num_gpus

    @property
    def vram_gib(self) -> float | None:
        megabytes = positive(self._row.gpu_ram)
        return None if megabytes is None else megabytes / 1024

    @property
    def country(self) -> str | None:
        return self._location.country

    @property
    def verification(self) -> Verification | None:
        return _VERIFICATIONS.get(self._row.verification or "")

    @property
    def datacenter(self) -> bool | None:
        """2 was seen on three rows; whoever wrote about it takes it for a data centre too."""
        return None if self._row.hosting_type is None else self._row.hosting_type > 0

    @property
    def reliability(self) -> float | None:
        row = self._row
        stated = row.reliability if row.reliability2 is None else row.reliability2
        return stated if stated is not None and 0 <= stated <= 1 else None

    @property
    def vcpus(self) -> float | None:
        return positive(self._row.cpu_cores_effective)

    @property
    def ram_gb(self) -> float | None:
        """The share of the machine's memory that goes with the share of its cores."""
        cores, ours = positive(self._row.cpu_cores), self.vcpus
        megabytes = positive(self._row.cpu_ram)
        if cores is None or ours is None or megabytes is None:
            return None
        return megabytes * min(1.0, ours / cores) / 1000

    @property
    def max_disk_gb(self) -> float | None:
        return positive(self._row.disk_space)

    @property
    def max_cuda(self) -> float | None:
        return positive(self._row.cuda_max_good)

    @property
    def download_mbps(self) -> float | None:
        return _not_negative(self._row.inet_down)

    @property
    def upload_mbps(self) -> float | None:
        return _not_negative(self._row.inet_up)

    @property
    def available_until_s(self) -> float | None:
        row = self._row
        if row.end_date is None and row.duration is not None:
            stated: float | None = self._frame.seen_at.timestamp() + row.duration
        else:
            stated = row.end_date
        return None if stated is None or stated <= 0 else min(stated, LAST_SECOND)

    @property
    def tflops(self) -> float | None:
        return positive(self._row.total_flops)

    def offer(self) -> Offer:
        row, until = self._row, self.available_until_s
        known = gpus.canonical(row.gpu_name, NAME)[1]
        return Offer(
            provider=NAME,
            offer_id=self.offer_id,
            pricing=self.pricing,
            gpu=Gpu(self.gpu_name, row.num_gpus, self.vram_gib, known=known),
            price=self._price(),
            disk_gb=Decimal(self._frame.disk_gb),
            location=self._location,
            seen_at=self._frame.seen_at,
            machine_id=self.machine_id,
            host_id=self.host_id,
            verification=self.verification,
            reliability=self.reliability,
            datacenter=self.datacenter,
            vcpus=self.vcpus,
            ram_gb=self.ram_gb,
            cpu_name=(row.cpu_name or "")[:200].strip() or None,
            max_disk_gb=self.max_disk_gb,
            max_cuda=self.max_cuda,
            download_mbps=self.download_mbps,
            upload_mbps=self.upload_mbps,
            available_until=None if until is None else datetime.fromtimestamp(until, UTC),
            open_ports=row.direct_port_count,
            tflops=self.tflops,
            remarks=(self._remark,) if self._remark else (),
        )

    @property
    def _location(self) -> Location:
        return places.locate(self._row.geolocation)

    def _price(self) -> Price:
        row = self._row
        return Price(
            gpu=money(self._gpu_usd),
            cpu_ram=Decimal(0),
            disk=money(self._disk_usd),
            download_usd_per_gb=_traffic(row.inet_down_cost),
            upload_usd_per_gb=_traffic(row.inet_up_cost),
        )


def _parts(row: Row, frame: Frame) -> tuple[float, float, str]:
    """USD per hour of the GPUs and of the disk, and what is to be said about them.

    `dph_total` is `dph_base` and the disk to the last bit in every recorded row.
    """
    total = row.dph_total
    base = row.dph_base if row.dph_base is not None else _bid(row, frame)
    if row.storage_cost is None or row.storage_cost < 0:
        return total, 0.0, "The price of the disk is not stated apart."
    disk = row.storage_cost * frame.disk_gb / _HOURS_A_MONTH
    if base is None or base <= 0:
        return (total - disk, disk, "") if disk < total else (total, 0.0, "")
    if abs(base + disk - total) <= _SAME_USD:
        return base, disk, ""
    stated = row.storage_total_cost
    if stated is not None and stated >= 0 and abs(base + stated - total) <= _SAME_USD:
        return base, disk, f"Listed with another disk; worked out anew for {frame.disk_gb} GB."
    return (total - disk, disk, "") if disk < total else (total, 0.0, "")


def _bid(row: Row, frame: Frame) -> float | None:
    """A bid list has `dph_base` = `min_bid`; elsewhere `min_bid` is no price of this offer."""
    return row.min_bid if frame.pricing is PricingKind.INTERRUPTIBLE else None


def _is_price(usd_per_hour: float) -> bool:
    return _LEAST_USD_PER_HOUR <= usd_per_hour <= MOST_USD_PER_HOUR


def _traffic(usd_per_gb: float | None) -> Decimal | None:
    return None if usd_per_gb is None or usd_per_gb < 0 else money(usd_per_gb)


def _not_negative(number: float | None) -> float | None:
    return number if number is not None and number >= 0 else None
