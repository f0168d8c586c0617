"""Killed between every two steps of renting and of ending: one machine, and nothing is lost.

`python -m tests.rentals.test_crashes` prints what each crash point did.
"""

import asyncio
import gc
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.rules.rentals import Outcome
from bot.rules.sessions import SessionState
from providers.models import ProviderName
from tests.rentals.perils import Killed, Life, task_factory
from tests.rentals.stage import ADA, DOCK, VAST, Stage, open_stage

AWAY_S = 20.0
"""Between a death and the next start."""
MOST = 120


@dataclass(frozen=True)
class Crash:
    """What one crash point did."""

    provider: ProviderName
    left: int
    died_at: str
    state_after: str
    made: int
    path: str
    outcome: str


@pytest.mark.parametrize("provider", [VAST, DOCK])
async def test_a_crash_anywhere_while_renting_loses_and_doubles_nothing(
    tmp_path: Path, provider: ProviderName
) -> None:
    """At most one machine was made, its session is over, and it is gone."""
    crashes = [each async for each in crashes_of(rented, provider, tmp_path)]
    assert len(crashes) > 8
    assert {each.made for each in crashes} == {0, 1}
    assert {each.outcome for each in crashes} <= {
        "not rented",
        "failed",
        "running, then ended",
    }


@pytest.mark.parametrize("provider", [VAST, DOCK])
async def test_a_crash_anywhere_while_ending_ends_it_all_the_same(
    tmp_path: Path, provider: ProviderName
) -> None:
    """One receipt, and a proof."""
    crashes = [each async for each in crashes_of(ended, provider, tmp_path)]
    assert len(crashes) > 8
    assert {(each.made, each.outcome) for each in crashes} == {(1, "running, then ended")}


async def crashes_of(story, provider: ProviderName, home: Path):
    """Dies at the first step, at the second, and so on, until the story passes without dying."""
    loop = asyncio.get_running_loop()
    before = loop.get_task_factory()
    loop.set_task_factory(task_factory)
    try:
        for left in range(MOST):
            folder = home / f"{provider}-{left}"
            folder.mkdir()
            async with open_stage(folder, vast_machines=30) as stage:
                crash = await one(story, stage, provider, left)
            if crash is None:
                return
            yield crash
    finally:
        loop.set_task_factory(before)
    raise AssertionError(f"the story never passed: {MOST} steps were not enough")


async def one(story, stage: Stage, provider: ProviderName, left: int) -> Crash | None:
    """None when it passed without dying."""
    card = await stage.card(provider)
    quote = await stage.quote(card)
    if story is ended:
        await stage.submit(quote)
        await stage.until(card, SessionState.RUNNING)
        await stage.bot.control.end(card.id, ADA, "end")
    life = stage.life = Life()
    await stage.stop_bot()
    await stage.start_bot()
    life.left = left
    with suppressed() as death:
        await life.run(story(stage, quote))
    if not death:
        return None
    return await afterwards(stage, card, life, left)


async def rented(stage: Stage, quote) -> None:
    """From the press to the machine that is looked at for the first time."""
    await stage.submit(quote)
    await stage.tick()


async def ended(stage: Stage, quote) -> None:
    """From the first destroy call to the proof."""
    await stage.until(quote.session, SessionState.ENDED)


async def afterwards(stage: Stage, card, life: Life, left: int) -> Crash:
    """A new process takes over; what it finds is carried to its end."""
    state_after = (await reborn(stage, card)).state
    path = []
    if state_after is not SessionState.OFFERED:
        await carried(stage, card)
        path = await stage.path(card)
    made = len(stage.made())
    assert stage.alive() == []
    assert stage.made() == [f"shopper-{card.id}"] * made
    heard = await stage.heard()
    assert heard.count(("receipt", "thread")) == (1 if "ended" in path else 0)
    assert stage.defects() == []
    return Crash(
        card.offer.provider,
        left,
        place(life.died_at),
        str(state_after),
        made,
        " ".join(path),
        outcome(path),
    )


async def reborn(stage: Stage, card):
    stage.life = None
    await stage.stop_bot()
    gc.collect()  # a killed process holds no lock on its records
    await asyncio.sleep(0.02)
    stage.clock.advance(AWAY_S)
    await stage.start_bot()
    return await stage.session(card.id)


async def carried(stage: Stage, card) -> None:
    """A rental that came about is ended by its renter; one that did not fails by itself."""
    for _ in range(200):
        session = await stage.session(card.id)
        if session.state in {SessionState.ENDED, SessionState.FAILED}:
            return
        if session.state is SessionState.RUNNING:
            assert session.rented.outcome is Outcome.MADE
            await stage.bot.control.end(card.id, ADA, "end again")
        await stage.pass_time(10)
    raise AssertionError(f"never over: {await stage.session(card.id)}")


def outcome(path: list[str]) -> str:
    if not path:
        return "not rented"
    return "running, then ended" if "running" in path and path[-1] == "ended" else path[-1]


def place(died_at: str) -> str:
    """Without ids."""
    words = died_at.split("?", maxsplit=1)[0].split("/")
    return "/".join(
        "…" if any(each.isdigit() for each in word) and len(word) > 3 else word for word in words
    )


@contextmanager
def suppressed() -> Iterator[list[Killed]]:
    death: list[Killed] = []
    try:
        yield death
    except Killed as killed:
        death.append(killed)


async def main() -> None:
    for story in (rented, ended):
        for provider in (VAST, DOCK):
            with tempfile.TemporaryDirectory() as home:
                async for each in crashes_of(story, provider, Path(home)):
                    print(story.__name__, *vars(each).values(), sep=" | ")  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
