"""Where fields for numbers are not drawn, numbers are typed as text and checked all the same."""

from collections.abc import AsyncIterator
from functools import partial

import pytest

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

STEPS = "Write a number of hours in steps of 0.25, at least 0.25 and at most 24."
DISK = "Write whole GB, at least 8 and at most 786."


@pytest.fixture
async def plain(opened: Opener) -> AsyncIterator[World]:
    async with opened(slack_layout="classic") as world:
        yield world


def kinds(view: View) -> set[str]:
    return {str(block["element"]["type"]) for block in view.blocks if block["type"] == "input"}


def holds(block_id: str, view: View) -> bool:
    return block_id in [block.get("block_id") for block in view.blocks]


async def with_own_hours(world: World, view: View) -> View:
    handled = await world.slack.select(view, "gpu:hours", "own")
    return await world.slack.wait_for_modal(partial(holds, "gpu:own-hours"), since=handled.since)


async def test_own_hours_and_a_disk_are_typed(plain: World) -> None:
    """What is no number stands at its field; what is one is rented."""
    view = await with_own_hours(plain, await window(plain))
    assert "number_input" not in kinds(view)
    typed = {"gpu:key": KEY} | named({"own_hours": "six", "disk": "much"})
    handled = await plain.slack.submit(view, typed)
    assert handled.errors == {"gpu:own-hours": STEPS, "gpu:disk": DISK}
    handled = await plain.slack.submit(view, typed | named({"own_hours": "0.1", "disk": "787"}))
    assert handled.errors == {"gpu:own-hours": STEPS, "gpu:disk": DISK}
    assert plain.made() == 0
    await submitted(plain, view, own_hours="1,5 h", disk="40 GB")
    rented = await session(plain, newest_session(plain))
    length_s = (rented.rented.ends_at - rented.rented.pressed_at).total_seconds()
    assert (length_s, int(rented.offer.disk_gb)) == (1.5 * 3600, 40)


async def test_what_it_costs_follows_what_is_typed(plain: World) -> None:
    """As it does in a field for numbers."""
    view = await with_own_hours(plain, await window(plain))
    handled = await plain.slack.select(view, "gpu:own-hours", "2,5 h")
    view = await plain.slack.wait_for_modal("for 2.5 h", since=handled.since)
    handled = await plain.slack.select(view, "gpu:disk", "40 GB")
    await plain.slack.wait_for_modal("Disk, 40 GB", since=handled.since)


async def test_a_watch_is_filled_in(plain: World) -> None:
    """A limit and a number of messages are typed, with their mistakes at them."""
    handled = await plain.slack.command("/gpu watch")
    view = await plain.slack.wait_for_modal("Watch prices", since=handled.since)
    assert "number_input" not in kinds(view)
    handled = await plain.slack.select(view, "gpu:watch-trigger", "under")
    view = await plain.slack.wait_for_modal("Limit in USD", since=handled.since)
    assert "number_input" not in kinds(view)
    filled = {"gpu:watch-query": "2x 4090"}
    wrong = {"gpu:watch-usd": "cheap", "gpu:watch-cap": "1.5"}
    handled = await plain.slack.submit(view, filled | wrong)
    assert handled.errors == {
        "gpu:watch-usd": "Write USD per hour, above 0 and at most 10,000, such as “0.70”.",
        "gpu:watch-cap": "Write a whole number, 1 to 50.",
    }
    right = {"gpu:watch-usd": "$0.70", "gpu:watch-cap": "3"}
    handled = await plain.slack.submit(view, filled | right)
    await plain.slack.wait_for_modal("2x 4090 under 0.70", since=handled.since)
