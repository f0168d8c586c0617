"""Notices leave in order, once each, whoever is killed on the way."""

import asyncio
from datetime import datetime

import pytest

from bot.flows.ports import Change
from bot.rules.notices import Audience, Notice, NoticeKind, PendingNotice, Post
from bot.rules.orphans import OrphanState
from bot.rules.sessions import SessionState
from bot.store import Database, StoredOrphans, StoredOutbox, StoredSessions
from tests.bot.store.samples import (
    NOW,
    PRESS,
    after,
    card,
    notice,
    open_and_press,
    orphan,
    walk,
)

LEASE = after(seconds=60)


async def claim(
    database: Database, now: datetime = NOW, until: datetime = LEASE, limit: int = 9
) -> tuple[PendingNotice, ...]:
    return await StoredOutbox(database).claim(now, until, limit)


def keys(pending: tuple[PendingNotice, ...]) -> list[str]:
    return [one.notice.key for one in pending]


async def test_a_notice_comes_back_as_it_was_put(database: Database) -> None:
    """With its facts, its moment, and the first attempt."""
    outbox = StoredOutbox(database)
    said = Notice(
        NoticeKind.CREDIT_LOW,
        Audience.ADMINS,
        "credit",
        None,
        {"credit": "$1.20", "of": "\0 ümlaut"},
        once=True,
        expires_at=after(hours=1),
    )
    await outbox.put([], NOW)
    await outbox.put([said], NOW)
    (pending,) = await claim(database)
    assert pending == PendingNotice(pending.id, said, 1, NOW)


async def test_one_key_is_said_once(database: Database) -> None:
    """Put again while it waits, while it is sent, and when it is out: it stays one."""
    outbox = StoredOutbox(database)
    await outbox.put([notice("a"), notice("a")], NOW)
    await outbox.put([notice("a")], NOW)
    (pending,) = await claim(database)
    await outbox.put([notice("a")], NOW)
    await outbox.sent(pending)
    await outbox.put([notice("a")], NOW)
    assert await claim(database, after(days=1)) == ()


async def test_of_one_session_one_after_the_other(database: Database) -> None:
    """The second waits until the first is sent or dropped; other sessions do not wait."""
    outbox = StoredOutbox(database)
    await outbox.put(
        [notice("a1", "A"), notice("a2", "A"), notice("b1", "B"), notice("x"), notice("y")], NOW
    )
    await outbox.put([notice("a3", "A")], NOW)
    first = await claim(database)
    assert keys(first) == ["a1", "b1", "x", "y"]
    assert keys(await claim(database)) == []
    await outbox.sent(first[0])
    second = await claim(database)
    assert keys(second) == ["a2"]
    await outbox.drop(second[0], "channel_not_found")
    assert keys(await claim(database)) == ["a3"]


async def test_what_slack_refused_waits_with_all_behind_it(database: Database) -> None:
    """It is due again at its moment, with the next attempt and no doubt."""
    outbox = StoredOutbox(database)
    await outbox.put([notice("a1", "A"), notice("a2", "A"), notice("b1", "B")], NOW)
    a1, _ = await claim(database, limit=2)
    await outbox.later(a1, after(seconds=30), "ratelimited")
    assert keys(await claim(database, after(seconds=29))) == []
    (again,) = await claim(database, after(seconds=30), after(seconds=90))
    assert (again.notice.key, again.attempt, again.in_doubt) == ("a1", 2, False)


async def test_a_limit_takes_the_oldest(database: Database) -> None:
    """And the rest comes with the next claim."""
    await StoredOutbox(database).put([notice(str(number)) for number in range(5)], NOW)
    assert keys(await claim(database, limit=3)) == ["0", "1", "2"]
    assert keys(await claim(database, limit=3)) == ["3", "4"]


async def test_what_was_refused_keeps_its_place(database: Database) -> None:
    """It is still the oldest, though its row was written last."""
    outbox = StoredOutbox(database)
    await outbox.put([notice("a"), notice("b"), notice("c")], NOW)
    (first,) = await claim(database, limit=1)
    await outbox.later(first, after(seconds=1), "ratelimited")
    assert keys(await claim(database, after(seconds=1))) == ["a", "b", "c"]


async def test_who_is_still_sending_does_not_get_it_again(database: Database) -> None:
    """However late it is; nor what stands behind it."""
    outbox = StoredOutbox(database)
    await outbox.put([notice("a1", about="a"), notice("a2", about="a"), notice("b")], NOW)
    a1, _ = await claim(database)
    assert keys(await outbox.claim(after(days=1), after(days=2), 9, but=[a1.id])) == ["b"]


async def test_a_claim_that_was_never_concluded_comes_again_in_doubt(database: Database) -> None:
    """The process was killed; nobody knows, and the doubt stays until it is sent."""
    outbox = StoredOutbox(database)
    await outbox.put([notice("a")], NOW)
    await claim(database)
    assert await claim(database, after(seconds=59)) == ()
    (second,) = await claim(database, LEASE, after(seconds=120))
    assert (second.attempt, second.in_doubt) == (2, True)
    await outbox.later(second, after(seconds=130), "ratelimited")
    (third,) = await claim(database, after(seconds=130), after(seconds=190))
    assert (third.attempt, third.in_doubt) == (3, True)
    await outbox.sent(third)
    assert await claim(database, after(days=1)) == ()


