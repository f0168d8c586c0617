"""Nothing found: the market asks once more, wider, and says what was in the way."""

from collections.abc import AsyncIterator, Hashable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from providers.errors import RateLimited
from providers.listings import NearMiss, Sweep
from providers.market import Market
from providers.models import OfferQuery, Verification
from tests.fakes.provider import FakeProvider, an_offer
from tests.providers.market_stage import ONE, QUERY, Stage, ids

WIDE = OfferQuery(gpus=("RTX 4090",), verified_only=False, min_reliability=None)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    await stage.market.aclose()


async def test_nothing_found_is_explained_by_what_was_hidden(stage: Stage) -> None:
    """Marketplaces filter for us: a second, wider question shows what they left out."""
    hidden = an_offer("h", provider="one", verification=Verification.UNVERIFIED)
    stage.one.offers = [hidden]
    stage.one.hides_unverified = True
    stage.two.offers = [an_offer("d", provider="two", usd="0.90")]
    query = QUERY.with_changes(max_usd_per_hour=Decimal("0.50"))
    listing = await stage.market.search(query)
    assert (listing.offers, listing.matched, listing.considered) == ((), 0, 2)
    assert listing.removed == (("verified_only", 1), ("max_usd_per_hour", 1))
    assert listing.near_misses == (
        NearMiss(hidden, "verified_only"),
        NearMiss(stage.two.offers[0], "max_usd_per_hour"),
    )
    assert [asked.query for asked in stage.one.asked] == [query, WIDE]


async def test_no_condition_removes_more_than_were_considered(stage: Stage) -> None:
    """Of how many is said by the same count as why, for another number of GPUs or model too."""
    listing = await stage.market.search(QUERY.with_changes(min_gpus=2, max_gpus=2))
    assert (listing.considered, listing.removed) == (2, (("min_gpus", 2),))
    listing = await stage.market.search(QUERY.with_changes(gpus=("GH200",)))
    assert (listing.considered, listing.removed) == (2, (("gpus", 2),))


async def test_a_failed_second_question_leaves_the_first_answer(stage: Stage) -> None:
    """Explaining is a courtesy: its failure is reported, and not held against the answer."""
    error = RateLimited(ONE, "One is busy.")
    stage.one.hides_unverified = True
    search = stage.one.search

    async def only_once(*args: object, **kwargs: object) -> object:
        if stage.one.asked:
            raise error
        return await search(*args, **kwargs)  # type: ignore[arg-type]

    stage.one.search = only_once  # type: ignore[method-assign, assignment]
    listing = await stage.market.search(QUERY.with_changes(max_usd_per_hour=Decimal("0.1")))
    assert (listing.removed, listing.failures) == ((("max_usd_per_hour", 2),), ())
    assert stage.errors == [(ONE, error)]


async def test_what_the_second_question_finds_is_shown(stage: Stage) -> None:
    """A marketplace that filters wrongly hides nothing that matches."""
    stage.two.offers = []
    search = stage.one.search

    async def filters_too_much(query: OfferQuery, **kwargs: object) -> object:
        sweep = await search(query, **kwargs)  # type: ignore[arg-type]
        return replace(sweep, candidates=()) if query.verified_only else sweep

    stage.one.search = filters_too_much  # type: ignore[method-assign, assignment]
    listing = await stage.market.search(QUERY)
    assert (ids(listing), listing.matched, listing.removed) == (["a"], 1, ())


class OnlyTheCheapest(FakeProvider):
    """Filters by video memory and shows one row, as Vast.ai shows 64."""

    def scope(self, query: OfferQuery) -> Hashable:
        return query

    async def search(self, query: OfferQuery, **how: Any) -> Sweep:
        sweep = await super().search(query, **how)
        fits = [c for c in sweep.candidates if (c.vram_gib or 0) >= (query.min_vram_gib or 0)]
        cheapest = sorted(fits, key=lambda c: c.usd_per_hour)[:1]
        return replace(sweep, candidates=cheapest, complete=False)


async def test_without_a_model_the_nearest_is_of_the_wanted_size(stage: Stage) -> None:
    """Of all machines the cheapest are shown, and none of these comes near a big one."""
    big = an_offer("big", provider="one", gpu="A100 SXM", vram_gib=80.0, usd="2.00")
    small = an_offer("small", provider="one", vram_gib=8.0, usd="0.05")
    one = OnlyTheCheapest(stage.clock, [small, big], name="one")
    market = Market([one], stage.clock, on_error=lambda *_: None)
    query = OfferQuery(min_vram_gib=80.0, countries=("NO",), max_gpus=1)
    listing = await market.search(query)
    assert listing.near_misses == (NearMiss(big, "countries"),)
    huge = query.with_changes(min_vram_gib=999.0)
    assert (await market.search(huge)).removed == (("min_vram_gib", 1), ("countries", 1))
    await market.aclose()
