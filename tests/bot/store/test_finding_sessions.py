"""Sessions are found by what is asked about them, and due ones by one process at a time."""

import asyncio
from dataclasses import replace

from bot.flows.ports import Change, InUse
from bot.rules.sessions import Session, SessionId, SessionState, label_of
from bot.store import Database, StoredSessions
from providers.models import ProviderName
from tests.bot.store.samples import (
    ADA,
    BOB,
    NOW,
    PRESS,
    after,
    open_and_press,
    pressed,
    session,
    walk,
)
from tests.fakes.offers import offer

STARTING, RUNNING, ENDING, ENDED, FAILED = (
    SessionState.STARTING,
    SessionState.RUNNING,
    SessionState.ENDING,
    SessionState.ENDED,
    SessionState.FAILED,
)


async def due(database: Database, number: int, seconds: float) -> Session:
    """A live session that is due so long after now."""
    rented = await open_and_press(database, number)
    return await StoredSessions(database).change(rented, rented.due(after(seconds=seconds)), PRESS)


async def test_due_sessions_are_claimed_oldest_first(database: Database) -> None:
    """Live and due ones come, as many as asked for, and not again before the claim runs out."""
    sessions = StoredSessions(database)
    third, first, second, later = [
        await due(database, number, seconds)
        for number, seconds in enumerate((-1.0, -9.0, -5.0, 1.0))
    ]
    await open_and_press(database, 5)  # without a moment
    ended = await walk(database, await due(database, 6, -9), ENDING, ENDED)
    assert ended.due_at == after(seconds=-9)
    until = after(seconds=60)
    assert await sessions.claim_due(NOW, until, 2) == (first.due(until), second.due(until))
    assert await sessions.claim_due(NOW, until, 9) == (third.due(until),)
    assert await sessions.claim_due(NOW, until, 9) == ()
    assert await sessions.get(first.id) == first.due(until)
    again = await sessions.claim_due(until, after(hours=1), 9)
    assert {claimed.id for claimed in again} == {first.id, second.id, third.id, later.id}


async def test_a_claimed_session_can_be_changed(database: Database) -> None:
    """A claim is no change: a press made meanwhile is written, its own moment with it."""
    sessions = StoredSessions(database)
    before = await due(database, 1, -1)
    (claimed,) = await sessions.claim_due(NOW, after(seconds=60), 9)
    assert claimed.version == before.version
    pressing = await sessions.change(before, before.to(ENDING).due(NOW), PRESS)
    assert await sessions.claim_due(NOW, after(seconds=60), 9) == (
        pressing.due(after(seconds=60)),
    )


async def test_two_processes_never_claim_the_same_session(
    database: Database, other: Database
) -> None:
    """Many claims at once through two processes: each session comes exactly once."""
    for number in range(20):
        await due(database, number, -1)
    claims = await asyncio.gather(
        *(
            StoredSessions(other if turn % 2 else database).claim_due(NOW, after(minutes=1), 3)
            for turn in range(14)
        )
    )
    rest = await StoredSessions(database).claim_due(NOW, after(minutes=1), 99)
    ids = [claimed.id for claim in (*claims, rest) for claimed in claim]
    assert sorted(ids) == [session(number).id for number in range(20)]


async def test_live_sessions_are_those_that_may_cost(database: Database) -> None:
    """Renting to ending, of one marketplace or of all, the oldest press first."""
    sessions = StoredSessions(database)
    renting = await open_and_press(database, 1, pressed_at=after(seconds=2))
    running = await walk(
        database, await open_and_press(database, 2, pressed_at=after(seconds=1)), STARTING, RUNNING
    )
    ending = await walk(database, await open_and_press(database, 3), ENDING)
    await walk(database, await open_and_press(database, 4), FAILED)
    await walk(database, await open_and_press(database, 5), ENDING, ENDED)
    dock = replace(session(6), offer=offer(6, provider=ProviderName("tensordock")))
    await sessions.open([dock, session(7)])
    dock = await sessions.change(dock, pressed(dock, BOB, pressed_at=after(seconds=3)), PRESS)
    assert await sessions.live() == (ending, running, renting, dock)
    assert await sessions.live(ProviderName("tensordock")) == (dock,)
    assert await sessions.live(ProviderName("nobody")) == ()
    assert await sessions.in_use("T1", "U1") == InUse(3, 4, ending=1)
    assert await sessions.in_use("T1", "U9") == InUse(0, 4)


