"""What the outbox holds gets to where it belongs, at Slack's pace, in the layout it takes."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import ClientSession

from bot.rules.notices import Audience, NoticeKind
from bot.rules.policy import Policy
from bot.rules.sessions import SessionState
from bot.slack.notify import Notifier
from providers.clock import SystemClock
from tests.bot.slack.newsroom import Newsroom, open_newsroom

Stage = tuple[Newsroom, Notifier]


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_newsroom() as opened:
        yield opened


async def test_a_card_is_one_message_that_is_edited(stage: Stage) -> None:
    """Posted where it was rented, without link previews, then edited where it stands."""
    room, notifier = stage
    session = room.rent()
    await room.card(session)
    assert await notifier.tick() == 1
    room.change(session, SessionState.RUNNING)
    await room.card(session)
    await notifier.tick()
    (card,) = room.said("general")
    assert (card.text, card.edited) == ("k3f9-abcdefgh23 is running", True)
    sent = room.slack.calls_of("chat.postMessage")[0].args
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)


async def test_news_stands_under_the_card(stage: Stage) -> None:
    """A thread's news is a reply to the card; of one session it comes after it."""
    room, notifier = stage
    session = room.rent()
    await room.card(session)
    await room.tell(NoticeKind.WARNING, Audience.THREAD, session.id)
    assert [await notifier.tick(), await notifier.tick()] == [1, 1]
    card, warning = room.said("general")
    assert (warning.text, warning.thread_ts) == ("warning of k3f9-abcdefgh23", card.ts)


async def test_the_way_in_goes_to_the_renter_alone(stage: Stage) -> None:
    """A direct message; the channel sees nothing of it."""
    room, notifier = stage
    session = room.rent()
    await room.tell(NoticeKind.READY, Audience.RENTER, session.id)
    await notifier.tick()
    assert (room.texts("@ada"), room.texts("general")) == (["ready of k3f9-abcdefgh23"], [])


async def test_a_rental_without_a_channel_lives_in_a_direct_message(stage: Stage) -> None:
    """Rented from the Home tab: the card and its thread are with the renter."""
    room, notifier = stage
    session = room.rent(channel="")
    await room.card(session)
    await room.tell(NoticeKind.WARNING, Audience.THREAD, session.id)
    await notifier.tick()
    await notifier.tick()
    card, warning = room.said("@ada")
    assert warning.thread_ts == card.ts


async def test_admins_are_told_in_their_channel(stage: Stage) -> None:
    """One message in the ops channel, none to each."""
    room, notifier = stage
    deals = room.slack.channel("gpu").id
    room.policies.policy = Policy(admins=(room.slack.user("grace").id,), ops_channel=deals)
    await room.tell(NoticeKind.KEY_TROUBLE, Audience.ADMINS, None)
    await notifier.tick()
    assert room.texts("gpu") == ["key trouble of nothing"]
    assert room.texts("@grace", "grace") == []


async def test_what_the_ops_channel_was_told_is_corrected_there(stage: Stage) -> None:
    """An alarm that is over is edited where it stands, as everywhere else."""
    room, notifier = stage
    session = room.rent()
    room.policies.policy = Policy(ops_channel=room.slack.channel("gpu").id)
    key = await room.tell(NoticeKind.WILL_NOT_DIE, Audience.ADMINS, session.id)
    await notifier.tick()
    await room.tell(
        NoticeKind.WILL_NOT_DIE, Audience.RENTER, session.id, key="over", facts={"edits": key}
    )
    await notifier.tick()
    (alarm,) = room.said("gpu")
    assert alarm.edited


