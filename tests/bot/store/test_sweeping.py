"""What is over is forgotten: orphans that were decided, and where their messages stood."""

from dataclasses import replace
from datetime import timedelta

from bot.flows.housekeeping import NOTICES_KEPT_FOR, Housekeeping, Swept
from bot.rules.notices import Post
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.sessions import Session, SessionState
from bot.store import (
    Database,
    StoredMarks,
    StoredOrderDrafts,
    StoredOrphans,
    StoredOutbox,
    StoredPrices,
    StoredQuotes,
    StoredSearches,
    StoredSessions,
    StoredWatches,
)
from tests.bot.store.samples import (
    NOW,
    PRESS,
    after,
    card,
    notice,
    open_and_press,
    orphan,
    rental,
    walk,
)
from tests.bot.store.samples import session as offered
from tests.bot.store.watch_samples import alert_notice, watch
from tests.fakes.clock import FakeClock

LONG = NOTICES_KEPT_FOR + timedelta(seconds=1)
OVER = (SessionState.ENDING, SessionState.ENDED)
NOTHING = Swept(0, 0, 0, 0, 0, 0, 0, 0, 0, 0)


def housekeeping(database: Database) -> Housekeeping:
    """After what was told first is old."""
    return Housekeeping(
        StoredSearches(database),
        StoredSessions(database),
        StoredQuotes(database),
        StoredMarks(database),
        StoredOutbox(database),
        StoredOrphans(database),
        FakeClock(NOW + LONG),
        StoredPrices(database),
        StoredOrderDrafts(database),
    )


async def told(database: Database, about: str, *, at_s: float = 0) -> None:
    """A card and a notice to an admin, both out, and where they stand."""
    outbox, to_admin = StoredOutbox(database), notice(f"{about}/n", about)
    await outbox.put([card(about), to_admin], after(seconds=at_s))
    await outbox.posted(about, "card", Post("C1", "1.1"))
    await outbox.posted(to_admin.key, "to U1", Post("D1", "1.2"))
    while claimed := await outbox.claim(after(seconds=at_s), after(seconds=at_s + 60), 9):
        for pending in claimed:
            await outbox.sent(pending)


async def test_the_place_of_a_message_goes_with_the_last_word(database: Database) -> None:
    """Of a machine that is over; while it lives it is edited, however old it is."""
    live = await open_and_press(database, 1)
    await StoredOutbox(database).posted(live.id, "card", Post("C1", "1.1"))
    assert await housekeeping(database).tick() == NOTHING
    await told(database, live.id)
    assert await housekeeping(database).tick() == NOTHING
    await walk(database, live, *OVER)
    assert await housekeeping(database).tick() == replace(NOTHING, notices=2, posts=2)
    assert await StoredOutbox(database).post(live.id, "card") is None


async def test_the_place_stays_as_long_as_something_was_said_lately(database: Database) -> None:
    """Or still waits to be said."""
    over = await walk(database, await open_and_press(database, 1), *OVER)
    await told(database, over.id, at_s=10)
    assert await housekeeping(database).tick() == NOTHING
    waits = await walk(database, await open_and_press(database, 2), *OVER)
    outbox = StoredOutbox(database)
    await outbox.put([notice("waits", waits.id)], NOW)
    await outbox.posted("waits", "to U1", Post("D1", "1.3"))
    assert await housekeeping(database).tick() == NOTHING
    assert await outbox.post("waits", "to U1") == Post("D1", "1.3")


async def test_that_an_owner_was_told_is_known_while_the_watch_stands(
    database: Database,
) -> None:
    """Although the notice of a group is about its first watch alone."""
    outbox, watches = StoredOutbox(database), StoredWatches(database)
    second = await watches.add(watch(2), most_each=9, most_in_channel=9)
    await outbox.put([alert_notice("alert:1", about=watch(1).id)], NOW)
    await outbox.posted(second.id, "unheard", Post("D1", "1.1"))
    assert await housekeeping(database).tick() == NOTHING
    assert await outbox.post(second.id, "unheard") == Post("D1", "1.1")
    await watches.remove(second)
    assert await housekeeping(database).tick() == replace(NOTHING, posts=1)


async def test_an_alert_is_found_as_long_as_its_notice_is_kept(database: Database) -> None:
    """A week after it was said, whatever became of the watch that the notice is about."""
    outbox, said = StoredOutbox(database), alert_notice("alert:1")
    for at_s, swept in ((10, NOTHING), (0, replace(NOTHING, notices=1, posts=1))):
        await outbox.put([said], after(seconds=at_s))
        await outbox.posted(said.key, "alert", Post("C1", "1.1"))
        for pending in await outbox.claim(after(seconds=at_s), after(seconds=at_s + 60), 9):
            await outbox.sent(pending)
        assert await housekeeping(database).tick() == swept
        assert (await outbox.post(said.key, "alert") is None) == bool(swept.posts)
        said = alert_notice("alert:2")


async def test_an_orphan_that_is_gone_is_forgotten(database: Database) -> None:
    """A week after the last word about it; one that is being ended never."""
    orphans = StoredOrphans(database)
    ending = orphan(1, state=OrphanState.ENDING)
    await orphans.open(ending, [])
    assert await housekeeping(database).tick() == NOTHING
    await told(database, ending.id)
    assert await housekeeping(database).tick() == NOTHING
    await orphans.change(ending, replace(ending, state=OrphanState.GONE))
    swept = await housekeeping(database).tick()
    assert swept == replace(NOTHING, notices=2, posts=2, orphans=1)
    assert await orphans.get(ending.id) is None


async def test_an_orphan_that_was_told_of_lately_stays(database: Database) -> None:
    """What is said about it is drawn from it."""
    await StoredOrphans(database).open(orphan(1, state=OrphanState.GONE), [])
    await told(database, orphan(1).id, at_s=10)
    assert await housekeeping(database).tick() == NOTHING


async def test_an_orphan_that_was_kept_is_forgotten_after_its_session(database: Database) -> None:
    """While its session lives it says where the machine came from."""
    orphans, found = StoredOrphans(database), orphan(1, state=OrphanState.KEPT)
    await orphans.open(found, [])
    session = await kept(database, found)
    assert await housekeeping(database).tick() == NOTHING
    await told(database, found.id)
    assert await housekeeping(database).tick() == NOTHING
    await walk(database, session, *OVER)
    swept = await housekeeping(database).tick()
    assert swept == replace(NOTHING, notices=2, posts=2, orphans=1)
    assert await orphans.known(found.provider) == ()


async def kept(database: Database, found: Orphan) -> Session:
    born = replace(offered(1), id=found.id, state=SessionState.RUNNING, rental=rental(offered(1)))
    return await StoredSessions(database).adopt(born, PRESS, [])
