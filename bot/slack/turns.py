"""One press at a time on one answer."""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """In this process, and in the order of asking. Forgotten when nobody waits."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, what: str) -> asyncio.Lock:
        return self._locks.setdefault(what, asyncio.Lock())
