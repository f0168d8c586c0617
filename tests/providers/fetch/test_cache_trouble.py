"""The disk cache as its callers see it: damage, full disks, locks and killed processes."""

import asyncio
import contextlib
import resource
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from providers.fetch.cache import CacheTrouble, Store
from providers.fetch.call import FetchEvent, FetchSettings
from providers.fetch.workers import CacheFile
from tests.fakes.clock import FakeClock

BIG = b"0123456789abcdef" * 8192


class Desk:
    def __init__(self, directory: Path, **changes: Any) -> None:
        self.events: list[FetchEvent] = []
        self.clock = FakeClock()
        settings = FetchSettings(**changes)
        self.file = CacheFile(directory, self.clock, settings, self.events.append)

    async def put(self, key: str, value: bytes) -> None:
        await self.file.run(lambda store: store.put(key, value, 60))

    async def data(self, key: str) -> bytes | None:
        return await self.file.run(lambda store: store.data(key))

    async def place(self) -> Path:
        return await self.file.run(lambda store: store.place)


@contextlib.asynccontextmanager
async def desk_at(directory: Path, **changes: Any) -> Any:
    desk = Desk(directory, **changes)
    yield desk
    await desk.file.aclose()


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 400])
async def test_a_corrupt_database_is_left_and_made_anew(tmp_path: Path, damage: bytes) -> None:
    """A database that is overwritten, while open or before, costs its content and nothing else."""
    async with desk_at(tmp_path) as one:
        await one.put("key", b"value")
        broken = await one.place() / "cache.db"
    broken.write_bytes(damage)
    async with desk_at(tmp_path) as two:
        assert await two.data("key") is None
        await two.put("key", b"new")
        assert await two.data("key") == b"new"
        assert two.events == []


async def test_damage_while_two_processes_have_it_open(tmp_path: Path) -> None:
    """One notices and moves to the next generation, the other follows, and they share it."""
    async with desk_at(tmp_path) as one, desk_at(tmp_path) as two:
        await one.put("key", b"value")
        assert await two.data("key") == b"value"
        place = await one.place()
        with (place / "cache.db").open("r+b") as writer:
            writer.write(b"\0" * 8192)
        for path in place.glob("cache.db-*"):
            path.write_bytes(b"\xff" * 4096)
        await one.put("key", b"new")
        assert await two.data("key") == b"new"
        assert (await one.place()).name == (await two.place()).name == "store-0002"


async def test_a_deleted_directory_is_made_again(tmp_path: Path) -> None:
    """Somebody who clears the cache by hand, while it is open, harms nobody."""
    async with desk_at(tmp_path) as desk:
        await desk.put("key", BIG)
        for path in sorted((tmp_path / "fetch").glob("**/*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
        (tmp_path / "fetch").rmdir()
        assert await desk.data("key") is None
        await desk.put("key", BIG)
        assert await desk.data("key") == BIG


async def test_a_full_disk_is_left_clean_and_used_again(tmp_path: Path) -> None:
    """While no file can grow nothing half-written stays; when there is room, storing works."""
    async with desk_at(tmp_path) as desk:
        await desk.put("before", b"x")
        place = await desk.place()
        limit = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, limit[1]))
        try:
            with pytest.raises(CacheTrouble, match="OSError"):
                await desk.put("key", BIG)
            assert list(place.glob("??/??/*.val")) == []
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        await desk.put("key", BIG)
        assert (await desk.data("key"), await desk.data("before")) == (BIG, b"x")
        assert [event.kind for event in desk.events] == ["cache-trouble"]


async def test_a_full_database_is_left_clean_and_used_again(tmp_path: Path) -> None:
    """The row that does not fit leaves no file and no open transaction behind."""
    async with desk_at(tmp_path) as desk:
        await desk.put("before", b"x")

        def fill(store: Store) -> None:
            pages = store._cache._sql("PRAGMA page_count").fetchone()[0]
            store._cache._sql(f"PRAGMA max_page_count = {pages}")
            for number in range(100):
                store.put(f"small{number}", b"y" * 4000, 60)

        def big_in_full(store: Store) -> None:
            pages = store._cache._sql("PRAGMA page_count").fetchone()[0]
            store._cache._sql(f"PRAGMA max_page_count = {pages}")
            for number in range(1000):
                store.put(f"{number:0900d}", BIG, 60)

        with pytest.raises(CacheTrouble, match="full"):
            await desk.file.run(fill)
        with pytest.raises(CacheTrouble, match="full"):
            await desk.file.run(big_in_full)
        desk.clock.advance(60)  # the second trouble in a row is followed by a rest
        names = await desk.file.run(lambda store: store._cache.value_names())
        place = await desk.place()
        files = {path.relative_to(place).as_posix() for path in place.glob("??/??/*.val")}
        assert files == names
        await desk.put("after", b"z")
        assert await desk.data("after") == b"z"