async def test_rentals_are_listed_live_first(database: Database) -> None:
    """Then those that ended, the newest press first; cards that nobody pressed never."""
    sessions = StoredSessions(database)

    async def rented(
        number: int, seconds: int, *states: SessionState, of: object = ADA
    ) -> Session:
        begun = await open_and_press(
            database, number, ADA if of is ADA else BOB, pressed_at=after(seconds=seconds)
        )
        return await walk(database, begun, *states)

    ended = await rented(1, 50, ENDING, ENDED)
    failed = await rented(2, 60, FAILED)
    older = await rented(3, 10)
    newer = await rented(4, 20, STARTING)
    bobs = await rented(5, 30, of=BOB)
    await sessions.open([session(6)])
    await sessions.open([session(7, after(hours=-30))])
    await sessions.expire(after(hours=-24), NOW)
    assert await sessions.rented_by("T1", "U1", 9) == (newer, older, failed, ended)
    assert await sessions.rented_by("T1", "U1", 3) == (newer, older, failed)
    assert await sessions.rented_by("T1", "U1", 1) == (newer,)
    assert await sessions.rented_by("T2", "U1", 9) == ()
    assert await sessions.recent(9) == (bobs, newer, older, failed, ended)
    assert await sessions.recent(2) == (bobs, newer)


async def test_a_label_leads_to_its_session_for_good(database: Database) -> None:
    """Ended ones too; cards have no label yet, and any number may be asked for."""
    sessions = StoredSessions(database)
    live = await open_and_press(database, 1)
    ended = await walk(database, await open_and_press(database, 2), ENDING, ENDED)
    await sessions.open([session(3)])
    labels = [label_of(SessionId(f"test-{number:010d}")) for number in range(40_000)]
    found = await sessions.of_labels([*labels, labels[1]])
    assert found == {label_of(live.id): live, label_of(ended.id): ended}
    assert await sessions.of_labels([]) == {}


async def test_what_was_rented_is_never_forgotten(database: Database) -> None:
    """Only cards that expired go; receipts and their events stay."""
    sessions = StoredSessions(database)
    live = await open_and_press(database, 1)
    ended = await walk(database, await open_and_press(database, 2), ENDING, ENDED)
    failed = await walk(database, await open_and_press(database, 3), FAILED)
    card = session(4)
    await sessions.open([card])
    assert await sessions.forget(after(days=30)) == 0
    assert await sessions.expire(after(hours=1), after(days=1)) == 1
    assert await sessions.forget(after(days=30)) == 1
    assert await sessions.forget(after(days=30)) == 0
    assert await sessions.get(card.id) is None
    assert [await sessions.get(kept.id) for kept in (live, ended, failed)] == [live, ended, failed]
    assert await sessions.events(card.id) == ()
    assert [event.new for event in await sessions.events(ended.id)] == [
        SessionState.OFFERED,
        SessionState.RENTING,
        ENDING,
        ENDED,
    ]


async def test_a_reason_in_foreign_words_is_written(database: Database) -> None:
    """PostgreSQL takes no zero byte; a marketplace's words may hold one."""
    sessions = StoredSessions(database)
    rented = await open_and_press(database, 1, failure="it said \0")
    await sessions.change(
        rented, rented.noting(looks=1), Change(NOW, "guard", "it said \0 \ud800")
    )
    assert (await sessions.events(rented.id))[-1].why == "it said \ufffd ?"
    found = await sessions.get(rented.id)
    assert found is not None
    assert found.rented.failure == "it said \0"
