"""The market: all marketplaces at once, and one answer whatever they do."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from providers.base import Priority, Provider
from providers.errors import KeyRejected, RateLimited, RequestRefused
from providers.listings import CacheUse, Failure, FailureReason, Listing, Source
from providers.models import Offer, OfferQuery, ProviderName
from tests.fakes.clock import FakeClock
from tests.fakes.provider import Asked, FakeProvider, an_offer
from tests.providers.market_stage import ONE, QUERY, TWO, Stage, ids


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    await stage.market.aclose()


def test_the_fake_is_a_provider() -> None:
    """What stands in for a marketplace has all that a marketplace needs."""
    assert isinstance(FakeProvider(FakeClock()), Provider)


async def test_all_marketplaces_are_one_answer(stage: Stage) -> None:
    """Offers of both, ranked together, with what is told about each."""
    listing = await stage.market.search(QUERY)
    now = stage.clock.now()
    assert listing == Listing(
        query=QUERY,
        offers=(stage.two.offers[0], stage.one.offers[0]),
        considered=2,
        sources=(
            Source(ONE, now, 1, 0, 1, complete=True, cache=CacheUse.MISS, seconds=0.5),
            Source(TWO, now, 1, 0, 1, complete=True, cache=CacheUse.MISS, seconds=0.5),
        ),
        failures=(),
        as_of=now,
        matched=2,
    )


async def test_a_warm_answer_asks_nobody_until_it_is_old(stage: Stage) -> None:
    """While an answer is fresh it comes from memory, and says how old it is."""
    await stage.market.search(QUERY)
    seen = stage.clock.now()
    stage.clock.advance(59)
    warm = await stage.market.search(QUERY.with_changes(max_usd_per_hour=Decimal("0.35")))
    assert (ids(warm), stage.asked(), warm.as_of) == (["b"], (1, 1), seen)
    assert {(s.cache, s.seconds) for s in warm.sources} == {(CacheUse.FRESH, 0.0)}
    stage.clock.advance(1)
    await stage.market.search(QUERY)
    assert stage.asked() == (2, 2)


async def test_refresh_asks_again_unless_it_just_happened(stage: Stage) -> None:
    """The Refresh button reaches the marketplaces; pressing it twice does not."""
    await stage.market.search(QUERY)
    stage.clock.advance(4)
    await stage.market.search(QUERY, refresh=True)
    assert stage.asked() == (1, 1)
    stage.clock.advance(1)
    await stage.market.search(QUERY, refresh=True, priority=Priority.PRESS)
    assert stage.one.asked[1:] == [Asked(QUERY, Priority.PRESS, refresh=True)]


@pytest.mark.parametrize(
    ("error", "failure", "reported"),
    [
        (
            RateLimited(TWO, "Second is busy.", retry_after_s=9),
            Failure(TWO, FailureReason.RATE_LIMITED, "Second is busy.", 9),
            False,
        ),
        (
            KeyRejected(TWO, "Second does not know the key."),
            Failure(TWO, FailureReason.KEY_REJECTED, "Second does not know the key."),
            False,
        ),
        (
            RequestRefused(TWO, "Second refused.", detail="HTTP 400: its own words"),
            Failure(TWO, FailureReason.REFUSED, "Second refused."),
            True,
        ),
        (
            ZeroDivisionError("<!channel>"),
            Failure(
                TWO, FailureReason.BAD_ANSWER, "Second gave an answer that could not be used."
            ),
            True,
        ),
    ],
)
async def test_a_fault_costs_one_marketplace(
    stage: Stage, error: Exception, failure: Failure, reported: bool
) -> None:
    """Whatever one marketplace does, the other's offers come, and the reason is told."""
    stage.two.fails_with = error
    listing = await stage.market.search(QUERY)
    assert (ids(listing), listing.failures) == (["a"], (failure,))
    assert stage.errors == ([(TWO, error)] if reported else [])


async def test_a_failure_is_not_remembered(stage: Stage) -> None:
    """After trouble the next search asks again and has everything."""
    stage.two.fails_with = RateLimited(TWO, "Second is busy.")
    await stage.market.search(QUERY)
    stage.two.fails_with = None
    listing = await stage.market.search(QUERY)
    assert (ids(listing), listing.failures, stage.asked()) == (["b", "a"], (), (1, 2))


async def test_an_adapter_that_cannot_even_be_asked(stage: Stage) -> None:
    """A mistake before the request is a failure of that marketplace too."""
    error = AttributeError("scope")

    def broken(_query: OfferQuery) -> None:
        raise error

    stage.two.scope = broken  # type: ignore[method-assign, assignment]
    listing = await stage.market.search(QUERY)
    assert (ids(listing), [f.reason for f in listing.failures]) == (
        ["a"],
        [FailureReason.BAD_ANSWER],
    )
    assert stage.errors == [(TWO, error)]


async def test_a_row_that_cannot_be_built_costs_itself(stage: Stage) -> None:
    """One bad row is left out and reported; its neighbours are shown."""

    def overflow(_offer: Offer) -> Offer:
        raise OverflowError("price")

    stage.two.build = overflow
    listing = await stage.market.search(QUERY)
    assert ids(listing) == ["a"]
    assert [(name, type(error)) for name, error in stage.errors] == [(TWO, OverflowError)]


