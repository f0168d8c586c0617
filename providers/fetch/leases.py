"""Who fetches a key, among processes: a lease on the disk cache that ends by itself."""

import contextlib
import json
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from providers.clock import Clock
from providers.errors import (
    BadAnswer,
    ProviderError,
    RateLimited,
    Resting,
    TimedOut,
    Unreachable,
)
from providers.fetch.cache import CacheTrouble, Store
from providers.fetch.call import Trip
from providers.fetch.workers import CacheFile

_TOLD_S: Final = 60.0
"""For so long the end of a lease is told to the processes that waited for it."""
_KINDS: Final[dict[str, type[ProviderError]]] = {
    kind.__name__: kind for kind in (RateLimited, TimedOut, Unreachable, Resting, BadAnswer)
}


@dataclass(frozen=True, slots=True)
class Lease:
    """How a key stands, seen by one that wants to fetch it."""

    mine: bool
    news: bool = False
    """Another holder stored an answer since the caller looked for one."""
    failure: ProviderError | None = None
    """What another holder met since then."""


@dataclass(frozen=True, slots=True)
class Met:
    """A failure and its moment: it is no news for those who came after it."""

    error: ProviderError
    at_s: float


class Leases:
    def __init__(self, file: CacheFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._host = socket.gethostname()

    def owner(self) -> str:
        return secrets.token_hex(8)

    async def take(self, trip: Trip, owner: str, lasts_s: float) -> Lease:
        """Ours when nobody else holds it, or when the disk cannot tell."""
        try:
            return await self._file.run(lambda store: self.take_in(store, trip, owner, lasts_s))
        except CacheTrouble:
            return Lease(mine=True)

    def take_in(self, store: Store, trip: Trip, owner: str, lasts_s: float) -> Lease:
        """The same in the cache's thread."""
        name = f"lease:{trip.key}"
        with store.transaction():
            now_s = self._clock.now().timestamp()
            held = _read(store, name)
            failure = _failure(trip, held)
            if failure is not None or self._is_held(held, now_s):
                return Lease(mine=False, failure=failure)
            stored_s = held.get("stored_s")
            news = isinstance(stored_s, int | float) and stored_s >= trip.began_s
            row = {"owner": owner, "host": self._host, "pid": os.getpid()}
            row |= {"until_s": now_s + lasts_s, "stored_s": stored_s}
            store.put(name, json.dumps(row), lasts_s)
        return Lease(mine=True, news=news)

    async def give_back(
        self, trip: Trip, owner: str, *, stored: bool, failure: Met | None
    ) -> None:
        """Leaves word for those who wait, also what an earlier holder left."""
        name = f"lease:{trip.key}"

        def on_disk(store: Store) -> None:
            with store.transaction():
                held = _read(store, name)
                if held.get("owner") != owner:
                    return  # it had run out and is another's
                word = _told(failure) if failure is not None else {}
                now_s = self._clock.now().timestamp()
                word["stored_s"] = now_s if stored else held.get("stored_s")
                store.put(name, json.dumps(word), _TOLD_S)

        with contextlib.suppress(CacheTrouble):
            await self._file.run(on_disk)

    def _is_held(self, row: dict[str, Any], now_s: float) -> bool:
        until_s, pid = row.get("until_s"), row.get("pid")
        if not isinstance(until_s, int | float) or not isinstance(pid, int):
            return False
        # Another machine or container may share the directory: its processes cannot be seen.
        dead = row.get("host") == self._host and not _is_alive(pid)
        return now_s < until_s and not dead


def _read(store: Store, name: str) -> dict[str, Any]:
    try:
        row = json.loads(store.text(name) or "")
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def _told(met: Met) -> dict[str, object]:
    error = met.error
    kind = next((name for name, kind in _KINDS.items() if isinstance(error, kind)), "")
    return {
        "failed": kind,
        "at_s": met.at_s,
        "sentence": error.sentence,
        "retry_after_s": error.retry_after_s,
    }


def _failure(trip: Trip, row: dict[str, Any]) -> ProviderError | None:
    kind, sentence = _KINDS.get(str(row.get("failed"))), row.get("sentence")
    retry_after_s = row.get("retry_after_s")
    at_s = row.get("at_s")
    if kind is None or not isinstance(sentence, str) or not isinstance(at_s, int | float):
        return None
    if at_s <= trip.began_s:
        return None
    wait_s = float(retry_after_s) if isinstance(retry_after_s, int | float) else None
    detail = "met by another process"
    return kind(trip.call.provider, sentence, detail=detail, retry_after_s=wait_s)


def _is_alive(pid: int) -> bool:
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Killed, and its parent has not looked yet: Linux keeps the number until then."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return False
    return state.rpartition(")")[2].split()[:1] == ["Z"]