async def test_troubles_in_a_row_are_followed_by_growing_rests(tmp_path: Path) -> None:
    """The first is tried again at once, then the disk is left alone for 1, 2, 4 … 15 s."""
    (tmp_path / "cache").write_text("a file where the directory should be")
    async with desk_at(tmp_path / "cache") as desk:
        for _ in range(7):
            with pytest.raises(CacheTrouble):
                await desk.data("key")
            with contextlib.suppress(CacheTrouble):
                await desk.data("key")
            desk.clock.advance(15)
        rests = [event.seconds for event in desk.events]
        assert rests == [0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
        (tmp_path / "cache").unlink()
        await desk.put("key", b"value")
        assert await desk.data("key") == b"value"


async def test_a_lock_that_is_held_costs_half_a_second_not_an_answer(tmp_path: Path) -> None:
    """A process that sits in a transaction makes writing fail soon, and reading not at all."""
    async with desk_at(tmp_path, lock_timeout_s=0.02) as desk:
        await desk.put("key", b"value")
        database = await desk.place() / "cache.db"
        with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(CacheTrouble, match="Timeout"):
                await desk.put("key", b"new")
            assert await desk.data("key") == b"value"
            other.execute("ROLLBACK")
        await desk.put("key", b"new")
        assert await desk.data("key") == b"new"


async def test_opening_does_not_wait_a_minute_for_a_lock(tmp_path: Path) -> None:
    """A process that comes while another sits in a transaction is told so soon."""
    async with desk_at(tmp_path) as first:
        await first.put("key", b"value")
        database = await first.place() / "cache.db"
        with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            async with desk_at(tmp_path, lock_timeout_s=0.02) as second:
                with pytest.raises(CacheTrouble, match="locked"):
                    await second.data("key")
            other.execute("ROLLBACK")


async def test_a_disk_that_hangs_costs_a_moment(tmp_path: Path) -> None:
    """Work that does not end in time is left to its thread, and the caller goes on."""
    release = asyncio.Event()
    async with desk_at(tmp_path, disk_patience_s=0.02) as desk:
        loop = asyncio.get_running_loop()

        def hang(_: Store) -> None:
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result()

        with contextlib.suppress(CacheTrouble):
            await desk.place()  # opening takes longer than that
        await asyncio.sleep(0.05)
        with pytest.raises(CacheTrouble, match="did not answer"):
            await desk.file.run(hang)
        release.set()
        desk.clock.advance(60)


WRITER = """
    import asyncio, sys
    from pathlib import Path
    from providers.clock import SystemClock
    from providers.fetch.call import FetchSettings
    from providers.fetch.workers import CacheFile

    async def main():
        file = CacheFile(Path(sys.argv[1]), SystemClock(), FetchSettings(), print)
        value = b"x" * 400_000
        for number in range(10_000):
            await file.run(lambda store: store.put(f"key{number % 7}", value, 600))
            if number == 3:
                print("writing", flush=True)

    asyncio.run(main())
"""


@pytest.mark.parametrize("after_s", [0.0, 0.003, 0.011])
async def test_kill_9_in_the_middle_of_writing_leaves_it_usable(
    tmp_path: Path, after_s: float
) -> None:
    """A process killed while it writes blocks nobody, and every row left has its whole file."""
    with subprocess.Popen(  # noqa: ASYNC220  its first line comes at once
        [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path)],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"writing\n"
        await asyncio.sleep(after_s)
        child.send_signal(signal.SIGKILL)
    async with desk_at(tmp_path) as desk:
        kept = [await desk.data(f"key{number}") for number in range(7)]
        assert any(kept)
        assert {len(value) for value in kept if value is not None} == {400_000}
        await desk.put("key0", b"new")
        assert await desk.data("key0") == b"new"
        assert desk.events == []
