"""The whole bot between a simulated market and a simulated workspace, over real sockets.

Bot and market share one clock, which flows and can be moved; the workspace has its own.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, or_, select

from bot import settings
from bot.assembly import Flows
from bot.flows.guard import Guard
from bot.playground import Slack, open_playground
from bot.playground.values import Message, Transport
from bot.store import open_database
from bot.store.tables import outbox, sessions
from bot.wiring import GUARD_EVERY_S, Mode, Service
from providers.simulator import Simulator, open_simulator
from tests.fakes.flowing_clock import FlowingClock

VAST_KEY = "vast-key-canary-0001"
TENSORDOCK_TOKEN = "tensordock-token-canary-0002"
SIGNING_SECRET_WORD = "canary"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""When every world begins, so that the same market stands in all of them."""
STEP_S = 1.0
LONG_S = 60.0
_BREATH_S = 0.02
"""Real time between two jumps of the clock: what is due gets done."""


class GuardedService(Service):
    """One whose looks at machines can be waited for."""

    guard: Guard | None = None

    async def _begin_jobs(self, flows: Flows) -> None:
        self.guard = flows.guard
        await super()._begin_jobs(flows)


@dataclass
class World:
    slack: Slack
    market: Simulator
    home: Path
    transport: Transport
    clock: FlowingClock = field(default_factory=FlowingClock)
    overrides: dict[str, Any] = field(default_factory=dict)
    service: GuardedService | None = None
    """The one that answers Slack."""
    services: list[GuardedService] = field(default_factory=list)
    modes: Sequence[Mode] = (Mode.RUN,)
    """One service for each, as processes would be: they share the disk and the database."""

    async def start_bot(self) -> None:
        """A fresh process in all but name: nothing survives but disk and database."""
        loaded = settings.load(**(self.settings() | self.overrides))
        for mode in self.modes:
            service = GuardedService(loaded, self.clock, mode)
            await service.start()
            self.services.append(service)
            if mode is not Mode.WORK:
                self.service = service
        if self.transport == "http" and self.service is not None:
            self.slack.request_url = f"http://127.0.0.1:{self.service.port}/slack/events"

    def settings(self) -> dict[str, Any]:
        over_socket = self.transport == "socket"
        return {
            "slack_bot_token": self.slack.bot_token,
            "slack_app_token": self.slack.app_token if over_socket else None,
            "slack_signing_secret": None if over_socket else self.slack.signing_secret,
            "slack_api_url": self.slack.api_url,
            "vastai_url": self.market.vast_url,
            "vastai_api_key": VAST_KEY,
            "vastai_search_interval_s": 0.05,
            "tensordock_url": self.market.tensordock_url,
            "tensordock_api_token": TENSORDOCK_TOKEN,
            "shopper_data_dir": self.home / "data",
            "shopper_cache_dir": self.home / "cache",
            "shopper_policy": self.home / "policy.toml",
            "port": 0,
        }

    async def stop_bot(self) -> None:
        while self.services:
            await self.services.pop().stop()
        self.service = None

    async def restart_bot(self) -> None:
        await self.stop_bot()
        await self.start_bot()

    async def ask(self, text: str, **who: Any) -> Message:
        """Types a command and returns the answer, which is for the asker alone."""
        handled = await self.slack.command(text, **who)
        return await self.slack.wait_for_message(
            lambda message: message.ephemeral and "Asking" not in message.text,
            since=handled.since,
        )

    # --- rules and time ---

    def set_policy(self, text: str = "", *, admins: Sequence[str] = ("ada",)) -> None:
        """In force from the next start, or two seconds later."""
        ids = ", ".join(f'"{self.slack.user(name).id}"' for name in admins)
        (self.home / "policy.toml").write_text(f"admins = [{ids}]\n{text}\n")

    async def pass_time(self, seconds: float) -> None:
        """For the bot and the market at once; who sleeps wakes.

        A notice that was claimed and not yet answered when minutes pass in a moment would be taken
        for a dead process's, and said again: on a busy machine after some steps too. A look at a
        machine that takes as long would find that the machine lingers, and end it once more.
        """
        if seconds > STEP_S:
            await self._quiet(self._is_speaking)
            await self._quiet(self._is_looking)
        if seconds > LONG_S:
            await self._quiet(self._has_to_speak)
        self.clock.jump(seconds)
        self.market.step(0)
        await asyncio.sleep(_BREATH_S)

    async def _quiet(self, is_busy: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(200):
            if not await is_busy():
                return
            self.clock.jump(0.1)
            await asyncio.sleep(0.005)

    async def _is_speaking(self) -> bool:
        frontages = [each._frontage for each in self.services]
        notifiers = [each._notifier for each in frontages if each is not None]
        return any(each is not None and each._running for each in notifiers)

    async def _is_looking(self) -> bool:
        """The guard is, or it is late: it was due twice and did not come to it."""
        guards = [each.guard for each in self.services if each.guard is not None]
        late_at = self.clock.now() - timedelta(seconds=2 * GUARD_EVERY_S)
        waiting = select(sessions.c.id).where(sessions.c.due_at <= late_at)
        return any(each.under_way for each in guards) or (
            bool(guards) and await self._holds(waiting)
        )

    async def _has_to_speak(self) -> bool:
        """Something is due, or was claimed by who has not begun."""
        is_due = or_(outbox.c.claimed, outbox.c.due_at <= self.clock.now())
        return await self._holds(
            select(outbox.c.id).where(outbox.c.done_at.is_(None)).where(is_due)
        )

    async def _holds(self, rows: Select[Any]) -> bool:
        """Whether the database has such a row."""
        frontages = [each._frontage for each in self.services if each._frontage is not None]
        if not frontages:
            return False
        async with frontages[0]._stores.outbox._database.reading() as connection:
            return (await connection.execute(rows)).first() is not None

    async def until(
        self, look: Callable[[], object], *, step_s: float = 2.0, within_s: float = 1_800
    ) -> None:
        """Lets time pass until it is so; in real time at most about twenty seconds."""
        passed = 0.0
        while not look():
            assert passed < within_s, f"not so after {within_s:g} s\n{self.told()}"
            await self.pass_time(step_s)
            passed += step_s

    def told(self) -> str:
        """What the last messages say, for a failure."""
        said = sorted(self.slack.workspace.all_messages(), key=lambda m: m.change)
        return "\n".join(f"{m.channel} {m.username}: {m.everything[:400]!r}" for m in said[-6:])

    def alive(self) -> list[str]:
        """Labels of the machines that the marketplaces really have."""
        now = self.market.clock.now()
        vast = [rental.label or "" for rental in self.market.vast.rentals.existing(now)]
        dock = [rental.name for rental in self.market.tensordock.rentals.existing(now)]
        return vast + dock

    def made(self) -> int:
        """Machines that were ever made."""
        rentals = (self.market.vast.rentals, self.market.tensordock.rentals)
        return sum(len(each.ever_made()) for each in rentals)


@contextlib.asynccontextmanager
async def open_world(
    home: Path,
    transport: Transport = "socket",
    *,
    policy: str = "",
    modes: Sequence[Mode] = (Mode.RUN,),
    market: dict[str, Any] | None = None,
    **overrides: Any,
) -> AsyncIterator[World]:
    """`market` are options of the simulator, `overrides` settings of the bot."""
    clock = FlowingClock(NOON)
    options = {"seed": 7, "rate_limits": False, "ssh_answers": True, "clock": clock}
    async with (
        open_simulator(**options | (market or {})) as simulator,
        open_playground(transport=transport) as slack,
    ):
        world = World(slack, simulator, home, transport, clock, overrides, modes=modes)
        world.set_policy(policy)
        if overrides.get("database_url"):
            await migrate(overrides["database_url"])
        try:
            await world.start_bot()
            yield world
        finally:
            await world.stop_bot()


async def migrate(url: str) -> None:
    database = open_database(url)
    await database.migrate()
    await database.close()
