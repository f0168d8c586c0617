"""The whole bot between a simulated market and a simulated workspace, over real sockets."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot import settings
from bot.playground import Slack, open_playground
from bot.playground.values import Message, Transport
from bot.wiring import Mode, Service
from providers.clock import SystemClock
from providers.simulator import Simulator, open_simulator

VAST_KEY = "vast-key-canary-0001"
TENSORDOCK_TOKEN = "tensordock-token-canary-0002"
SIGNING_SECRET_WORD = "canary"


@dataclass
class World:
    slack: Slack
    market: Simulator
    home: Path
    transport: Transport
    overrides: dict[str, Any] = field(default_factory=dict)
    service: Service | None = None

    async def start_bot(self) -> None:
        """A fresh process in all but name: nothing survives but disk and database."""
        over_socket = self.transport == "socket"
        values: dict[str, Any] = {
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
            "port": 0,
        }
        loaded = settings.load(**(values | self.overrides))
        self.service = Service(loaded, SystemClock(), Mode.RUN)
        await self.service.start()
        if not over_socket:
            self.slack.request_url = f"http://127.0.0.1:{self.service.port}/slack/events"

    async def stop_bot(self) -> None:
        if self.service is not None:
            await self.service.stop()
            self.service = None

    async def ask(self, text: str, **who: Any) -> Message:
        """Types a command and returns the answer."""
        handled = await self.slack.command(text, **who)
        return await self.slack.wait_for_message(
            lambda message: "Asking" not in message.text, since=handled.since
        )


@contextlib.asynccontextmanager
async def open_world(
    home: Path, transport: Transport = "socket", **overrides: Any
) -> AsyncIterator[World]:
    async with (
        open_simulator(seed=7, rate_limits=False, ssh_answers=True) as market,
        open_playground(transport=transport) as slack,
    ):
        world = World(slack, market, home, transport, overrides)
        await world.start_bot()
        try:
            yield world
        finally:
            await world.stop_bot()
