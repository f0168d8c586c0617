"""A form is sent before the choice that opens a field was told: the window shows that field."""

from functools import partial

from bot.playground.values import View
from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    KEY,
    named,
    newest_session,
    session,
    submitted,
    window,
)
from tests.journeys.world import World


def holds(block_id: str, view: View) -> bool:
    return block_id in [block.get("block_id") for block in view.blocks]


def begins_with(view: View, block_id: str) -> str | None:
    element = next(block for block in view.blocks if block.get("block_id") == block_id)["element"]
    value = element.get("initial_value")
    return None if value is None else str(value)


async def opens(world: World, view: View, block_id: str, values: dict[str, str]) -> View:
    """In the acknowledgement itself: a window that came beside it might be overtaken by it."""
    updates = len(world.slack.calls_of("views.update"))
    handled = await world.slack.submit(view, values)
    assert (handled.ack.error, handled.errors) == (None, None)
    shown = await world.slack.wait_for_modal(partial(holds, block_id), since=handled.since)
    assert len(world.slack.calls_of("views.update")) == updates
    return shown


async def test_own_hours(rents: World) -> None:
    """Nothing is rented yet, and what was typed beside them stays."""
    view = await window(rents)
    typed = {"hours": "own", "key": KEY, "note": "a try", "disk": "40"}
    view = await opens(rents, view, "gpu:own-hours", named(typed))
    assert rents.made() == 0
    kept = [begins_with(view, block_id) for block_id in ("gpu:key", "gpu:note", "gpu:disk")]
    assert kept == [KEY, "a try", "40"]
    await submitted(rents, view, own_hours="1.5")
    made = await session(rents, newest_session(rents))
    assert (made.rented.ends_at - made.rented.pressed_at).total_seconds() == 1.5 * 3600


async def test_another_key(rents: World) -> None:
    """The saved one is not taken for it, for a machine nor for an order."""
    handled = await rents.slack.command("/gpu key")
    view = await rents.slack.wait_for_modal("Your SSH key", since=handled.since)
    await rents.slack.submit(view, {"gpu:key": KEY})
    view = await window(rents)
    await opens(rents, view, "gpu:key", {"gpu:key-choice": "own"})
    assert rents.made() == 0
    handled = await rents.slack.command("/gpu order 4090 under 0.25 for 2h")
    view = await rents.slack.wait_for_modal("At most", since=handled.since)
    await opens(rents, view, "gpu:key", {"gpu:key-choice": "own"})


async def test_the_limit_of_a_watch(opened: Opener) -> None:
    """What it is about stays, and the limit is asked for."""
    async with opened() as world:
        handled = await world.slack.command("/gpu watch")
        view = await world.slack.wait_for_modal("Watch prices", since=handled.since)
        typed = {"gpu:watch-query": "2x 4090", "gpu:watch-trigger": "under"}
        view = await opens(world, view, "gpu:watch-usd", typed)
        assert begins_with(view, "gpu:watch-query") == "2x 4090"
        handled = await world.slack.submit(view, {"gpu:watch-usd": "0.70"})
        await world.slack.wait_for_modal("2x 4090 under 0.70", since=handled.since)
