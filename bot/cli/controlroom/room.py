"""What all levers and numbers share."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes
from typing import Protocol

from aiohttp import ClientSession

from bot.cli.controlroom.market import Market
from bot.cli.controlroom.records import Records
from bot.cli.controlroom.workspace import SlackSide


class BotProcess(Protocol):
    """The bot of the demo, as something that can be killed."""

    @property
    def alive(self) -> bool: ...

    async def kill(self) -> None:
        """`SIGKILL`; returns when it is dead."""

    async def start(self) -> None:
        """With the disk as it is."""

    async def lose_disk(self) -> None:
        """Killed, its directories emptied, started again."""


@dataclass(frozen=True, slots=True)
class Press:
    """What the page sends with a lever."""

    pressed: Sequence[str] = ()
    """Values of the buttons that were pressed in the page, the newest first."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """What the panel's menus show, by name."""


class Room:
    def __init__(self, http: ClientSession, admin_url: str, database: Path) -> None:
        self._http = http
        self.market = Market(http, admin_url)
        self.records = Records(database)
        self.slack: SlackSide | None = None
        """None until the workspace is open."""
        self.bot: BotProcess | None = None
        self.key = _public_key()
        self.disks = 1
        """How many the bot has had: what is stored is numbered anew on each."""
        self.moving = asyncio.Lock()
        """Nobody looks while a lever is half pulled."""

    def enter(self, page_url: str) -> None:
        """The workspace is open."""
        self.slack = SlackSide(self._http, page_url)


Pull = Callable[[Room, Press], Awaitable[str]]
"""What a lever does. Returns what happens now, as a sentence."""


def _public_key() -> str:
    """One that nobody has the private half of: enough to rent simulated machines with."""
    parts = (b"ssh-ed25519", token_bytes(32))
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"ssh-ed25519 {b64encode(blob).decode()}"
