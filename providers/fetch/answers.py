"""Answers that are kept: on the disk for all processes, in memory until they are there.

A value on the disk says of itself which key it belongs to and what its checksum is: truncated or
exchanged files come back from diskcache without a word. Nothing is compressed: for 15 MB of offers
zlib takes 134 ms and 48 ms back, writing them plainly 43 ms, reading 2 ms and checking 9 ms.
"""

import hashlib
import json
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from providers.clock import Clock
from providers.fetch.cache import CacheTrouble, Store
from providers.fetch.call import FetchSettings, Trip
from providers.fetch.policy import Strain, fresh_for, judge, strained
from providers.fetch.workers import CacheFile
from providers.listings import CacheUse

_DIGEST: Final = 32
_LENGTH: Final = 4
_KEPT_S: Final = 3600.0
"""Longer than any answer is usable."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the marketplace said, whole and decompressed."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    received_s: float
    """Epoch seconds."""
    plausible: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    answer: Answer
    use: CacheUse
    fresh_until_s: float


class Answers:
    def __init__(self, file: CacheFile, clock: Clock, settings: FetchSettings) -> None:
        self._file = file
        self._clock = clock
        self._rules = settings.fresh
        self._memory = _Memory(settings.memory_bytes)
        self._strains: dict[str, Strain] = {}

    async def find(
        self, trip: Trip, otherwise: Callable[[Store], None] | None = None
    ) -> Found | None:
        """The newest that is known, unless it is too old to be used; `otherwise` is then done in
        the same visit to the disk."""
        near, mine = self._memory.get(trip.key), self._strains.get(trip.lane)
        if near is not None:
            found = self._judged(near, mine)
            if found is not None and found.use is CacheUse.FRESH:
                return found

        def look(store: Store) -> tuple[Found | None, Strain | None]:
            far, strain = _load(store, trip.key), _newer(mine, _read_strain(store, trip.lane))
            found = self._newest(near, far, strain)
            if found is None and otherwise is not None:
                otherwise(store)
            return found, strain

        try:
            found, strain = await self._file.run(look)
        except CacheTrouble:  # told by the file; the answer comes from memory or from the network
            found, strain = self._newest(near, None, mine), mine
        if strain is not None:
            self._strains[trip.lane] = strain
        return found

    def hold(self, trip: Trip, answer: Answer) -> None:
        """At once, for callers of this process."""
        self._memory.put(trip.key, answer)

    def holds(self, key: str) -> bool:
        return self._memory.get(key) is not None

    async def keep(self, trip: Trip, answer: Answer) -> bool:
        """For all processes; stays in memory when the disk refuses: `False`."""

        def store_it(store: Store) -> None:
            store.put(f"answer:{trip.key}", _encode(trip.key, answer), _KEPT_S)

        try:
            await self._file.run(store_it, bulk=True)
        except CacheTrouble:
            return False
        self._memory.drop(trip.key, answer)
        return True

    async def forget(self, trip: Trip) -> None:
        self._memory.drop(trip.key)
        try:
            await self._file.run(lambda store: store.delete(f"answer:{trip.key}"))
        except CacheTrouble:
            return

    def fresh_until_s(self, trip: Trip, answer: Answer) -> float:
        strain = self._strains.get(trip.lane)
        return answer.received_s + fresh_for(self._rules, strain, answer.received_s)

    async def note_trouble(self, trip: Trip) -> None:
        """A 429 or a time-out: everybody keeps this endpoint's answers longer."""
        now_s = self._clock.now().timestamp()
        mine = self._strains.get(trip.lane)

        def stretch(store: Store) -> Strain:
            with store.transaction():
                strain = strained(self._rules, _newer(mine, _read_strain(store, trip.lane)), now_s)
                text = json.dumps([strain.fresh_s, strain.since_s])
                store.put(f"strain:{trip.lane}", text, _KEPT_S)
            return strain

        try:
            self._strains[trip.lane] = await self._file.run(stretch)
        except CacheTrouble:
            self._strains[trip.lane] = strained(self._rules, mine, now_s)

    def _newest(
        self, near: Answer | None, far: Answer | None, strain: Strain | None
    ) -> Found | None:
        known = [answer for answer in (near, far) if answer is not None]
        newest = max(known, key=lambda answer: answer.received_s, default=None)
        return None if newest is None else self._judged(newest, strain)

    def _judged(self, answer: Answer, strain: Strain | None) -> Found | None:
        now_s = self._clock.now().timestamp()
        fresh_s = fresh_for(self._rules, strain, now_s)
        use = judge(self._rules, fresh_s, answer.received_s, now_s)
        if use is CacheUse.MISS:
            return None
        return Found(answer, use, answer.received_s + fresh_s)


class _Memory:
    """The answers put last, up to so many bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[str, Answer] = OrderedDict()

    def get(self, key: str) -> Answer | None:
        return self._kept.get(key)

    def put(self, key: str, answer: Answer) -> None:
        self.drop(key)
        self._kept[key] = answer
        self._size += len(answer.body)
        while self._size > self._limit:
            self.drop(next(iter(self._kept)))

    def drop(self, key: str, answer: Answer | None = None) -> None:
        """With `answer`: only when it is that one and not a newer one."""
        kept = self._kept.get(key)
        if kept is not None and (answer is None or kept is answer):
            del self._kept[key]
            self._size -= len(kept.body)


def _load(store: Store, key: str) -> Answer | None:
    name = f"answer:{key}"
    data = store.data(name)
    if data is None:
        return None
    answer = _decode(key, data)
    if answer is None:
        store.delete(name)
    return answer


def _encode(key: str, answer: Answer) -> bytes:
    head = json.dumps([key, answer.status, dict(answer.headers), answer.received_s]).encode()
    length = len(head).to_bytes(_LENGTH, "big")
    digest = hashlib.sha256(length)
    digest.update(head)
    digest.update(answer.body)  # the long part, hashed without holding the interpreter
    return b"".join((digest.digest(), length, head, answer.body))


def _decode(key: str, data: bytes) -> Answer | None:
    """`None` for anything that `_encode` did not make of this key."""
    view = memoryview(data)
    if hashlib.sha256(view[_DIGEST:]).digest() != view[:_DIGEST]:
        return None
    begin = _DIGEST + _LENGTH
    end = begin + int.from_bytes(view[_DIGEST:begin], "big")
    try:
        owner, status, headers, received_s = json.loads(bytes(view[begin:end]))
    except (ValueError, TypeError):
        return None
    return Answer(status, headers, bytes(view[end:]), received_s) if owner == key else None


def _read_strain(store: Store, lane: str) -> Strain | None:
    numbers = read_numbers(store.text(f"strain:{lane}"), 2)
    return None if numbers is None else Strain(*numbers)


def _newer(one: Strain | None, other: Strain | None) -> Strain | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda strain: strain.since_s)


def read_numbers(text: str | None, count: int) -> list[float] | None:
    """A stored list of finite numbers; `None` for anything else."""
    try:
        values: Any = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list) or len(values) != count:
        return None
    if not all(type(value) in (int, float) and math.isfinite(value) for value in values):
        return None
    return [float(value) for value in values]
