"""A control room over a simulated market and a workspace, with a database that a test writes."""

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from bot.cli.controlroom import Room, open_controls
from bot.playground import Slack, open_playground
from providers.simulator import Simulator, open_simulator

LABEL = "shopper-k3f9-abcdefgh23"
CREATE = {"image": "pytorch/pytorch", "disk": 20, "label": LABEL}
HEADERS = {"Authorization": "Bearer any"}
_TABLES = """
CREATE TABLE sessions (id, state, provider, offer, rental);
CREATE TABLE watches (id, number, watch, memory, said);
CREATE TABLE outbox (id INTEGER PRIMARY KEY, key, about, notice, sent_at);
CREATE TABLE posts (about, channel, ts);
CREATE TABLE orphans (instance_id, state);
CREATE TABLE session_events (id, at, session_id, from_state, to_state, why);
"""


@dataclass
class FakeBot:
    """Remembers what was done to it."""

    alive: bool = True
    done: list[str] = field(default_factory=list)

    async def kill(self) -> None:
        self.alive = False
        self.done.append("kill")

    async def start(self) -> None:
        self.alive = True
        self.done.append("start")

    async def lose_disk(self) -> None:
        self.alive = True
        self.done.append("lose disk")


@dataclass
class Stage:
    market: Simulator
    slack: Slack
    http: ClientSession
    url: str
    room: Room
    database: Path
    bot: FakeBot

    async def pull(self, name: str, *pressed: str, **chosen: str) -> str:
        body = {"pressed": pressed, "chosen": chosen}
        async with self.http.post(f"{self.url}/{name}", json=body) as answer:
            return str((await answer.json())["said"])

    async def shown(self, after: int = 0) -> dict[str, Any]:
        async with self.http.get(f"{self.url}?after={after}") as answer:
            return dict(await answer.json())

    async def numbers(self) -> dict[str, str]:
        return {each["name"]: each["value"] for each in (await self.shown())["numbers"]}

    async def on(self) -> set[str]:
        return {lever["name"] for lever in (await self.shown())["levers"] if lever["on"]}

    def offer(self) -> dict[str, Any]:
        return dict(self.market.vast.offers("on-demand")[0])

    async def rent(self, number: int | None = None, **more: float) -> int:
        """Returns the status; a lost answer raises."""
        url = f"{self.market.vast_url}/api/v0/asks/{number or self.offer()['id']}/"
        async with self.http.put(url, json=CREATE | more, headers=HEADERS) as answer:
            return answer.status

    def record(self, session_id: str, state: str, offer_id: str = "1") -> None:
        offer = {"offer_id": offer_id, "price": {"gpu": "0.4"}, "gpu": {"count": 1}}
        row = (session_id, state, "vastai", json.dumps(offer))
        self.write("INSERT INTO sessions VALUES (?, ?, ?, ?, NULL)", row)

    def event(self, number: int, old: str | None, new: str, why: str) -> None:
        row = (number, "2026-11-26 11:00:00.000000", "k3f9-abcdefgh23", old, new, why)
        self.write("INSERT INTO session_events VALUES (?, ?, ?, ?, ?, ?)", row)

    def write(self, statement: str, row: tuple[Any, ...]) -> None:
        new = not self.database.exists()
        with closing(sqlite3.connect(self.database)) as database:
            if new:
                database.executescript(_TABLES)
            database.execute(statement, row)
            database.commit()


@asynccontextmanager
async def open_stage(directory: Path) -> AsyncIterator[Stage]:
    database = directory / "shopper.db"
    async with (
        open_simulator(seed=7, speed=0, rate_limits=False, stale_share=0.0) as market,
        open_playground() as slack,
        ClientSession() as http,
        open_controls(market.admin_url, database) as (url, room),
    ):
        bot = FakeBot()
        room.enter(slack.page_url)
        room.bot = bot
        yield Stage(market, slack, http, url, room, database, bot)