async def test_whose_claim_ran_out_decides_nothing(database: Database) -> None:
    """A slow sender's `later` does not free what another one is sending; its `sent` counts."""
    outbox = StoredOutbox(database)
    await outbox.put([notice("a")], NOW)
    (slow,) = await claim(database)
    (quick,) = await claim(database, LEASE, after(seconds=120))
    await outbox.later(slow, after(seconds=61), "timeout")
    assert await claim(database, after(seconds=100)) == ()
    await outbox.sent(slow)
    await outbox.later(quick, after(seconds=130), "timeout")
    assert await claim(database, after(seconds=200)) == ()


async def test_two_processes_never_send_the_same(database: Database, other: Database) -> None:
    """Many claims at once: each notice comes once, and of one session only the first."""
    outbox = StoredOutbox(database)
    await outbox.put(
        [notice(f"{about}{turn}", about) for turn in range(3) for about in "ABCDEFGH"], NOW
    )
    claims = await asyncio.gather(
        *(claim(other if turn % 2 else database, limit=2) for turn in range(12))
    )
    assert sorted(key for some in claims for key in keys(some)) == [f"{x}0" for x in "ABCDEFGH"]


async def test_what_a_change_says_is_put_once_by_many(database: Database, other: Database) -> None:
    """Two processes that put one key at once leave one notice."""
    await asyncio.gather(
        *(
            StoredOutbox(other if turn % 2 else database).put([notice("a")], NOW)
            for turn in range(8)
        )
    )
    assert keys(await claim(database)) == ["a"]


async def test_sent_notices_are_swept_with_their_keys(database: Database) -> None:
    """What is out goes after its time; what waits stays, however old."""
    outbox = StoredOutbox(database)
    await outbox.put([notice("sent"), notice("dropped"), notice("waits")], NOW)
    sent, dropped, _ = await claim(database)
    await outbox.sent(sent)
    await outbox.drop(dropped, "expired \0")
    assert await outbox.sweep(NOW) == 0
    assert await outbox.sweep(after(seconds=1)) == 2
    assert keys(await claim(database, after(days=30))) == ["waits"]


async def test_keys_of_what_may_live_are_kept(database: Database) -> None:
    """A running machine's warning is not said twice because its row was swept."""
    sessions, orphans, outbox = (
        StoredSessions(database),
        StoredOrphans(database),
        StoredOutbox(database),
    )
    live = await open_and_press(database, 1)
    found = orphan(1)
    await orphans.open(found, [])
    await outbox.put([notice("of the session", live.id), notice("of the orphan", found.id)], NOW)
    for pending in await claim(database):
        await outbox.sent(pending)
    assert await outbox.sweep(after(days=30)) == 0
    ending = await walk(database, live, SessionState.ENDING)
    assert await outbox.sweep(after(days=30)) == 0
    await sessions.change(ending, ending.to(SessionState.ENDED), Change(NOW, "guard", "gone"))
    assert await outbox.sweep(after(days=30)) == 1
    await orphans.change(found, orphan(1, state=OrphanState.GONE))
    assert await outbox.sweep(after(days=30)) == 1


async def test_a_post_is_found_where_it_stands(database: Database) -> None:
    """One for each role of a session; the newest wins."""
    outbox = StoredOutbox(database)
    assert await outbox.post("A", "card") is None
    await outbox.posted("A", "card", Post("C1", "1.1"))
    await outbox.posted("A", "help", Post("C1", "1.2"))
    await outbox.posted("A", "card", Post("C2", "2.1"))
    assert await outbox.post("A", "card") == Post("C2", "2.1")
    assert await outbox.post("A", "help") == Post("C1", "1.2")
    assert await outbox.post("B", "card") is None


async def test_all_places_of_one_thing(database: Database) -> None:
    """What was said to several is found in each place."""
    outbox = StoredOutbox(database)
    for role, ts in (("to U2", "2.0"), ("to U1", "1.0")):
        await outbox.posted("the alarm", role, Post("D1", ts))
    await outbox.posted("another", "said", Post("D1", "3.0"))
    assert await outbox.posts_of("the alarm") == (Post("D1", "1.0"), Post("D1", "2.0"))


async def test_notices_vanish_with_their_change(database: Database) -> None:
    """A notice that cannot be written takes the change with it, and the other way round."""
    rented = await open_and_press(database, 1)
    sessions = StoredSessions(database)
    broken = notice("broken", about="x", facts={"minutes": "\ud800"})
    with pytest.raises(Exception, match=r"utf-8|surrogate"):
        await sessions.change(
            rented, rented.noting(looks=1), PRESS, [card(rented.id), notice("fine"), broken]
        )
    assert await sessions.get(rented.id) == rented
    assert await claim(database) == ()
