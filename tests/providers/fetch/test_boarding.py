"""A cold search visits the cache's thread once before its request leaves, and owes nothing."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web

from providers.errors import Unreachable
from providers.fetch.cache import Store
from providers.fetch.client import FetchClient, FetchSettings
from providers.listings import CacheUse
from providers.settings import Pace
from tests.fakes.fetching import Desk, Gate, Marketplace, Search, settle


class Visits:
    """Counts a client's visits to the cache's thread; `closed` holds them up there."""

    def __init__(self, client: FetchClient) -> None:
        self.count = 0
        self.begun = asyncio.Event()
        self.open = threading.Event()
        self.open.set()
        self._run = client._file.run
        client._file.run = self.run  # type: ignore[method-assign]

    async def run(self, work: Callable[[Store], Any], *, bulk: bool = False) -> Any:
        self.count += 1
        self.begun.set()

        def held(store: Store) -> Any:
            self.open.wait(10)
            return work(store)

        return await self._run(held, bulk=bulk)


async def slots_of(client: FetchClient, lane: str) -> Any:
    text = await client._file.run(lambda store: store.text(f"slots:{lane}"))
    return None if text is None else json.loads(text)


async def test_a_cold_search_visits_the_cache_once(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """Nothing found, the lease and a slot come from one visit, also for ten callers at once."""
    gate, client = Gate(marketplace), await desk.client()
    visits = Visits(client)
    asking = [asyncio.create_task(client.send(search())) for _ in range(10)]
    await gate.reached.wait()
    assert visits.count == 1
    gate.open.set()
    await asyncio.gather(*asking)
    assert len(marketplace.asked) == 1


async def test_the_slot_that_came_along_counts_for_everybody(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """Another process's search waits for the next one; when none is free, none is taken."""
    marketplace.says("{}")
    slow = {"pace": Pace(interval_s=5.0)}
    one, two = await desk.client(), await desk.client()
    await one.send(search("/1", **slow))
    assert desk.clock.slept == []
    await two.send(search("/2", **slow))
    assert desk.clock.slept == [pytest.approx(5.0, abs=0.01)]
    await one.send(search("/3", **slow))
    assert sum(desk.clock.slept) == pytest.approx(10.0, abs=0.02)


async def test_one_slot_serves_one_try(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """The second try of a search waits for a slot of its own."""
    marketplace.says(web.Response(status=503), "{}")
    client = await desk.client()
    await client.send(search(pace=Pace(interval_s=10.0)))
    assert len(marketplace.asked) == 2
    assert sum(desk.clock.slept) == pytest.approx(10.0, abs=0.01)


async def test_who_leaves_while_looking_holds_nothing(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """The visit that goes on without its caller gives back the lease that it took."""
    marketplace.says("{}")
    client = await desk.client()
    visits = Visits(client)
    visits.open.clear()
    asking = asyncio.create_task(client.send(search()))
    await visits.begun.wait()
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    visits.open.set()
    await client._file.run(lambda _: None)  # behind it in the same thread
    await settle()
    other = await desk.client()
    assert (await other.send(search())).cache is CacheUse.MISS
    assert desk.clock.slept == [], "nobody waited for a lease"
    assert (await client.send(search())).status == 200


async def test_who_leaves_while_looking_takes_nothing_from_the_others(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A second caller who waited for the same look makes it for himself."""
    marketplace.says("{}")
    client = await desk.client()
    visits = Visits(client)
    visits.open.clear()
    first, second = (asyncio.create_task(client.send(search())) for _ in range(2))
    await visits.begun.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    visits.open.set()
    assert (await second).cache is CacheUse.MISS
    assert desk.clock.slept == []
    assert len(marketplace.asked) == 1


async def test_an_open_circuit_costs_no_slot(
    desk: Desk, marketplace: Marketplace, search: Search
) -> None:
    """A search that will not leave takes nobody's turn."""
    client = await desk.client(settings=FetchSettings(circuit_failures=1, store_after_s=0.0))
    call = search("http://127.0.0.1:9/closed", safe=False, pace=Pace(interval_s=1.0))
    with pytest.raises(Unreachable):
        await client.send(call)
    await settle()
    before = await slots_of(client, call.lane)
    desk.clock.advance(5)
    with pytest.raises(Exception, match="failed several times"):
        await client.send(call)
    await settle()
    assert before is not None
    assert await slots_of(client, call.lane) == before
