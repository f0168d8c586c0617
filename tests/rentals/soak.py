"""`python -m tests.rentals.soak [SCHEDULES] [FIRST SEED]`: random schedules, one on every
core and one more, since each waits now and then.

Each is one bot's life between simulated marketplaces and a simulated workspace, over HTTP, with
presses, repetitions, faults and deaths at any request and any commit; see `schedules`.
"""

import asyncio
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import nullcontext
from pathlib import Path

import aiohttp
import structlog
from aiohttp import web_app

from bot.cli import tune_collector
from bot.playground import open_playground
from bot.store import open_database
from tests.rentals.perils import quiet_loop
from tests.rentals.same_thread import same_thread
from tests.rentals.schedules import Broken, Tally, run_schedule

BATCH = 25
LONGEST_S = 120.0
"""One schedule takes about a second: what takes this long hangs."""


async def run_seeds(seeds: Sequence[int], folder: str | None = None) -> Tally:
    """Raises `Broken`, which names the seed."""
    quiet_loop()
    tally = Tally()
    async with open_playground(transport="none") as slack, aiohttp.ClientSession() as http:
        records = await _migrated(folder)
        for seed in seeds:
            with tempfile.TemporaryDirectory(dir=folder) as home:
                (Path(home) / "shopper.db").write_bytes(records)
                try:
                    async with asyncio.timeout(LONGEST_S):
                        tally.add(await run_schedule(seed, Path(home), (slack, http)))
                except TimeoutError:
                    raise Broken(seed, f"took longer than {LONGEST_S:g} s") from None
    return tally


async def _migrated(folder: str | None) -> bytes:
    """Records in which nothing stands yet: the same for each life."""
    with tempfile.TemporaryDirectory(dir=folder) as home:
        file = Path(home) / "shopper.db"
        database = open_database(f"sqlite:///{file}")
        await database.migrate()
        await database.close()
        return file.read_bytes()


def _batch(number: int, seeds: Sequence[int]) -> tuple[Tally, str]:
    """Every eighth with SQLite's own thread, as the program runs."""
    folder = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112  no disk to wait for
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with nullcontext() if number % 8 == 0 else same_thread():
        try:
            return asyncio.run(run_seeds(seeds, folder)), ""
        except Broken as broken:
            return Tally(), str(broken)
        finally:
            web_app._cached_build_middleware.cache_clear()  # it holds whole marketplaces


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    print(f"{count:,} schedules from seed {first}", flush=True)
    seeds = range(first, first + count)
    batches = [seeds[start : start + BATCH] for start in range(0, count, BATCH)]
    total, failures, began = Tally(), [], time.monotonic()
    with ProcessPoolExecutor(1 + (os.cpu_count() or 1), initializer=tune_collector) as pool:
        for done in as_completed([pool.submit(_batch, *each) for each in enumerate(batches)]):
            tally, failure = done.result()
            total.add(tally)
            if failure:
                failures.append(failure)
                print(failure, flush=True)
            if total.schedules % 500 < BATCH:
                print(f"{total.schedules:,} after {time.monotonic() - began:,.0f} s", flush=True)
    facts = {
        name: getattr(total, name)
        for name in ("schedules", "rented", "crashes", "ended", "failed")
    }
    print(json.dumps({**facts, "broken": len(failures), "first_seed": first}))
    print(f"crashes by place: {dict(total.crash_points.most_common())}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
