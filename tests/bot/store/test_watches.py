import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from bot.flows.ports import Conflict, InUse, TooMany
from bot.rules.places import Asker, Place
from bot.rules.watches import Rule, Trigger, Watch, WatchId, question_of
from bot.store import Database, StoredOutbox, StoredWatches
from bot.store.tables import watches as table
from providers.models import OfferQuery
from tests.bot.store.samples import ADA, BOB, NOW, after
from tests.bot.store.watch_samples import KEY, OTHER, alert_notice, memory, said, watch

UNTIL = after(minutes=5)


async def add(database: Database, *new: Watch) -> list[Watch]:
    store = StoredWatches(database)
    return [await store.add(each, most_each=999, most_in_channel=999) for each in new]


def numbers(found: Sequence[Watch]) -> list[int]:
    return [each.number for each in found]


async def test_a_watch_that_is_gone_was_there(database: Database) -> None:
    store = StoredWatches(database)
    assert not await store.ever()
    (one,) = await add(database, watch(1))
    await store.remove(one)
    assert await store.ever()


async def test_a_watch_comes_back_as_it_was(database: Database) -> None:
    """Every value survives the database: the query, the memory and the last message too."""
    store = StoredWatches(database)
    query = OfferQuery(countries=("DE",), min_vram_gib=24.0, verified_only=False, disk_gb=200)
    odd = watch(1, query=query, rule=Rule(Trigger.AVAILABLE, fast=True), memory=memory())
    odd = replace(
        odd, said=said(), snoozed_until=after(hours=1), paused_why="The channel is away."
    )
    added = await store.add(odd, most_each=1, most_in_channel=1)
    assert added == replace(odd, number=1)
    assert await store.get(odd.id) == added
    assert await store.numbered("T1", 1) == added
    assert await store.get(WatchId("test-unknown")) is None
    assert await store.numbered("T2", 1) is None


async def test_watches_are_listed_by_number(database: Database) -> None:
    """Of a channel, of a team, of a person: each list holds its own."""
    store = StoredWatches(database)
    elsewhere = Asker("U1", Place("T2", "C1"))
    one, two, three, four = await add(
        database,
        watch(4),
        watch(3, owner=BOB),
        watch(2, owner=replace(BOB, place=ADA.place)),
        watch(1, owner=elsewhere),
    )
    assert (numbers([one, two, three]), four.number) == ([1, 2, 3], 1)
    assert await store.of_channel("T1", "C1") == (one, three)
    assert await store.of_team("T1") == (one, two, three)
    assert await store.of_person("T1", "U2") == (two, three)
    assert await store.of_team("T2") == (four,)


async def test_a_number_is_never_used_again(database: Database) -> None:
    """What an old message calls watch 2 is never another one."""
    store = StoredWatches(database)
    _, second = await add(database, watch(1), watch(2))
    assert (await store.remove(second), await store.remove(second)) == (True, False)
    (third,) = await add(database, watch(3))
    assert third.number == 3


async def test_limits_are_counted_under_a_lock(database: Database, other: Database) -> None:
    """Two processes that add at once never pass the limit, and the refused one leaves nothing."""
    stores = (StoredWatches(database), StoredWatches(other))
    wanted = [watch(number) for number in range(8)]
    results = await asyncio.gather(
        *(
            stores[number % 2].add(each, most_each=3, most_in_channel=99)
            for number, each in enumerate(wanted)
        ),
        return_exceptions=True,
    )
    refused = [each for each in results if isinstance(each, TooMany)]
    assert [each.in_use for each in refused] == [InUse(3, 3)] * 5
    assert numbers(await stores[0].of_team("T1")) == [1, 2, 3]
    with pytest.raises(TooMany) as full:
        await stores[0].add(
            watch(9, owner=replace(BOB, place=ADA.place)), most_each=9, most_in_channel=3
        )
    assert full.value.in_use == InUse(0, 3)


async def test_due_watches_are_claimed_once(database: Database) -> None:
    """New ones are due at once; a claim holds until its moment; paused ones are left alone."""
    store = StoredWatches(database)
    one, two, paused = await add(database, watch(1), watch(2), watch(3))
    await store.change(paused, replace(paused, paused_at=NOW))
    assert await store.claim_due(after(seconds=-1), UNTIL, 9) == ()
    claimed = await store.claim_due(NOW, UNTIL, 1)
    assert len(claimed) == 1
    rest = await store.claim_due(NOW, UNTIL, 9)
    assert {each.id for each in (*claimed, *rest)} == {one.id, two.id}
    assert await store.claim_due(after(minutes=4), UNTIL, 9) == ()
    assert set(await store.claim_due(UNTIL, after(minutes=9), 9)) == {one, two}


async def test_a_clock_that_was_wrong_loses_no_watch(database: Database) -> None:
    """What is due next year is due now."""
    store = StoredWatches(database)
    (one,) = await add(database, watch(1))
    await store.look_again([one], after(days=365))
    assert await store.claim_due(NOW, UNTIL, 9) == (one,)


async def test_two_processes_never_claim_the_same(database: Database, other: Database) -> None:
    """However they interleave, each watch is claimed by one."""
    await add(database, *(watch(number) for number in range(30)))
    stores = (StoredWatches(database), StoredWatches(other))
    claims = await asyncio.gather(
        *(stores[number % 2].claim_due(NOW, UNTIL, 7) for number in range(8))
    )
    ids = [each.id for claim in claims for each in claim]
    assert (len(ids), len(set(ids))) == (len(ids), len(ids))
    rest = await stores[0].claim_due(NOW, UNTIL, 99)
    assert len(ids) + len(rest) == 30


