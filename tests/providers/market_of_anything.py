"""Offers and queries of every kind, drawn so that they meet each other's boundaries."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from providers.models import (
    Offer,
    OfferQuery,
    Price,
    PricingKind,
    ProviderName,
    Sort,
    Verification,
)
from tests.fakes.provider import an_offer

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NOW_S = NOW.timestamp()

_GPUS = ("RTX 4090", "RTX 4090 D", "H100 SXM", "H100 NVL", "L40S", "RTX 6090")
_COUNTRIES = ("US", "DE", "CN")
_SIZES = (8.0, 22.0, 22.49, 23.99, 24.0, 31.8, 44.99, 48.0, 79.6, 80.0, 93.58, 95.6)
_PRICES = tuple(map(Decimal, ("0.10", "0.39999", "0.40", "0.400000001", "0.41", "0.8", "1.6")))
_REAL = (0.0, 0.5, 0.9, 0.94, 0.95, 0.99, 1.0)
_AMOUNTS = (0.5, 8.0, 16.0, 63.9, 64.0, 100.0, 200.0, 500.5)
_HOURS = (1.0, 8.0, 24.0, 48.5)


def _maybe(values: tuple[object, ...]) -> st.SearchStrategy[object]:
    return st.one_of(st.none(), st.sampled_from(values))


@st.composite
def offers(draw: st.DrawFn) -> Offer:
    until = draw(_maybe(_HOURS))
    return an_offer(
        draw(st.sampled_from("12345678")),
        gpu=draw(st.sampled_from(_GPUS)),
        count=draw(st.sampled_from((1, 2, 4, 8))),
        vram_gib=draw(_maybe(_SIZES)),  # type: ignore[arg-type]
        country=draw(_maybe(_COUNTRIES)),  # type: ignore[arg-type]
        provider=draw(st.sampled_from(("vastai", "tensordock"))),
        price=Price(draw(st.sampled_from(_PRICES)), Decimal(0), draw(st.sampled_from(_PRICES))),
        pricing=draw(st.sampled_from(PricingKind)),
        verification=draw(_maybe(tuple(Verification))),
        datacenter=draw(_maybe((True, False))),
        reliability=draw(_maybe(_REAL)),
        vcpus=draw(_maybe(_AMOUNTS)),
        ram_gb=draw(_maybe(_AMOUNTS)),
        max_disk_gb=draw(_maybe(_AMOUNTS)),
        max_cuda=draw(_maybe((11.8, 12.4, 12.8))),
        download_mbps=draw(_maybe(_AMOUNTS)),
        upload_mbps=draw(_maybe(_AMOUNTS)),
        tflops=draw(_maybe((10.0, 82.5))),
        available_until=None if until is None else NOW + timedelta(hours=float(str(until))),
        seen_at=NOW - timedelta(seconds=draw(st.integers(0, 2))),
    )


@st.composite
def queries(draw: st.DrawFn) -> OfferQuery:
    """Each condition is left out half of the time, so that something may match."""

    def wish(*values: object, idle: object = None) -> object:
        return draw(st.sampled_from(values)) if draw(st.integers(0, 2)) == 0 else idle

    def several(values: tuple[str, ...]) -> object:
        chosen = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
        return tuple(draw(chosen)) if draw(st.integers(0, 2)) == 0 else ()

    return OfferQuery().with_changes(
        gpus=several(_GPUS),
        min_gpus=wish(2, 4, idle=1),
        max_gpus=wish(2, 4),
        max_usd_per_hour=wish(*_PRICES),
        max_usd_per_gpu_hour=wish(*_PRICES),
        min_vram_gib=wish(24, 48, 80.0),
        max_vram_gib=wish(24, 80, 96.0),
        countries=several(_COUNTRIES),
        excluded_countries=several(_COUNTRIES),
        providers=tuple(map(ProviderName, several(("vastai", "tensordock")))),  # type: ignore[call-overload]
        pricing=draw(st.sampled_from(PricingKind)),
        verified_only=draw(st.booleans()),
        datacenter_only=wish(True, idle=False),
        min_reliability=wish(0.5, 0.95, 0.99),
        disk_gb=wish(64, 200),
        min_ram_gb=wish(16.0, 64.0),
        min_vcpus=wish(8.0, 16.0),
        min_cuda=wish(12.4, 12.8),
        min_download_mbps=wish(100.0, 500.0),
        min_upload_mbps=wish(100.0, 500.0),
        min_hours=wish(1.0, 8.0, 24.0),
        sort=draw(st.sampled_from(Sort)),
    )
