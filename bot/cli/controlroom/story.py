"""One line for each thing that happened: at Slack, at the marketplaces, in the bot's records."""

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from aiohttp import ClientError

from bot.cli.controlroom.market import MARKETPLACES, Machine, State
from bot.cli.controlroom.records import Stored
from bot.cli.controlroom.room import Room
from providers.clock import SystemClock

Kind = Literal["slack", "asked", "said", "stored", "market", "you"]
_KEPT = 600
_QUIET_ASKED = frozenset({"list", "detail", "user", "auth_test", "gpu_names", "gpu_types"})
_QUIET_CALLS = frozenset(
    {"auth.test", "apps.connections.open", "users.info", "conversations.info", "team.info"}
)
_ENDPOINTS = {
    "search": "what is for rent?",
    "locations": "what is for rent?",
    "hostnodes": "which hosts are there?",
    "list": "which machines are ours?",
    "detail": "how is machine {subject}?",
    "create": "make a machine",
    "destroy": "end machine {subject}",
    "user": "whose account is this?",
    "auth_test": "is this key good?",
}
_TROUBLE = {
    "refuse": "no answer",
    "hang": "no answer",
    "lost-answer": "done, and no answer",
    "truncated": "an answer that stops in the middle",
    "slow": "a late answer",
    "will-not-end": "\u201cyes\u201d, and nothing was done",
    "comes-back": "\u201cyes\u201d, for a minute",
    "never-starts": "a machine that never starts",
}


@dataclass(frozen=True, slots=True)
class Line:
    number: int
    at: float
    """Market time, in epoch seconds."""
    kind: Kind
    words: str
    quiet: bool = False
    """Routine, which is asked again and again."""
    bad: bool = False


@dataclass(frozen=True, slots=True)
class _Told:
    at: float
    kind: Kind
    words: str
    quiet: bool = False
    bad: bool = False


class Story:
    def __init__(self, room: Room) -> None:
        self._room = room
        self._machine = SystemClock()
        self._numbers = count(1)
        self._lines: deque[Line] = deque(maxlen=_KEPT)
        self._asked = self._called = self._stored = 0
        self._disks = room.disks
        self._machines: dict[tuple[str, str], Machine] = {}

    def after(self, number: int) -> list[Line]:
        """Oldest first."""
        return [line for line in self._lines if line.number > number]

    def tell(self, at: float, kind: Kind, words: str) -> None:
        self._lines.append(Line(next(self._numbers), at, kind, words))

    async def look(self) -> State:
        """Gathers what happened since the last look; before time is moved too, or what stood
        before a jump would be dated after it."""
        state = await self._room.market.state()
        told = [*self._of_machines(state)]
        told += [self._of_asking(row) for row in await self._room.market.journal(self._asked)]
        told += [self._of_storing(stored) for stored in self._changes()]
        with suppress(ClientError, TimeoutError):  # the workspace is closing
            told += await self._of_slack(state)
        for line in sorted(told, key=lambda line: line.at):
            self._lines.append(
                Line(next(self._numbers), line.at, line.kind, line.words, line.quiet, line.bad)
            )
        return state

    def _of_machines(self, state: State) -> Iterator[_Told]:
        there = {(one.marketplace, one.number): one for one in state.machines}
        for key, machine in there.items():
            before = self._machines.get(key)
            if before is None:
                words = f"{machine.name} was made: ${machine.usd_per_hour:.2f}/h"
                yield _Told(state.now, "market", words)
            if machine.status and (before is None or before.status != machine.status):
                yield _Told(state.now, "market", f"{machine.name} is {machine.status.lower()}")
        for key in self._machines.keys() - there.keys():
            yield _Told(state.now, "market", f"{self._machines[key].name} is gone")
        self._machines = there

    def _of_asking(self, row: Mapping[str, Any]) -> _Told:
        self._asked = max(self._asked, int(row["number"]))
        endpoint, status = str(row["endpoint"]), int(row["status"])
        question = _ENDPOINTS.get(endpoint, endpoint).format(subject=row["subject"])
        trouble = [str(kind) for kind in row["trouble"]]
        answer = ", ".join(_TROUBLE.get(kind, kind.replace("-", " ")) for kind in trouble)
        bad = bool(trouble) or status >= 400
        words = f"{MARKETPLACES[row['marketplace']]}, {question} {answer or _status(status)}"
        return _Told(float(row["at"]), "asked", words, endpoint in _QUIET_ASKED and not bad, bad)

    def _changes(self) -> list[Stored]:
        if self._room.disks != self._disks:
            self._disks, self._stored = self._room.disks, 0
        return self._room.records.changes(self._stored)

    def _of_storing(self, stored: Stored) -> _Told:
        self._stored = stored.number
        moved = stored.old not in ("", stored.new)
        state = f"{stored.old} \u2192 {stored.new}" if moved else stored.new
        words = f"{stored.session_id} {state}: {stored.why}"
        return _Told(stored.at, "stored", words, stored.new == "offered", stored.new == "failed")

    async def _of_slack(self, state: State) -> list[_Told]:
        if self._room.slack is None:
            return []
        now, told = self._machine.now().timestamp(), []
        for line in await self._room.slack.journal(self._called):
            self._called = max(self._called, int(line["number"]))
            at = state.at(float(line["at"]), now)
            told.append(_sent(line, at) if line["kind"] == "sent" else _called(line, at))
        return told


def _status(status: int) -> str:
    if status < 400:
        return "answered"
    return f"refused ({status})"


def _sent(line: Mapping[str, Any], at: float) -> _Told:
    what, words, result = str(line["what"]), str(line["words"]), str(line["result"])
    who = str(line["who"]).split(" ")[0]
    did = {
        "command": f"{who} typed {words}",
        "press": f"{who} pressed \u201c{words}\u201d",
        "form": f"{who} sent the form \u201c{words}\u201d",
        "closed form": f"{who} closed \u201c{words}\u201d",
    }.get(what, f"event {words}")
    where = f" in {line['where']}" if line["where"] else ""
    heard = f"not taken: {result}" if result else f"taken in {line['ms']} ms"
    return _Told(at, "slack", f"{did}{where}; {heard}", bad=bool(result))


def _called(line: Mapping[str, Any], at: float) -> _Told:
    method, error = str(line["what"]), str(line["result"])
    where = " ".join(filter(None, (str(line["where"]), line["who"] and f"for {line['who']}")))
    head = f"{method} {where}".strip()
    words = f"{head}: {line['words']}" if line["words"] else head
    refused = f" \u2014 refused: {error}" if error else ""
    return _Told(at, "said", words + refused, method in _QUIET_CALLS and not error, bool(error))
