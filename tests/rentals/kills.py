"""`python -m tests.rentals.kills [KILLS] [SEED]`: the real program, killed with SIGKILL, one on
every core.

The bot is a process of its own between simulated marketplaces and a simulated workspace; it is
killed at any moment of a rental and started again on the same disk. Time runs fast for all.
"""

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random

from bot import settings
from bot.playground import Slack, open_playground
from bot.playground.values import View
from bot.store import StoredSessions, open_database
from providers.simulator import Simulator, open_simulator
from tests.rentals.newsstand import doubled_warnings
from tests.rentals.stage import KEY

SPEED = 120.0
FAULTS = ("lost-answer", "error-after", "refuse", "cut", "never-starts", "comes-back", "ends-late")
DEPLOYMENT = "test"


@dataclass
class Outcome:
    kills: int = 0
    stories: int = 0
    machines: int = 0
    broken: list[str] = field(default_factory=list)

    def add(self, other: "Outcome") -> None:
        self.kills += other.kills
        self.stories += other.stories
        self.machines += other.machines
        self.broken += other.broken


class Kills:
    def __init__(self, slack: Slack, market: Simulator, home: Path, seed: int) -> None:
        self.slack, self.market, self.home = slack, market, home
        self.random = Random(seed)
        self.killed = 0
        self.stories = 0
        self.bot: Process | None = None

    async def start(self) -> None:
        self.bot = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli.demo_bot", self.market.admin_url,
            env=self._environment(), stdout=DEVNULL, stderr=PIPE,
        )  # fmt: skip
        assert self.bot.stderr is not None
        async with asyncio.timeout(60):
            while line := await self.bot.stderr.readline():
                if line.startswith(b"{") and json.loads(line)["event"] == "ready":
                    break
            else:
                raise RuntimeError("the bot ended before it was ready")
        self._drain = asyncio.create_task(_drained(self.bot))

    async def kill(self) -> None:
        assert self.bot is not None
        self.bot.send_signal(signal.SIGKILL)
        await self.bot.wait()
        await self._drain
        self.killed += 1
        await self.start()

    async def story(self) -> None:
        """One rental, with deaths anywhere in it; then it is over, and nothing is left."""
        self.stories += 1
        if self.random.random() < 0.4:
            kind = self.random.choice(FAULTS)
            endpoint = "destroy" if kind in {"comes-back", "ends-late"} else "create"
            self.market.fault(self.random.choice(("vast", "tensordock")), kind, endpoint=endpoint)
        rented = await self._rented()
        for _ in range(self.random.choice((1, 2, 3))):
            await asyncio.sleep(self.random.uniform(0, 1.5))
            await self.kill()
            if rented and self.random.random() < 0.5:
                await self._command("/gpu stop")
        self.market.clear_faults()
        await self._over()

    async def _rented(self) -> bool:
        where = self.random.choice(("vast", "tensordock"))
        try:
            handled = await self.slack.command(f"/gpu find on {where} any host reliability 0")
            answer = await self.slack.wait_for_message("all-in", since=handled.since)
            pressed = await self.slack.press(answer, "gpu:rent", nth=self.random.randrange(3))
            window = await self.slack.wait_for_modal("most it can cost", since=pressed.since)
            sent = asyncio.create_task(self._sent(window))
            if self.random.random() < 0.5:  # in the middle of it
                await asyncio.sleep(self.random.uniform(0, 0.3))
                await self.kill()
            await sent
        except (AssertionError, LookupError, TimeoutError) as error:
            print(f"story {self.stories}: not rented: {str(error)[:120]}", flush=True)
            return False
        return True

    async def _sent(self, window: View) -> None:
        keyed = any(block.get("block_id") == "gpu:key" for block in window.blocks)
        await self.slack.submit(window, {"gpu:key": KEY} if keyed else {})

    async def _command(self, text: str) -> None:
        await self.slack.command(text)

    async def _over(self) -> None:
        """Ended by a press, or by itself; all that is said about it is heard first."""
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            if not await self._live() and not self._alive():
                return
            await self._command("/gpu stop")
            await asyncio.sleep(1.0)
        raise AssertionError(f"still alive: {self._alive()}, live: {await self._live()}")

    async def _live(self) -> list[str]:
        database = open_database(f"sqlite:///{self.home / 'data' / 'shopper.db'}")
        try:
            return [f"{each.id} {each.state}" for each in await StoredSessions(database).live()]
        finally:
            await database.close()

    def _alive(self) -> list[str]:
        now = self.market.clock.now()
        labels = [each.label for each in self.market.vast.rentals.existing(now)]
        labels += [each.name for each in self.market.tensordock.rentals.existing(now)]
        return [label for label in labels if label]

    def rented_twice(self) -> list[str]:
        labels = Counter(each.label for each in self.market.vast.rentals.ever_made())
        labels.update(each.name for each in self.market.tensordock.rentals.ever_made())
        return [label for label, count in labels.items() if label and count > 1]

    def made(self) -> int:
        vast, dock = self.market.vast.rentals, self.market.tensordock.rentals
        return len(vast.ever_made()) + len(dock.ever_made())

    def _environment(self) -> dict[str, str]:
        policy = self.home / "policy.toml"
        policy.write_text(f'admins = ["{self.slack.user("ada").id}"]\n')
        return settings.child_environment(
            {
                "SLACK_BOT_TOKEN": self.slack.bot_token,
                "SLACK_APP_TOKEN": self.slack.app_token,
                "SLACK_API_URL": self.slack.api_url,
                "VASTAI_URL": self.market.vast_url,
                "VASTAI_API_KEY": "kills",
                "VASTAI_SEARCH_INTERVAL_S": "0.05",
                "TENSORDOCK_URL": self.market.tensordock_url,
                "TENSORDOCK_API_TOKEN": "kills",
                "SHOPPER_DATA_DIR": str(self.home / "data"),
                "SHOPPER_CACHE_DIR": str(self.home / "cache"),
                "SHOPPER_POLICY": str(policy),
                "SHOPPER_DEPLOYMENT": DEPLOYMENT,
                "PORT": "0",
                "LOG_FORMAT": "json",
            }
        )

    async def end(self) -> None:
        if self.bot is not None and self.bot.returncode is None:
            self.bot.terminate()
            await self.bot.wait()


