"""An offer's place in the history of its model, and what an answer says about models."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.figures import figures
from bot.rules.history import (
    Low,
    Lows,
    ModelFigures,
    Standing,
    Stretch,
    at_quantile,
    is_verified,
    standing,
)
from bot.rules.price_answers import Level, Point, level_now, level_of, points_of
from providers import matching
from providers.models import Gpu, Offer, PricingKind, ProviderName, Verification
from tests.fakes.offers import offer as any_offer

NOW = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
TODAY = NOW.replace(hour=0, minute=0)
HOUR = timedelta(hours=1)
VAST, DOCK = ProviderName("vastai"), ProviderName("tensordock")


def offer(usd: str, number: int = 1, count: int = 1, **changes: object) -> Offer:
    price = replace(any_offer().price, gpu=Decimal(usd), disk=Decimal(0))
    return any_offer(number, price=price, gpu=Gpu("RTX 4090", count, 24.0), **changes)


def lows(hours: Sequence[str], days: Sequence[str] = ()) -> Lows:
    """The last of either is the running one."""
    begun = NOW.replace(minute=0)
    return Lows(
        tuple(Low(begun - n * HOUR, Decimal(usd)) for n, usd in enumerate(reversed(hours)))[::-1],
        tuple(
            Low(TODAY - timedelta(days=n), Decimal(usd)) for n, usd in enumerate(reversed(days))
        )[::-1],
    )


FOUR_DAYS = ["0.40"] * 24 + ["0.30"] * 72 + ["0.20"]
DAYS = ["0.40"] * 5


@pytest.mark.parametrize(
    ("usd", "expected"),
    [
        ("0.30", Standing(4, 25)),
        ("0.31", Standing(4, 25)),
        ("0.299", Standing(4, 100, None, 4)),
        ("0.40", None),
        ("0.50", None),
    ],
)
def test_how_long_it_was_dearer(usd: str, expected: Standing | None) -> None:
    """The share of the hours before this one in which the cheapest cost more; the same price is
    not more, and who was always beaten has no place worth a word."""
    assert standing(offer(usd), lows(FOUR_DAYS, DAYS), NOW) == expected


def test_the_day_on_which_it_was_as_cheap() -> None:
    """The last day before today on which one cost as little or less."""
    days = ["0.25", "0.30", "0.30", "0.35", *["0.5"] * 7, "0.30"]
    found = standing(offer("0.30"), lows(["0.40"] * 169, days), NOW)
    assert found == Standing(7, 100, date(2026, 11, 17), 10)


def test_what_is_compared_is_one_gpu() -> None:
    """Four for the price of two are cheaper than two."""
    history = lows(["0.40"] * 100, DAYS)
    assert standing(offer("0.80", count=2), history, NOW) is None
    assert standing(offer("1.20", count=4), history, NOW) == Standing(4, 100, None, 4)


@pytest.mark.parametrize(
    ("history", "changes"),
    [
        (Lows(), {}),
        (lows(["0.4"] * 70, ["0.4"] * 3), {}),
        (lows(["0.4"] * 20, DAYS), {}),
        (lows(["0.4"] * 100, DAYS), {"pricing": PricingKind.INTERRUPTIBLE}),
    ],
)
def test_too_little_is_known(history: Lows, changes: dict[str, object]) -> None:
    """Nothing, not yet three days, gaps, and a spot price, which is no price of these."""
    assert standing(replace(offer("0.2"), **changes), history, NOW) is None  # type: ignore[arg-type]


@given(
    st.lists(st.integers(1, 50), min_size=80, max_size=168),
    st.integers(1, 50),
    st.integers(1, 50),
)
def test_cheaper_is_never_worse(prices: list[int], one: int, other: int) -> None:
    """Of two offers the cheaper has the better place, or the same."""
    history = lows([str(Decimal(price) / 100) for price in [*prices, 1]], DAYS)
    places = [
        standing(offer(str(Decimal(price) / 100)), history, NOW) for price in sorted((one, other))
    ]
    cheaper, dearer = (0 if place is None else place.cheaper_than for place in places)
    assert cheaper >= dearer


def test_who_counts_as_verified() -> None:
    """As in a search: who does not state it passes."""
    words = (Verification.VERIFIED, None, Verification.UNVERIFIED, Verification.DEVERIFIED)
    verified = [is_verified(offer("1", verification=word)) for word in words]
    assert verified == [True, True, False, False]


# --- figures of an answer ---


def answer(*offers: Offer) -> list[object]:
    return [matching.as_candidate(each) for each in offers]


def test_figures_of_a_model() -> None:
    """Per GPU, verified and all; doubles, spot, other models and slips of a host count nowhere;
    a model that was asked about and is not there has no price."""
    found = figures(
        VAST,
        answer(
            offer("0.30", 1),
            offer("0.30", 1),
            offer("0.80", 2, count=2),
            offer("0.50", 3),
            offer("0.20", 4, verification=Verification.UNVERIFIED),
            offer("0.01", 5),
            offer("0.10", 6, pricing=PricingKind.INTERRUPTIBLE),
            offer("9", 7, provider=DOCK),
        ),  # type: ignore[arg-type]
        ["RTX 4090", "L40S"],
        NOW,
    )
    money = [None if usd is None else Decimal(usd) for usd in ("0.3", "0.35", "0.4", None)]
    assert found == (
        ModelFigures("RTX 4090", VAST, True, NOW, money[0], money[1], money[2], 3),
        ModelFigures(
            "RTX 4090", VAST, False, NOW, Decimal("0.2"), Decimal("0.275"), Decimal("0.35"), 4
        ),
        ModelFigures("L40S", VAST, True, NOW, None, None, None, 0),
        ModelFigures("L40S", VAST, False, NOW, None, None, None, 0),
    )


@given(st.lists(st.integers(10, 99), min_size=1, max_size=30))
def test_figures_are_in_order(cents: list[int]) -> None:
    """The lowest is the least price, no more than the quartile, no more than the median."""
    offers = [offer(str(Decimal(price) / 100), number) for number, price in enumerate(cents)]
    found = figures(VAST, answer(*offers), ["RTX 4090"], NOW)[0]  # type: ignore[arg-type]
    assert found.lowest == Decimal(min(cents)) / 100
    assert found.lowest is not None
    assert found.quartile is not None
    assert found.median is not None
    assert found.lowest <= found.quartile <= found.median <= Decimal(max(cents)) / 100
    assert found.offers == len(cents)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=20).map(sorted), st.floats(0, 1))
def test_a_quantile_lies_among_the_values(values: list[float], share: float) -> None:
    """Never outside, and the ends are the ends."""
    assert values[0] - 1e-9 <= at_quantile(values, share) <= values[-1] + 1e-9
    assert (at_quantile(values, 0), at_quantile(values, 1)) == (values[0], values[-1])


# --- several together ---


def stretch(start: datetime, lowest: str | None, offers: int = 10, **changes: object) -> Stretch:
    price = None if lowest is None else Decimal(lowest)
    facts: dict[str, object] = {
        "model": "H100 SXM",
        "provider": VAST,
        "verified": True,
        "start": start,
        "lowest": price,
        "quartile": price,
        "median": price,
        "offers": Decimal(offers),
    }
    return Stretch(**(facts | changes))  # type: ignore[arg-type]


def test_several_stretches_are_one_level() -> None:
    """The lowest of all, medians by their numbers of offers, offers as they were at a time."""
    found = [
        stretch(NOW, "2", 30),
        stretch(NOW, "3", 10, provider=DOCK),
        stretch(NOW + HOUR, "2.5", 20),
        stretch(NOW + HOUR, None, 0, provider=DOCK),
    ]
    assert level_of(found) == Level(Decimal(2), Decimal(140) / 60, 30)
    assert level_of([stretch(NOW, None, 0)]) is None
    assert points_of(found) == (
        Point(NOW, Decimal(2), Decimal("2.25")),
        Point(NOW + HOUR, Decimal("2.5"), Decimal("2.5")),
    )


def test_figures_together() -> None:
    """Of no marketplace nothing; of one that has none, no price."""
    one = ModelFigures("L40S", VAST, True, NOW, Decimal(1), Decimal(1), Decimal(2), 3)
    none = ModelFigures("L40S", DOCK, True, NOW, None, None, None, 0)
    assert level_now([]) is None
    assert level_now([none]) == Level(None, None, 0)
    assert level_now([one, none]) == Level(Decimal(1), Decimal(2), 3)
