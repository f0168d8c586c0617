"""Orphans, quotes, people, hosts, marks and ids."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from bot.flows.ports import Conflict
from bot.rules.orphans import OrphanState
from bot.rules.quotes import Quote, QuoteId
from bot.rules.renters import HostRecord, Renter
from bot.rules.sessions import SessionId
from bot.store import (
    Database,
    DeploymentIds,
    StoredHosts,
    StoredMarks,
    StoredOrphans,
    StoredOutbox,
    StoredQuotes,
    StoredRenters,
)
from providers.instances import Image, InstanceId
from providers.models import ProviderName
from tests.bot.store.samples import ADA, NOW, after, notice, orphan, session
from tests.fakes.offers import offer

VAST, DOCK = ProviderName("vastai"), ProviderName("tensordock")


async def waiting(database: Database) -> list[str]:
    claimed = await StoredOutbox(database).claim(after(days=9), after(days=10), 99)
    return [pending.notice.key for pending in claimed]


async def test_an_orphan_is_kept_until_it_is_gone(database: Database) -> None:
    """It comes back whole, is known to its marketplace, and its changes count."""
    orphans, found = StoredOrphans(database), orphan(1)
    await orphans.open(found, [notice("found", found.id)])
    assert await orphans.get(found.id) == found
    assert await orphans.get(SessionId("test-unknown")) is None
    kept = await orphans.change(found, replace(found, state=OrphanState.KEPT), [notice("kept")])
    assert kept == replace(found, state=OrphanState.KEPT, version=1)
    assert await orphans.known(VAST) == (kept,)
    assert await orphans.known(DOCK) == ()
    gone = await orphans.change(kept, replace(kept, state=OrphanState.GONE))
    assert await orphans.get(found.id) == gone
    assert await orphans.known(VAST) == ()
    assert await waiting(database) == ["found", "kept"]


async def test_an_old_orphan_is_refused(database: Database) -> None:
    """Two who decide at once: the second is told, and says nothing."""
    orphans, found = StoredOrphans(database), orphan(1)
    await orphans.open(found, [])
    kept = await orphans.change(found, replace(found, state=OrphanState.KEPT))
    with pytest.raises(Conflict):
        await orphans.change(found, replace(found, state=OrphanState.ENDING), [notice("ending")])
    assert await orphans.get(found.id) == kept
    assert await waiting(database) == []


async def test_a_machine_is_one_orphan(database: Database) -> None:
    """Found again it is a conflict; at another marketplace, or after it was gone, it is not."""
    orphans, found = StoredOrphans(database), orphan(1)
    await orphans.open(found, [])
    again = replace(found, id=SessionId("test-again"))
    for known in (found, again, replace(found, instance_id=InstanceId("9"))):
        with pytest.raises(Conflict):
            await orphans.open(known, [notice("said")])
    await orphans.open(orphan(2, provider=DOCK, instance_id=found.instance_id), [])
    await orphans.open(orphan(3, origin="http://here", instance_id=found.instance_id), [])
    await orphans.change(found, replace(found, state=OrphanState.GONE))
    await orphans.open(again, [])
    assert again in await orphans.known(VAST)
    assert await waiting(database) == []


async def test_of_many_who_find_a_machine_one_opens_it(
    database: Database, other: Database
) -> None:
    """Two processes list at once: one orphan, one announcement."""
    done = await asyncio.gather(
        *(
            StoredOrphans(other if turn % 2 else database).open(
                orphan(turn, instance_id=InstanceId("7")), [notice(f"said {turn}")]
            )
            for turn in range(8)
        ),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in done) == ["Conflict"] * 7 + ["NoneType"]
    assert len(await waiting(database)) == 1


def quote(number: int = 1, **changes: object) -> Quote:
    found = Quote(
        id=QuoteId(f"test-quote{number:05d}"),
        session=session(number),
        offer=offer(number, disk_gb=Decimal(120)),
        shown_to=ADA,
        quoted_at=NOW,
        hours=Decimal("1.5"),
        image="pytorch",
        images=(Image("pytorch", "PyTorch"), Image("ubuntu", "Ubuntu")),
        min_disk_gb=10,
        saved_key=None,
        host=HostRecord(3, 1, NOW),
    )
    return replace(found, **changes)  # type: ignore[arg-type]


async def test_a_quote_is_kept_for_its_press(database: Database) -> None:
    """Whole, replaced when it is quoted again, and swept by its age."""
    quotes = StoredQuotes(database)
    old = quote(2, quoted_at=after(days=-1))
    await quotes.save(quote())
    await quotes.save(old)
    newer = quote(asks_again=True)
    await quotes.save(newer)
    assert (await quotes.get(newer.id), await quotes.get(old.id)) == (newer, old)
    assert await quotes.sweep(NOW) == 1
    assert (await quotes.get(newer.id), await quotes.get(old.id)) == (newer, None)


async def test_a_renter_is_remembered_within_a_team(database: Database) -> None:
    """The newest key, hours and images; nobody is known in another team."""
    renters = StoredRenters(database)
    assert await renters.get("T1", "U1") is None
    await renters.save(Renter("T1", "U1"))
    newer = Renter("T1", "U1", "ssh-ed25519 AAAA", 8, {"vastai": "pytorch"})
    await renters.save(newer)
    assert await renters.get("T1", "U1") == newer
    assert await renters.get("T2", "U1") is None


async def test_hosts_are_counted(database: Database, other: Database) -> None:
    """No count is lost, whoever counts at once; the last failure's moment stays."""
    host, silent = (VAST, "58001"), (DOCK, "58001")
    await asyncio.gather(
        *(
            StoredHosts(other if turn % 2 else database).note(host, started=turn < 6, at=NOW)
            for turn in range(10)
        )
    )
    hosts = StoredHosts(database)
    await hosts.note(host, started=False, at=after(hours=1))
    await hosts.note(host, started=True, at=after(hours=2))
    await hosts.note((DOCK, "good"), started=True, at=NOW)
    many = [(VAST, str(number)) for number in range(40_000)]
    assert await hosts.records([*many, silent, host, (DOCK, "good")]) == {
        host: HostRecord(7, 5, after(hours=1)),
        (DOCK, "good"): HostRecord(1, 0, None),
    }
    assert await hosts.records([]) == {}


