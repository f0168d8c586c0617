"""Booked slots on the disk: shared, exact and fair among processes, and never in the way."""

import json
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from providers.fetch.booking import Booking
from providers.fetch.call import FetchEvent, FetchSettings
from providers.fetch.slots import DiskSlots
from providers.fetch.workers import CacheFile
from providers.settings import Pace
from tests.fakes.clock import FakeClock

PACE = Pace(interval_s=9.0, burst=2)


@asynccontextmanager
async def slots_at(
    directory: Path, clock: FakeClock, events: list[FetchEvent] | None = None
) -> AsyncIterator[DiskSlots]:
    emit = (events if events is not None else []).append
    file = CacheFile(directory, clock, FetchSettings(), emit)
    yield DiskSlots(file, clock)
    await file.aclose()


async def booked(slots: DiskSlots, patience_s: float = 100.0, lane: str = "lane") -> float:
    return round((await slots.book(lane, PACE, patience_s)).wait_s, 3)


async def test_processes_share_a_lane(tmp_path: Path) -> None:
    """What one books the other sees, lane by lane."""
    clock = FakeClock()
    async with slots_at(tmp_path, clock) as one, slots_at(tmp_path, clock) as two:
        waits = [await booked(one), await booked(two), await booked(one), await booked(two)]
        assert waits == [0.0, 0.0, 9.0, 18.0]
        assert await booked(two, lane="other") == 0.0
        assert await two.book("lane", PACE, 5.0) == Booking(27.0, made=False)


async def test_a_429_holds_all_processes(tmp_path: Path) -> None:
    """What one was told closes the lane for the other, and ends by itself."""
    clock = FakeClock()
    async with slots_at(tmp_path, clock) as one, slots_at(tmp_path, clock) as two:
        await one.close("lane", PACE, 30.0)
        assert await two.closed_for("lane") == 30.0
        assert [await booked(two), await booked(one)] == [30.0, 39.0]
        clock.advance(30.0)
        assert await two.closed_for("lane") == 0.0


async def test_a_clock_set_back_stops_nobody(tmp_path: Path) -> None:
    """A day back leaves the wait as it was, in memory and on the disk."""
    clock = FakeClock()
    async with slots_at(tmp_path, clock) as one, slots_at(tmp_path, clock) as two:
        assert [await booked(one) for _ in range(3)] == [0.0, 0.0, 9.0]
        clock._now -= timedelta(days=1)
        assert [await booked(two), await booked(one)] == [18.0, 27.0]


async def test_a_disk_that_fails_and_returns_gives_nothing_away(tmp_path: Path) -> None:
    """Memory goes on from what the disk knew, and the disk from what memory booked."""
    clock = FakeClock()
    events: list[FetchEvent] = []
    async with slots_at(tmp_path / "cache", clock, events) as slots:
        assert [await booked(slots), await booked(slots)] == [0.0, 0.0]
        home = tmp_path / "cache" / "fetch"
        home.rename(tmp_path / "away")
        home.write_text("in the way")
        assert [await booked(slots), await booked(slots)] == [9.0, 18.0]
        assert await slots.closed_for("lane") == 0.0
        await slots.close("lane", PACE, 60.0)
        assert {event.kind for event in events} == {"cache-trouble"}
        home.unlink()
        clock.advance(20.0)
        assert await booked(slots) == 40.0
    async with slots_at(tmp_path / "cache", clock) as other:
        assert await booked(other) == 49.0


async def test_damaged_rows_are_no_bookings(tmp_path: Path) -> None:
    """A row that is not three finite numbers counts as none."""
    clock = FakeClock()
    async with slots_at(tmp_path, clock) as slots:
        for text in ("", "null", "[1, 2]", '["a", "b", "c"]', "[NaN, 1, 1]", "[" * 9000):
            await slots._file.run(lambda store, text=text: store.put("slots:lane", text, 60))  # type: ignore[misc]
            slots._known.clear()
            assert await booked(slots) == 0.0


BOOKER = """
    import asyncio, json, sys, time
    from pathlib import Path
    from providers.clock import SystemClock
    from providers.fetch.call import FetchSettings
    from providers.fetch.slots import DiskSlots
    from providers.fetch.workers import CacheFile
    from providers.settings import Pace

    async def main():
        troubles = []
        # A lock that this busy machine is slow to pass on must not look like a broken disk.
        settings = FetchSettings(lock_timeout_s=20.0, disk_patience_s=30.0)
        file = CacheFile(Path(sys.argv[1]), SystemClock(), settings, troubles.append)
        slots = DiskSlots(file, SystemClock())
        await slots.closed_for("lane")
        print("ready", flush=True)
        sys.stdin.readline()
        granted = []
        for _ in range(8):
            asked = time.time()
            wait = (await slots.book("lane", Pace(0.02, 2), 60.0)).wait_s
            booked = time.time()
            await asyncio.sleep(wait)
            # The slot lies between these two, since the moment was read in between.
            granted.append([asked + wait, booked + wait, time.time()])
        print(json.dumps([granted, len(troubles)]))
        await file.aclose()

    asyncio.run(main())
"""


def test_four_processes_share_one_limit_exactly_and_fairly(tmp_path: Path) -> None:
    """Four real processes take 32 slots: none twice, none lost, nobody before its slot, and
    nobody twice more than another while all are asking."""
    children = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(BOOKER), str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("\n")
        child.stdin.flush()
    told = [json.loads(child.communicate(timeout=60)[0]) for child in children]
    assert [troubles for _, troubles in told] == [0, 0, 0, 0]
    grants = [grant for granted, _ in told for grant in granted]
    assert len(grants) == 32
    assert all(woke >= earliest for earliest, _, woke in grants)
    # The n-th slot cannot lie before the first one plus what the burst leaves to wait.
    latest = sorted(latest for _, latest, _ in grants)
    first = min(earliest for earliest, _, _ in grants)
    assert all(
        slot >= first + (number - 1) * 0.02 - 1e-4 for number, slot in enumerate(latest) if number
    )
    ends = [max(woke for _, _, woke in granted) for granted, _ in told]
    span = max(ends) - first
    assert min(ends) - first > span / 3, "one had all its turns while the others waited"
