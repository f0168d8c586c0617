"""What cannot be said where it belongs: to the renter, anew, beside its thread, more simply."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.rules.notices import Audience, NoticeKind
from bot.rules.policy import Policy
from bot.rules.sessions import SessionState
from bot.slack.errors import CAUSES, Cause
from bot.slack.notify import Notifier
from tests.bot.slack.newsroom import Newsroom, open_newsroom

Stage = tuple[Newsroom, Notifier]
POST, EDIT = "chat.postMessage", "chat.update"


def words(cause: Cause) -> list[str]:
    return sorted(word for word, meant in CAUSES.items() if meant is cause)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_newsroom() as opened:
        yield opened


async def running(room: Newsroom, notifier: Notifier) -> Any:
    """A session whose card stands in its channel, and which has changed since."""
    session = room.rent()
    await room.card(session)
    await notifier.tick()
    room.change(session, SessionState.RUNNING)
    room.clock.advance(10)
    return session


@pytest.mark.parametrize("word", words(Cause.ELSEWHERE))
async def test_where_the_bot_may_not_write_the_renter_is_told(stage: Stage, word: str) -> None:
    """The card goes to the renter, is remembered there, and its thread with it."""
    room, notifier = stage
    session = room.rent()
    await room.card(session)
    await room.tell(NoticeKind.WARNING, Audience.THREAD, session.id)
    room.slack.faults.error(POST, word)
    await notifier.tick()
    await notifier.tick()
    card, warning = room.said("@ada")
    assert (room.said("general"), warning.thread_ts) == ([], card.ts)


@pytest.mark.parametrize("channel", ["random", ""])
async def test_the_renter_is_told_once_where_there_is_no_thread(
    stage: Stage, channel: str
) -> None:
    """What is said in the thread and to the renter would stand in one direct message twice."""
    room, notifier = stage
    session = room.rent(channel=channel)
    await room.card(session)
    await all_said(notifier)
    await told_twice(room, session.id)
    await all_said(notifier)
    assert room.texts("@ada") == [
        "k3f9-abcdefgh23 is starting",
        "outbid of k3f9-abcdefgh23",
    ]
    assert {row.fate for row in room.outbox.rows.values()} == {"sent"}


async def test_the_renter_is_told_once_when_the_thread_is_lost(stage: Stage) -> None:
    """The bot was removed from the channel after the card; in the thread it would be said too."""
    room, notifier = stage
    session = await running(room, notifier)
    await told_twice(room, session.id)
    room.slack.faults.error(POST, "not_in_channel")
    await all_said(notifier)
    assert (room.texts("@ada"), len(room.said("general"))) == (["outbid of k3f9-abcdefgh23"], 1)
    await told_twice(room, session.id, "again")
    room.clock.advance(10)
    await all_said(notifier)
    assert (len(room.said("@ada")), len(room.said("general"))) == (2, 2)


async def all_said(notifier: Notifier) -> None:
    """Of one session one after the other."""
    while await notifier.tick():
        pass


async def told_twice(room: Newsroom, about: str, at: str = "") -> None:
    """In the order in which a change puts them."""
    key, too = f"outbid {at}", (Audience.RENTER,)
    await room.tell(NoticeKind.OUTBID, Audience.THREAD, about, key=f"{key} thread", beside=too)
    await room.tell(NoticeKind.OUTBID, Audience.RENTER, about, key=f"{key} renter")


@pytest.mark.parametrize(("ops_channel", "times"), [(None, 1), ("C0GPUDEAL2", 2)])
async def test_an_admin_who_is_the_renter_is_told_once(
    stage: Stage, ops_channel: str | None, times: int
) -> None:
    """As an admin, who may do more; where admins are told in a channel, as the renter too."""
    room, notifier = stage
    session = room.rent()
    admins = (room.slack.user("ada").id, room.slack.user("grace").id)
    room.policies.policy = Policy(admins=admins, ops_channel=ops_channel)
    kind, too = NoticeKind.WILL_NOT_DIE, (Audience.ADMINS,)
    await room.tell(kind, Audience.RENTER, session.id, beside=too)
    await room.tell(kind, Audience.ADMINS, session.id)
    await all_said(notifier)
    said = ["will not die of k3f9-abcdefgh23"]
    heard = room.texts("@ada") + room.texts("gpu")
    assert heard == said * times
    assert room.texts("@grace", "grace") == ([] if ops_channel else said)


async def test_a_channel_without_the_bot(stage: Stage) -> None:
    """No fault is needed for that: #random has no bot in it."""
    room, notifier = stage
    await room.card(room.rent(channel="random"))
    assert await notifier.tick() == 1
    assert room.texts("@ada") == ["k3f9-abcdefgh23 is starting"]


