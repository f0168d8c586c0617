"""One offer in words. Raw: whoever puts these into a message escapes them."""

import math
from collections.abc import Callable, Sequence
from datetime import datetime

from bot.render import parts
from bot.render.foreign import clean
from bot.rules.history import Standing
from bot.rules.renters import HostRecord
from providers.models import Gpu, Offer, OfferQuery, PricingKind, Verification

SEPARATOR = " · "

VERIFICATIONS = {
    Verification.VERIFIED: "verified host",
    Verification.UNVERIFIED: "unverified host",
    Verification.DEVERIFIED: "host lost its verification",
}

_MORE = {"vcpus": "16 cpus", "ram_gb": "ram 64gb"}
"""What asks for more than a default, as it is typed."""

_UNSTATED: tuple[tuple[str, Callable[[Offer], object], Callable[[OfferQuery], object]], ...] = (
    ("VRAM", lambda offer: offer.gpu.vram_gib, lambda _: True),
    ("verification", lambda offer: offer.verification, lambda _: True),
    ("reliability", lambda offer: offer.reliability, lambda _: True),
    ("datacenter", lambda offer: offer.datacenter, lambda query: query.datacenter_only),
    (
        "country",
        lambda offer: offer.location.country,
        lambda query: query.countries or query.excluded_countries,
    ),
    ("vCPU", lambda offer: offer.vcpus, lambda query: query.min_vcpus),
    ("RAM", lambda offer: offer.ram_gb, lambda query: query.min_ram_gb),
    ("largest disk", lambda offer: offer.max_disk_gb, lambda query: query.disk_gb),
    ("CUDA", lambda offer: offer.max_cuda, lambda query: query.min_cuda),
    ("download", lambda offer: offer.download_mbps, lambda query: query.min_download_mbps),
    ("upload", lambda offer: offer.upload_mbps, lambda query: query.min_upload_mbps),
    ("promised time", lambda offer: offer.available_until, lambda query: query.min_hours),
)
"""Name, the fact, and whether the query makes its absence worth a mark on the card."""


def title(offer: Offer) -> str:
    """`2 × RTX 4090 24 GB`."""
    return gpu(offer.gpu)


def gpu(gpu: Gpu) -> str:
    size = parts.vram(gpu)
    named = f"{gpu.count} × {clean(gpu.name, 40) or parts.NOT_STATED}"
    return named if size == parts.NOT_STATED else f"{named} {size}"


def price(offer: Offer) -> str:
    """`$0.62/h all-in · $0.31/h per GPU · spot`."""
    pieces = [f"{hourly(offer)} all-in"]
    if offer.gpu.count > 1:
        pieces.append(f"{each(offer)} per GPU")
    if offer.pricing is PricingKind.INTERRUPTIBLE:
        pieces.append("spot, can be taken away")
    return SEPARATOR.join(pieces)


def priced(offer: Offer, place: Standing | None, now: datetime) -> str:
    """With its place in the history of the model, where enough of it is known."""
    return SEPARATOR.join([price(offer), *([standing(place, now)] if place else [])])


def standing(place: Standing, now: datetime) -> str:
    """`cheaper than 88% of the last 7 days`, `lowest since 14 Nov`."""
    if place.cheaper_than < 100:
        return f"cheaper than {place.cheaper_than}% of the last {place.days} days"
    since = place.lowest_since
    if since is None:
        return f"lowest in {place.known_days} days"
    year = "" if since.year == now.year else f" {since.year}"
    return f"lowest since {since.day} {since:%b}{year}"


def hourly(offer: Offer) -> str:
    return parts.usd_per_hour(offer.price.usd_per_hour)


def each(offer: Offer) -> str:
    """The hourly price of one GPU of it."""
    return parts.usd_per_hour(parts.per_gpu(offer.price, offer.gpu.count))


def place(offer: Offer) -> str:
    return clean(offer.location.label, 40) or parts.NOT_STATED


def host(offer: Offer) -> list[str]:
    """Who lets it and where, only what is stated."""
    said = [parts.marketplace(offer.provider), place(offer)]
    if offer.verification is not None:
        said.append(VERIFICATIONS[offer.verification])
    reliability = parts.percent(offer.reliability)
    if reliability != parts.NOT_STATED:
        said.append(f"reliability {reliability}")
    return said


