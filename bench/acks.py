"""Acknowledgements of signed slash commands: the real bot against two bare Bolt apps."""

import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from bench import memory
from bench.processes import announced, free_port, running, wait_for_port
from bench.slack_client import SECRET, Connection, Server, signed_command

COMMAND = "find 4090 under 0.60"
WARM_ROUNDS = 40
ROUNDS = 800
PAUSE_S = 0.01
LOAD_CONNECTIONS = 32
LOAD_S = 5.0


@contextlib.contextmanager
def bare(mode: str, response_url: str) -> Iterator[Server]:
    port = free_port()
    with running([sys.executable, "-m", "bench.bolt_server", str(port), mode]) as process:
        wait_for_port(port, process)
        yield Server(port, "T1", response_url, process.pid)


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
            yield Server(port, slack["team_id"], response_url, process.pid, answers=True)


@contextlib.contextmanager
def sink() -> Iterator[str]:
    port = free_port()
    with running([sys.executable, "-m", "bench.sink", str(port)]) as process:
        wait_for_port(port, process)
        yield f"http://127.0.0.1:{port}/answers"


async def latencies(servers: Sequence[Server], rounds: int) -> list[list[float]]:
    """One command to each in turn, so that whatever else this machine does falls on all alike.

    People type seconds apart. So the next command goes out a while after the last one was dealt
    with, its answer included where there is one: what is measured is an acknowledgement, not the
    work of an answer beside it. What the bot does of its own accord, such as jobs, storing what
    was fetched and collecting garbage, keeps its own time and is measured where it falls.
    """
    taken: list[list[float]] = [[] for _ in servers]
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(Connection(server.port)) for server in servers]
        turns = list(zip(servers, lines, taken, strict=True))
        for number in range(rounds):
            # Each comes as often after the others' work as after its own.
            for server, line, times in turns if number % 2 else reversed(turns):
                before = memory.answered(server.response_url)
                times.append(await line.send(_command(server)))
                if server.answers:
                    await _one_more(server.response_url, before)
                await asyncio.sleep(PAUSE_S)
    return taken


def _command(server: Server) -> bytes:
    return signed_command(server.port, COMMAND, server.team_id, server.response_url)


async def _one_more(sink: str, answered: int) -> None:
    while memory.answered(sink) <= answered:  # noqa: ASYNC110  another process counts
        await asyncio.sleep(0.001)


async def throughput(server: Server) -> float:
    """Acknowledgements per second over all connections."""
    end = time.perf_counter() + LOAD_S

    async def hammer() -> int:
        count = 0
        async with Connection(server.port) as connection:
            while time.perf_counter() < end:
                await connection.send(_command(server))
                count += 1
        return count

    counts = await asyncio.gather(*(hammer() for _ in range(LOAD_CONNECTIONS)))
    return sum(counts) / LOAD_S


@dataclass(frozen=True, slots=True)
class Latency:
    p50: float
    p99: float


def compared(*servers: Server) -> list[Latency]:
    asyncio.run(latencies(servers, WARM_ROUNDS))  # the first search fills the caches
    return [_latency(taken) for taken in asyncio.run(latencies(servers, ROUNDS))]


def _latency(taken: list[float]) -> Latency:
    return Latency(statistics.median(taken), sorted(taken)[int(len(taken) * 0.99) - 1])


def per_second(server: Server) -> float:
    return asyncio.run(throughput(server))
