"""Offers that somebody found dead."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import matching
from providers.errors import BadAnswer, RateLimited, Unsupported
from providers.market.gone import Gone, is_gone
from providers.market.index import Index
from providers.models import Offer, OfferQuery, PricingKind
from tests.fakes.clock import FakeClock
from tests.fakes.provider import an_offer
from tests.providers.market_of_anything import NOW_S, offers, queries
from tests.providers.market_stage import ONE, QUERY, Stage, ids


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    await stage.market.aclose()


def chunk(offer_id: str, machine_id: str = "m", host_id: str | None = "h") -> Offer:
    return an_offer(offer_id, provider="one", machine_id=machine_id, host_id=host_id)


async def test_a_dead_offer_is_neither_shown_nor_counted(stage: Stage) -> None:
    """It leaves the warm index, and it stays away when the marketplace lists it again."""
    stage.one.offers = [chunk("a"), chunk("b", "other"), chunk("c", "third")]
    before = await stage.market.search(QUERY)
    assert (before.matched, before.considered) == (4, 4)
    stage.market.evict(stage.one.offers[0])
    for refresh in (False, True):
        stage.clock.advance(10)
        after = await stage.market.search(QUERY, refresh=refresh)
        assert "a" not in ids(after)
        assert (after.matched, after.considered) == (3, 3)
        assert [source.matched for source in after.sources] == [2, 1]
    assert stage.asked() == (2, 2)


async def test_it_may_come_back_after_five_minutes(stage: Stage) -> None:
    """Gone is not for ever: what is still listed then may be tried again."""
    stage.market.evict(stage.one.offers[0])
    stage.clock.advance(299)
    assert ids(await stage.market.search(QUERY)) == ["b"]
    stage.clock.advance(1)
    assert ids(await stage.market.search(QUERY)) == ["b", "a"]


async def test_a_machine_goes_with_all_its_chunks(stage: Stage) -> None:
    """Other chunks of the same host's machine are dead too; a place with many machines is not."""
    stage.one.offers = [chunk("a"), chunk("b"), chunk("c", "m", None), chunk("d", "n")]
    stage.market.evict(stage.one.offers[0])
    assert ids(await stage.market.search(QUERY.with_changes(providers=(ONE,)))) == ["c", "d"]
    stage.market.evict(stage.one.offers[2])
    assert ids(await stage.market.search(QUERY.with_changes(providers=(ONE,)))) == ["d"]


async def test_the_other_kind_of_one_id_stays(stage: Stage) -> None:
    """One id can stand in two lists; the one that was refused is gone."""
    bid = an_offer("a", provider="one", pricing=PricingKind.INTERRUPTIBLE, host_id=None)
    stage.one.offers = [an_offer("a", provider="one", host_id=None), bid]
    stage.market.evict(stage.one.offers[0])
    spot = QUERY.with_changes(pricing=PricingKind.INTERRUPTIBLE)
    assert ids(await stage.market.search(spot)) == ["a"]


async def test_why_nothing_was_found_does_not_name_the_dead(stage: Stage) -> None:
    """The nearest miss is one that can be had."""
    stage.one.offers = [chunk("a"), chunk("b", "other")]
    stage.two.offers = []
    stage.market.evict(stage.one.offers[0])
    listing = await stage.market.search(QUERY.with_changes(min_vcpus=10_000))
    assert [miss.offer.offer_id for miss in listing.near_misses] == ["b"]
    assert listing.considered == 1


async def test_an_offer_is_read_again_where_it_is_sold(stage: Stage) -> None:
    """Listed, not listed, evicted, and from a marketplace that is not here."""
    mine = stage.one.offers[0]
    assert await stage.market.refresh_offer(mine) == mine
    assert await stage.market.refresh_offer(an_offer("z", provider="one")) is None
    stage.market.evict(mine)
    assert await stage.market.refresh_offer(mine) is None
    with pytest.raises(Unsupported, match="no such marketplace"):
        await stage.market.refresh_offer(an_offer("a", provider="elsewhere"))


@pytest.mark.parametrize(
    ("met", "told", "reported"),
    [
        (RateLimited(ONE, "Later."), RateLimited, 0),
        (KeyError("odd"), BadAnswer, 1),
    ],
)
async def test_reading_again_raises_our_errors_alone(
    stage: Stage, met: Exception, told: type[Exception], reported: int
) -> None:
    """A fault of the adapter is an error for people, and is reported."""

    async def fails(_: Offer, **_kind: object) -> Offer | None:
        raise met

    stage.one.refresh_offer = fails  # type: ignore[assignment, method-assign]
    with pytest.raises(told):
        await stage.market.refresh_offer(stage.one.offers[0])
    assert len(stage.errors) == reported


@given(
    st.lists(offers(), max_size=20),
    st.lists(offers(), max_size=4),
    st.lists(queries(), min_size=1, max_size=2),
)
def test_the_index_without_the_dead_is_an_index_of_the_others(
    found: list[Offer], dead: list[Offer], asked: list[OfferQuery]
) -> None:
    """Rows, matches and comparisons are those of a list in which they never stood."""
    gone = Gone(FakeClock())
    for offer in dead:
        gone.add(offer)
    keys = gone.keys()
    rows = matching.without_doubles([matching.as_candidate(offer) for offer in found])
    with_all, without = Index(rows), Index([row for row in rows if not is_gone(row, keys)])
    for query in (*asked, *asked):
        answer, wanted = with_all.search(query, NOW_S, 5, keys), without.search(query, NOW_S, 5)
        assert answer == wanted
    assert with_all.search(asked[0], NOW_S, 5) == Index(rows).search(asked[0], NOW_S, 5)


def test_another_marketplaces_machine_of_that_name_stays() -> None:
    """Names of machines mean something at their own marketplace alone."""
    gone = Gone(FakeClock())
    gone.add(chunk("a"))
    other = an_offer("b", provider="two", machine_id="m", host_id="h")
    assert is_gone(chunk("b"), gone.keys())
    assert not is_gone(other, gone.keys())
