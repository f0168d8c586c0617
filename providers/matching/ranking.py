"""The order in which offers are shown, and one row for each offer."""

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from providers.listings import Candidate
from providers.models import Offer, OfferId, PricingKind, ProviderName, Sort, Verification

Identity = tuple[ProviderName, OfferId, PricingKind]
RankKey = tuple[float, float, float, Identity]


def rank(offers: Iterable[Offer], sort: Sort) -> tuple[Offer, ...]:
    """Without doubles, best first; ties by price, then reliability, then identity.

    Of two with one identity the newer counts, and of two from one moment the cheaper.
    """
    newest_first = sorted(offers, key=lambda o: (-o.seen_at.timestamp(), o.price.usd_per_hour))
    single = {offer.identity: offer for offer in reversed(newest_first)}
    return tuple(sorted(single.values(), key=lambda o: rank_key(as_candidate(o), sort)))


def rank_key(candidate: Candidate, sort: Sort) -> RankKey:
    """Sorts the best first; what is not stated comes last."""
    price, steady = candidate.usd_per_hour, _descending(candidate.reliability)
    return (_FIRST[sort](candidate), price, steady, identity(candidate))


def gpu_price_key(candidate: Candidate) -> RankKey:
    """Sorts the cheapest GPU first, whatever the machine around it costs."""
    price, steady = candidate.usd_per_hour, _descending(candidate.reliability)
    return (price / candidate.gpu_count, price, steady, identity(candidate))


def identity(candidate: Candidate) -> Identity:
    return (candidate.provider, candidate.offer_id, candidate.pricing)


def without_doubles(candidates: Collection[Candidate]) -> list[Candidate]:
    """One answer can hold an id twice: the cheaper row stays, the earlier one of equals."""
    if len({candidate.offer_id for candidate in candidates}) == len(candidates):
        return list(candidates)
    single: dict[Identity, Candidate] = {}
    for candidate in candidates:
        other = single.setdefault(identity(candidate), candidate)
        if candidate.usd_per_hour < other.usd_per_hour:
            single[identity(candidate)] = candidate
    return list(single.values())


def as_candidate(offer: Offer) -> Candidate:
    """An offer in the form that is matched and ranked."""
    return _Built(
        offer.provider,
        offer.offer_id,
        offer.pricing,
        offer.machine_id,
        offer.host_id,
        offer.gpu.name,
        offer.gpu.count,
        offer.gpu.vram_gib,
        float(offer.price.usd_per_hour),
        offer.location.country,
        offer.verification,
        offer.datacenter,
        offer.reliability,
        offer.vcpus,
        offer.ram_gb,
        offer.max_disk_gb,
        offer.max_cuda,
        offer.download_mbps,
        offer.upload_mbps,
        None if offer.available_until is None else offer.available_until.timestamp(),
        offer.tflops,
        offer,
    )


@dataclass(frozen=True, slots=True)
class _Built:
    provider: ProviderName
    offer_id: OfferId
    pricing: PricingKind
    machine_id: str | None
    host_id: str | None
    gpu_name: str
    gpu_count: int
    vram_gib: float | None
    usd_per_hour: float
    country: str | None
    verification: Verification | None
    datacenter: bool | None
    reliability: float | None
    vcpus: float | None
    ram_gb: float | None
    max_disk_gb: float | None
    max_cuda: float | None
    download_mbps: float | None
    upload_mbps: float | None
    available_until_s: float | None
    tflops: float | None
    built: Offer

    def offer(self) -> Offer:
        return self.built


def _value(candidate: Candidate) -> float:
    speed = candidate.tflops
    return math.inf if speed is None else -speed / candidate.usd_per_hour


def _total_vram(candidate: Candidate) -> float:
    size = candidate.vram_gib
    return math.inf if size is None else -size * candidate.gpu_count


def _descending(value: float | None) -> float:
    return math.inf if value is None else -value


_FIRST: Mapping[Sort, Callable[[Candidate], float]] = {
    Sort.PRICE: lambda c: c.usd_per_hour,
    Sort.VALUE: _value,
    Sort.RELIABILITY: lambda c: _descending(c.reliability),
    Sort.VRAM: _total_vram,
}
