"""What is known to go wrong with such an offer, in plain words. Raw text."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from bot.render import parts
from providers.models import Offer, PricingKind, Verification

SHORT_PROMISE = timedelta(hours=24)
DEAR_TRAFFIC_USD_PER_GB = Decimal("0.02")
LOW_RELIABILITY = 0.95
OLD_CUDA = 12.0
"""Current PyTorch wheels want CUDA 12."""
_CUDA_OF_IMAGE = re.compile(r"cuda[-:_]?v?(\d{1,2}\.\d)")
ABSURD_USD_PER_GIB_HOUR = Decimal("0.001")
"""Per GiB of VRAM. In 20 days of listings nineteen in twenty on-demand offers of every model, the
V100 apart, cost more."""


def risks(offer: Offer, now: datetime) -> list[str]:
    found = (risk(offer, now) for risk in _RISKS)
    return [sentence for sentence in found if sentence]


def _interruptible(offer: Offer, _: datetime) -> str | None:
    if offer.pricing is not PricingKind.INTERRUPTIBLE:
        return None
    return (
        "Spot: whoever bids more or pays the full price takes the machine. "
        "It is then paused, not ended, and its disk goes on costing."
    )


def _unverified(offer: Offer, _: datetime) -> str | None:
    if offer.verification is Verification.UNVERIFIED:
        return (
            "The marketplace has not verified this host: machines of such hosts fail more often."
        )
    if offer.verification is Verification.DEVERIFIED:
        return "This host lost its verification: the marketplace found something wrong with it."
    if offer.verification is None and parts.percent(offer.reliability) != parts.NOT_STATED:
        return "The marketplace does not state whether this host is verified."
    return None


def _unreliable(offer: Offer, _: datetime) -> str | None:
    share = parts.percent(offer.reliability)
    if share == parts.NOT_STATED and offer.verification is None:
        return (
            "The marketplace states neither how reliable this host is nor whether it is verified."
        )
    if share == parts.NOT_STATED:
        return "The marketplace does not state how reliable this host is."
    if offer.reliability is not None and offer.reliability < LOW_RELIABILITY:
        return f"Reliability {share} is low: most hosts are above 95 %."
    return None


def _short(offer: Offer, now: datetime) -> str | None:
    if offer.available_until is None or offer.available_until - now >= SHORT_PROMISE:
        return None
    left = parts.span(offer.available_until - now)
    return f"The host takes the machine back in {left}: it stops then, whatever runs on it."


def _dear_traffic(offer: Offer, _: datetime) -> str | None:
    prices = (offer.price.download_usd_per_gb, offer.price.upload_usd_per_gb)
    stated = [price for price in prices if price is not None and price.is_finite()]
    if not stated or max(stated) <= DEAR_TRAFFIC_USD_PER_GB:
        return None
    return f"Traffic is dear: up to {parts.usd_per_gb(max(stated))} on top of the hourly price."


def _old_cuda(offer: Offer, _: datetime) -> str | None:
    if offer.max_cuda is None or not 0 < offer.max_cuda < OLD_CUDA:
        return None
    return f"The driver reaches CUDA {offer.max_cuda:.1f} only: current images may not start."


def unfit_image(offer: Offer, image: str) -> str | None:
    """Images of NVIDIA's line name the CUDA that they want; containers of a newer one than the
    driver reaches are not started on consumer cards."""
    found = _CUDA_OF_IMAGE.search(image)
    if found is None or offer.max_cuda is None or not 0 < offer.max_cuda < float(found[1]):
        return None
    return (
        f"The image wants CUDA {found[1]}, and this host's driver reaches {offer.max_cuda:.1f}: it"
        " may not start. Choose another image, or search with"
        f" “cuda {found[1]}”."
    )


def _stock(offer: Offer, _: datetime) -> str | None:
    if offer.provider != "tensordock":
        return None
    return (
        "TensorDock's stock is often out of date: that it is listed does not mean that a machine "
        "is free."
    )


def _absurd(offer: Offer, _: datetime) -> str | None:
    vram = offer.gpu.vram_gib
    if vram is None or not 0 < vram < 1_000:
        return None
    each = parts.per_gpu(offer.price, offer.gpu.count)
    if not each.is_finite() or each >= ABSURD_USD_PER_GIB_HOUR * Decimal(vram):
        return None
    return (
        "The price is far below what such a GPU costs elsewhere: such offers often do not start."
    )


_RISKS: tuple[Callable[[Offer, datetime], str | None], ...] = (
    _interruptible,
    _absurd,
    _unverified,
    _unreliable,
    _short,
    _dear_traffic,
    _old_cuda,
    _stock,
)
"""The worst first."""
