"""Acknowledgements of signed slash commands: the real bot against two bare Bolt apps."""

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench import memory
from bench.processes import announced, free_port, running, wait_for_port
from bench.slack_client import SECRET, Connection, Server, signed_command

COMMAND = "find 4090 under 0.60"
SAMPLES = 400
LOAD_CONNECTIONS = 32
LOAD_S = 5.0


@contextlib.contextmanager
def bare(mode: str, response_url: str) -> Iterator[Server]:
    port = free_port()
    with running([sys.executable, "-m", "bench.bolt_server", str(port), mode]) as process:
        wait_for_port(port, process)
        yield Server(mode, port, "T1", response_url, process.pid)


@contextlib.contextmanager
def ours(response_url: str) -> Iterator[Server]:
    """`python -m bot run` over HTTP, unmodified, against simulator and playground."""
    port = free_port()
    with (
        announced("bot.playground", "--json") as slack,
        announced("providers.simulator", "--json", "--no-rate-limits") as market,
        tempfile.TemporaryDirectory() as home,
    ):
        env = {
            "SLACK_BOT_TOKEN": slack["bot_token"],
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": slack["api_url"],
            "VASTAI_URL": market["vast"],
            "TENSORDOCK_URL": market["tensordock"],
            "SHOPPER_DATA_DIR": f"{home}/data",
            "SHOPPER_CACHE_DIR": f"{home}/cache",
            "VASTAI_SEARCH_INTERVAL_S": "0.05",
            "PORT": str(port),
            "LOG_FORMAT": "json",
            "LOG_LEVEL": "WARNING",
        }
        with running([sys.executable, "-m", "bot", "run"], env) as process:
            wait_for_port(port, process)
            yield Server("ours", port, slack["team_id"], response_url, process.pid)


@contextlib.contextmanager
def sink() -> Iterator[str]:
    port = free_port()
    with running([sys.executable, "-m", "bench.sink", str(port)]) as process:
        wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}/answers"


async def latencies(server: Server, samples: int = SAMPLES) -> list[float]:
    """One command after the other: the next is sent when the answer to the last is out, so that
    it is the acknowledgement that is measured and not the work of an answer beside it."""
    async with Connection(server.port) as connection:
        taken = []
        answered = memory.answered(server.response_url)
        for _ in range(samples):
            request = signed_command(server.port, COMMAND, server.team_id, server.response_url)
            taken.append(await connection.send(request))
            if server.name == "ours":
                answered = await _one_more(server.response_url, answered)
    return taken


async def _one_more(sink: str, answered: int) -> int:
    while (now := memory.answered(sink)) <= answered:  # noqa: ASYNC110  another process counts
        await asyncio.sleep(0.001)
    return now


async def throughput(server: Server) -> float:
    """Acknowledgements per second over all connections."""
    end = time.perf_counter() + LOAD_S

    async def hammer() -> int:
        count = 0
        async with Connection(server.port) as connection:
            while time.perf_counter() < end:
                request = signed_command(server.port, COMMAND, server.team_id, server.response_url)
                await connection.send(request)
                count += 1
        return count

    counts = await asyncio.gather(*(hammer() for _ in range(LOAD_CONNECTIONS)))
    return sum(counts) / LOAD_S


@dataclass(frozen=True, slots=True)
class Acks:
    p50: float
    p99: float
    per_second: float


def measure(server: Server) -> Acks:
    asyncio.run(latencies(server, 40))  # the first search fills the caches
    taken = sorted(asyncio.run(latencies(server)))
    p99 = taken[int(len(taken) * 0.99) - 1]
    return Acks(statistics.median(taken), p99, asyncio.run(throughput(server)))