async def test_the_first_moment_stays(database: Database, other: Database) -> None:
    """Everybody hears the same, whoever asked first; a turn of the same name is another thing."""
    names = [StoredMarks(other if turn % 2 else database) for turn in range(8)]
    assert await names[0].take("vastai", NOW, after(days=1))
    assert await names[0].earliest() is None
    said = await asyncio.gather(
        *(marks.first("vastai", after(seconds=turn)) for turn, marks in enumerate(names))
    )
    assert len(set(said)) == 1
    assert said[0] < after(seconds=8)
    assert await names[0].first("vastai", after(days=1)) == said[0]
    assert await names[0].first("tensordock", after(days=1)) == after(days=1)
    assert await names[1].earliest() == said[0]


async def test_a_turn_is_one_callers(database: Database, other: Database) -> None:
    """Of many at once one takes it; it is free again at its moment."""
    taken = await asyncio.gather(
        *(
            StoredMarks(other if turn % 2 else database).take("list", NOW, after(seconds=30))
            for turn in range(10)
        )
    )
    assert taken.count(True) == 1
    marks = StoredMarks(database)
    assert not await marks.take("list", after(seconds=29), after(seconds=59))
    assert await marks.take("another", NOW, after(seconds=30))
    assert await marks.take("list", after(seconds=30), after(seconds=60))
    assert not await marks.take("list", after(seconds=31), after(seconds=61))


async def test_a_delivery_is_new_once(database: Database, other: Database) -> None:
    """For one of many; until it is swept."""
    handled = await asyncio.gather(
        *(StoredMarks(other if turn % 2 else database).handled("D1", NOW) for turn in range(8))
    )
    assert handled.count(False) == 1
    marks = StoredMarks(database)
    assert await marks.handled("D1", after(hours=1))
    assert not await marks.handled("D2", after(hours=1))
    assert await marks.sweep(after(hours=1)) == 1
    assert (await marks.handled("D1", NOW), await marks.handled("D2", NOW)) == (False, True)


async def test_moments_of_other_zones_come_back_in_utc(database: Database) -> None:
    """The same moment, said in UTC."""
    there = NOW.astimezone(timezone(timedelta(hours=9)))
    first = await StoredMarks(database).first("x", there)
    again = await StoredMarks(database).first("x", after(hours=1))
    assert (first, again, again.tzinfo) == (NOW, NOW, UTC)
    assert isinstance(again, datetime)


def test_ids_carry_the_deployment() -> None:
    """Each of its own, and long enough never to come twice."""
    ids = DeploymentIds("k3f9")
    made = {ids.session_id(), ids.search_id(), ids.quote_id(), ids.quote_id()}
    assert ids.deployment == "k3f9"
    assert len(made) == 4
    assert all(len(one) == 15 and one.startswith("k3f9-") for one in made)