@pytest.mark.parametrize("ops_channel", [None, "C0RANDOM03"])
async def test_admins_are_told_one_by_one(stage: Stage, ops_channel: str | None) -> None:
    """Without an ops channel, or where the bot may not write there; who is gone is passed over."""
    room, notifier = stage
    ids = [room.slack.user(name).id for name in ("grace", "linus")]
    room.policies.policy = Policy(admins=("U0NOBODY00", *ids), ops_channel=ops_channel)
    key = await room.tell(NoticeKind.KEY_TROUBLE, Audience.ADMINS, None)
    await notifier.tick()
    assert room.texts("@grace", "grace") == room.texts("@linus", "linus")
    assert room.texts("@linus", "linus") == ["key trouble of nothing"]
    assert room.outbox.rows[key].fate == "sent"


async def test_an_admin_who_was_told_is_not_told_again(stage: Stage) -> None:
    """Trouble with one of them repeats the news to that one only."""
    room, notifier = stage
    ids = tuple(room.slack.user(name).id for name in ("grace", "linus"))
    room.policies.policy = Policy(admins=ids)
    key = await room.tell(NoticeKind.KEY_TROUBLE, Audience.ADMINS, None)
    room.slack.faults.error("chat.postMessage", "internal_error")
    await notifier.tick()
    assert room.outbox.rows[key].fate == "waiting"
    room.clock.advance(2)
    await notifier.tick()
    assert [len(room.texts(f"@{name}", name)) for name in ("grace", "linus")] == [1, 1]


async def test_news_about_no_rental_is_dropped(stage: Stage) -> None:
    """There is nobody to tell."""
    room, notifier = stage
    await room.tell(NoticeKind.READY, Audience.RENTER, "k3f9-gone234567")
    assert await notifier.tick() == 0
    assert set(room.outbox.fates().values()) == {"dropped"}


async def test_news_for_admins_waits_for_one(stage: Stage) -> None:
    """An alarm is not lost because the policy names nobody yet."""
    room, notifier = stage
    key = await room.tell(NoticeKind.KEY_TROUBLE, Audience.ADMINS, None)
    assert await notifier.tick() == 0
    assert room.outbox.fates()[key] == "waiting"


async def test_old_news_is_dropped(stage: Stage) -> None:
    """What expired while Slack was away is not said any more."""
    room, notifier = stage
    session = room.rent()
    soon = room.clock.now() + timedelta(minutes=5)
    key = await room.tell(NoticeKind.WARNING, Audience.RENTER, session.id, expires_at=soon)
    room.clock.advance(301)
    await notifier.tick()
    assert (room.outbox.rows[key].fate, room.texts("@ada")) == ("dropped", [])


async def test_an_old_workspace_gets_classic_blocks(stage: Stage) -> None:
    """The refused layout is followed by the classic one, and is not tried again soon."""
    room, notifier = stage
    room.slack.refuse_blocks = frozenset({"card"})
    for name in ("k3f9-abcdefgh23", "k3f9-abcdefgh24"):
        await room.card(room.rent(name))
        await notifier.tick()
    assert [m.blocks[0]["type"] for m in room.said("general") if m.blocks] == ["section"] * 2
    assert [call.error for call in room.slack.calls_of("chat.postMessage")] == [
        "invalid_blocks",
        None,
        None,
    ]


async def test_a_channel_gets_one_message_a_second() -> None:
    """Three at once in one channel: none is refused by Slack's own limit. In real time."""
    async with open_newsroom(clock=SystemClock(), rate_limits=True) as (room, notifier):
        for number in range(3):
            await room.card(room.rent(f"k3f9-abcdefgh2{number + 2}"))
        assert await notifier.tick() == 3
        calls = room.slack.calls_of("chat.postMessage")
        assert [call.error for call in calls] == [None] * 3


async def test_a_card_is_edited_once_a_second_and_shows_the_newest(stage: Stage) -> None:
    """What happened while an edit waited for its turn is in it."""
    room, notifier = stage
    session = room.rent()
    await room.card(session)
    await notifier.tick()
    for state in (SessionState.RUNNING, SessionState.ENDING):
        room.change(session, state)
        await room.card(session)
        await notifier.tick()
    edits = room.slack.calls_of("chat.update")
    assert edits[1].at - edits[0].at >= 1.0
    assert room.texts("general") == ["k3f9-abcdefgh23 is ending"]


