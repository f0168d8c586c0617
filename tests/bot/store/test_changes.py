"""One change of a session is one transaction, whoever else changes it."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.flows.ports import Change, Conflict, Event, InUse, Repeated, TooMany
from bot.rules.places import Asker, Place
from bot.rules.sessions import IllegalChange, Session, SessionId, SessionState
from bot.store import Database, StoredMarks, StoredOutbox, StoredSessions, open_database
from tests.bot.store.samples import (
    ADA,
    BOB,
    NOW,
    PRESS,
    after,
    notice,
    open_and_press,
    pressed,
    session,
)
from tests.fakes.offers import offer


async def keys(database: Database) -> list[str]:
    """What waits in the outbox."""
    claimed = await StoredOutbox(database).claim(after(days=1), after(days=2), 100)
    return [pending.notice.key for pending in claimed]


async def test_a_change_is_written_whole(database: Database) -> None:
    """State, rental, offer, moment, event and notices are there, and the version counts."""
    sessions, card = StoredSessions(database), session(1)
    await sessions.open([card])
    new = replace(pressed(card), offer=offer(9), due_at=after(seconds=5))
    stored = await sessions.change(card, new, PRESS, [notice("said", card.id)])
    assert stored == replace(new, version=1)
    assert await sessions.get(card.id) == stored
    assert await sessions.events(card.id) == (
        Event(NOW, "U1", None, SessionState.OFFERED, "shown on a card"),
        Event(NOW, "U1", SessionState.OFFERED, SessionState.RENTING, "pressed Rent"),
    )
    assert await keys(database) == ["said"]


async def test_a_change_without_a_new_state_is_an_event_when_there_is_a_reason(
    database: Database,
) -> None:
    """Facts change silently; with a why they leave a row."""
    sessions = StoredSessions(database)
    rented = await open_and_press(database, 1)
    silent = await sessions.change(rented, rented.noting(looks=1), Change(NOW, "guard", ""))
    told = await sessions.change(silent, silent.noting(looks=2), Change(NOW, "U1", "extended"))
    assert (told.version, told.rented.looks) == (3, 2)
    assert (await sessions.events(rented.id))[2:] == (
        Event(NOW, "U1", SessionState.RENTING, SessionState.RENTING, "extended"),
    )


async def test_an_old_version_is_refused(database: Database) -> None:
    """Who changes what is no longer the newest writes nothing, notices and delivery included."""
    sessions, marks = StoredSessions(database), StoredMarks(database)
    rented = await open_and_press(database, 1)
    newer = await sessions.change(rented, rented.noting(looks=1), PRESS)
    with pytest.raises(Conflict):
        await sessions.change(rented, rented.noting(looks=9), PRESS, [notice("n")], delivery="d")
    assert await sessions.get(rented.id) == newer
    assert await keys(database) == []
    assert not await marks.handled("d", NOW)
    with pytest.raises(Conflict):
        await sessions.change(session(404), pressed(session(404)), PRESS)


async def test_a_press_on_a_card_that_expired_meanwhile_is_refused(database: Database) -> None:
    """Expiry is a change too: the card's version is no longer the newest."""
    sessions, card = StoredSessions(database), session(1)
    await sessions.open([card])
    assert await sessions.expire(after(hours=1), after(hours=1)) == 1
    with pytest.raises(Conflict):
        await sessions.change(card, pressed(card), PRESS)


async def test_a_delivery_is_handled_once(database: Database) -> None:
    """What Slack repeats changes nothing, even from the newest version."""
    sessions = StoredSessions(database)
    rented = await open_and_press(database, 1)
    newer = await sessions.change(rented, rented.noting(looks=1), PRESS, delivery="D1")
    with pytest.raises(Repeated):
        await sessions.change(newer, newer.noting(looks=2), PRESS, [notice("n")], delivery="D1")
    assert await sessions.get(rented.id) == newer
    assert await keys(database) == []


async def test_a_change_that_is_not_allowed_writes_nothing(database: Database) -> None:
    """The table of changes holds for whoever hands over two values."""
    sessions = StoredSessions(database)
    rented = await open_and_press(database, 1)
    wrong = replace(rented, state=SessionState.ENDED)
    with pytest.raises(IllegalChange):
        await sessions.change(rented, wrong, PRESS, [notice("n")], delivery="D1")
    assert await sessions.get(rented.id) == rented
    assert await keys(database) == []


async def test_of_many_changes_at_once_one_wins(database: Database, other: Database) -> None:
    """Twenty changes of one version from two processes: one is written, all others are told."""
    rented = await open_and_press(database, 1)

    async def change(number: int) -> Session:
        sessions = StoredSessions(other if number % 2 else database)
        change = Change(NOW, "guard", f"try {number}")
        return await sessions.change(rented, rented.noting(looks=number), change)

    done = await asyncio.gather(*map(change, range(20)), return_exceptions=True)
    won = [result for result in done if isinstance(result, Session)]
    assert len(won) == 1
    assert [type(result) for result in done].count(Conflict) == 19
    sessions = StoredSessions(database)
    assert await sessions.get(rented.id) == won[0]
    assert len(await sessions.events(rented.id)) == 3


async def begin(
    database: Database,
    card: Session,
    renter: Asker = ADA,
    *,
    each: int = 3,
    in_all: int = 10,
    delivery: str | None = None,
) -> Session:
    return await StoredSessions(database).begin(
        card,
        pressed(card, renter),
        PRESS,
        [notice(f"said of {card.id}", card.id)],
        most_each=each,
        most_in_all=in_all,
        delivery=delivery,
    )


