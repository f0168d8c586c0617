"""The cards of what models cost over time, by name."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.render import offers, prices
from bot.rules.history import STEPS, Standing
from bot.rules.price_answers import AtMarketplace, Level, Point, PriceSide, PricesPage
from bot.rules.searches import ResultsPage, SearchId
from providers.listings import Failure
from providers.models import ProviderName
from tests.bot.render.samples import (
    DOCK,
    NASTY,
    NOW,
    SLOW_DOWN,
    VAST,
    Card,
    listing,
    market,
    page,
)

H100 = ("H100 SXM", "H100 PCIe", "H100 NVL")
A100 = ("A100 SXM", "A100 PCIe")


def level(lowest: str, median: str, offers: int = 41) -> Level:
    return Level(Decimal(lowest), Decimal(median), offers)


NOTHING = Level(None, None, 0)
PAST = {1: level("0.31", "0.42"), 7: level("0.29", "0.40"), 30: level("0.27", "0.47")}


def points(days: int, count: int = 20, first: str = "0.31") -> tuple[Point, ...]:
    """The last so many, at most as many as a chart of these days has."""
    step = STEPS[days]
    last = datetime.fromtimestamp(
        NOW.timestamp() // step.total_seconds() * step.total_seconds(), NOW.tzinfo
    )
    swing = [Decimal(n % 5 - 2) / 100 for n in range(min(count, timedelta(days=days) // step))]
    return tuple(
        Point(
            last - (len(swing) - 1 - n) * step,
            Decimal(first) + move,
            Decimal(first) + Decimal("0.1") - move / 2,
        )
        for n, move in enumerate(swing)
    )


def side(models: tuple[str, ...] = ("RTX 4090",), **changes: object) -> PriceSide:
    facts: dict[str, object] = {
        "models": models,
        "now": level("0.31", "0.42"),
        "now_any_host": level("0.25", "0.38", 60),
        "past": PAST,
        "markets": (
            AtMarketplace(DOCK, level("0.44", "0.46", 5), {7: level("0.44", "0.46", 5)}),
            AtMarketplace(VAST, level("0.31", "0.41", 36), PAST),
        ),
        "points": points(7),
        "since": NOW - timedelta(days=60),
        "usual": Decimal("0.4"),
        "search_id": SearchId("k3f9-findaaaaaa"),
    }
    return PriceSide(**(facts | changes))  # type: ignore[arg-type]


def answer(
    *sides: PriceSide, days: int = 7, asked_days: int | None = None, **changes: object
) -> PricesPage:
    found = PricesPage(sides or (side(),), days, asked_days or days, (), NOW)
    return replace(found, **changes)  # type: ignore[arg-type]


def newcomer(**changes: object) -> PriceSide:
    """Seen for the first time."""
    first: dict[str, object] = {
        "since": None,
        "past": {1: level("0.31", "0.42")},
        "points": points(1, 1),
        "markets": (),
    }
    return side(("RTX 4090",), **(first | changes))


def compared() -> PricesPage:
    return answer(
        side(H100, now=level("1.95", "2.40"), now_any_host=None, points=points(30, first="1.95")),
        side(
            A100,
            now=NOTHING,
            points=points(30, 9, first="0.80"),
            search_id=SearchId("k3f9-findbbbbbb"),
        ),
        days=30,
    )


def silent() -> PricesPage:
    """Nobody says what it costs now; the past is there all the same."""
    one = side(now=None, now_any_host=None, markets=(AtMarketplace(VAST, None, PAST),))
    failed = (SLOW_DOWN, Failure(VAST, SLOW_DOWN.reason, "Vast.ai did not answer in time."))
    return answer(one, failures=failed)


def hostile() -> PricesPage:
    odd = AtMarketplace(ProviderName(NASTY), level("1E-20", "9e20", 10**9), PAST)
    failure = Failure(ProviderName(NASTY), SLOW_DOWN.reason, NASTY)
    return answer(side((NASTY,), markets=(odd,)), side(), failures=(failure,))


def placed() -> ResultsPage:
    """Three whose place is known, and one of which too little is known."""
    found = page(listing(market(4)))
    places: Mapping[int, Standing] = {
        0: Standing(7, 100, date(2026, 11, 14), 60),
        1: Standing(7, 100, None, 12),
        2: Standing(4, 88),
    }
    return replace(found, standings={found.sessions[n].id: place for n, place in places.items()})


def cards() -> dict[str, Card]:
    """By the name of their file."""
    young = side(since=NOW - timedelta(hours=30), past={1: PAST[1]}, points=points(1))
    return {
        "prices_of_one": prices.prices(answer()),
        "prices_compared": prices.prices(compared()),
        "prices_without_history": prices.prices(answer(newcomer(), days=1, asked_days=7)),
        "prices_of_the_unknown": prices.prices(
            answer(newcomer(usual=None, now=NOTHING, now_any_host=NOTHING), days=1, asked_days=7)
        ),
        "prices_of_a_young_history": prices.prices(answer(young, days=1, asked_days=30)),
        "prices_that_nobody_says": prices.prices(silent()),
        "prices_hostile": prices.prices(hostile()),
        "results_with_standings": offers.results(placed()),
    }
