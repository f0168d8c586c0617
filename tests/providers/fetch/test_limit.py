"""Who goes when: turns by urgency, patience, and one lane never holding up another."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from providers.base import Priority
from providers.errors import ProviderError, RateLimited
from providers.fetch.client import FetchSettings
from providers.listings import CacheUse
from providers.settings import Pace
from tests.fakes.clock import FakeClock
from tests.fakes.fetching import Desk, Search, settle

SLOW = Pace(interval_s=4.0, burst=1)


class Wire(httpx.AsyncBaseTransport):
    """In place of the network: notes who comes when."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.path)
        return httpx.Response(200, stream=httpx.ByteStream(b"{}"))


class StandingClock(FakeClock):
    """Sleepers never wake."""

    def __init__(self) -> None:
        super().__init__()
        self.slept_upon = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.slept_upon.set()
        await asyncio.Event().wait()


class HeldClock(StandingClock):
    """Sleepers wake when the test says so."""

    def __init__(self) -> None:
        super().__init__()
        self.released = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.slept_upon.set()
        await self.released.wait()
        self.advance(seconds)


@pytest.fixture
def wire() -> Wire:
    return Wire()


async def test_the_most_urgent_takes_the_next_slot(desk: Desk, search: Search, wire: Wire) -> None:
    """Ending goes before presses, presses before searches, searches before watches."""
    client = await desk.client(transport=wire)
    urgencies = [Priority.WATCH, Priority.SEARCH, Priority.PRESS, Priority.END]
    await client.send(search("/first", pace=SLOW, cacheable=False))
    calls = [search(f"/{one}", priority=one, pace=SLOW, cacheable=False) for one in urgencies]
    await asyncio.gather(*(client.send(call) for call in calls))
    assert wire.paths == ["/first", "/end", "/press", "/search", "/watch"]
    waits = [event.seconds for event in desk.events if event.kind == "wait"]
    assert waits == [4.0, 8.0, 12.0, 16.0]


async def test_who_cannot_wait_so_long_learns_it_at_once(search: Search, desk: Desk) -> None:
    """Of six searches four fit into 15 s; the other two fail before any time passes."""
    clock, wire = StandingClock(), Wire()
    client = await desk.client(transport=wire, clock=clock)
    calls = [search(f"/{number}", pace=SLOW, cacheable=False) for number in range(6)]
    asking = [asyncio.create_task(client.send(call)) for call in calls]
    await clock.slept_upon.wait()
    refused = await asyncio.gather(*asking[4:], return_exceptions=True)
    assert [
        (type(error), error.sentence, error.retry_after_s)
        for error in refused
        if isinstance(error, ProviderError)
    ] == [
        (
            RateLimited,
            "Vast.ai limits how often it may be asked; the next turn is in 16 s.",
            16.0,
        )
    ] * 2
    assert [task.done() for task in asking] == [True, False, False, False, True, True]
    assert wire.paths == ["/0"]
    for task in asking:
        task.cancel()


async def test_a_wait_for_one_lane_does_not_hold_up_another(
    desk: Desk, search: Search, wire: Wire
) -> None:
    """While a search waits, another endpoint's call goes out."""
    clock = StandingClock()
    client = await desk.client(transport=wire, clock=clock)
    await client.send(search("/a", pace=SLOW))
    waiting = asyncio.create_task(client.send(search("/b", pace=SLOW)))
    await clock.slept_upon.wait()
    reply = await client.send(search("/c", endpoint="account", pace=SLOW))
    assert (reply.status, waiting.done()) == (200, False)
    waiting.cancel()


async def test_an_arrival_during_a_long_wait_is_told_at_once(
    desk: Desk, search: Search, wire: Wire
) -> None:
    """A search does not sit behind the slot of a watch that is further off than its patience."""
    clock, slow = StandingClock(), Pace(interval_s=50.0)
    client = await desk.client(transport=wire, clock=clock)
    await client.send(search("/a", pace=slow))
    watch = search("/b", pace=slow, priority=Priority.WATCH, cacheable=False)
    watching = asyncio.create_task(client.send(watch))
    await clock.slept_upon.wait()
    with pytest.raises(RateLimited) as caught:
        await client.send(search("/c", pace=slow))
    assert (caught.value.retry_after_s, watching.done()) == (50.0, False)
    watching.cancel()


async def test_who_joins_in_a_hurry_is_not_kept_as_long_as_who_was_patient(
    desk: Desk, search: Search, wire: Wire
) -> None:
    """A search that waits for a watch's fetch learns at once that it is too far off."""
    clock, slow = StandingClock(), Pace(interval_s=50.0)
    client = await desk.client(transport=wire, clock=clock)
    await client.send(search("/a", pace=slow))
    watch = search("/b", pace=slow, priority=Priority.WATCH)
    watching = asyncio.create_task(client.send(watch))
    await clock.slept_upon.wait()
    with pytest.raises(RateLimited) as caught:
        await client.send(search("/b", pace=slow))
    assert caught.value.retry_after_s == 50.0
    with pytest.raises(RateLimited):
        await watching


