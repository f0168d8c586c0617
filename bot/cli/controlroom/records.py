"""The bot's own database, read past the bot, and never written."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_LIVE = ("renting", "starting", "running", "ending")


@dataclass(frozen=True, slots=True)
class Card:
    """The offer that a card showed."""

    provider: str
    offer_id: str
    gpu_usd_per_hour: float
    gpus: int


@dataclass(frozen=True, slots=True)
class Stored:
    """One change that the bot wrote down."""

    number: int
    at: float
    """Market time, in epoch seconds."""
    session_id: str
    old: str
    new: str
    why: str


@dataclass(frozen=True, slots=True)
class Watch:
    id: str
    models: Sequence[str]
    looked: bool
    """At least once since it was set up."""
    card: str
    """The session on the card of its last alert; empty before the first."""


@dataclass(frozen=True, slots=True)
class Said:
    key: str
    kind: str
    about: str
    watches: Sequence[str]
    """Ids of those that a new alert is about; none for what only brings one up to date."""
    at: float


@dataclass(frozen=True, slots=True)
class Post:
    channel: str
    ts: str


class Records:
    def __init__(self, path: Path) -> None:
        self._path = path

    def live(self) -> frozenset[str]:
        """Ids of sessions that may have a machine."""
        marks = ", ".join("?" * len(_LIVE))
        rows = self._read(f"SELECT id FROM sessions WHERE state IN ({marks})", _LIVE)  # noqa: S608  question marks
        return frozenset(str(row[0]) for row in rows)

    def announced(self) -> frozenset[str]:
        """Machines that no session has and that the bot has told its admins about."""
        rows = self._read("SELECT instance_id FROM orphans WHERE state <> 'gone'")
        return frozenset(str(row[0]) for row in rows)

    def deployment(self) -> str | None:
        """How the bot's own ids begin; None before its first card."""
        for (session_id,) in self._read("SELECT id FROM sessions LIMIT 1"):
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

    def ends_at(self, session_id: str) -> float | None:
        """Market time, as it is planned; None for what is not rented, or no longer."""
        marks = ", ".join("?" * len(_LIVE))
        question = f"SELECT rental FROM sessions WHERE id = ? AND state IN ({marks})"  # noqa: S608  question marks
        for (stored,) in self._read(question, (session_id, *_LIVE)):
            return _epoch(json.loads(stored)["ends_at"])
        return None

    def watches(self) -> list[Watch]:
        """The newest last."""
        rows = self._read("SELECT id, watch, memory, said FROM watches ORDER BY number")
        return [_watch(*row) for row in rows]

    def said(self) -> list[Said]:
        """What the bot posted, in the order of posting."""
        rows = self._read(
            "SELECT key, about, notice, sent_at FROM outbox WHERE sent_at IS NOT NULL"
            " ORDER BY sent_at, id"
        )
        return [_said(*row) for row in rows]

    def post(self, about: str) -> Post | None:
        """Where the message stands that is about this session, or was posted under this key."""
        for channel, ts in self._read("SELECT channel, ts FROM posts WHERE about = ?", (about,)):
            return Post(str(channel), str(ts))
        return None

    def changes(self, after: int = 0) -> list[Stored]:
        """In the order of writing, those with a greater number."""
        rows = self._read(
            "SELECT id, at, session_id, from_state, to_state, why FROM session_events"
            " WHERE id > ? ORDER BY id",
            (after,),
        )
        return [
            Stored(int(number), _epoch(at), str(session), str(old or ""), str(new), str(why))
            for number, at, session, old, new, why in rows
        ]

    def _read(self, question: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        if not self._path.exists():
            return []
        address = f"file:{self._path}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=1.0)) as database:
            try:
                return list(database.execute(question, values))
            except sqlite3.OperationalError:  # it is being made, or is busy
                return []


def _epoch(stored: object) -> float:
    return datetime.fromisoformat(str(stored)).replace(tzinfo=UTC).timestamp()


def _watch(watch_id: object, watch: str, memory: str, said: str | None) -> Watch:
    models = tuple(str(name) for name in json.loads(watch)["query"]["gpus"])
    looked = json.loads(memory)["looked_at"] is not None
    card = "" if said is None else str(json.loads(said)["session_id"])
    return Watch(str(watch_id), models, looked, card)


def _said(key: object, about: object, notice: str, at: object) -> Said:
    told = json.loads(notice)
    facts = told["facts"]
    watches = () if "edits" in facts else tuple(facts.get("watches", "").split())
    return Said(str(key), str(told["kind"]), str(about or ""), watches, _epoch(at))
