"""Killed between every two steps of a tick that speaks: said once, and never forgotten."""

import asyncio
from pathlib import Path

import pytest

from bot.rules.watches import Rule, Trigger
from tests.rentals.perils import Killed, Life, task_factory
from tests.watching.stage import Stage, machine, open_stage

CLAIM_S = 300.0


async def fallen_twice(stage: Stage) -> None:
    """The next look is the one that speaks."""
    stage.prices("0.60")
    await stage.look(2)
    stage.prices("0.40")
    await stage.look()


@pytest.mark.parametrize("left", range(12))
async def test_a_kill_anywhere_says_it_once(tmp_path: Path, left: int) -> None:
    """Whatever commit it dies around: after the restart the news is told once, never twice."""
    asyncio.get_running_loop().set_task_factory(task_factory)
    async with open_stage(tmp_path) as stage:
        watch = await stage.set()
        await fallen_twice(stage)
        life = Life()
        mortal = await stage.start(life)
        life.left = left
        try:
            await life.run(mortal.watching.tick())
        except Killed:
            pass
        else:
            assert left >= 5, "a tick that speaks passes at least five boundaries"
        await stage.start()
        before = await stage.said()
        stage.clock.advance(CLAIM_S)
        await stage.look(4)
        after = await stage.said()
        assert len(before) + len(after) == 1
        newest = await stage.newest(watch)
        assert newest.said is not None
        assert newest.memory.said_today == 1


async def test_two_processes_say_it_once(stage: Stage) -> None:
    """Both tick at once, again and again: each question is asked once, each fall told once."""
    one = stage.bot
    two = await stage.start()
    for rule in (Rule(Trigger.ANY), Rule(Trigger.AVAILABLE)):
        await stage.set(rule)
    await stage.set()

    async def both() -> None:
        await asyncio.gather(one.watching.tick(), two.watching.tick())
        stage.clock.advance(60)

    stage.prices("0.60")
    await both()
    await both()
    asked = len(stage.one.asked)
    stage.sells(machine("a", "0.60"), machine("b", "0.40"))
    await both()
    await both()
    assert len(stage.one.asked) - asked == 2
    assert len(await stage.said()) == 1
    await both()
    await both()
    assert (await stage.said(), stage.errors) == ([], [])


async def test_a_claim_that_ran_out_overwrites_nothing(stage: Stage) -> None:
    """A process that slept through its claim finds the watch spoken for."""
    watch = await stage.set()
    await fallen_twice(stage)
    sleeper = stage.bot
    other = await stage.start()
    found = stage.one.refresh_offer
    woken = asyncio.Event()

    async def sleeps(offer, **kind):
        if not woken.is_set():
            woken.set()
            stage.clock.advance(CLAIM_S + 1)
            assert (await other.watching.tick()).alerts == 1
        return await found(offer, **kind)

    stage.one.refresh_offer = sleeps  # type: ignore[method-assign]
    assert (await sleeper.watching.tick()).alerts == 0
    assert len(await stage.said()) == 1
    assert (await stage.newest(watch)).memory.said_today == 1
