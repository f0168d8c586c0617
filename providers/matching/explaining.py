"""Why nothing was found, and what to give up so that something is."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from providers import gpus
from providers.listings import Candidate, NearMiss
from providers.matching.conditions import CONDITIONS, wishes
from providers.matching.ranking import rank_key
from providers.models import Offer, OfferQuery, Sort

_CENT = Decimal("0.01")
_NOISE = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Explanation:
    removed: tuple[tuple[str, int], ...]
    """As in `Listing`."""
    nearest: tuple[tuple[str, Candidate], ...]
    """(condition, the cheapest offer that fails this one alone), cheapest first."""
    considered: int
    """Offers that were looked at: those of the wanted model and pricing, or of any model."""


def explain(candidates: Sequence[Candidate], query: OfferQuery, now_s: float) -> Explanation:
    """Which condition removes how many, among the offers of the wanted model and pricing.

    When there is none of the wanted model, that alone is the reason.
    """
    tests = {field: CONDITIONS[field][1](value, now_s) for field, value in wishes(query)}
    of_kind, of_model = tests.pop("pricing"), tests.pop("gpus", None)
    priced = [c for c in candidates if of_kind(c)]
    wanted = priced if of_model is None else [c for c in priced if of_model(c)]
    if priced and not wanted:
        return Explanation((("gpus", len(priced)),), (), len(priced))
    removed: dict[str, int] = {}
    nearest: dict[str, Candidate] = {}
    for candidate in wanted:
        failed = [field for field, passes in tests.items() if not passes(candidate)]
        for field in failed:
            removed[field] = removed.get(field, 0) + 1
        if len(failed) == 1:
            best = nearest.setdefault(failed[0], candidate)
            nearest[failed[0]] = min(best, candidate, key=_price_order)
    return Explanation(
        tuple(sorted(removed.items(), key=lambda item: -item[1])),
        tuple(sorted(nearest.items(), key=lambda item: _price_order(item[1]))),
        len(wanted),
    )


def loosened(query: OfferQuery, near_miss: NearMiss) -> OfferQuery:
    """The query with the failed condition widened until the near miss matches, or dropped."""
    field = near_miss.condition
    value = _WIDENED[field](query, near_miss.offer) if field in _WIDENED else None
    return query.with_changes(**{field: CONDITIONS[field][0] if value is None else value})


def _price_order(candidate: Candidate) -> Any:
    return rank_key(candidate, Sort.PRICE)


def _next_cent(usd: Decimal) -> Decimal:
    return (usd - _NOISE).quantize(_CENT, ROUND_CEILING)


def _min_vram(_query: OfferQuery, offer: Offer) -> float | None:
    reported = offer.gpu.vram_gib
    if reported is None:
        return None
    return gpus.nominal_gib(offer.gpu.name, reported) or math.floor(reported) or None


def _max_vram(_query: OfferQuery, offer: Offer) -> float | None:
    reported = offer.gpu.vram_gib
    if reported is None:
        return None
    return gpus.nominal_gib(offer.gpu.name, reported) or math.ceil(reported)


def _countries(query: OfferQuery, offer: Offer) -> tuple[str, ...] | None:
    here = offer.location.country
    return None if here is None else (*query.countries, here)


def _excluded_countries(query: OfferQuery, offer: Offer) -> tuple[str, ...]:
    return tuple(code for code in query.excluded_countries if code != offer.location.country)


def _min_reliability(_query: OfferQuery, offer: Offer) -> float | None:
    return _floor(offer.reliability, 100)


def _floor(value: float | None, steps: int = 1) -> float | None:
    """Down to the next step; `None` when that asks for nothing."""
    return None if value is None else math.floor(value * steps) / steps or None


def _whole(value: float | None) -> int | None:
    return None if value is None else math.floor(value) or None


_WIDENED: Mapping[str, Callable[[OfferQuery, Offer], Any]] = {
    "gpus": lambda query, offer: (*query.gpus, offer.gpu.name),
    "pricing": lambda _query, offer: offer.pricing,
    "min_gpus": lambda _query, offer: offer.gpu.count,
    "max_gpus": lambda _query, offer: offer.gpu.count,
    "max_usd_per_hour": lambda _query, offer: _next_cent(offer.price.usd_per_hour),
    "max_usd_per_gpu_hour": lambda _query, offer: _next_cent(offer.usd_per_gpu_hour),
    "min_vram_gib": _min_vram,
    "max_vram_gib": _max_vram,
    "countries": _countries,
    "excluded_countries": _excluded_countries,
    "providers": lambda query, offer: (*query.providers, offer.provider),
    "min_reliability": _min_reliability,
    "disk_gb": lambda _query, offer: _whole(offer.max_disk_gb),
    "min_ram_gb": lambda _query, offer: _floor(offer.ram_gb),
    "min_vcpus": lambda _query, offer: _floor(offer.vcpus),
    "min_cuda": lambda _query, offer: _floor(offer.max_cuda, 10),
    "min_download_mbps": lambda _query, offer: _floor(offer.download_mbps),
    "min_upload_mbps": lambda _query, offer: _floor(offer.upload_mbps),
}
"""The rest (verified, data centre, hours) is dropped."""