async def test_a_slow_marketplace_is_not_waited_for(stage: Stage) -> None:
    """Past the patience the answer goes out without it; what it says later is there next time."""
    market = stage.over(patience_s=0.01)
    stage.two.gate.clear()
    listing = await market.search(QUERY)
    assert (ids(listing), [(f.provider, f.reason) for f in listing.failures]) == (
        ["a"],
        [(TWO, FailureReason.TIMED_OUT)],
    )
    stage.two.gate.set()
    for _ in range(5):
        await asyncio.sleep(0)
    assert ids(await market.search(QUERY)) == ["b", "a"]
    assert stage.asked() == (1, 1)
    await market.aclose()


async def test_closing_ends_what_runs(stage: Stage) -> None:
    """Nothing of the market is alive after `aclose`, and a search that waits still ends."""
    stage.one.gate.clear()
    stage.two.gate.clear()
    search = asyncio.create_task(stage.market.search(QUERY))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await stage.market.aclose()
    listing = await search
    assert [f.reason for f in listing.failures] == [FailureReason.TIMED_OUT] * 2
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_one_question_is_asked_once_at_a_time(stage: Stage) -> None:
    """Twenty people with the same question are one request to each marketplace."""
    stage.one.gate.clear()
    searches = [asyncio.create_task(stage.market.search(QUERY)) for _ in range(20)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stage.one.gate.set()
    assert {tuple(ids(listing)) for listing in await asyncio.gather(*searches)} == {("b", "a")}
    assert stage.asked() == (1, 1)


async def test_a_person_does_not_wait_behind_a_watch(stage: Stage) -> None:
    """A more urgent question is asked by itself; a less urgent one joins."""
    stage.one.gate.clear()
    searches = [
        asyncio.create_task(stage.market.search(QUERY, priority=priority))
        for priority in (Priority.WATCH, Priority.SEARCH, Priority.WATCH)
    ]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    stage.one.gate.set()
    await asyncio.gather(*searches)
    assert [asked.priority for asked in stage.one.asked] == [Priority.WATCH, Priority.SEARCH]


async def test_only_the_wanted_marketplaces_are_asked(stage: Stage) -> None:
    """`on one` leaves the other in peace; an unknown one is a failure without its name."""
    query = QUERY.with_changes(providers=(ONE, ProviderName("<!here>")))
    listing = await stage.market.search(query)
    assert (ids(listing), stage.asked()) == (["a"], (1, 0))
    assert listing.failures == (
        Failure(
            ProviderName("<!here>"),
            FailureReason.UNSUPPORTED,
            "There is no such marketplace here.",
        ),
    )


async def test_nobody_answered(stage: Stage) -> None:
    """Without a single source there is nothing to explain, and the time is now."""
    stage.one.fails_with = RateLimited(ONE, "One is busy.")
    stage.two.fails_with = RateLimited(TWO, "Second is busy.")
    listing = await stage.market.search(QUERY)
    assert listing == Listing(
        query=QUERY,
        offers=(),
        considered=0,
        sources=(),
        failures=(
            Failure(ONE, FailureReason.RATE_LIMITED, "One is busy."),
            Failure(TWO, FailureReason.RATE_LIMITED, "Second is busy."),
        ),
        as_of=stage.clock.now(),
    )
    assert stage.asked() == (1, 1)


async def test_the_count_goes_on_after_the_last_offer_kept(stage: Stage) -> None:
    """A long answer is cut, its length is told, and doubled ids count once."""
    stage.one.offers = [an_offer(str(n % 150), provider="one") for n in range(300)]
    listing = await stage.market.search(QUERY)
    assert (len(listing.offers), listing.matched) == (100, 151)


async def test_the_least_used_answers_are_forgotten(stage: Stage) -> None:
    """Memory is bounded by answers and by offers; what was used last stays."""
    market = stage.over(max_books=4)
    queries = [QUERY.with_changes(disk_gb=n) for n in (10, 20, 30)]
    for query in (*queries[:2], queries[0], queries[2]):
        await market.search(query)
    assert stage.asked() == (3, 3)
    await market.search(queries[0])
    assert stage.asked() == (3, 3)
    await market.search(queries[1])
    assert stage.asked() == (4, 4)
    small = stage.over(max_candidates=1)
    await small.search(QUERY)
    await small.search(QUERY)
    assert stage.one.asked[-2:] == [Asked(QUERY, Priority.SEARCH, refresh=False)] * 2


async def test_an_answer_served_again_keeps_its_index(stage: Stage) -> None:
    """While an old answer is served it is asked for each time, but its offers are the same."""
    stage.one.fresh_for = stage.two.fresh_for = timedelta(0)
    stage.one.build = stage.two.build = replace
    rows = (await stage.one.search(QUERY)).candidates
    search = stage.one.search

    async def same_rows(query: OfferQuery, **kwargs: object) -> object:
        return replace(await search(query, **kwargs), candidates=rows)  # type: ignore[arg-type]

    stage.one.search = same_rows  # type: ignore[method-assign, assignment]
    first = await stage.market.search(QUERY)
    second = await stage.market.search(QUERY)
    assert stage.asked() == (3, 2)
    assert first.offers[1] is second.offers[1]
    assert first.offers[0] is not second.offers[0]
