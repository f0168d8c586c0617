"""`demo`: simulated marketplaces, a simulated Slack, and the unmodified bot between them.

Each is a process of its own that prints one line of JSON when it is ready. With `--real` the bot
searches the real marketplaces with the keys of the environment; without it no real key is seen.
"""

import argparse
import asyncio
import contextlib
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot import settings
from bot.cli.controlroom import open_controls
from bot.cli.demo_processes import Bot, DidNotStart, Parts

COMMAND = "/gpu|Find and rent GPUs at all-in prices|find 2x 4090 under 0.80"
SEED = "19"
"""A market in which the examples of the help find something."""
PROPOSALS = (
    "/gpu find 4090 under 0.50",
    "/gpu find 2x 4090 under 0.80",
    "/gpu watch 4090 under 0.30",
    "/gpu help",
)
_PLAYGROUND = (
    *("bot.playground", "--json", "--command", COMMAND),
    *(word for text in PROPOSALS for word in ("--propose", text)),
)
_TITLES = (
    *("--title", "ada=admin", "--title", "grace=may rent", "--title", "linus=may rent"),
    *("--title", "sam=another company"),
)
_SIMULATED = "Nothing here is real: the marketplaces, the money and this Slack are simulated."
_REAL = (
    "Real marketplaces are searched with the keys of your environment. Nothing can be rented, and"
    " this Slack is simulated."
)
_SIMULATOR = (
    *("providers.simulator", "--json", "--seed", SEED),
    *("--no-rate-limits", "--ssh-answers", "--credit", "100"),
)
"""Its limits count the machine's seconds: at sixty times the speed the bot would run into them."""
_MARKETPLACES = ("VASTAI_API_KEY", "TENSORDOCK_API_TOKEN", "TENSORDOCK_AUTH_ID")


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
        parts = Parts(stack)
        slack = await (_open_real(parts, home) if real else _open_simulated(stack, parts, home))
        _tell(slack["page_url"], real=real)
        if browser and settings.has_display():
            webbrowser.open(slack["page_url"])
        return await parts.wait(end)


async def _open_real(parts: Parts, home: Path) -> Mapping[str, Any]:
    slack = await parts.start("playground", *_PLAYGROUND, "--banner", _REAL)
    env = settings.child_environment(_slack_settings(slack, home), keep=_MARKETPLACES)
    await Bot(parts, env, ("bot", "run"), ()).start()
    return slack


async def _open_simulated(
    stack: contextlib.AsyncExitStack, parts: Parts, home: Path
) -> Mapping[str, Any]:
    """The bot lives in the simulated market's time, so that an hour can be jumped."""
    market = await parts.start("simulator", *_SIMULATOR)
    disk = (home / "data", home / "cache")
    url, room = await stack.enter_async_context(
        open_controls(market["admin"], disk[0] / "shopper.db")
    )
    slack = await parts.start(
        "playground", *_PLAYGROUND, *_TITLES, "--banner", _SIMULATED, "--controls", url
    )
    surroundings = _slack_settings(slack, home) | _market_settings(market)
    surroundings["SHOPPER_POLICY"] = str(_write_policy(home, slack["people"]["ada"]))
    env = settings.child_environment(surroundings)
    bot = Bot(parts, env, ("bot.cli.demo_bot", market["admin"]), disk)
    room.enter(slack["page_url"])
    room.bot = bot
    await bot.start()
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
