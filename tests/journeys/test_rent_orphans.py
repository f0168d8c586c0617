"""A machine with our label that no session knows: announced to the admins, kept or ended."""

import pytest

from bot.playground.values import Message
from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    answer_to,
    card,
    channel_says,
    direct,
    directly,
    plain,
    pressable,
    until_told,
)
from tests.journeys.test_rent_restart import stray_machines
from tests.journeys.world import World

UNKNOWN = "A machine that nobody here knows costs $"
GONE = "The machine that nobody knew is gone: "


async def stray(world: World) -> None:
    """A new database takes strangers for lost records: it has to be older than that."""
    for _ in range(23):
        await world.pass_time(30)
    await stray_machines(world, 1)


async def announced(world: World) -> Message:
    """To the admin."""
    await stray(world)
    return await until_told(world, UNKNOWN)


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_an_admin_ends_it_at_once(opened: Opener, transport: str) -> None:
    """Announced with its price; End now ends it before its ten minutes, and that is told."""
    async with opened(transport) as world:
        found = await announced(world)
        assert "It bears our label and has no session." in plain(found.text)
        world.market.fault("vast", "ends-late", endpoint="destroy", seconds=60)
        assert await answer_to(world, found, "gpu:endorphan") == "Ending it."
        await came_of_it(world, found, "has no session. It is being ended.")
        await world.until(lambda: not world.alive(), within_s=120)
        await until_told(world, GONE)
        await came_of_it(world, found, "It is gone: Vast.ai no longer shows it.")
        assert await answer_to(world, found, "gpu:endorphan") == "It is gone already."
        assert [line.partition(": ")[0] for line in direct(world)][1:] == [GONE.rstrip(": ")]


async def test_an_admin_keeps_it(opened: Opener) -> None:
    """What announced it says so, and asks nobody any more."""
    async with opened() as world:
        found = await announced(world)
        kept = await answer_to(world, found, "gpu:keeporphan")
        session_id = kept.split("`")[1]
        await came_of_it(world, found, f"It was kept, as session {session_id}.")


async def came_of_it(world: World, found: Message, outcome: str) -> None:
    """Its message says so, and has no buttons."""

    def now() -> Message:
        return next(m for m in directly(world) if m.ts == found.ts)

    await world.until(lambda: now().text.endswith(outcome))
    assert now().text.startswith("A machine that nobody here kn")
    assert pressable(now()) == []


async def test_silence_ends_it_after_ten_minutes(opened: Opener) -> None:
    """Nobody pressed: it goes by itself, and who presses Keep then is too late."""
    async with opened() as world:
        found = await announced(world)
        await world.pass_time(500)
        assert len(world.alive()) == 1
        await world.until(lambda: not world.alive(), step_s=5, within_s=300)
        await until_told(world, GONE)
        await came_of_it(world, found, "It is gone: Vast.ai no longer shows it.")
        assert await answer_to(world, found, "gpu:keeporphan") == "It is gone already."


async def test_only_admins_decide(opened: Opener) -> None:
    """In an ops channel others see the buttons too: they are told why not."""
    async with opened(policy='ops_channel = "C0GPUDEAL2"') as world:
        await stray(world)
        await world.until(lambda: channel_says(world, "gpu"), step_s=5)
        found = card(world, "gpu")
        assert found.text.startswith(UNKNOWN)
        for action in ("gpu:keeporphan", "gpu:endorphan"):
            assert await answer_to(world, found, action, user="grace") == (
                "Only an admin decides about a machine that no session knows."
            )
        assert len(world.alive()) == 1