async def test_a_rental_begins_within_the_limits(database: Database) -> None:
    """The last place is taken; the next press is told how many there are, and writes nothing."""
    sessions, marks = StoredSessions(database), StoredMarks(database)
    cards = [session(number) for number in range(4)]
    await sessions.open(cards)
    assert await begin(database, cards[0], each=2) == replace(pressed(cards[0]), version=1)
    await begin(database, cards[1], each=2)
    with pytest.raises(TooMany) as told:
        await begin(database, cards[2], each=2, delivery="D2")
    assert told.value.in_use == InUse(2, 2)
    assert await sessions.get(cards[2].id) == cards[2]
    assert not await marks.handled("D2", NOW)
    await begin(database, cards[2], BOB, each=2, in_all=3)
    with pytest.raises(TooMany) as told:
        await begin(database, cards[3], BOB, each=2, in_all=3)
    assert told.value.in_use == InUse(1, 3)
    assert await sessions.in_use("T1", "U1") == InUse(2, 3)
    assert await keys(database) == [f"said of {card.id}" for card in cards[:3]]


async def test_a_second_press_hears_of_the_first_and_not_of_the_limit(database: Database) -> None:
    """The same delivery is repeated, another press of the same card is a conflict."""
    card = session(1)
    await StoredSessions(database).open([card])
    await begin(database, card, each=1, delivery="D1")
    with pytest.raises(Repeated):
        await begin(database, card, each=1, delivery="D1")
    with pytest.raises(Conflict):
        await begin(database, card, each=1, delivery="D2")


async def test_people_of_other_teams_with_the_same_id_do_not_count(database: Database) -> None:
    """A Slack user id means something only within its team."""
    sessions, cards = StoredSessions(database), [session(1), session(2)]
    await sessions.open(cards)
    await begin(database, cards[0], each=1)
    elsewhere = Asker("U1", Place("T2", "C9"))
    await begin(database, cards[1], elsewhere, each=1)
    assert await sessions.in_use("T2", "U1") == InUse(1, 2)


@pytest.mark.parametrize(("each", "in_all"), [(3, 100), (100, 3)])
async def test_the_last_place_is_never_taken_twice(
    database: Database, other: Database, each: int, in_all: int
) -> None:
    """Twelve presses at once through two processes fill the three places and no more."""
    cards = [session(number) for number in range(12)]
    await StoredSessions(database).open(cards)
    done = await asyncio.gather(
        *(
            begin(other if number % 2 else database, card, each=each, in_all=in_all)
            for number, card in enumerate(cards)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(result, Session) for result in done) == 3
    assert sum(isinstance(result, TooMany) for result in done) == 9
    assert len(await StoredSessions(database).live()) == 3


async def test_the_limits_hold_on_a_server_of_other_habits(database: Database, url: str) -> None:
    """A PostgreSQL that isolates more by default would count what was there before the wait."""
    cards = [session(number) for number in range(6)]
    await StoredSessions(database).open(cards)
    if not database.is_sqlite:
        async with database.writing() as connection:
            name = url.rsplit("/", 1)[1]
            await connection.exec_driver_sql(
                f"ALTER DATABASE {name} SET default_transaction_isolation = 'repeatable read'"
            )
    strict = open_database(url)
    done = await asyncio.gather(
        *(begin(strict, card, each=1) for card in cards), return_exceptions=True
    )
    await strict.close()
    assert sorted(type(result).__name__ for result in done) == ["Session"] + ["TooMany"] * 5


async def test_a_crash_half_way_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The notices come last: when they cannot be written, the change never happened."""
    sessions, card = StoredSessions(database), session(1)
    await sessions.open([card])

    async def fails(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("bot.store.sessions.put_notices", fails)
        with pytest.raises(MemoryError):
            await begin(database, card, delivery="D1")
    assert await sessions.get(card.id) == card
    assert len(await sessions.events(card.id)) == 1
    assert await begin(database, card, delivery="D1") == replace(pressed(card), version=1)


async def test_a_machine_that_is_adopted_is_running(database: Database) -> None:
    """It begins running, with its event and notices; a known id is a conflict, a label is not:
    a second machine of a label may be kept."""
    sessions = StoredSessions(database)
    running = replace(
        session(1), state=SessionState.RUNNING, rental=pressed(session(1)).rental, due_at=NOW
    )
    rescue = Change(NOW, "guard", "found again")
    assert await sessions.adopt(running, rescue, [notice("rescued", running.id)]) == running
    assert await sessions.get(running.id) == running
    assert await sessions.events(running.id) == (
        Event(NOW, "guard", None, SessionState.RUNNING, "found again"),
    )
    with pytest.raises(Conflict):
        await sessions.adopt(running, rescue, [notice("again", running.id)])
    twin = replace(running, id=SessionId("test-twin000000"))
    assert await sessions.adopt(twin, rescue, []) == twin
    assert (await sessions.of_labels([twin.rented.label]))[twin.rented.label].is_live
    with pytest.raises(IllegalChange):
        await sessions.adopt(pressed(session(2)), rescue, [])
    assert await keys(database) == ["rescued"]


async def test_money_is_kept_to_the_last_digit(database: Database) -> None:
    """A decimal comes back with the digits it had, trailing zeros included."""
    rented = await open_and_press(database, 1, usd_per_hour=Decimal("0.3000"))
    found = await StoredSessions(database).get(rented.id)
    assert found is not None
    assert str(found.rented.usd_per_hour) == "0.3000"