@pytest.mark.parametrize("word", words(Cause.ANEW))
async def test_a_card_that_cannot_be_edited_is_posted_anew(stage: Stage, word: str) -> None:
    """The new one is the card from then on."""
    room, notifier = stage
    session = await running(room, notifier)
    room.slack.faults.error(EDIT, word)
    await room.card(session)
    assert await notifier.tick() == 1
    room.clock.advance(10)
    await room.card(session)
    await notifier.tick()
    assert room.texts("general")[1:] == ["k3f9-abcdefgh23 is running"]
    assert [call.args["ts"] for call in room.slack.calls_of(EDIT)] == [
        message.ts for message in room.said("general")
    ]


async def test_a_deleted_card_is_posted_anew(stage: Stage) -> None:
    """Somebody deleted the message."""
    room, notifier = stage
    session = await running(room, notifier)
    room.slack.workspace.remove(room.said("general")[0])
    await room.card(session)
    await notifier.tick()
    assert room.texts("general") == ["k3f9-abcdefgh23 is running"]


async def test_a_card_in_a_closed_channel_moves_to_the_renter(stage: Stage) -> None:
    """Neither edited nor posted anew there."""
    room, notifier = stage
    session = await running(room, notifier)
    room.slack.faults.error(EDIT, "is_archived")
    room.slack.faults.error(POST, "is_archived")
    await room.card(session)
    await notifier.tick()
    assert room.texts("@ada") == ["k3f9-abcdefgh23 is running"]


@pytest.mark.parametrize("word", words(Cause.UNTHREADED))
async def test_news_of_a_lost_thread_stands_beside_it(stage: Stage, word: str) -> None:
    """In the channel, without a thread."""
    room, notifier = stage
    session = await running(room, notifier)
    await room.tell(NoticeKind.WARNING, Audience.THREAD, session.id)
    room.slack.faults.error(POST, word)
    await notifier.tick()
    warning = room.said("general")[-1]
    assert (warning.text, warning.thread_ts) == ("warning of k3f9-abcdefgh23", None)


@pytest.mark.parametrize("word", [*words(Cause.NOBODY), "channel_not_found"])
async def test_a_renter_who_cannot_be_reached_is_dropped(stage: Stage, word: str) -> None:
    """And not tried for ever."""
    room, notifier = stage
    session = room.rent()
    key = await room.tell(NoticeKind.READY, Audience.RENTER, session.id)
    room.slack.faults.error(POST, word)
    await notifier.tick()
    assert (room.outbox.rows[key].fate, room.outbox.rows[key].error) == ("dropped", word)


@pytest.mark.parametrize("word", words(Cause.LAYOUT))
async def test_refused_blocks_become_simpler(stage: Stage, word: str) -> None:
    """Rich, classic, bare text."""
    room, notifier = stage
    await room.card(room.rent())
    room.slack.faults.error(POST, word, times=2)
    assert await notifier.tick() == 1
    (card,) = room.said("general")
    assert (card.text, card.blocks) == ("k3f9-abcdefgh23 is starting", None)
