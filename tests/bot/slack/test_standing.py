"""What was said in private is edited when it is no longer true, and never said twice."""

from collections.abc import AsyncIterator

import pytest

from bot.rules.notices import Audience, NoticeKind
from bot.rules.sessions import SessionState
from bot.slack.notify import Notifier
from tests.bot.slack.newsroom import Newsroom, open_newsroom

Stage = tuple[Newsroom, Notifier]
READY, RENTER = NoticeKind.READY, Audience.RENTER


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_newsroom() as opened:
        yield opened


async def test_it_is_edited_where_it_stands(stage: Stage) -> None:
    """One direct message, whatever happens."""
    room, notifier = stage
    session = room.rent()
    key = await room.tell(READY, RENTER, session.id)
    await notifier.tick()
    room.pen.more = ", over"
    edit = await room.tell(READY, RENTER, session.id, key="edit", facts={"edits": key})
    await notifier.tick()
    (said,) = room.said("@ada")
    assert (said.text, said.edited) == (f"ready of {session.id}, over", True)
    assert room.outbox.rows[edit].fate == "sent"


async def test_what_was_never_said_is_not_edited(stage: Stage) -> None:
    """Nothing is said in its place."""
    room, notifier = stage
    session = room.rent()
    edit = await room.tell(READY, RENTER, session.id, key="edit", facts={"edits": "never"})
    assert await notifier.tick() == 1
    assert (room.said("@ada"), room.outbox.rows[edit].fate) == ([], "sent")


@pytest.mark.parametrize("word", ["message_not_found", "channel_not_found", "edit_window_closed"])
async def test_what_cannot_be_edited_is_not_said_anew(stage: Stage, word: str) -> None:
    """The person deleted it, or Slack takes no edit any more."""
    room, notifier = stage
    session = room.rent()
    key = await room.tell(READY, RENTER, session.id)
    await notifier.tick()
    room.change(session, SessionState.ENDED)
    room.slack.faults.error("chat.update", word)
    await room.tell(READY, RENTER, session.id, key="edit", facts={"edits": key})
    await notifier.tick()
    assert (len(room.said("@ada")), room.outbox.rows["edit"].fate) == (1, "sent")


async def test_trouble_with_the_edit_is_tried_again(stage: Stage) -> None:
    """As with every other notice."""
    room, notifier = stage
    session = room.rent()
    key = await room.tell(READY, RENTER, session.id)
    await notifier.tick()
    room.slack.faults.error("chat.update", "internal_error")
    await room.tell(READY, RENTER, session.id, key="edit", facts={"edits": key})
    assert await notifier.tick() == 0
    room.clock.advance(5)
    assert await notifier.tick() == 1
    assert [said.edited for said in room.said("@ada")] == [True]
