"""`demo`: simulated marketplaces, a simulated Slack, and the unmodified bot between them.

Each is a process of its own that prints one line of JSON when it is ready. With `--real` the bot
searches the real marketplaces with the keys of the environment; without it no real key is seen.
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import webbrowser
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import settings
from bot.cli.demo_controls import open_controls

START_S = 60.0
STOP_S = 12.0
COMMAND = "/gpu|Find and rent GPUs at all-in prices|find 2x 4090 under 0.80"
SEED = "19"
"""A market in which the examples of the help find something."""
_PLAYGROUND = ("bot.playground", "--json", "--command", COMMAND)
_SIMULATOR = (
    *("providers.simulator", "--json", "--seed", SEED),
    *("--no-rate-limits", "--ssh-answers", "--credit", "100"),
)
"""Its limits count the machine's seconds: at sixty times the speed the bot would run into them."""
_MARKETPLACES = ("VASTAI_API_KEY", "TENSORDOCK_API_TOKEN", "TENSORDOCK_AUTH_ID")


class DidNotStart(Exception):
    """A part ended or stayed silent."""


def main(chosen: argparse.Namespace) -> int:
    try:
        return asyncio.run(_demo(real=chosen.real, browser=not chosen.no_browser))
    except DidNotStart as error:
        print(error, file=sys.stderr)
        return 2


async def _demo(*, real: bool, browser: bool) -> int:
    end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end.set)
    async with contextlib.AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="gpu-shopper-")))
        parts = _Parts(stack)
        slack = await (_open_real(parts, home) if real else _open_simulated(stack, parts, home))
        _tell(slack["page_url"], real=real)
        if browser and settings.has_display():
            webbrowser.open(slack["page_url"])
        return await parts.wait(end)


async def _open_real(parts: "_Parts", home: Path) -> Mapping[str, Any]:
    slack = await parts.start("playground", *_PLAYGROUND)
    await parts.run_bot(_slack_settings(slack, home), _MARKETPLACES, "bot", "run")
    return slack


async def _open_simulated(
    stack: contextlib.AsyncExitStack, parts: "_Parts", home: Path
) -> Mapping[str, Any]:
    """The bot lives in the simulated market's time, so that an hour can be jumped."""
    market = await parts.start("simulator", *_SIMULATOR)
    controls = await stack.enter_async_context(
        open_controls(market["admin"], home / "data" / "shopper.db")
    )
    slack = await parts.start("playground", *_PLAYGROUND, "--controls", controls)
    surroundings = _slack_settings(slack, home) | _market_settings(market)
    surroundings["SHOPPER_POLICY"] = str(_write_policy(home, slack["people"]["ada"]))
    await parts.run_bot(surroundings, (), "bot.cli.demo_bot", market["admin"])
    return slack


def _write_policy(home: Path, admin: str) -> Path:
    """Without an admin nobody rents: whoever sits at the page is one."""
    path = home / "policy.toml"
    path.write_text(f'admins = ["{admin}"]\n')
    return path


def _slack_settings(slack: Mapping[str, Any], home: Path) -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": slack["bot_token"],
        "SLACK_APP_TOKEN": slack["app_token"],
        "SLACK_API_URL": slack["api_url"],
        "SHOPPER_DATA_DIR": str(home / "data"),
        "SHOPPER_CACHE_DIR": str(home / "cache"),
        "PORT": "0",
    }


def _market_settings(market: Mapping[str, Any]) -> dict[str, str]:
    return {
        "VASTAI_URL": market["vast"],
        "VASTAI_API_KEY": "demo",
        "VASTAI_SEARCH_INTERVAL_S": "0.5",  # the simulated one has no such limit
        "TENSORDOCK_URL": market["tensordock"],
        "TENSORDOCK_API_TOKEN": "demo",
    }


def _tell(address: str, *, real: bool) -> None:
    whose = "the real marketplaces; nothing can be rented" if real else "simulated marketplaces"
    print(f"\n  GPU Shopper's playground, with {whose}:\n\n    {address}\n", flush=True)
    print("  Type /gpu in the message box. Ctrl-C ends everything.\n", flush=True)


class _Parts:
    def __init__(self, stack: contextlib.AsyncExitStack) -> None:
        self._stack = stack
        self._processes: dict[str, Process] = {}

    async def start(self, name: str, module: str, *words: str) -> dict[str, Any]:
        """Starts a part and reads its line."""
        process = await self._spawn(name, settings.child_environment({}), module, *words)
        assert process.stdout is not None  # noqa: S101  asked for below
        try:
            line = await asyncio.wait_for(process.stdout.readline(), START_S)
            ready = json.loads(line)
        except (TimeoutError, ValueError):
            raise DidNotStart(f"The {name} did not start.") from None
        return dict(ready)

    async def run_bot(self, values: Mapping[str, str], keep: tuple[str, ...], *words: str) -> None:
        await self._spawn("bot", settings.child_environment(values, keep=keep), *words)

    async def wait(self, end: asyncio.Event) -> int:
        """Until Ctrl-C, or until a part ends by itself."""
        ending = asyncio.ensure_future(end.wait())
        parts = {
            asyncio.ensure_future(process.wait()): name
            for name, process in self._processes.items()
        }
        done, _ = await asyncio.wait({ending, *parts}, return_when=asyncio.FIRST_COMPLETED)
        if ending in done:
            return 0
        ending.cancel()
        name = next(parts[task] for task in done if task in parts)
        raise DidNotStart(f"The {name} ended by itself; its last words stand above.")

    async def _spawn(self, name: str, env: Mapping[str, str], *words: str) -> Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", *words, stdout=PIPE, env=env, start_new_session=True
        )
        self._processes[name] = process
        self._stack.push_async_callback(_stop, process)
        return process


async def _stop(process: Process) -> None:
    """Asks, then insists. Its own session keeps Ctrl-C from reaching it before we ask."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
