"""Killed between every two steps of a tick that rents: one machine, and nothing is lost."""

import asyncio
import contextlib
import gc
from pathlib import Path

import pytest

from bot.rules.orders import OrderState
from providers.models import ProviderName
from tests.ordering.acting import DEAR, newest, placed, until
from tests.rentals.perils import Killed, Life, task_factory
from tests.rentals.stage import DOCK, VAST, Stage, open_stage

AWAY_S = 20.0
MOST = 80


@pytest.mark.parametrize("provider", [VAST, DOCK])
async def test_a_crash_anywhere_while_firing_rents_one_machine(
    tmp_path: Path, provider: ProviderName
) -> None:
    """Whatever request or commit it dies around: afterwards one machine runs, of the order's own
    session; none is made beside it, and the renter is told of each that was asked for."""
    loop = asyncio.get_running_loop()
    before = loop.get_task_factory()
    loop.set_task_factory(task_factory)
    places: list[str] = []
    try:
        for left in range(MOST):
            folder = tmp_path / str(left)
            folder.mkdir()
            async with open_stage(folder, vast_machines=30, evolving=False) as stage:
                died_at = await killed(stage, provider, left)
            if not died_at:
                break
            places.append(died_at)
    finally:
        loop.set_task_factory(before)
    assert len(places) < MOST
    assert places.count("before a commit") == places.count("after a commit") > 4
    assert any("before PUT" in each or "before POST" in each for each in places)


async def killed(stage: Stage, provider: ProviderName, left: int) -> str:
    """Where it died; empty when it passed."""
    order = await placed(stage, on=provider, under=DEAR)
    life = stage.life = Life()
    await stage.stop_bot()
    await stage.start_bot()
    life.left = left
    died_at = ""
    try:
        await life.run(stage.bot.order_firing.tick())
    except Killed:
        died_at = life.died_at
    stage.life = None
    await stage.stop_bot()
    gc.collect()  # a killed process holds no lock on its records
    await asyncio.sleep(0.02)
    stage.clock.advance(AWAY_S)
    await stage.start_bot()
    done = await until(stage, order, OrderState.DONE, within_s=2400)
    assert [label for label, _ in stage.alive()] == [f"shopper-{done.session_id}"], died_at
    assert len(stage.made()) == 1, died_at
    heard = await stage.heard()
    asked_for = 1 + len(done.tried)
    assert heard.count(("order fired", "renter")) == asked_for, died_at
    assert heard.count(("order fired", "thread")) == asked_for, died_at
    assert heard.count(("order next", "renter")) == len(done.tried), died_at
    assert (await newest(stage, order)).state is OrderState.DONE
    assert stage.defects() == []
    return died_at


async def test_a_crash_around_each_commit_of_following_loses_nothing(tmp_path: Path) -> None:
    """The machine failed: the next is looked for once, and each is named once."""
    loop = asyncio.get_running_loop()
    before = loop.get_task_factory()
    loop.set_task_factory(task_factory)
    try:
        for left in range(4):
            folder = tmp_path / str(left)
            folder.mkdir()
            async with open_stage(folder, vast_machines=30, evolving=False) as stage:
                await killed_following(stage, left)
    finally:
        loop.set_task_factory(before)


async def killed_following(stage: Stage, left: int) -> None:
    stage.fault(VAST, "create-fails", "create")
    order = await placed(stage, under=DEAR)
    await stage.bot.order_firing.tick()
    session = await stage.session((await newest(stage, order)).session_id)
    while session.is_live:
        await stage.pass_time(10)
        session = await stage.session(session.id)
    stage.clock.advance(400)
    life = stage.life = Life()
    await stage.stop_bot()
    await stage.start_bot()
    life.left = left
    with contextlib.suppress(Killed):
        await life.run(stage.bot.order_firing.tick())
    stage.life = None
    await stage.stop_bot()
    gc.collect()  # as above
    await asyncio.sleep(0.02)
    await stage.start_bot()
    done = await until(stage, order, OrderState.DONE)
    assert [each.session_id for each in done.tried] == [session.id]
    heard = await stage.heard()
    assert heard.count(("order next", "renter")) == 1
    assert len(stage.made()) == 2