async def test_who_joins_in_a_hurry_goes_first(desk: Desk, search: Search, wire: Wire) -> None:
    """A press that waits for a watch's fetch takes it along past a search."""
    client = await desk.client(transport=wire)
    await client.send(search("/a", pace=SLOW))
    watch = search("/b", pace=SLOW, priority=Priority.WATCH)
    asking = [watch, search("/c", pace=SLOW), replace(watch, priority=Priority.PRESS)]
    await asyncio.gather(*(client.send(call) for call in asking))
    assert wire.paths == ["/a", "/b", "/c"]


async def test_a_refresh_in_the_background_goes_last(
    desk: Desk, search: Search, wire: Wire
) -> None:
    """Behind a stale answer nobody waits: a search that comes later is served before."""
    clock = HeldClock()
    client = await desk.client(transport=wire, clock=clock)
    await client.send(search("/stale", pace=SLOW))
    await settle()
    clock.advance(70)
    await client.send(search("/first", pace=SLOW, cacheable=False))
    assert (await client.send(search("/stale", pace=SLOW))).cache is CacheUse.STALE
    await clock.slept_upon.wait()  # the refresh has its place in the queue
    second = asyncio.create_task(client.send(search("/second", pace=SLOW, cacheable=False)))
    await asyncio.sleep(0.005)
    clock.released.set()
    await second
    await settle()
    assert wire.paths == ["/stale", "/first", "/second", "/stale"]


async def test_a_margin_is_kept(desk: Desk, search: Search, wire: Wire) -> None:
    """Intervals are five percent longer than asked, unless set otherwise."""
    client = await desk.client(transport=wire, settings=FetchSettings())
    for path in ("/a", "/b"):
        await client.send(search(path, pace=SLOW, cacheable=False))
    assert [event.seconds for event in desk.events if event.kind == "wait"] == [pytest.approx(4.2)]


async def test_a_caller_who_leaves_gives_the_turn_to_the_next(
    desk: Desk, search: Search, wire: Wire
) -> None:
    """A cancelled wait costs the others nothing."""
    client = await desk.client(transport=wire)
    await client.send(search("/a", pace=SLOW, cacheable=False))
    gone = asyncio.create_task(client.send(search("/b", pace=SLOW, cacheable=False)))
    stays = asyncio.create_task(client.send(search("/c", pace=SLOW, cacheable=False)))
    await asyncio.sleep(0)
    gone.cancel()
    assert (await stays).status == 200
    assert (wire.paths, desk.clock.monotonic()) == (["/a", "/c"], 1004.0)


async def test_a_429_during_a_wait_makes_the_booked_slot_worthless(
    desk: Desk, search: Search, wire: Wire
) -> None:
    """A slot booked before another process was told to wait is not used; a new one is booked."""
    client, other = await desk.client(transport=wire), await desk.client()
    slots = other._flights._inner._inner._inner._slots  # type: ignore[attr-defined]
    patient = search("/b", pace=SLOW, priority=Priority.WATCH, cacheable=False)
    await client.send(search("/a", pace=SLOW, cacheable=False))
    sleep = desk.clock.sleep

    async def sleep_while_other_is_told(seconds: float) -> None:
        desk.clock.sleep = sleep  # type: ignore[method-assign]
        await slots.close(patient.lane, SLOW, 30.0)
        await sleep(seconds)

    desk.clock.sleep = sleep_while_other_is_told  # type: ignore[method-assign]
    await client.send(patient)
    assert desk.clock.monotonic() == 1030.0


BURST = Pace(interval_s=9.0, burst=3)


async def test_a_watch_leaves_the_burst_to_people(desk: Desk, search: Search, wire: Wire) -> None:
    """It takes one turn of three, and waits until all are back; who comes between waits for
    nothing."""
    client = await desk.client(transport=wire)
    clock, began = desk.clock, desk.clock.monotonic()

    async def sent_at(path: str, priority: Priority) -> float:
        await client.send(search(path, pace=BURST, priority=priority, cacheable=False))
        return round(clock.monotonic() - began, 3)

    assert await sent_at("/1", Priority.WATCH) == 0
    assert await sent_at("/2", Priority.PRESS) == 0
    assert await sent_at("/3", Priority.SEARCH) == 0
    assert await sent_at("/4", Priority.WATCH) == 27
    assert await sent_at("/5", Priority.WATCH) == 36
    assert await sent_at("/6", Priority.ALERT) == 36


@pytest.mark.parametrize("cacheable", [False, True])
async def test_who_comes_while_a_watch_waits_goes_at_once(
    desk: Desk, search: Search, wire: Wire, cacheable: bool
) -> None:
    """A watch books nothing ahead that a press would have to wait for."""
    clock = HeldClock()
    client = await desk.client(transport=wire, clock=clock)
    watch = search("/a", pace=BURST, priority=Priority.WATCH, cacheable=cacheable)
    await client.send(watch)
    other = search("/b", pace=BURST, priority=Priority.WATCH, cacheable=cacheable)
    waiting = asyncio.create_task(client.send(other))
    await clock.slept_upon.wait()
    press = search("/c", pace=BURST, priority=Priority.PRESS, cacheable=False)
    await asyncio.wait_for(client.send(press), 5)
    assert (wire.paths, waiting.done()) == (["/a", "/c"], False)
    clock.released.set()
    await waiting
    assert wire.paths == ["/a", "/c", "/b"]
