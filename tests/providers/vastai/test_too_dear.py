"""A query with a price limit reads no pages beyond it, and nobody else is answered too little."""

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from providers.base import Priority
from providers.listings import Listing
from providers.market import Market
from providers.models import OfferQuery, Sort
from tests.fakes.clock import FakeClock
from tests.providers.vastai.small_server import A_4090, Vast, row


def under(usd: str, wish: OfferQuery = A_4090) -> OfferQuery:
    return wish.with_changes(max_usd_per_hour=Decimal(usd))


def summary(listing: Listing) -> tuple[int, int, bool, float | None]:
    (source,) = listing.sources
    return listing.matched, listing.considered, source.complete, source.read_to_usd


@pytest.fixture
def vast() -> Vast:
    """200 offers from $0.100 to $0.299; page one ends at $0.163, page two at $0.226."""
    return Vast([row(n, 0.1 + n / 1000, num_gpus=1 + n % 2) for n in range(200)])


@pytest.fixture
async def market(vast: Vast, opened: Any, clock: FakeClock) -> AsyncIterator[Market]:
    def raised(_: str, error: Exception) -> None:
        raise error

    async with opened(vast) as provider:
        market = Market([provider], clock, on_error=raised)
        yield market
        await market.aclose()


async def test_pages_beyond_the_limit_are_not_asked_for(market: Market, vast: Vast) -> None:
    """All that is cheap enough is found, in one page, and the rest is said to be unread."""
    found = await market.search(under("0.150"))
    assert summary(found) == (51, 64, False, 0.163)
    assert len(vast.asked) == 1


async def test_any_order_is_that_of_all_that_is_cheap_enough(market: Market, vast: Vast) -> None:
    """The limit, not the order, says what is wanted."""
    found = await market.search(under("0.150", A_4090.with_changes(sort=Sort.VALUE)))
    assert (found.matched, len(vast.asked)) == (51, 1)


@pytest.mark.parametrize(("usd", "pages"), [("0.1629", 1), ("0.163", 2), ("0.2", 2), ("0.25", 3)])
async def test_a_page_is_the_last_when_it_passes_the_limit(
    market: Market, vast: Vast, usd: str, pages: int
) -> None:
    """At the limit itself the next page may hold more of that price."""
    found = await market.search(under(usd))
    assert found.matched == sum(r["dph_total"] <= float(usd) + 1e-9 for r in vast.rows)
    assert len(vast.asked) == pages


@pytest.mark.parametrize("most", [2, None])
async def test_a_limit_per_gpu_is_one_where_gpus_are_limited(
    market: Market, vast: Vast, most: int | None
) -> None:
    """Where any number of GPUs may come, a dear machine can be cheap per GPU."""
    wish = A_4090.with_changes(max_usd_per_gpu_hour=Decimal("0.08"), max_gpus=most)
    found = await market.search(wish)
    cheap = [r for r in vast.rows if r["dph_total"] <= 0.08 * r["num_gpus"] + 1e-9]
    assert (found.matched, len(vast.asked)) == (len(cheap), 1 if most else 4)


async def test_a_higher_limit_reads_on(market: Market, vast: Vast) -> None:
    """A list that was left at one limit answers lower ones, and is read on for the others."""
    await market.search(under("0.150"))
    lower = await market.search(under("0.120"))
    assert (lower.matched, len(vast.asked)) == (21, 1)
    higher = await market.search(under("0.200"))
    assert (summary(higher), len(vast.asked)) == ((101, 127, False, 0.226), 2)
    anything = await market.search(A_4090)
    assert (summary(anything), len(vast.asked)) == ((200, 200, True, None), 4)
    again = await market.search(under("0.150"))
    assert (summary(again), len(vast.asked)) == ((51, 200, True, None), 4)


async def test_who_comes_meanwhile_is_not_served_too_little(market: Market) -> None:
    """Of searches at one moment each finds what its own limit allows."""
    wishes = [under("0.150"), under("0.120"), A_4090, under("0.200"), under("0.150")]
    found = await asyncio.gather(*map(market.search, wishes))
    assert [each.matched for each in found] == [51, 21, 200, 101, 51]


async def test_a_watch_reads_beyond_every_limit(opened: Any, vast: Vast) -> None:
    """What it tells of the market must hold for all prices."""
    async with opened(vast) as provider:
        sweep = await provider.search(under("0.150"), priority=Priority.WATCH)
    assert (len(sweep.candidates), sweep.complete, sweep.read_to_usd) == (200, True, None)


async def test_what_cannot_be_reached_is_not_called_too_dear(
    opened: Any,
) -> None:
    """More offers of one price than a page holds: the answer is incomplete, not stopped."""
    vast = Vast([row(n, 0.2) for n in range(80)] + [row(100 + n, 0.5) for n in range(70)])
    async with opened(vast) as provider:
        sweep = await provider.search(under("0.4"))
    assert (sweep.complete, sweep.read_to_usd) == (False, None)
