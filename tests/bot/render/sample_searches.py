"""The cards of searches, by name."""

from decimal import Decimal

from bot.grammar import UsageError
from bot.render import details, help, notes, nothing, offers, usage  # noqa: A004  the card's name
from bot.render.message import Layouts
from bot.rules.renters import HostRecord
from bot.rules.searches import (
    Loosening,
    NobodyAnswered,
    NothingFound,
    ResultsPage,
    SearchId,
    Suggestion,
)
from providers.listings import CacheUse, NearMiss
from providers.models import OfferQuery, PricingKind
from tests.bot.render.samples import (
    DOCK,
    GARBLED,
    HOSTILE,
    NOW,
    QUERY,
    SLOW_DOWN,
    SPOT,
    UNKNOWN_GPU,
    VAST,
    Card,
    listing,
    market,
    page,
    search,
    session,
    source,
    tensordock,
)
from tests.fakes.offers import offer


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


def _too_dear() -> ResultsPage:
    sources = (source(VAST, 14, complete=False, read_to_usd=0.83), source(DOCK, 40))
    return page(listing(market(3), sources=sources, considered=67))


def _usage() -> Layouts:
    error = UsageError("I do not understand “undr 0.4<”.", "undr 0.4<", ("find 4090 under $0.40",))
    suggestions = (
        Suggestion("find 4090 under $0.40", SearchId("k3f9-suggestaaa")),
        Suggestion("help", None),
    )
    return usage.not_understood(error, suggestions)


def _tried() -> ResultsPage:
    """One host that failed twice for us, one that nobody tried."""
    hosts = {(VAST, "58001"): HostRecord(1, 2)}
    return page(listing((offer(1), offer(2))), hosts=hosts)


def cards() -> dict[str, Card]:
    """By the name of their file."""
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
        "results_too_dear": offers.results(_too_dear()),
        "results_one_failed": offers.results(page(one_failed)),
        "results_hostile": offers.results(page(listing((HOSTILE, offer(1))))),
        "results_unknown_gpu": offers.results(page(listing((UNKNOWN_GPU,)))),
        "results_tensordock": offers.results(page(listing((tensordock(1),)))),
        "results_with_host_records": offers.results(_tried()),
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
        "details_with_host_record": details.details(session(offer(1)), NOW, HostRecord(1, 2)),
        "details_gone": details.gone(),
        "note_sentence": notes.sentence(notes.TOO_LATE),
        "note_unexpected": notes.unexpected("7f3a91c2"),
        "note_asking": notes.asking(("Vast.ai", "TensorDock")),
    }
