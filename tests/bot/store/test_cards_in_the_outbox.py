"""A session's card is one row that becomes due again whenever the session moves."""

from bot.rules.notices import PendingNotice
from bot.store import Database, StoredOutbox, StoredSessions
from tests.bot.store.samples import NOW, PRESS, after, card, notice, open_and_press

LEASE = after(seconds=60)


async def one(outbox: StoredOutbox, seconds: float = 0) -> PendingNotice:
    """The only notice that can be claimed now."""
    (pending,) = await outbox.claim(after(seconds=seconds), after(seconds=seconds + 60), 9)
    return pending


async def test_a_card_that_was_sent_is_due_anew(database: Database) -> None:
    """The same row, with the newest facts, and attempts from one."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A")], NOW)
    first = await one(outbox)
    await outbox.sent(first)
    newer = card("A", facts={"of": "now"})
    await outbox.put([newer], after(seconds=5))
    assert await one(outbox, 5) == PendingNotice(
        first.id, newer, 1, after(seconds=5), generation=1
    )


async def test_many_changes_before_the_edit_are_one_edit(database: Database) -> None:
    """Whatever keys they have: a session has one card."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A", key=f"A/{version}") for version in range(5)], NOW)
    pending = await one(outbox)
    assert (pending.notice.key, pending.generation) == ("A/4", 4)
    await outbox.sent(pending)
    assert await outbox.claim(after(days=1), after(days=2), 9) == ()


async def test_a_change_while_the_edit_is_sent_is_sent_again(database: Database) -> None:
    """The older edit does not end the row, and the newer one waits until the older is out."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A")], NOW)
    first = await one(outbox)
    await outbox.put([card("A")], after(seconds=1))
    assert await outbox.claim(after(seconds=2), LEASE, 9) == ()
    await outbox.sent(first)
    second = await one(outbox, 3)
    assert (second.id, second.attempt, second.in_doubt) == (first.id, 1, False)
    await outbox.sent(second)
    assert await outbox.claim(after(days=1), after(days=2), 9) == ()


async def test_a_dropped_edit_does_not_drop_the_newer_one(database: Database) -> None:
    """Only what was put before the claim is dropped."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A")], NOW)
    first = await one(outbox)
    await outbox.put([card("A")], after(seconds=1))
    await outbox.drop(first, "msg_too_long")
    second = await one(outbox, 2)
    await outbox.drop(second, "msg_too_long")
    assert await outbox.claim(after(days=1), after(days=2), 9) == ()


async def test_a_killed_sender_leaves_doubt_about_the_newer_card_too(database: Database) -> None:
    """It may have posted the card: the next one must not post a second."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A")], NOW)
    killed = await one(outbox)
    await outbox.put([card("A")], after(seconds=1))
    heir = await one(outbox, 60)
    assert (heir.attempt, heir.in_doubt, heir.generation) == (2, True, 1)
    await outbox.sent(killed)  # it was only slow: the heir keeps its claim
    assert await outbox.claim(after(seconds=61), after(seconds=121), 9) == ()
    await outbox.sent(heir)
    assert await outbox.claim(after(days=1), after(days=2), 9) == ()


async def test_a_thread_waits_for_its_card(database: Database) -> None:
    """However long Slack refuses the card: there is nothing to answer under."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A"), notice("reply", "A")], NOW)
    first = await one(outbox)
    await outbox.later(first, after(seconds=600), "ratelimited")
    assert await outbox.claim(after(seconds=300), after(seconds=360), 9) == ()
    await outbox.sent(await one(outbox, 600))
    assert (await one(outbox, 601)).notice.key == "reply"


async def test_an_edited_card_goes_first(database: Database) -> None:
    """A card that moves keeps its place before what was put later about its session."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A")], NOW)
    await outbox.sent(await one(outbox))
    await outbox.put([notice("reply", "A")], after(seconds=1))
    await outbox.put([card("A")], after(seconds=2))
    edit = await one(outbox, 3)
    assert edit.notice == card("A")
    assert await outbox.claim(after(seconds=4), after(seconds=64), 9) == ()
    await outbox.sent(edit)
    assert (await one(outbox, 5)).notice.key == "reply"


async def test_an_edit_that_slack_refuses_keeps_nobody_waiting(database: Database) -> None:
    """The card stands already, with older facts: SSH details need not wait for it."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A")], NOW)
    await outbox.sent(await one(outbox))
    await outbox.put([card("A"), notice("reply", "A")], after(seconds=1))
    edit = await one(outbox, 2)
    await outbox.later(edit, after(seconds=600), "ratelimited")
    assert (await one(outbox, 3)).notice.key == "reply"


async def test_a_card_that_never_rests_keeps_nobody_waiting(database: Database) -> None:
    """One edit after the reply was put is enough, even when the next is due already."""
    outbox = StoredOutbox(database)
    await outbox.put([card("A")], NOW)
    await outbox.sent(await one(outbox))
    await outbox.put([card("A"), notice("reply", "A")], after(seconds=1))
    edit = await one(outbox, 2)
    await outbox.put([card("A")], after(seconds=3))
    await outbox.sent(edit)
    claimed = await outbox.claim(after(seconds=4), LEASE, 9)
    assert [pending.notice.key for pending in claimed] == ["A/card", "reply"]


async def test_a_session_that_moves_makes_its_card_due(database: Database) -> None:
    """In the transaction of the change."""
    sessions, outbox = StoredSessions(database), StoredOutbox(database)
    rented = await open_and_press(database, 1)
    moved = await sessions.change(rented, rented.noting(looks=1), PRESS, [card(rented.id)])
    await outbox.sent(await one(outbox))
    await sessions.change(moved, moved.noting(looks=2), PRESS, [card(rented.id)])
    assert (await one(outbox, 1)).generation == 1
