"""From a marketplace's change to the message in the channel, in simulated time.

Everything is real but the time: adapters, limits and database, the simulated marketplace behind
HTTP with the vendor's limits on, and the simulated workspace. What takes no time of the clock,
such as an answer on loopback, counts as none.
"""

import asyncio
import random
import statistics
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
from pydantic import SecretStr

from bot.playground import Slack, open_playground
from bot.rules.alerts import CONFIRM_AFTER
from bot.rules.watch_answers import WatchPage
from bot.rules.watches import Rule, Trigger, Watch
from bot.wiring import WATCH_EVERY_S
from providers.models import OfferQuery
from providers.settings import ProviderSettings
from providers.simulator import open_simulator
from tests.fakes.clock import FakeClock
from tests.rentals.stage import ADA, VAST, Doors, Policies, Stage

CHANGES = 40
HAND_OVER_S = 2.0
"""What the issue allows beside the looks."""
_WANTED = OfferQuery(gpus=("RTX 4090",))
_CHEAPER = 0.95
_DEEP = 5
"""It is one of the so many cheapest that costs less."""


class _Paced(Stage):
    """As fast as the vendors' limits, and no faster."""

    def _settings(self, url: str, key: str) -> ProviderSettings:
        return ProviderSettings(url, SecretStr(key))


@dataclass(frozen=True, slots=True)
class News:
    taken_s: tuple[float, ...]
    """Of each change, the shortest first."""
    interval_s: float

    @property
    def p50_s(self) -> float:
        return statistics.median(self.taken_s)

    @property
    def slowest_s(self) -> float:
        return self.taken_s[-1]

    @property
    def most_s(self) -> float:
        """One interval, the confirmation, and the hand-over."""
        return self.interval_s + CONFIRM_AFTER.total_seconds() + HAND_OVER_S


def measure() -> News:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder)))


async def _measure(home: Path) -> News:
    clock, draw = FakeClock(), random.Random(7)
    async with (
        open_simulator(
            seed=7, clock=clock, vast_machines=300, evolving=False, stale_share=0.0
        ) as market,
        open_playground(transport="none") as slack,
        aiohttp.ClientSession() as http,
    ):
        address = f"sqlite:///{home / 'shopper.db'}"
        stage = _Paced(clock, market, home, address, Policies(), Doors(), slack=(slack, http))
        await stage.start_bot()
        try:
            watch = await _watch(stage)
            interval_s = await stage.bot.watching.pace.interval_s()
            taken = [await _told_after(stage, slack, watch, draw) for _ in range(CHANGES)]
        finally:
            await stage.stop_bot()
    if stage.errors:
        raise RuntimeError(f"{stage.errors}")
    return News(tuple(sorted(taken)), interval_s)


async def _watch(stage: Stage) -> Watch:
    """It speaks as often as there is news; its scene is set."""
    page = await stage.bot.watch_control.set(ADA, _WANTED, Rule(Trigger.ANY), "4090 any")
    if not isinstance(page, WatchPage):
        raise TypeError(f"{page}")
    often = page.watch.with_changes(cool_down=timedelta(0), daily_cap=10 * CHANGES)
    await stage.records.watches.change(page.watch, often)
    await _pass(stage, 200)
    return often


async def _told_after(stage: Stage, slack: Slack, watch: Watch, draw: random.Random) -> float:
    """The change comes at any moment between two looks, and between two ticks of the job."""
    await _pass(stage, draw.uniform(60, 200))
    told, part = _messages(slack), draw.uniform(0, WATCH_EVERY_S)
    stage.clock.advance(part)
    await _cheapen(stage, watch, draw)
    changed = stage.clock.monotonic()
    stage.clock.advance(WATCH_EVERY_S - part)
    while _messages(slack) == told:
        await _tick(stage)
        if stage.clock.monotonic() - changed > 3600:
            raise RuntimeError("a change was never told")
    return stage.clock.monotonic() - WATCH_EVERY_S - changed


async def _pass(stage: Stage, seconds: float) -> None:
    end = stage.clock.monotonic() + seconds
    while stage.clock.monotonic() < end:
        await _tick(stage)


async def _tick(stage: Stage) -> None:
    """As the job does, and the notifier that is nudged after it."""
    await stage.bot.watching.tick()
    if stage.notifier is not None:
        await stage.notifier.tick()
    stage.clock.advance(WATCH_EVERY_S)


async def _cheapen(stage: Stage, watch: Watch, draw: random.Random) -> None:
    newest = await stage.records.watches.get(watch.id)
    if newest is None:
        raise RuntimeError("the watch is gone")
    known = sorted(newest.memory.known, key=lambda one: one[1])
    machines = [key.machine for key, _ in known if key.provider == VAST]
    name = draw.choice(machines[:_DEEP])
    for machine in stage.market.vast.book.machines():
        if str(machine.machine_id) == name:
            machine.usd_per_gpu_hour *= _CHEAPER


def _messages(slack: Slack) -> int:
    return len(slack.workspace.messages(ADA.place.channel_id))


if __name__ == "__main__":
    print(measure())