def machine(offer: Offer) -> list[str]:
    """The specs that decide, most important first, only what is stated."""
    facts = (
        or_default(offer, "vcpus", parts.number(offer.vcpus, "vCPU")),
        or_default(offer, "ram_gb", parts.number(offer.ram_gb, "GB RAM")),
        parts.number(offer.disk_gb, "GB disk"),
        cuda(offer),
        parts.number(offer.download_mbps, "Mbit/s down"),
    )
    return [fact for fact in facts if fact != parts.NOT_STATED]


def or_default(offer: Offer, fact: str, words: str) -> str:
    """`8 vCPU (default)`: it could be more, and the price with it."""
    is_default = fact in offer.defaults and words != parts.NOT_STATED
    return f"{words} (default)" if is_default else words


def default_size(offer: Offer) -> str | None:
    """`Priced for 8 vCPU and 32 GB RAM, the default. For more, search with …`"""
    sizes = {
        "vcpus": (parts.number(offer.vcpus, "vCPU"), _MORE["vcpus"]),
        "ram_gb": (parts.number(offer.ram_gb, "GB RAM"), _MORE["ram_gb"]),
    }
    found = [sizes[fact] for fact in offer.defaults if fact in sizes]
    if not found:
        return None
    priced_for = parts.listed([size for size, _ in found])
    more = " or ".join(words for _, words in found)
    return f"Priced for {priced_for}, the default. For more, search with {more}."


def default_sizes(offers: Sequence[Offer]) -> str | None:
    """What `(default)` on one of these cards means."""
    marked = {fact for offer in offers for fact in offer.defaults}
    more = " or ".join(words for fact, words in _MORE.items() if fact in marked)
    return (
        f"(default) is the size that was priced; for more, search with {more}." if more else None
    )


def cpu_ram(offer: Offer) -> str:
    """`8 vCPU and 32 GB RAM`, where both are stated."""
    both = [parts.number(offer.vcpus, "vCPU"), parts.number(offer.ram_gb, "GB RAM")]
    return "vCPU and RAM" if parts.NOT_STATED in both else parts.listed(both)


def cuda(offer: Offer) -> str:
    if offer.max_cuda is None or not 0 < offer.max_cuda < 1_000:
        return parts.NOT_STATED
    return f"CUDA {offer.max_cuda:.1f}"


def unstated(offer: Offer, query: OfferQuery) -> str | None:
    """`not stated: reliability, CUDA`: facts that pass unproved."""
    missing = [
        word for word, fact, matters in _UNSTATED if _absent(fact(offer)) and matters(query)
    ]
    return f"{parts.NOT_STATED}: {', '.join(missing)}" if missing else None


def promise(offer: Offer, query: OfferQuery, now: datetime) -> str | None:
    """Said when somebody asked for it or when it is short."""
    if offer.available_until is None:
        return None
    left = offer.available_until - now
    if query.min_hours is None and left.total_seconds() >= 24 * 3600:
        return None
    return f"promised for {parts.span(left)}"


def tried(record: HostRecord | None) -> str | None:
    """`started for us 1 of 3`."""
    if record is None or record.tries <= 0:
        return None
    return f"started for us {record.started:,} of {record.tries:,}"


def sentence(
    offer: Offer,
    query: OfferQuery,
    now: datetime,
    record: HostRecord | None = None,
    place: Standing | None = None,
) -> str:
    """Everything of a card on one line."""
    said = [priced(offer, place, now), *lines(offer, query, now, record=record)]
    return f"{title(offer)}: {SEPARATOR.join(said)}"


def lines(
    offer: Offer,
    query: OfferQuery,
    now: datetime,
    specs: Sequence[str] | None = None,
    record: HostRecord | None = None,
) -> list[str]:
    """Who lets it, what it is, what is not stated; `specs` is a shorter choice of `machine`."""
    promised = promise(offer, query, now)
    described = [*(machine(offer) if specs is None else specs), *([promised] if promised else [])]
    who = [*host(offer), *([known] if (known := tried(record)) else [])]
    said = (SEPARATOR.join(who), SEPARATOR.join(described), unstated(offer, query))
    return [line for line in said if line]


def _absent(fact: object) -> bool:
    """A number that is none tells as little as silence."""
    return fact is None or (isinstance(fact, float) and not math.isfinite(fact))
