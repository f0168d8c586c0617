"""Many queries in one round."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from providers.base import Poll, Priority
from providers.errors import TimedOut
from providers.market import Plan, Seen
from providers.models import OfferQuery, Sort
from tests.fakes.provider import Asked, an_offer
from tests.providers.market_stage import ONE, QUERY, TWO, Stage

DEAR = QUERY.with_changes(max_usd_per_hour=Decimal("0.35"))
OTHER = OfferQuery(gpus=("L40S",))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def now(stage: Stage) -> datetime:
    return stage.clock.now()


def found(seen: Seen) -> tuple[object, ...]:
    ids: list[str] = [candidate.offer_id for candidate in seen.candidates]
    return ids, seen.matched, set(seen.asked), set(seen.answered)


async def test_each_question_is_asked_once_for_all(stage: Stage) -> None:
    """Queries that share a question share its answer; each is matched by itself."""
    seen = await stage.market.look([QUERY, DEAR, OTHER], newer_than=now(stage))
    watched = [Asked(query, Priority.WATCH, refresh=True) for query in (QUERY, OTHER)]
    assert (stage.one.asked, stage.two.asked) == (watched, watched)
    both = {ONE, TWO}
    assert found(seen.seen(QUERY, 9)) == (["b", "a"], 2, both, both)
    assert found(seen.seen(QUERY, 1)) == (["b"], 2, both, both)
    assert found(seen.seen(DEAR, 9)) == (["b"], 1, both, both)
    assert found(seen.seen(OTHER, 9)) == ([], 0, both, both)


async def test_cheapest_first_whatever_the_query_sorts_by(stage: Stage) -> None:
    """A watch looks for prices."""
    query = QUERY.with_changes(sort=Sort.VRAM)
    seen = await stage.market.look([query], newer_than=now(stage))
    assert found(seen.seen(query, 9))[0] == ["b", "a"]


async def test_the_cheapest_gpus_are_kept_where_their_price_is_asked(stage: Stage) -> None:
    """Of all marketplaces, however dear the machines around them are."""
    eight = an_offer("e", provider="one", usd="2", count=8)
    stage.one.offers = [an_offer("a", provider="one"), eight]
    seen = await stage.market.look([QUERY], newer_than=now(stage))
    both = {ONE, TWO}
    assert found(seen.seen(QUERY, 2, per_gpu=True)) == (["e", "b"], 3, both, both)
    assert found(seen.seen(QUERY, 2)) == (["b", "a"], 3, both, both)


async def test_only_those_who_are_wanted_are_asked(stage: Stage) -> None:
    """A query that names its marketplace says nothing of the other."""
    query = QUERY.with_changes(providers=(TWO,))
    seen = await stage.market.look([query], newer_than=now(stage))
    assert stage.asked() == (0, 1)
    assert found(seen.seen(query, 9)) == (["b"], 1, {TWO}, {TWO})


async def test_a_peoples_search_serves_as_a_look(stage: Stage) -> None:
    """What they brought since the given moment is taken; older is asked anew."""
    began = now(stage)
    await stage.market.search(QUERY)
    stage.clock.advance(20)
    await stage.market.look([QUERY], newer_than=began)
    assert stage.asked() == (1, 1)
    seen = await stage.market.look([QUERY], newer_than=now(stage))
    assert stage.asked() == (2, 2)
    at = began + timedelta(seconds=20)
    assert seen.seen(QUERY, 1).seen_at == {ONE: at, TWO: at}


@pytest.mark.parametrize(
    "trouble",
    [
        {"complete": False},
        {"fails_with": TimedOut(ONE, "Too long.")},
        {"fails_with": KeyError("odd")},
    ],
)
async def test_silence_of_one_says_nothing_of_the_other(
    stage: Stage, trouble: dict[str, Any]
) -> None:
    """A list in part, an error and a defect are no whole answer."""
    for name, value in trouble.items():
        setattr(stage.one, name, value)
    seen = (await stage.market.look([QUERY], newer_than=now(stage))).seen(QUERY, 9)
    assert (set(seen.asked), set(seen.answered)) == ({ONE, TWO}, {TWO})
    assert "b" in [candidate.offer_id for candidate in seen.candidates]


async def test_a_list_in_part_is_no_look_for_the_next_either(stage: Stage) -> None:
    """It is asked for again, however new it is."""
    began = now(stage)
    stage.one.complete = False
    await stage.market.look([QUERY], newer_than=began)
    stage.one.complete = True
    seen = await stage.market.look([QUERY], newer_than=began)
    assert stage.asked() == (2, 1)
    assert seen.seen(QUERY, 9).answered == {ONE, TWO}


async def test_nonsense_is_no_answer(stage: Stage) -> None:
    """Where more than half of the rows cannot be read, nothing is concluded from the rest."""
    search = stage.one.search

    async def garbage(*words: Any, **more: Any) -> Any:
        return replace(await search(*words, **more), rows=10, left_out=6)

    stage.one.search = garbage  # type: ignore[method-assign]
    seen = (await stage.market.look([QUERY], newer_than=now(stage))).seen(QUERY, 9)
    assert seen.answered == {TWO}


async def test_a_defect_in_planning_costs_one_marketplace(stage: Stage) -> None:
    """It is reported, and the other is asked."""

    def broken(_: Any) -> list[Poll]:
        raise KeyError("odd")

    stage.one.polls = broken  # type: ignore[assignment, method-assign]
    seen = (await stage.market.look([QUERY], newer_than=now(stage))).seen(QUERY, 9)
    assert seen.answered == {TWO}
    assert [name for name, _ in stage.errors] == [ONE]


async def test_what_takes_no_call_is_read_from_the_answer_before(stage: Stage) -> None:
    """It is not asked past the cache."""
    stage.one.polls = lambda _: [Poll(QUERY, 1, (QUERY,)), Poll(OTHER, 0, (OTHER,))]  # type: ignore[assignment, method-assign]
    await stage.market.look([QUERY, OTHER], newer_than=now(stage))
    assert [asked.refresh for asked in stage.one.asked] == [True, False]


async def test_what_was_found_dead_is_not_seen(stage: Stage) -> None:
    """As in a search."""
    stage.market.evict(stage.two.offers[0])
    seen = await stage.market.look([QUERY], newer_than=now(stage))
    assert found(seen.seen(QUERY, 9))[0] == ["a"]


async def test_an_offer_is_built_for_what_is_told(stage: Stage) -> None:
    """From the answer that showed it; a row that cannot be built is reported."""
    seen = await stage.market.look([QUERY], newer_than=now(stage))
    cheapest = seen.seen(QUERY, 1).candidates[0]
    assert seen.offer(QUERY, cheapest) == stage.two.offers[0]

    def fails(_: Any) -> Any:
        raise ValueError("odd")

    stage.two.build = fails
    stage.clock.advance(10)
    seen = await stage.market.look([QUERY], newer_than=now(stage))
    cheapest = seen.seen(QUERY, 1).candidates[0]
    assert seen.offer(QUERY, cheapest) is None
    assert [name for name, _ in stage.errors] == [TWO]


def test_a_third_of_the_calls_is_left_to_people(stage: Stage) -> None:
    """The slowest marketplace makes the interval: its calls, its pace, and half as much again."""
    stage.one.search_interval_s, stage.two.search_interval_s = 9.0, 1.0
    queries = [QUERY, DEAR, OTHER]
    polls = (Poll(QUERY, 1, (QUERY, DEAR)), Poll(OTHER, 1, (OTHER,)))
    plan = stage.market.plan(queries)
    assert plan == Plan({ONE: polls, TWO: polls}, {ONE: 2, TWO: 2}, 27.0)
    assert stage.market.plan([]).interval_s == 0


async def test_the_second_reading_goes_before_looks_and_after_people(stage: Stage) -> None:
    """Its urgency reaches the marketplace."""
    offer = an_offer("a", provider="one")
    await stage.market.refresh_offer(offer, priority=Priority.ALERT)
    assert stage.one.reread == [(offer, Priority.ALERT)]
    order = list(Priority)
    assert order.index(Priority.SEARCH) < order.index(Priority.ALERT) < order.index(Priority.WATCH)
