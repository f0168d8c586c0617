"""Resident memory of the bot after a thousand commands and after ten thousand."""

import asyncio
import time
import urllib.request
from pathlib import Path

from bench.slack_client import Connection, Server, signed_command

QUESTIONS = [
    f"find {model} under {price} {rest}".strip()
    for model in ("4090", "3090", "a100", "h100", "l40s|a6000")
    for price in ("0.50", "0.90", "2", "5")
    for rest in ("", "any host", "in us", "spot", "sort value")
]
CONNECTIONS = 8


def resident_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


def measure(
    server: Server, sink: str, first: int = 1_000, last: int = 10_000
) -> tuple[float, float]:
    asyncio.run(_send(server, sink, 0, first))
    early = resident_mib(server.pid)
    asyncio.run(_send(server, sink, first, last))
    return early, resident_mib(server.pid)


async def _send(server: Server, sink: str, start: int, end: int) -> None:
    numbers = iter(range(start, end))

    async def ask() -> None:
        async with Connection(server.port) as connection:
            for number in numbers:
                text = QUESTIONS[number % len(QUESTIONS)]
                request = signed_command(server.port, text, server.team_id, server.response_url)
                await connection.send(request)
                if number % CONNECTIONS == 0:
                    await _keep_pace(sink, number)

    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    deadline = time.perf_counter() + 120
    while answered(sink) < end:
        if time.perf_counter() > deadline:
            raise RuntimeError(f"{answered(sink)} answers to {end} commands")
        await asyncio.sleep(0.1)


async def _keep_pace(sink: str, number: int) -> None:
    """No faster than it answers."""
    while number - answered(sink) > 8 * CONNECTIONS:  # noqa: ASYNC110  another process counts
        await asyncio.sleep(0.01)


def answered(sink: str) -> int:
    return int(urllib.request.urlopen(sink.rsplit("/", 1)[0] + "/count").read())
