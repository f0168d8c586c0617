"""What the demo asks of the simulated marketplaces, and what the bot has in its records."""

import json
import sqlite3
from base64 import b32encode
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Any

from aiohttp import ClientSession

MARKETPLACES = ("vast", "tensordock")
_LIVE = ("renting", "starting", "running", "ending")
_LABEL = "shopper-"


@dataclass(frozen=True, slots=True)
class Machine:
    marketplace: str
    number: str
    label: str
    usd_per_hour: float
    is_bid: bool = False

    @property
    def session_id(self) -> str:
        return self.label.removeprefix(_LABEL)


class Market:
    """The simulator's admin server, whose address stays in this process."""

    def __init__(self, http: ClientSession, admin_url: str) -> None:
        self._http = http
        self._admin_url = admin_url

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        async with self._http.request(
            method, f"{self._admin_url}/{path}", json=body, raise_for_status=True
        ) as answer:
            return await answer.json()

    async def machines(self) -> list[Machine]:
        """Those that exist, the newest last."""
        state = await self.ask("GET", "state")
        return [
            Machine(
                name,
                str(row["id"]),
                str(row["label"] or ""),
                float(row["usd_per_hour"]),
                row.get("bid") is not None,
            )
            for name in MARKETPLACES
            for row in state[name]["instances"]
            if row["exists"]
        ]

    async def fault(self, kind: str, endpoint: str, **details: Any) -> None:
        """At either marketplace, whichever is asked next."""
        for name in MARKETPLACES:
            wish = {"kind": kind, "marketplace": name, "endpoint": endpoint, **details}
            await self.ask("POST", "faults", wish)

    async def doom(self, machine: Machine, fate: str) -> None:
        path = f"machines/{machine.marketplace}/{machine.number}"
        await self.ask("PUT", path, {"fate": fate})

    async def make(self, deployment: str) -> None:
        """A machine of the account that the bot did not rent, under a label of its own."""
        label = f"{_LABEL}{deployment}-{_letters()}"
        await self.ask("POST", "machines/vast", {"label": label})

    async def waiting(self) -> list[str]:
        """Kinds of trouble that are still to come. What was to happen once, at whichever
        marketplace, is over when it happened at one."""
        faults = await self.ask("GET", "faults")
        kinds = [str(fault["kind"]) for fault in faults]
        left = [
            fault
            for fault in faults
            if fault["times"] is not None and kinds.count(fault["kind"]) == 1
        ]
        for fault in left:
            await self.ask("DELETE", f"faults/{fault['number']}")
            kinds.remove(fault["kind"])
        return list(dict.fromkeys(kinds))

    async def take_away(self, card: "Card") -> None:
        if card.provider == "vastai":
            await self.ask("DELETE", f"vast/offers/{card.offer_id}")
            return
        await self.ask("PUT", _stock(card), {"max_count": 0})

    async def raise_price(self, card: "Card", factor: float) -> None:
        """Of the GPUs; the disk costs what it did."""
        price = card.gpu_usd_per_hour * factor
        if card.provider == "vastai":
            await self.ask("PUT", f"vast/offers/{card.offer_id}", {"usd_per_hour": price})
            return
        await self.ask("PUT", _stock(card), {"price_per_hr": price / card.gpus})


@dataclass(frozen=True, slots=True)
class Card:
    """The offer that a card showed."""

    provider: str
    offer_id: str
    gpu_usd_per_hour: float
    gpus: int


def _stock(card: Card) -> str:
    location, name, _ = card.offer_id.split(":")
    return f"tensordock/locations/{location}/{name}"


def _letters() -> str:
    return b32encode(token_bytes(10)).decode().lower()[:10]


class Records:
    """The bot's own database, read past the bot."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def live(self) -> frozenset[str]:
        """Ids of sessions that may have a machine."""
        marks = ", ".join("?" * len(_LIVE))
        rows = self._read(f"SELECT id FROM sessions WHERE state IN ({marks})", _LIVE)  # noqa: S608  question marks
        return frozenset(str(row[0]) for row in rows)

    def deployment(self) -> str | None:
        """How the bot's own ids begin; None before its first card."""
        for (session_id,) in self._read("SELECT id FROM sessions LIMIT 1", ()):
            return str(session_id).partition("-")[0]
        return None

    def card(self, session_id: str) -> Card | None:
        for provider, stored in self._read(
            "SELECT provider, offer FROM sessions WHERE id = ?", (session_id,)
        ):
            offer = json.loads(stored)
            price, gpus = float(offer["price"]["gpu"]), int(offer["gpu"]["count"])
            return Card(str(provider), str(offer["offer_id"]), price, gpus)
        return None

    def _read(self, question: str, values: Sequence[str]) -> list[tuple[Any, ...]]:
        if not self._path.exists():
            return []
        address = f"file:{self._path}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=1.0)) as database:
            try:
                return list(database.execute(question, values))
            except sqlite3.OperationalError:  # it is being made, or is busy
                return []
