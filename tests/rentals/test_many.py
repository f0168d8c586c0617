"""Many sessions and many processes: no timer is lost, and no due work is done twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flows.ports import Change
from bot.rules.sessions import Session, SessionState
from providers.instances import InstanceId
from tests.rentals.stage import ADA, VAST, Stage, open_stage

MANY = 50
STEP_S = 300.0


async def test_a_restart_with_fifty_sessions_loses_no_timer(stage: Stage) -> None:
    """Each is warned twice and ended on time."""
    sessions = await fifty(stage)
    await stage.restart()
    first = await stage.session(sessions[0].id)
    left = (first.rented.ends_at - stage.clock.now()).total_seconds()
    await passed(stage, left - 16 * 60)
    assert await stage.heard() == []
    await stage.restart()
    await passed(stage, 4 * 60)
    await stage.restart()
    await passed(stage, 10 * 60)
    assert Counter(await stage.heard()) == {("warning", "thread"): 2 * MANY}
    await stage.restart()
    for _ in range(4):
        await passed(stage, 60)
    states = Counter([(await stage.session(each.id)).state for each in sessions])
    assert states == {SessionState.ENDED: MANY}
    assert Counter(await stage.heard()) == {("receipt", "thread"): MANY}
    assert stage.alive() == []


@pytest.fixture
async def shared(tmp_path: Path, url: str) -> AsyncIterator[Stage]:
    """On either kind of database."""
    async with open_stage(tmp_path, url, vast_machines=60) as opened:
        yield opened
        assert opened.defects() == []


async def test_two_processes_never_do_the_same_due_work_twice(shared: Stage) -> None:
    """Each session is looked at by one of them, and said once."""
    stage = shared
    session = await stage.rent(VAST, hours=1)
    other = await stage.second()
    for _ in range(200):
        stage.clock.advance(20)
        stage.market.step(0)
        await asyncio.gather(stage.bot.guard.tick(), other.bot.guard.tick())
        reconciled = await asyncio.gather(
            stage.bot.reconciling.tick(), other.bot.reconciling.tick()
        )
        assert sum(bool(each.machines) for each in reconciled) <= 1
    path = ["offered", "renting", "starting", "running", "ending", "ended"]
    assert await stage.path(session) == path
    assert Counter(await stage.heard()) == {
        ("ready", "renter"): 1,
        ("warning", "thread"): 2,
        ("receipt", "thread"): 1,
    }
    assert stage.made() == [f"shopper-{session.id}"]


async def test_two_processes_share_what_is_due(shared: Stage) -> None:
    """Of fifty sessions each gets others."""
    stage = shared
    await fifty(stage)
    other = await stage.second()
    stage.clock.advance(3600)
    now = stage.clock.now()
    claimed = await asyncio.gather(
        *(
            each.records.sessions.claim_due(now, now + timedelta(minutes=1), 40)
            for each in (stage, other)
        )
    )
    ids = [session.id for batch in claimed for session in batch]
    assert (len(ids), len(set(ids))) == (MANY, MANY)


async def passed(stage: Stage, seconds: float) -> None:
    """As the jobs would: the guard looks until nothing is due."""
    end = stage.clock.monotonic() + seconds
    while stage.clock.monotonic() < end:
        stage.clock.advance(min(STEP_S, end - stage.clock.monotonic()))
        stage.market.step(0)
        while await stage.bot.guard.tick():
            pass
    await stage.bot.reconciling.tick()


async def fifty(stage: Stage) -> list[Session]:
    """Fifty machines that run: one was rented, the others are like it."""
    first = await stage.until(await stage.rent(VAST, hours=1), SessionState.RUNNING)
    rentals = stage.market.vast.rentals
    (pattern,) = rentals.ever_made()
    stage.market.vast.account.credit = 1000.0
    sessions = [first]
    change = Change(stage.clock.now(), ADA.user_id, "like the first")
    for place in range(1, MANY):
        session_id = stage.bot.quoting.ids.session_id()
        number = pattern.instance_id + place
        label = f"shopper-{session_id}"
        made = replace(pattern, instance_id=number, label=label, keys=[])
        rentals._rentals[number] = made
        rental = first.rented.with_changes(label=label, instance_id=InstanceId(str(number)))
        assert rental.instance is not None
        seen = replace(rental.instance, instance_id=InstanceId(str(number)), label=label)
        born = replace(first, id=session_id, rental=rental.with_changes(instance=seen), version=0)
        await stage.records.sessions.adopt(born, change, [])
        sessions.append(born)
    await stage.notices()
    return sessions