async def test_memories_are_written_together(database: Database) -> None:
    """A watch that was changed or removed meanwhile keeps what it has; the version stays."""
    store = StoredWatches(database)
    one, two, three = await add(database, watch(1), watch(2), watch(3))
    changed = await store.change(two, replace(two, text="other"))
    await store.remove(three)
    looked = [replace(each, memory=memory()) for each in (one, two, three)]
    await store.look_again(looked, after(minutes=1))
    assert await store.of_team("T1") == (looked[0], changed)
    assert await store.claim_due(after(seconds=59), UNTIL, 9) == (changed,)
    assert await store.claim_due(after(seconds=60), UNTIL, 9) == (looked[0],)
    await store.look_again([], NOW)


async def test_thousands_of_memories_are_written(database: Database) -> None:
    """More than one go."""
    store = StoredWatches(database)
    added = await add(database, *(watch(number) for number in range(230)))
    looked = [replace(each, memory=memory()) for each in added]
    await store.look_again(looked, after(minutes=1))
    assert await store.of_team("T1") == tuple(looked)


async def test_a_change_is_refused_when_it_is_not_of_the_newest(database: Database) -> None:
    """The second of two changes of one version writes nothing."""
    store = StoredWatches(database)
    (old,) = await add(database, watch(1))
    query = OfferQuery(gpus=("L40S",))
    new = await store.change(old, replace(old, query=query), due=after(minutes=2))
    assert new == replace(old, query=query, version=1)
    with pytest.raises(Conflict):
        await store.change(old, replace(old, text="late"))
    assert await store.get(old.id) == new
    assert await store.asked() == {question_of(query): query}
    assert await store.claim_due(after(minutes=1), UNTIL, 9) == ()


async def test_an_alert_is_one_transaction(database: Database) -> None:
    """Watches and notice are written together, or not at all."""
    store, outbox = StoredWatches(database), StoredOutbox(database)
    one, two = await add(database, watch(1), watch(2))
    spoken = [(each, replace(each, memory=memory(), said=said())) for each in (one, two)]
    await store.change_all(spoken, [alert_notice("alert:1")], after(minutes=1), at=NOW)
    assert await store.of_team("T1") == tuple(replace(new, version=1) for _, new in spoken)
    assert [each.notice for each in await outbox.claim(NOW, UNTIL, 9)] == [alert_notice("alert:1")]

    newest = await store.get(two.id)
    assert newest is not None
    with pytest.raises(Conflict):
        await store.change_all(
            [(newest, newest), (one, one)], [alert_notice("alert:2")], UNTIL, at=NOW
        )
    assert await store.get(two.id) == newest
    assert await outbox.claim(after(hours=1), after(hours=2), 9) != ()
    keys = [each.notice.key for each in await outbox.claim(after(hours=3), after(hours=4), 9)]
    assert keys == ["alert:1"]


async def test_alerts_of_one_channel_are_said_in_order(database: Database) -> None:
    """An edit waits for the message that it edits; another channel waits for nothing."""
    outbox = StoredOutbox(database)
    said_there = [
        alert_notice("one", "w1"),
        alert_notice("two", "w2"),
        alert_notice("three", "w3", "C2"),
    ]
    await outbox.put(said_there, NOW)
    claimed = await outbox.claim(NOW, UNTIL, 9)
    assert [each.notice.key for each in claimed] == ["one", "three"]


async def test_notices_without_their_moment_are_a_mistake(database: Database) -> None:
    (one,) = await add(database, watch(1))
    with pytest.raises(ValueError, match="moment"):
        await StoredWatches(database).change(one, one, [alert_notice("alert:1")])
    assert await StoredWatches(database).get(one.id) == one


async def test_what_is_asked_is_told_once(database: Database) -> None:
    """Each question once, paused watches aside; the same price in other words is the same."""
    store = StoredWatches(database)
    dear = OfferQuery(max_usd_per_gpu_hour=Decimal("0.5"))
    same = OfferQuery(max_usd_per_gpu_hour=Decimal("0.50"), limit=3)
    one, _, _, paused = await add(
        database,
        watch(1),
        watch(2, query=dear),
        watch(3, query=same),
        watch(4, query=OfferQuery(gpus=("L40S",))),
    )
    await store.change(paused, replace(paused, paused_at=NOW))
    asked = await store.asked()
    assert asked[one.question] == one.query
    assert set(asked) == {one.question, question_of(dear)}


async def test_a_watch_that_cannot_be_read_is_told(database: Database) -> None:
    """It costs no other one its look."""
    told: list[str] = []
    store = StoredWatches(database, lambda an_id, _error: told.append(an_id))
    one, two = await add(database, watch(1), watch(2, query=OfferQuery(gpus=("L40S",))))
    async with database.writing() as connection:
        await connection.execute(update(table).where(table.c.id == one.id).values(watch="{}"))
    assert await store.claim_due(NOW, UNTIL, 9) == (two,)
    assert await store.asked() == {two.question: two.query}
    assert told == [one.id, one.question]


async def test_machines_in_a_memory_are_read_in_longer_words_too(database: Database) -> None:
    """As they were written at first."""
    store = StoredWatches(database)
    (one,) = await add(database, watch(1, memory=memory()))
    async with database.writing() as connection:
        written = (await connection.execute(select(table.c.memory))).scalar_one()
        for key in (KEY, OTHER):
            short = json.dumps(key, separators=(",", ":"))
            assert short in written
            written = written.replace(short, json.dumps(key._asdict()))
        await connection.execute(update(table).values(memory=written))
    assert await store.get(one.id) == one