async def test_an_edit_shows_what_happened_while_it_waited(stage: Stage) -> None:
    """It is drawn when its turn has come."""
    room, notifier = stage
    session = room.rent()
    await room.card(session)
    await notifier.tick()
    await room.card(session)
    await notifier.tick()
    waited = room.clock.sleep

    async def meanwhile(seconds: float) -> None:
        room.change(session, SessionState.ENDING)
        await waited(seconds)

    room.clock.sleep = meanwhile
    await room.card(session)
    await notifier.tick()
    assert room.texts("general") == ["k3f9-abcdefgh23 is ending"]


async def test_a_long_text_is_cut_for_an_edit(stage: Stage) -> None:
    """`chat.update` takes 4,000 characters, the blocks say all of it."""
    room, notifier = stage
    room.pen.more = "x" * 5000
    session = room.rent()
    await room.card(session)
    await notifier.tick()
    await room.card(session)
    assert await notifier.tick() == 1
    assert room.said("general")[0].edited


async def test_what_cannot_be_drawn_is_told_bare(stage: Stage) -> None:
    """A defect in drawing keeps the news from nobody."""
    room, notifier = stage
    session = room.rent()
    room.pen.defect = ZeroDivisionError("a defect")
    key = await room.tell(NoticeKind.WILL_NOT_DIE, Audience.RENTER, session.id)
    await notifier.tick()
    (text,) = room.texts("@ada")
    assert "will not die" in text
    assert "/gpu session k3f9-abcdefgh23" in text
    assert room.outbox.rows[key].fate == "sent"


async def test_news_appears_at_once() -> None:
    """A nudge wakes the sender: from put to Slack within a tenth of a second."""
    async with open_newsroom(clock=SystemClock()) as (room, notifier):
        notifier.start()
        await room.slack.wait_until(lambda: True)
        session = room.rent()
        began = time.perf_counter()
        await room.card(session)
        notifier.nudge()
        await room.slack.wait_for_message("k3f9-abcdefgh23 is starting")
        assert time.perf_counter() - began < 0.5  # 0.1 s on a machine of one's own


async def test_the_next_news_of_a_session_follows_at_once() -> None:
    """Of one session one goes after the other, without a second between them."""
    async with open_newsroom(clock=SystemClock()) as (room, notifier):
        session = room.rent()
        await room.card(session)
        await room.tell(NoticeKind.READY, Audience.RENTER, session.id)
        began = time.perf_counter()
        notifier.start()
        await room.slack.wait_for_message("ready of", channel="@ada")
        assert time.perf_counter() - began < 0.7


async def test_news_of_another_process_is_found() -> None:
    """Without a nudge it is looked for each second."""
    async with open_newsroom(clock=SystemClock()) as (room, notifier):
        notifier.start()
        await room.card(room.rent())
        await room.slack.wait_for_message("is starting")


async def test_who_sleeps_through_a_claim_says_it_once(stage: Stage) -> None:
    """A closed laptop: Slack's answer comes when the claim ran out long ago."""
    room, notifier = stage
    await room.card(room.rent())
    room.slack.faults.slow("chat.postMessage", 0.3)
    first = asyncio.create_task(notifier.tick())
    await asyncio.sleep(0.1)
    room.clock.advance(3600)
    assert (await notifier.tick(), await first, await notifier.tick()) == (0, 1, 0)
    assert len(room.said("general")) == 1


async def test_several_processes_say_it_once(stage: Stage) -> None:
    """What one has claimed, no other sends."""
    room, notifier = stage
    async with ClientSession() as http:
        other = room.notifier(http)
        for name in ("k3f9-abcdefgh23", "k3f9-abcdefgh24", "k3f9-abcdefgh25"):
            await room.card(room.rent(name))
        assert await notifier.tick() + await other.tick() == 3
    assert len(room.said("general")) == 3