async def _drained(process: Process) -> None:
    """What it logs is read, or it would wait for a reader."""
    assert process.stderr is not None
    while await process.stderr.readline():
        pass


async def run(kills: int, seed: int) -> Outcome:
    async with (
        open_simulator(
            seed=seed % 50 + 1, speed=SPEED, rate_limits=False, ssh_answers=True, credit=1e6,
            stale_share=0.0,
        ) as market,
        open_playground(transport="socket") as slack,
    ):  # fmt: skip
        outcome = Outcome()
        with tempfile.TemporaryDirectory() as folder:
            soak = Kills(slack, market, Path(folder), seed)
            await soak.start()
            try:
                while soak.killed < kills:
                    await soak.story()
                    if soak.stories % 10 == 0:
                        print(f"{soak.killed} kills in {soak.stories} stories", flush=True)
            except AssertionError as error:
                outcome.broken.append(f"story {soak.stories}, seed {seed}: {error}")
            finally:
                await soak.end()
        outcome.broken += [f"rented twice, seed {seed}: {each}" for each in soak.rented_twice()]
        doubled = doubled_warnings(slack, 0)
        outcome.broken += [f"warned twice, seed {seed}: {each}" for each in doubled]
        outcome.kills, outcome.stories, outcome.machines = soak.killed, soak.stories, soak.made()
        return outcome


def _run(kills: int, seed: int) -> Outcome:
    return asyncio.run(run(kills, seed))


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    bots = min(os.cpu_count() or 1, kills)
    print(f"{kills} kills of {bots} bots from seed {seed}, pid {os.getpid()}", flush=True)
    shares = [kills // bots + (number < kills % bots) for number in range(bots)]
    total = Outcome()
    with ProcessPoolExecutor(bots) as pool:
        for outcome in pool.map(_run, shares, range(seed, seed + bots)):
            total.add(outcome)
    print(json.dumps({**asdict(total), "seed": seed}))
    return 1 if total.broken else 0


if __name__ == "__main__":
    sys.exit(main())
