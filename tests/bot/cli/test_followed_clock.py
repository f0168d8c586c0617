"""The bot's clock in the demo follows the simulated market's."""

import asyncio
import time
from collections.abc import Callable

from bot.cli.followed_clock import FollowedClock, Reading, follow_market
from providers.simulator import open_simulator

PATIENCE_S = 30.0


async def until(come_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not come_true():  # noqa: ASYNC110  nobody tells of it
            await asyncio.sleep(0.005)


async def test_it_shows_the_markets_time() -> None:
    """Its date at its pace, as soon as it could be read."""
    async with (
        open_simulator(speed=60, evolving=False) as market,
        follow_market(market.admin_url) as clock,
    ):

        def agrees() -> bool:
            before_s, shown = market.clock.now(), clock.now()
            return before_s - 10 < shown.timestamp() < market.clock.now() + 10

        await until(agrees)
        await until(lambda: market.clock.elapsed() > 60)
        await until(agrees)


async def test_between_two_readings_it_goes_on() -> None:
    """At the speed that was read last."""
    earliest = time.perf_counter()
    clock = FollowedClock(Reading(now_s=1_000_000.0, elapsed_s=100.0, speed=60.0))
    latest = time.perf_counter()
    await asyncio.sleep(0.05)
    least = 60 * (time.perf_counter() - latest)
    passed = clock.monotonic() - 100.0
    assert least <= passed <= 60 * (time.perf_counter() - earliest)


async def test_it_never_steps_back() -> None:
    """The market stops: what was guessed ahead until that was heard of is kept, and no more."""
    async with (
        open_simulator(speed=60, evolving=False) as market,
        follow_market(market.admin_url) as clock,
    ):
        stopped = time.perf_counter()
        market.clock.set_speed(0)
        seen: list[float] = []
        while not seen or clock.speed:
            seen.append(clock.monotonic())
            await asyncio.sleep(0.005)
        ahead_s = 60 * (time.perf_counter() - stopped)
        seen += [clock.monotonic(), clock.monotonic()]
        assert seen == sorted(seen)
        assert seen[-1] == seen[-2]
        assert market.clock.elapsed() <= seen[-1] <= market.clock.elapsed() + ahead_s


async def test_a_jump_wakes_the_sleepers() -> None:
    """An hour's sleep ends when the market jumps an hour, and not before."""
    async with (
        open_simulator(speed=0, evolving=False) as market,
        follow_market(market.admin_url) as clock,
    ):
        sleeping = asyncio.create_task(clock.sleep(3600))
        market.step(3000)
        await asyncio.sleep(0.5)
        assert not sleeping.done()
        market.step(601)
        await asyncio.wait_for(sleeping, PATIENCE_S)


async def test_faster_time_shortens_a_sleep() -> None:
    """Ten minutes at a thousand times the speed."""
    async with (
        open_simulator(speed=1, evolving=False) as market,
        follow_market(market.admin_url) as clock,
    ):
        sleeping = asyncio.create_task(clock.sleep(600))
        await asyncio.sleep(0)
        market.clock.set_speed(1000)
        await asyncio.wait_for(sleeping, PATIENCE_S)


async def test_very_fast_time_is_never_ahead() -> None:
    """An hour a second: it steps behind the market, and goes on at once when that slows down."""
    async with (
        open_simulator(speed=3600, evolving=False) as market,
        follow_market(market.admin_url) as clock,
    ):
        for _ in range(40):
            await asyncio.sleep(0.01)
            assert clock.monotonic() <= market.clock.elapsed()
        assert clock.monotonic() > 300
        market.clock.set_speed(1)
        for _ in range(40):  # it may not have heard of it yet
            assert clock.monotonic() <= market.clock.elapsed()
            await asyncio.sleep(0.002)
        await asyncio.wait_for(clock.sleep(1), PATIENCE_S)
        assert abs(clock.monotonic() - market.clock.elapsed()) < 2


async def test_no_time_at_all_gives_others_their_turn() -> None:
    """A sleep of nothing ends, and lets others run."""
    async with (
        open_simulator(speed=0, evolving=False) as market,
        follow_market(market.admin_url) as clock,
    ):
        ran: list[int] = []

        async def run() -> None:
            ran.append(1)

        other = asyncio.create_task(run())
        await clock.sleep(0)
        await clock.sleep(-1)
        await other
        assert ran == [1]


async def test_it_goes_on_when_the_market_is_gone() -> None:
    """Nobody is woken by a simulator that ended first."""
    async with open_simulator(speed=10, evolving=False) as market:
        following = follow_market(market.admin_url)
        clock = await following.__aenter__()
    try:
        began = clock.monotonic()
        await asyncio.sleep(0.3)
        assert clock.monotonic() - began > 2
    finally:
        await following.__aexit__(None, None, None)
