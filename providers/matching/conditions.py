"""One test for each field of `OfferQuery`: the only place that says what a wish means.

What an offer does not state passes, except GPU, price and video memory.
Video memory is compared with the size on the box, since drivers report less or a little more.
Of the sizes that Vast.ai has shown, the two factors make

    24 GB    22.49 to 24.0   L4, A10G, RTX 4090 with and without ECC; not 22.0, a changed 2080 Ti
    48 GB    44.99 to 48.0   A40, L40S, RTX A6000 with and without ECC
    80 GB    79.6 and 80.0   H100, A100; not 93.6, an H100 NVL
    96 GB    95.6            RTX PRO 6000, and the 93.6 of an H100 NVL too
    180 GB   179.1           B200, which also passes as 192; 288 GB is the 268.6 of a B300
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

from providers import gpus
from providers.listings import Candidate
from providers.models import OfferQuery, PricingKind, Verification

VRAM_AT_LEAST = 0.93
VRAM_AT_MOST = 1.05
_NOISE = 1e-9
"""Sums of floats miss a boundary by less, and no marketplace has prices as fine."""

Passes = Callable[[Candidate], bool]
Test = Callable[[Any, float], Passes]
"""The value of the field and the moment in epoch seconds → what an offer has to pass."""


def failing(candidate: Candidate, query: OfferQuery, now_s: float) -> tuple[str, ...]:
    """The fields of the query that it fails; none when it matches. `now_s` is epoch seconds."""
    return tuple([field for field, passes in _tests(query, now_s) if not passes(candidate)])


@lru_cache(maxsize=8)
def _tests(query: OfferQuery, now_s: float) -> tuple[tuple[str, Passes], ...]:
    """Made once for the thousands of rows that are checked in one go."""
    return tuple((field, CONDITIONS[field][1](value, now_s)) for field, value in wishes(query))


def wishes(query: OfferQuery) -> Iterator[tuple[str, Any]]:
    """The fields that ask for something, with their values."""
    for field, (idle, _) in CONDITIONS.items():
        value = getattr(query, field)
        if value != idle:
            yield field, value


def ceiling(query: OfferQuery) -> Decimal | None:
    """The most USD per hour that a whole machine may cost; `None` where the query does not say.

    A limit per GPU is one of the machine only where the number of GPUs has a limit too.
    """
    ceilings = [] if query.max_usd_per_hour is None else [query.max_usd_per_hour]
    if query.max_usd_per_gpu_hour is not None and query.max_gpus is not None:
        ceilings.append(query.max_usd_per_gpu_hour * query.max_gpus)
    return min(ceilings, default=None)


def covers(read_to_usd: float | None, query: OfferQuery) -> bool:
    """Whether a list that was read up to this price holds all that the query may want."""
    most = ceiling(query)
    return read_to_usd is None or (most is not None and float(most) + _NOISE < read_to_usd)


def _gpus(names: tuple[str, ...], _now_s: float) -> Passes:
    wanted = frozenset(map(gpus.comparable, names))
    return lambda c: gpus.comparable(c.gpu_name) in wanted


def _min_gpus(least: int, _now_s: float) -> Passes:
    return lambda c: c.gpu_count >= least


def _max_gpus(most: int, _now_s: float) -> Passes:
    return lambda c: c.gpu_count <= most


def _max_usd_per_hour(most: Decimal, _now_s: float) -> Passes:
    limit = float(most) + _NOISE
    return lambda c: c.usd_per_hour <= limit


def _max_usd_per_gpu_hour(most: Decimal, _now_s: float) -> Passes:
    limit = float(most) + _NOISE
    return lambda c: c.usd_per_hour <= limit * c.gpu_count


def _min_vram(least: float, _now_s: float) -> Passes:
    limit = least * VRAM_AT_LEAST
    return lambda c: c.vram_gib is not None and c.vram_gib >= limit


def _max_vram(most: float, _now_s: float) -> Passes:
    limit = most * VRAM_AT_MOST
    return lambda c: c.vram_gib is not None and c.vram_gib <= limit


def _countries(codes: tuple[str, ...], _now_s: float) -> Passes:
    wanted = frozenset(codes)
    return lambda c: c.country is None or c.country in wanted


def _excluded_countries(codes: tuple[str, ...], _now_s: float) -> Passes:
    unwanted = frozenset(codes)
    return lambda c: c.country not in unwanted


def _providers(names: tuple[str, ...], _now_s: float) -> Passes:
    return lambda c: c.provider in names


def _pricing(kind: PricingKind, _now_s: float) -> Passes:
    return lambda c: c.pricing is kind


def _verified_only(_value: bool, _now_s: float) -> Passes:  # noqa: FBT001  the field's value
    return lambda c: c.verification in {None, Verification.VERIFIED}


def _datacenter_only(_value: bool, _now_s: float) -> Passes:  # noqa: FBT001  the field's value
    return lambda c: c.datacenter is not False


def _min_hours(hours: float, now_s: float) -> Passes:
    limit = now_s + hours * 3600
    return lambda c: c.available_until_s is None or c.available_until_s >= limit


def _at_least(fact: str) -> Test:
    stated = attrgetter(fact)

    def test(least: float, _now_s: float) -> Passes:
        limit = least - _NOISE

        def passes(candidate: Candidate) -> bool:
            value = stated(candidate)
            return value is None or value >= limit

        return passes

    return test


CONDITIONS: Mapping[str, tuple[Any, Test]] = {
    "gpus": ((), _gpus),
    "pricing": (None, _pricing),
    "min_gpus": (1, _min_gpus),
    "max_gpus": (None, _max_gpus),
    "max_usd_per_hour": (None, _max_usd_per_hour),
    "max_usd_per_gpu_hour": (None, _max_usd_per_gpu_hour),
    "min_vram_gib": (None, _min_vram),
    "max_vram_gib": (None, _max_vram),
    "countries": ((), _countries),
    "excluded_countries": ((), _excluded_countries),
    "providers": ((), _providers),
    "verified_only": (False, _verified_only),
    "datacenter_only": (False, _datacenter_only),
    "min_reliability": (None, _at_least("reliability")),
    "disk_gb": (None, _at_least("max_disk_gb")),
    "min_ram_gb": (None, _at_least("ram_gb")),
    "min_vcpus": (None, _at_least("vcpus")),
    "min_cuda": (None, _at_least("max_cuda")),
    "min_download_mbps": (None, _at_least("download_mbps")),
    "min_upload_mbps": (None, _at_least("upload_mbps")),
    "min_hours": (None, _min_hours),
}
"""Field of `OfferQuery` → (the value that asks for nothing, its test)."""

FACTS: Mapping[str, str] = {
    "pricing": "pricing",
    "min_gpus": "gpu_count",
    "max_gpus": "gpu_count",
    "min_vram_gib": "vram_gib",
    "max_vram_gib": "vram_gib",
    "countries": "country",
    "excluded_countries": "country",
    "verified_only": "verification",
    "datacenter_only": "datacenter",
    "min_cuda": "max_cuda",
}
"""Field of `OfferQuery` → the one fact that its test reads, where offers state few different ones:
who knows them need not ask each offer."""
