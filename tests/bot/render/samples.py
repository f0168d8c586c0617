"""Invented offers and searches, and the words that nobody may get through."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.render.message import Home, Layouts, Message, Modal
from bot.rules.places import Asker, Place
from bot.rules.renters import HostKey, HostRecord
from bot.rules.searches import (
    PAGE_SIZE,
    ResultsPage,
    Search,
    SearchId,
    page_count,
)
from bot.rules.sessions import Session, SessionId, SessionState
from providers.listings import CacheUse, Failure, FailureReason, Listing, Source
from providers.models import (
    Gpu,
    Location,
    Offer,
    OfferId,
    OfferQuery,
    Price,
    PricingKind,
    ProviderName,
    Verification,
)
from tests.fakes.offers import offer

Card = Layouts | Message | Modal | Home

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
VAST, DOCK = ProviderName("vastai"), ProviderName("tensordock")
QUERY = OfferQuery(gpus=("RTX 4090",), max_usd_per_hour=Decimal("0.80"))
ASKER = Asker("U02ABCDEF", Place("T01", "C01"))
SEARCH = SearchId("k3f9-searchaaaa")

NASTY = (
    "<!channel> *bold* _it_ ~no~ `rm` <@U1> <http://evil.example|vast.ai> @here\n\u202e:fire: &"
)
LONG = "host" * 1_250

SLOW_DOWN = Failure(
    DOCK,
    FailureReason.RATE_LIMITED,
    "TensorDock was asked too often. It is asked again after a pause.",
    30.0,
)
GARBLED = Failure(
    VAST,
    FailureReason.BAD_ANSWER,
    "Vast.ai answered with something that cannot be read. It is asked again next time.",
)


def tensordock(number: int = 1, **changes: object) -> Offer:
    facts: dict[str, object] = {
        "provider": DOCK,
        "offer_id": OfferId(f"1a779525-{number:04}/rtx4090-pcie-24gb/1"),
        "price": Price(Decimal("0.35"), Decimal("0.088"), Decimal("0.005")),
        "disk_gb": Decimal(100),
        "location": Location("US", "Chubbuck, Idaho, US"),
        "machine_id": f"location 1a779525-{number:04}",
        "host_id": None,
        "verification": None,
        "reliability": None,
        "datacenter": None,
        "vcpus": 8.0,
        "ram_gb": 32.0,
        "cpu_name": None,
        "max_cuda": None,
        "download_mbps": None,
        "upload_mbps": None,
        "available_until": None,
        "open_ports": None,
        "tflops": None,
        "remarks": ("The RAM limit is not stated.",),
        "defaults": ("vcpus", "ram_gb"),
    }
    return offer(number, **(facts | changes))


SPOT = offer(
    7,
    pricing=PricingKind.INTERRUPTIBLE,
    price=Price(Decimal("0.009"), Decimal(0), Decimal("0.0009"), Decimal("0.05"), Decimal("0.03")),
    verification=Verification.DEVERIFIED,
    reliability=0.912,
    available_until=NOW + timedelta(hours=5),
    max_cuda=11.4,
)
HOSTILE = offer(
    8,
    provider=ProviderName(NASTY),
    offer_id=OfferId(LONG),
    gpu=Gpu(NASTY, 2, None, known=False),
    location=Location(None, NASTY + LONG),
    machine_id=NASTY,
    host_id=LONG,
    cpu_name=NASTY + LONG,
    remarks=(NASTY, LONG),
    reliability=float("nan"),
    download_mbps=1e300,
    ram_gb=-5.0,
)
UNKNOWN_GPU = offer(9, gpu=Gpu("Warp 9000 XT", 4, 31.4, known=False))


def market(count: int) -> tuple[Offer, ...]:
    """Offers of both marketplaces, cheapest first."""
    step = Decimal("0.01")
    on_vast = (
        offer(
            n,
            gpu=Gpu("RTX 4090", 1 + n % 2, 23.98828125),
            price=replace(offer().price, gpu=Decimal("0.29") + n * step),
        )
        for n in range(count)
    )
    both = [tensordock(n) if n % 4 == 3 else each for n, each in enumerate(on_vast)]
    return tuple(sorted(both, key=lambda each: each.price.usd_per_hour))


def source(provider: ProviderName, age_s: int, **changes: object) -> Source:
    facts: dict[str, object] = {
        "provider": provider,
        "as_of": NOW - timedelta(seconds=age_s),
        "rows": 64,
        "left_out": 0,
        "matched": 6,
        "complete": True,
        "cache": CacheUse.FRESH,
        "seconds": 0.4,
    }
    return Source(**(facts | changes))  # type: ignore[arg-type]  # a test's shorthand


def listing(found: tuple[Offer, ...], **changes: object) -> Listing:
    facts: dict[str, object] = {
        "query": QUERY,
        "offers": found,
        "considered": 31,
        "sources": (source(VAST, 14), source(DOCK, 40)),
        "failures": (),
        "as_of": NOW - timedelta(seconds=40),
        "matched": len(found),
    }
    return Listing(**(facts | changes))  # type: ignore[arg-type]


def search(answer: Listing, page: int = 0) -> Search:
    return Search(SEARCH, ASKER, answer.query, NOW, answer, answer.matched, page)


def page(
    answer: Listing, number: int = 0, hosts: Mapping[HostKey, HostRecord] | None = None
) -> ResultsPage:
    start = number * PAGE_SIZE
    sessions = tuple(
        session(each, n) for n, each in enumerate(answer.offers[start : start + PAGE_SIZE], start)
    )
    pages = page_count(len(answer.offers))
    return ResultsPage(search(answer, number), answer, sessions, pages, NOW, hosts or {})


def session(each: Offer, number: int = 0) -> Session:
    letters = "abcdefghij"[number % 10] + "abcdefghij"[number // 10]
    return Session(SessionId(f"k3f9-session{letters}a"), SessionState.OFFERED, each, ASKER, NOW)
