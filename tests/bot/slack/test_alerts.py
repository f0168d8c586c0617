"""What watches saw is said in their channel once, together, and brought up to date while new."""

from collections.abc import AsyncIterator

import pytest

from bot.rules.watches import WatchId
from bot.slack.notify import Notifier
from tests.bot.slack.newsroom import Newsroom, open_newsroom

Stage = tuple[Newsroom, Notifier]
POST = "chat.postMessage"
INVITE = "I am not in the channel: type `/invite` there and choose me. It goes on looking."


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_newsroom() as opened:
        yield opened


async def said(stage: Stage) -> list[str]:
    room, notifier = stage
    while await notifier.tick():
        room.clock.advance(2)
    return room.texts("general")


async def test_the_channel_hears_it(stage: Stage) -> None:
    room, _ = stage
    await room.alert("a", await room.see(1, "0.61", "a"))
    assert await said(stage) == ["watch 1 saw $0.61"]


async def test_what_falls_together_is_one_message(stage: Stage) -> None:
    """Of one channel."""
    room, _ = stage
    for number in (1, 2, 3):
        await room.see(number, "0.61", "a", group="w1 w2 w3")
    await room.alert("a", "w1 w2 w3")
    assert await said(stage) == ["watch 1 saw $0.61, watch 2 saw $0.61, watch 3 saw $0.61"]


async def test_the_message_is_brought_up_to_date(stage: Stage) -> None:
    """Within the cool-down: where it stands, with those that share it."""
    room, _ = stage
    for number in (1, 2):
        await room.see(number, "0.61", "a", group="w1 w2")
    await room.alert("a", "w1 w2")
    await said(stage)
    await room.see(2, "0.55", "a", group="w1 w2")
    await room.alert("b", "w2", edits="a")
    assert await said(stage) == ["watch 1 saw $0.61, watch 2 saw $0.55"]


async def test_who_moved_on_leaves_the_old_message(stage: Stage) -> None:
    """A watch that has said something newer elsewhere is not repeated in the old message."""
    room, _ = stage
    for number in (1, 2):
        await room.see(number, "0.61", "a", group="w1 w2")
    await room.alert("a", "w1 w2")
    await said(stage)
    await room.see(1, "0.40", "c")
    await room.alert("c", "w1")
    await room.see(2, "0.55", "a", group="w1 w2")
    await room.alert("b", "w2", edits="a")
    assert await said(stage) == ["watch 2 saw $0.55", "watch 1 saw $0.40"]


async def test_a_message_that_cannot_be_edited_is_said_anew(stage: Stage) -> None:
    """Somebody deleted it."""
    room, _ = stage
    await room.alert("a", await room.see(1, "0.61", "a"))
    await said(stage)
    await room.see(1, "0.55", "a")
    await room.alert("b", "w1", edits="a")
    room.slack.faults.error("chat.update", "message_not_found")
    assert await said(stage) == ["watch 1 saw $0.61", "watch 1 saw $0.55"]


async def test_a_watch_that_is_gone_says_nothing(stage: Stage) -> None:
    room, _ = stage
    await room.alert("a", await room.see(1, "0.61", "a"))
    room.watches.kept.clear()
    assert await said(stage) == []


async def test_the_owner_is_told_once_that_the_bot_is_not_in_the_channel(stage: Stage) -> None:
    """The watch stays as it is; once it was heard, a new silence is told again."""
    room, notifier = stage
    for key in ("a", "b", "c"):
        await room.alert(key, await room.see(1, "0.61", key))
        if key != "c":
            room.slack.faults.error(POST, "not_in_channel")
        assert await notifier.tick() == 1
        room.clock.advance(2)
    unheard = ["watch 1 is not heard: " + INVITE]
    assert (room.texts("@ada"), room.texts("general")) == (unheard, ["watch 1 saw $0.61"])
    assert room.watches.kept[WatchId("w1")].paused_at is None
    await room.alert("d", await room.see(1, "0.50", "d"))
    room.slack.faults.error(POST, "not_in_channel")
    assert await notifier.tick() == 1
    assert room.texts("@ada") == unheard * 2


async def test_a_watch_of_an_archived_channel_is_paused(stage: Stage) -> None:
    """It will not change by itself."""
    room, notifier = stage
    await room.alert("a", await room.see(1, "0.61", "a"))
    room.slack.faults.error(POST, "is_archived")
    assert await notifier.tick() == 1
    watch = room.watches.kept[WatchId("w1")]
    assert (watch.paused_at, watch.paused_why) == (room.clock.now(), "The channel is archived.")
    assert room.texts("@ada") == ["watch 1 is not heard: The channel is archived."]


async def test_what_cannot_be_drawn_is_told_bare(stage: Stage) -> None:
    room, _ = stage
    await room.alert("a", await room.see(1, "0.61", "a"))
    room.pen.defect = ValueError("a defect")
    (bare,) = await said(stage)
    assert bare.startswith("A watch saw something that could not be drawn; the log says why.")
    assert bare.endswith("`/gpu watches` lists what is watched, `/gpu unwatch 1` stops it.")
