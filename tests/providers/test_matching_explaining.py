"""Nothing found: which condition removed how many, the nearest miss, and loosening."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import matching
from providers.listings import NearMiss
from providers.models import Offer, OfferQuery, Price, Verification
from tests.fakes.provider import an_offer
from tests.providers.market_of_anything import NOW_S, offers, queries


def explain(found: list[Offer], query: OfferQuery) -> matching.Explanation:
    return matching.explain([matching.as_candidate(o) for o in found], query, NOW_S)


def summary(explanation: matching.Explanation) -> tuple[object, object]:
    return explanation.removed, tuple((f, c.offer_id) for f, c in explanation.nearest)


def test_each_condition_counts_what_it_removes() -> None:
    """An offer counts at each condition it fails; the nearest of each fails that one alone."""
    query = OfferQuery(gpus=("RTX 4090",), max_usd_per_hour=Decimal("0.30"))
    found = [
        an_offer("dear", usd="0.50"),
        an_offer("less dear", usd="0.45"),
        an_offer("shady", usd="0.20", verification=Verification.DEVERIFIED),
        an_offer("both", usd="0.90", reliability=0.5),
        an_offer("other", gpu="H100 SXM", usd="0.10"),
    ]
    assert explain(found, query).considered == 4
    assert summary(explain(found, query)) == (
        (("max_usd_per_hour", 3), ("verified_only", 1), ("min_reliability", 1)),
        (("verified_only", "shady"), ("max_usd_per_hour", "less dear")),
    )


def test_a_model_that_nobody_has_is_the_only_reason() -> None:
    """Without a single offer of the wanted model its price does not matter."""
    query = OfferQuery(gpus=("H100 SXM",), max_usd_per_hour=Decimal("0.01"))
    found = [an_offer("1"), an_offer("2")]
    assert summary(explain(found, query)) == ((("gpus", 2),), ())
    assert explain(found, query).considered == 2


def test_nothing_at_all_has_no_reason() -> None:
    """An empty market removes nothing."""
    assert summary(explain([], OfferQuery())) == ((), ())


@given(st.lists(offers(), max_size=15), queries())
def test_counts_are_those_of_each_offer(found: list[Offer], query: OfferQuery) -> None:
    """The numbers are what checking one offer after the other gives."""
    explanation = explain(found, query)
    failed = [matching.failing(matching.as_candidate(o), query, NOW_S) for o in found]
    compared = [f for f in failed if not {"gpus", "pricing"} & set(f)]
    if compared:
        counted = {field: sum(field in f for f in compared) for f in compared for field in f}
        assert dict(explanation.removed) == counted
        assert {f for f, _ in explanation.nearest} == {f[0] for f in compared if len(f) == 1}
    counts = [count for _, count in explanation.removed]
    assert counts == sorted(counts, reverse=True)


@given(offers(), queries())
def test_loosening_lets_the_near_miss_in(offer: Offer, query: OfferQuery) -> None:
    """Loosening one failed condition mends that one and breaks no other."""
    failed = matching.failing(matching.as_candidate(offer), query, NOW_S)
    for condition in failed:
        wider = matching.loosened(query, NearMiss(offer, condition))
        left = matching.failing(matching.as_candidate(offer), wider, NOW_S)
        assert left == tuple(field for field in failed if field != condition)
        assert wider != query


@pytest.mark.parametrize(
    ("query", "offer", "condition", "value"),
    [
        ({"max_usd_per_hour": Decimal("0.30")}, {"usd": "0.3512"}, None, Decimal("0.36")),
        ({"max_usd_per_hour": Decimal("0.30")}, {"usd": "0.35"}, None, Decimal("0.35")),
        (
            {"max_usd_per_gpu_hour": Decimal("0.30")},
            {"usd": "1.00", "count": 3},
            None,
            Decimal("0.34"),
        ),
        ({"min_vram_gib": 48}, {"vram_gib": 22.49}, None, 24),
        ({"min_vram_gib": 48}, {"vram_gib": None}, None, None),
        ({"max_vram_gib": 24}, {"vram_gib": 47.99}, None, 48),
        ({"min_gpus": 4}, {"count": 2}, None, 2),
        ({"max_gpus": 1}, {"count": 2}, None, 2),
        ({"countries": ("US",)}, {"country": "DE"}, None, ("US", "DE")),
        ({"excluded_countries": ("DE", "FR")}, {"country": "DE"}, None, ("FR",)),
        ({}, {"verification": Verification.UNVERIFIED}, "verified_only", False),
        ({"datacenter_only": True}, {"datacenter": False}, None, False),
        ({}, {"reliability": 0.9499}, "min_reliability", 0.94),
        ({}, {"reliability": 0.001}, "min_reliability", None),
        ({"disk_gb": 500}, {"max_disk_gb": 320.7}, None, 320),
        ({"min_cuda": 12.8}, {"max_cuda": 12.4}, None, 12.4),
        ({"min_hours": 5000.0}, {}, None, None),
    ],
)
def test_conditions_are_widened_no_further_than_needed(
    query: dict[str, object], offer: dict[str, object], condition: str | None, value: object
) -> None:
    """Prices go up to the next cent, sizes down to the one on the box; some wishes are dropped."""
    field = condition or next(iter(query))
    miss = NearMiss(an_offer(**offer), field)  # type: ignore[arg-type]
    assert getattr(matching.loosened(OfferQuery().with_changes(**query), miss), field) == value


def test_price_parts_are_added_before_the_next_cent() -> None:
    """The cent is that of the all-in price."""
    offer = an_offer(price=Price(Decimal("0.301"), Decimal("0.004"), Decimal("0.004")))
    query = OfferQuery(max_usd_per_hour=Decimal("0.2"))
    wider = matching.loosened(query, NearMiss(offer, "max_usd_per_hour"))
    assert wider == query.with_changes(max_usd_per_hour=Decimal("0.31"))
