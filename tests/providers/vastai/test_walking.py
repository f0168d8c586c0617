"""Pages of offers are walked to the end, whatever moves or fails meanwhile."""

from datetime import timedelta
from typing import Any

from pydantic import SecretStr

from providers.base import Priority
from providers.listings import CacheUse
from providers.models import OfferQuery, Sort
from tests.fakes.clock import FakeClock
from tests.fakes.loopback import said
from tests.providers.vastai.small_server import A_4090, Vast, ids, row


async def test_one_short_page_is_the_whole_answer(opened: Any, clock: FakeClock) -> None:
    """An answer below 64 rows is complete, and its time is the marketplace's."""
    vast = Vast([row(1), row(2, gpu_name="A10"), row(3, 0.2)])
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == [1, 3]
    assert (sweep.rows, sweep.left_out, sweep.complete, sweep.cache) == (
        2,
        0,
        True,
        CacheUse.MISS,
    )
    assert abs(sweep.as_of - clock.now()) < timedelta(seconds=5)
    assert sweep.fresh_until > sweep.as_of
    assert "Authorization" not in vast.headers[0]


async def test_pages_are_walked_to_the_end(opened: Any) -> None:
    """200 offers come in four pages whose borders are met once."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(200)])
    async with opened(vast, key=SecretStr("secret-key")) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == list(range(200))
    assert (sweep.rows, sweep.complete, len(vast.asked)) == (200, True, 4)
    border = [vast.rows[last]["dph_total"] for last in (63, 126, 189)]
    assert vast.borders() == [None, *border]
    assert [h["Authorization"] for h in vast.headers] == ["Bearer secret-key"] * 4


async def test_equal_prices_across_a_border(opened: Any) -> None:
    """Offers of one price on both sides of a border are all found, each once."""
    vast = Vast([row(n, 0.2 if n < 60 else 0.3) for n in range(120)])
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == list(range(120))
    assert sweep.complete


async def test_more_than_a_page_of_one_price(opened: Any) -> None:
    """What cannot be reached is said: the rest is found, the answer is not called complete."""
    vast = Vast([row(n, 0.2) for n in range(80)] + [row(900, 0.5)])
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == [*range(64), 900]
    assert not sweep.complete
    assert vast.borders() == [None, 0.2, 0.2 + 1e-9]


async def test_prices_that_move_during_the_walk(opened: Any) -> None:
    """An offer that got dearer between two pages is shown at the later price, once."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(100)])

    def move(number: int) -> None:
        if number == 2:
            vast.rows[5]["dph_total"] = 0.19

    vast.before = move
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == list(range(100))
    assert [c.usd_per_hour for c in sweep.candidates if c.offer_id == "5"] == [0.19]


async def test_the_page_budget_ends_the_walk(opened: Any) -> None:
    """No search asks for more pages than the setting allows."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(500)])
    async with opened(vast, max_pages=2) as provider:
        sweep = await provider.search(A_4090)
    assert (len(vast.asked), sweep.rows, sweep.complete) == (2, 127, False)


async def test_a_later_page_that_fails_costs_only_itself(opened: Any) -> None:
    """Page two is an error: page one's offers stay, and the answer is not called complete."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(100)])
    vast.before = lambda number: said(400, {"error": "invalid_request"}) if number == 2 else None
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert (ids(sweep), sweep.complete) == (list(range(64)), False)


async def test_a_server_that_heeds_no_border(opened: Any) -> None:
    """The same page again and again is not asked for until the budget is gone."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(64)])
    vast.before = lambda _: said(200, {"offers": vast.rows})
    async with opened(vast, max_pages=20) as provider:
        sweep = await provider.search(A_4090)
    assert (len(vast.asked), len(sweep.candidates), sweep.complete) == (3, 64, False)


async def test_without_a_model_enough_is_enough(opened: Any) -> None:
    """Sorted by price, one page that answers the query is all that is asked for."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(500)])
    anything = OfferQuery()
    async with opened(vast) as provider:
        cheap = await provider.search(anything)
        asked = len(vast.asked)
        steady = await provider.search(anything.with_changes(sort=Sort.RELIABILITY))
    assert (asked, len(cheap.candidates), cheap.complete) == (1, 64, False)
    assert len(vast.asked) - asked == 5  # the first page came from the cache
    assert len(steady.candidates) == 379
    assert provider.scope(anything) != provider.scope(anything.with_changes(sort=Sort.VALUE))


async def test_rows_that_do_not_match_do_not_count_as_an_answer(opened: Any) -> None:
    """Vast.ai returns offers that its own filters exclude; a page of those answers nothing."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(150)])
    wrong = [row(1000 + n, 0.01 + n / 10000, verification="deverified") for n in range(64)]
    vast.before = lambda number: said(200, {"offers": wrong}) if number == 1 else None
    async with opened(vast) as provider:
        sweep = await provider.search(OfferQuery())
    assert len(vast.asked) == 2
    assert len(sweep.candidates) == 128


async def test_models_that_are_never_there_cost_no_question(opened: Any) -> None:
    """A model that Vast.ai never has is answered with nothing at once."""
    vast = Vast([row(1)])
    async with opened(vast) as provider:
        sweep = await provider.search(OfferQuery(gpus=("RTX 4000 SFF Ada",)))
    assert (len(sweep.candidates), sweep.rows, sweep.complete) == (0, 0, True)
    assert vast.asked == []


async def test_a_watch_reads_the_whole_list(opened: Any) -> None:
    """Whatever a search may ask for, and it is remembered how many pages that took."""
    vast = Vast([row(n, 0.1 + n / 100) for n in range(200)])
    async with opened(vast, max_pages=2) as provider:
        part = await provider.search(OfferQuery(verified_only=False, sort=Sort.VRAM))
        assert (part.complete, len(part.candidates)) == (False, 127)
        everything = OfferQuery(verified_only=False, min_reliability=None)
        (poll,) = provider.polls([everything])
        sweep = await provider.search(poll.query, priority=Priority.WATCH, refresh=True)
        assert (sweep.complete, len(sweep.candidates), poll.calls) == (True, 200, 9)
        assert provider.polls([everything])[0].calls == 4


async def test_a_page_that_fails_leaves_a_watch_without_a_whole_list(opened: Any) -> None:
    """What came before it stays, and nothing is learned of the number of pages."""
    vast = Vast([row(n, 0.1 + n / 100) for n in range(200)])
    vast.before = lambda number: said(400) if number == 3 else None
    everything = OfferQuery(verified_only=False, min_reliability=None, sort=Sort.VALUE)
    async with opened(vast) as provider:
        sweep = await provider.search(everything, priority=Priority.WATCH, refresh=True)
        assert (sweep.complete, len(sweep.candidates)) == (False, 127)
        assert provider.polls([everything])[0].calls == 9
