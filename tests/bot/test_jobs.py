from datetime import UTC, datetime, timedelta

from bot.flows.housekeeping import (
    DELIVERIES_KEPT_FOR,
    NOTICES_KEPT_FOR,
    QUOTES_KEPT_FOR,
    Housekeeping,
    Swept,
)
from bot.jobs import Job, Jobs
from bot.rules.searches import KEPT_FOR
from bot.rules.sessions import OFFERED_FOR, REMEMBERED_FOR
from tests.fakes.clock import FakeClock


async def test_a_tick_that_raises_does_not_end_the_job() -> None:
    """The failure is told, and the job ticks again after its pause."""
    told: list[tuple[str, str]] = []
    ticks = 0
    clock = FakeClock()

    async def tick() -> str:
        nonlocal ticks
        ticks += 1
        if ticks == 1:
            raise ValueError("first")
        return "fine"

    jobs = Jobs(
        clock,
        done=lambda name, result: told.append((name, str(result))),
        failed=lambda name, error: told.append((name, repr(error))),
    )
    jobs.start(Job("sweep", 60.0, tick))
    while ticks < 3:
        await clock.sleep(0)
    await jobs.stop()
    assert told[:3] == [
        ("sweep", "ValueError('first')"),
        ("sweep", "fine"),
        ("sweep", "fine"),
    ]
    assert 60.0 in clock.slept


class Remembering:
    """Every port at once: remembers the moments it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[object, ...]] = []
        self._batches = [3, 0, 2, 0]

    async def expire(self, opened_before: datetime, now: datetime) -> int:
        self.asked.append(("expire", opened_before, now))
        return self._batches.pop(0)

    async def forget(self, opened_before: datetime) -> int:
        self.asked.append(("forget", opened_before))
        return self._batches.pop(0)

    async def sweep(self, before: datetime) -> int:
        self.asked.append(("sweep", before))
        return len(self.asked)

    async def forget_posts(self) -> int:
        self.asked.append(("forget posts",))
        return len(self.asked)

    async def forget_over(self) -> int:
        self.asked.append(("forget orphans",))
        return len(self.asked)


async def test_housekeeping_sweeps_what_is_due() -> None:
    """Cards expire after a day and are forgotten after a week; searches, quotes, deliveries and
    drafts of orders go after a day, notices after a week, and after these what only they still
    needed; prices know themselves what is kept."""
    store, clock = Remembering(), FakeClock()
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    ports = store, store, store, store, store, store
    swept = await Housekeeping(*ports, clock, store, store).tick()  # type: ignore[arg-type]  # eight in one
    assert swept == Swept(3, 2, 5, 6, 7, 8, posts=9, orphans=10, prices=11, order_drafts=12)
    assert store.asked == [
        ("expire", now - OFFERED_FOR, now),
        ("expire", now - OFFERED_FOR, now),
        ("forget", now - REMEMBERED_FOR),
        ("forget", now - REMEMBERED_FOR),
        ("sweep", now - KEPT_FOR),
        ("sweep", now - QUOTES_KEPT_FOR),
        ("sweep", now - DELIVERIES_KEPT_FOR),
        ("sweep", now - NOTICES_KEPT_FOR),
        ("forget posts",),
        ("forget orphans",),
        ("sweep", now),
        ("sweep", now - QUOTES_KEPT_FOR),
    ]
    assert timedelta(days=1) == OFFERED_FOR == KEPT_FOR == QUOTES_KEPT_FOR == DELIVERIES_KEPT_FOR
    assert timedelta(days=7) == REMEMBERED_FOR == NOTICES_KEPT_FOR
