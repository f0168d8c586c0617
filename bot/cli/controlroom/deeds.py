"""What was done and said since the last look, in the order of time: what the guide waits for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.cli.controlroom.records import Said, Stored
from bot.cli.controlroom.room import Room


class What(StrEnum):
    SHOWN = "shown"
    """A card of an answer, which somebody asked for."""
    RENTED = "rented"
    RAN = "ran"
    OVER = "over"
    """Ended or failed, by whatever."""
    EXTENDED = "extended"
    END_PRESSED = "end pressed"
    WATCH_SET = "watch set"
    WAY_IN_SAID = "way in said"
    WARNED = "warned"
    RECEIPT_SAID = "receipt said"
    ALERTED = "alerted"
    READ = "read"
    """The talk with the bot was opened: only the page knows."""


@dataclass(frozen=True, slots=True)
class Deed:
    what: What
    at: float
    """Market time, in epoch seconds."""
    about: str = ""
    """A session, or the key under which an alert was posted."""
    cards: Sequence[str] = ()
    """Of an alert: the sessions on its cards."""


_SAID = {
    "ready": What.WAY_IN_SAID,
    "warning": What.WARNED,
    "receipt": What.RECEIPT_SAID,
    "alert": What.ALERTED,
}


class Deeds:
    """Reads the bot's records from where it stood at the last look."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self._begin()

    def _begin(self) -> None:
        self._disks = self._room.disks
        self._stored = 0
        self._said: set[str] = set()
        self._watches: set[str] = set()

    def news(self, now: float) -> list[Deed]:
        """Oldest first; on a new disk from its beginning."""
        if self._disks != self._room.disks:
            self._begin()
        return sorted([*self._of_sessions(), *self._of_saying(), *self._of_watches(now)], key=_at)

    def _of_sessions(self) -> Iterator[Deed]:
        changes = self._room.records.changes(self._stored)
        alerted = {watch.card for watch in self._room.records.watches()}
        for change in changes:
            self._stored = change.number
            what = _what(change)
            if what is not None and not (what is What.SHOWN and change.session_id in alerted):
                yield Deed(what, change.at, change.session_id)

    def _of_saying(self) -> Iterator[Deed]:
        for said in self._room.records.said():
            if said.key in self._said:
                continue
            self._said.add(said.key)
            what = _SAID.get(said.kind)
            if what is What.ALERTED and said.watches:
                yield Deed(what, said.at, said.key, self._cards(said))
            elif what is not None and what is not What.ALERTED:
                yield Deed(what, said.at, said.about)

    def _cards(self, said: Said) -> tuple[str, ...]:
        watches = self._room.records.watches()
        return tuple(watch.card for watch in watches if watch.id in said.watches)

    def _of_watches(self, now: float) -> Iterator[Deed]:
        for watch in self._room.records.watches():
            if watch.id not in self._watches:
                self._watches.add(watch.id)
                yield Deed(What.WATCH_SET, now)


def _at(deed: Deed) -> float:
    return deed.at


def _what(change: Stored) -> What | None:
    if change.why.startswith("extended by"):
        return What.EXTENDED
    if change.why.endswith("pressed End"):
        return What.END_PRESSED
    if change.new == "renting" and change.why.startswith("pressed Rent"):
        return What.RENTED
    moved = change.old != change.new
    return _MOVES.get((change.old, change.new)) or (_OVER.get(change.new) if moved else None)


_MOVES = {("", "offered"): What.SHOWN, ("starting", "running"): What.RAN}
_OVER = {"ended": What.OVER, "failed": What.OVER}
