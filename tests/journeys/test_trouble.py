"""Slack, the database and impatient people: the answer comes, or says what is wrong."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.journeys.world import World, open_world


@pytest.mark.parametrize("status", [500, 503])
async def test_a_url_that_fails_is_answered_by_the_bot_itself(world: World, status: int) -> None:
    """After its tries the answer comes in the bot's own voice, with its cards."""
    world.slack.faults.status("response_url", status, times=3)
    answer = await world.ask("/gpu find 4090")
    assert "RTX 4090" in answer.everything
    assert answer.only_for == world.slack.user("ada").id


async def test_a_url_that_is_cut_is_answered_by_the_bot_itself(world: World) -> None:
    """A broken connection is no reason for silence."""
    world.slack.faults.cut("response_url", times=3)
    assert "RTX 4090" in (await world.ask("/gpu find 4090")).everything


async def test_a_share_is_said_once(world: World) -> None:
    """Where nobody knows whether it arrived, the channel does not hear it again."""
    answer = await world.ask("/gpu find 4090")
    world.slack.faults.lose_answer("response_url")
    handled = await world.slack.press(answer, "gpu:share")
    await world.slack.wait_for_message("Something went wrong", since=handled.since)
    shared = [m for m in world.slack.messages("general", "grace") if m.only_for is None]
    assert len(shared) == 1


async def test_classic_layout_past_the_url(world: World) -> None:
    """A workspace without cards gets the classic layout also when the URL is used up."""
    world.slack.refuse_blocks = frozenset({"carousel", "card"})
    world.slack.faults.error("response_url", "used_url", times=1)
    answer = await world.ask("/gpu find 4090")
    assert "carousel" not in str(answer.blocks)
    assert "RTX 4090" in answer.everything


async def test_a_long_rate_limit_is_not_slept_through(world: World) -> None:
    """Slack asks for an hour: the bot's own voice is used instead."""
    world.slack.faults.rate_limit("response_url", times=1, retry_after_s=3600)
    assert "RTX 4090" in (await world.ask("/gpu find 4090")).everything


async def test_a_locked_database_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds SQLite: the person hears about it, and after it all is well."""
    monkeypatch.setattr("bot.store.database.BUSY_S", 0.2)
    async with open_world(tmp_path) as world:
        path = tmp_path / "data" / "shopper.db"
        with closing(sqlite3.connect(path, check_same_thread=False)) as other:
            # In a thread: a job of the bot may be writing, and needs the event loop to end.
            await asyncio.to_thread(other.execute, "BEGIN EXCLUSIVE")
            answer = await world.ask("/gpu find 4090")
            other.rollback()
        assert "cannot reach its database" in answer.text
        assert "RTX 4090" in (await world.ask("/gpu find 4090")).everything


async def test_two_quick_presses_turn_two_pages(both: World) -> None:
    """Each press counts, however fast the second follows."""
    answer = await both.ask("/gpu find any gpu any host")
    await asyncio.gather(*(both.slack.press(answer, "gpu:next") for _ in range(2)))
    await both.slack.wait_for_message("21–30 of")


async def test_a_slow_refresh_keeps_the_order_chosen_meanwhile(world: World) -> None:
    """The menu was used while the marketplaces were asked: its order stands at the end."""
    answer = await world.ask("/gpu find any gpu any host")
    world.market.fault("vast", "slow", seconds=0.6)
    pressed = await world.slack.press(answer, "gpu:refresh")
    await world.slack.select(answer, "gpu:sort", "Most VRAM first")
    shown = len(world.slack.calls_of("response_url"))
    await world.slack.wait_until(lambda: len(world.slack.calls_of("response_url")) >= shown + 2)
    last = await world.slack.wait_for_message("offers", since=pressed.since)
    assert "most VRAM first" in last.text
