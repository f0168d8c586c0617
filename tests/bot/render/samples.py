"""The cards that the goldens hold, by name: invented searches, told once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.grammar import UsageError
from bot.render import details, help, notes, nothing, offers, usage  # noqa: A004  the card's name
from bot.render.message import Layouts, Message, Modal
from bot.rules.places import Asker, Place
from bot.rules.searches import (
    PAGE_SIZE,
    Loosening,
    NobodyAnswered,
    NothingFound,
    ResultsPage,
    Search,
    SearchId,
    Suggestion,
    page_count,
)
from bot.rules.sessions import Session, SessionId, SessionState
from providers.models import (
    CacheUse,
    Failure,
    FailureReason,
    Gpu,
    Listing,
    Location,
    NearMiss,
    Offer,
    OfferId,
    OfferQuery,
    Price,
    PricingKind,
    ProviderName,
    Source,
    Verification,
)
from tests.fakes.offers import offer

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


def page(answer: Listing, number: int = 0) -> ResultsPage:
    start = number * PAGE_SIZE
    sessions = tuple(
        session(each, n) for n, each in enumerate(answer.offers[start : start + PAGE_SIZE], start)
    )
    pages = page_count(len(answer.offers))
    return ResultsPage(search(answer, number), answer, sessions, pages, NOW)


def session(each: Offer, number: int = 0) -> Session:
    letters = "abcdefghij"[number % 10] + "abcdefghij"[number // 10]
    return Session(SessionId(f"k3f9-session{letters}a"), SessionState.OFFERED, each, ASKER, NOW)


def _nothing() -> NothingFound:
    query = QUERY.with_changes(max_usd_per_hour=Decimal("0.20"), countries=("DE",))
    misses = (
        NearMiss(offer(1), "max_usd_per_hour"),
        NearMiss(tensordock(2), "countries"),
    )
    answer = listing(
        (),
        query=query,
        removed=(("max_usd_per_hour", 31), ("countries", 28), ("min_reliability", 3)),
        near_misses=misses,
    )
    cheaper = query.with_changes(max_usd_per_hour=Decimal("0.32"))
    anywhere = query.with_changes(countries=())
    ways = (
        Loosening("max_usd_per_hour", SearchId("k3f9-loosenaaaa"), cheaper),
        Loosening("countries", SearchId("k3f9-loosenbbbb"), anywhere),
    )
    return NothingFound(search(answer), answer, ways, NOW)


def _unknown_model() -> NothingFound:
    query = OfferQuery(gpus=("warp 9000",))
    answer = listing((), query=query, removed=(("gpus", 31),))
    return NothingFound(search(answer), answer, (), NOW)


def _nothing_at_all() -> NothingFound:
    silent = source(VAST, 14, rows=0, matched=0)
    answer = listing((), considered=0, failures=(SLOW_DOWN,), sources=(silent,))
    return NothingFound(search(answer), answer, (), NOW)


def _nobody() -> NobodyAnswered:
    answer = listing((), considered=0, sources=(), failures=(GARBLED, SLOW_DOWN))
    return NobodyAnswered(search(answer), answer, NOW)


def _stale() -> ResultsPage:
    sources = (
        source(VAST, 240, cache=CacheUse.STALE, complete=False, left_out=3),
        source(DOCK, 40),
    )
    return page(listing(market(3), sources=sources))


def _usage() -> Layouts:
    error = UsageError("I do not understand “undr 0.4<”.", "undr 0.4<", ("find 4090 under $0.40",))
    suggestions = (
        Suggestion("find 4090 under $0.40", SearchId("k3f9-suggestaaa")),
        Suggestion("help", None),
    )
    return usage.not_understood(error, suggestions)


def cards() -> dict[str, Layouts | Message | Modal]:
    """Every golden, by the name of its file."""
    spot_query = QUERY.with_changes(pricing=PricingKind.INTERRUPTIBLE, verified_only=False)
    one_failed = listing(market(4), sources=(source(VAST, 14),), failures=(SLOW_DOWN,))
    return {
        "results_full_page": offers.results(page(listing(market(23)))),
        "results_page_2": offers.results(page(listing(market(23)), 1)),
        "results_last_page": offers.results(
            page(listing(market(21), matched=312, considered=700), 2)
        ),
        "results_single": offers.results(page(listing(market(1)))),
        "results_spot": offers.results(page(listing((SPOT,), query=spot_query))),
        "results_stale_and_incomplete": offers.results(_stale()),
        "results_one_failed": offers.results(page(one_failed)),
        "results_hostile": offers.results(page(listing((HOSTILE, offer(1))))),
        "results_unknown_gpu": offers.results(page(listing((UNKNOWN_GPU,)))),
        "results_tensordock": offers.results(page(listing((tensordock(1),)))),
        "shared": offers.shared(page(listing(market(12)), 1)),
        "nothing_with_loosenings": nothing.nothing_found(_nothing()),
        "nothing_of_that_name": nothing.nothing_found(_unknown_model()),
        "nothing_at_all": nothing.nothing_found(_nothing_at_all()),
        "nobody_answered": nothing.nobody_answered(_nobody()),
        "not_understood": _usage(),
        "help": help.help_message(),
        "help_with_examples": help.help_message(
            (
                Suggestion("2x 4090 under 0.80", SearchId("k3f9-suggestaaa")),
                Suggestion("h100 in eu sort value", SearchId("k3f9-suggestbbb")),
            )
        ),
        "help_topic": help.help_message(topic="price"),
        "details_vast": details.details(session(offer(1)), NOW),
        "details_tensordock": details.details(session(tensordock(1)), NOW),
        "details_spot": details.details(session(SPOT), NOW),
        "details_hostile": details.details(session(HOSTILE), NOW),
        "details_gone": details.gone(),
        "note_sentence": notes.sentence(notes.TOO_LATE),
        "note_unexpected": notes.unexpected("7f3a91c2"),
        "note_asking": notes.asking(("Vast.ai", "TensorDock")),
    }
