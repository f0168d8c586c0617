"""`find` in process against the official SDK and gpuhunt: the same bytes, the same server."""

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from bench.processes import ROOT, announced, free_port, running, wait_for_port
from bot.cli import tune_collector
from providers.clock import SystemClock
from providers.market.index import Index
from providers.models import OfferQuery, ProviderName
from providers.registry import OpenMarket, open_market
from providers.settings import Pace, ProviderSettings

ROUNDS = 15
PAUSE_S = 0.5
"""After each cold search, for everybody: our answer is stored after it was given, and whoever
asks again at once finds his code and memory still warm, which takes half the time."""
FULL = 5000
WARM_ROUNDS = 300
VAST = ProviderName("vastai")
WANTED = OfferQuery(
    gpus=("RTX 4090",), min_gpus=2, max_gpus=2, max_usd_per_hour=Decimal("0.80"), providers=(VAST,)
)


@contextlib.contextmanager
def canned(rows: int) -> Iterator[str]:
    """A server that answers everything with `rows` synthetic offers."""
    with (
        announced(
            "providers.simulator", "--json", "--page-cap", str(FULL), "--vast-machines", "4000",
            "--no-rate-limits", "--frozen",
        ) as market,
        tempfile.TemporaryDirectory() as folder,
    ):  # fmt: skip
        path = Path(folder) / "offers.json"
        path.write_bytes(_offers(market["vast"], rows))
        port = free_port()
        words = [sys.executable, "-m", "bench.stub", str(path), str(port)]
        with running(words) as process:
            wait_for_port(port, process)
            yield f"http://127.0.0.1:{port}"


def _offers(url: str, rows: int) -> bytes:
    query = {
        "rentable": {"eq": True},
        "limit": FULL,
        "allocated_storage": 50,
        "order": [["id", "asc"]],
    }
    request = urllib.request.Request(
        f"{url}/api/v0/bundles/",
        json.dumps(query).encode(),
        {"Content-Type": "application/json", "Authorization": "Bearer bench"},
    )
    offers = json.loads(urllib.request.urlopen(request).read())["offers"]
    if len(offers) != FULL:
        raise RuntimeError(f"the simulator gave {len(offers)} rows instead of {FULL}")
    offers.sort(key=lambda each: each["dph_total"])
    return json.dumps({"offers": offers if rows == FULL else _evenly(offers, rows)}).encode()


def _evenly(offers: Sequence[dict[str, Any]], rows: int) -> list[dict[str, Any]]:
    """As a page of one kind of machine is: some are cheap enough, some are too dear."""
    wanted = [each for each in offers if each["gpu_name"] == "RTX 4090" and each["num_gpus"] == 2]
    if len(wanted) < rows:
        raise RuntimeError(f"the simulator gave {len(wanted)} such machines instead of {rows}")
    return [wanted[number * len(wanted) // rows] for number in range(rows)]


class Peer:
    """A foreign client in a process of its own, which searches when it is told to."""

    def __init__(self, name: str, url: str) -> None:
        words = [f".venv-peers/{name}/bin/python", f"bench/peers/time_{name}.py", url]
        self._process = subprocess.Popen(
            words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def search(self) -> float:
        """Seconds. This process waits meanwhile, whole."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        for line in self._process.stdout:
            if line.startswith("seconds ") and (taken := float(line.split()[1])) > 0:
                return taken
        raise RuntimeError(f"{self._process.args!r} found nothing")

    def close(self) -> None:
        self._process.communicate()


@dataclass(frozen=True, slots=True)
class Ours:
    cold_s: float
    held_s: float
    """The longest that the event loop was away in a cold search."""
    warm_s: float
    query_s: float
    """The index alone."""


def compared(url: str, *names: str) -> tuple[Ours, list[float]]:
    """Ours, and seconds of a cold search of each of these peers."""
    tune_collector()  # as every command of the bot does
    with contextlib.ExitStack() as stack:
        peers = [Peer(name, url) for name in names]
        for peer in peers:
            stack.callback(peer.close)
        return asyncio.run(_compared(url, peers))


async def _compared(url: str, peers: Sequence[Peer]) -> tuple[Ours, list[float]]:
    with tempfile.TemporaryDirectory() as folder:
        market = open_market(
            {VAST: ProviderSettings(url, search_pace=Pace(0.001, 1000))},
            cache_dir=Path(folder),
            clock=SystemClock(),
            on_error=_raise,
        )
        try:
            cold, *theirs = await _cold(market, peers)
            warm = await _warm(market)
            query = await _query(market)
            held = await _held(market)
        finally:
            await market.aclose()
    own = Ours(*(statistics.median(taken) for taken in (cold, held, warm, query)))
    return own, [statistics.median(taken) for taken in theirs]


async def _cold(market: OpenMarket, peers: Sequence[Peer]) -> list[list[float]]:
    """In turn, so that whatever else this machine does falls on all alike. The first round fills
    what is kept, such as connections and compiled readers, and does not count."""
    taken = []
    for number in range(-1, ROUNDS):
        times = [await _search(market, number)]
        await asyncio.sleep(PAUSE_S)
        for peer in peers:
            times.append(peer.search())
            await asyncio.sleep(PAUSE_S)
        taken.append(times)
    return [list(times) for times in zip(*taken[1:], strict=True)]


async def _search(market: OpenMarket, number: int) -> float:
    """Another disk each time: another question, nothing is cached."""
    query = WANTED.with_changes(disk_gb=50 + number)
    started = time.perf_counter()
    listing = await market.market.search(query)
    taken = time.perf_counter() - started
    if listing.failures or not listing.offers:
        raise RuntimeError(f"{listing.matched} offers, {listing.failures}")
    return taken


async def _held(market: OpenMarket) -> list[float]:
    """In rounds of their own: a task that looks at the clock all the time slows the others."""
    held = []
    for number in range(ROUNDS):
        watch = asyncio.create_task(_longest_absence())
        await asyncio.sleep(0.01)
        await market.market.search(WANTED.with_changes(disk_gb=150 + number))
        await asyncio.sleep(PAUSE_S)
        watch.cancel()
        held.append(await watch)
    return held


async def _longest_absence() -> float:
    """Seconds between two turns of the event loop, less the pause asked for."""
    longest, last = 0.0, time.perf_counter()
    try:
        while True:
            await asyncio.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last - 0.001), now
    except asyncio.CancelledError:
        return longest


async def _warm(market: OpenMarket) -> list[float]:
    taken = []
    for _ in range(WARM_ROUNDS):
        started = time.perf_counter()
        await market.market.search(WANTED.with_changes(disk_gb=50 + ROUNDS - 1))
        taken.append(time.perf_counter() - started)
    return taken


async def _query(market: OpenMarket) -> list[float]:
    (provider,) = market.providers
    sweep = await provider.search(WANTED.with_changes(disk_gb=50 + ROUNDS - 1))
    index, now_s = Index(sweep.candidates), SystemClock().now().timestamp()
    taken = []
    for _ in range(WARM_ROUNDS):
        started = time.perf_counter()
        index.search(WANTED, now_s, 100)
        taken.append(time.perf_counter() - started)
    return taken


def _raise(provider: str, error: Exception) -> None:
    raise RuntimeError(provider) from error
