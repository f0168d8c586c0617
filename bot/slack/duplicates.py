"""Remembers what was handled: both sockets, a retry or a replayed request bring it again."""

from collections import OrderedDict

from providers.clock import Clock

REMEMBERED_S = 600.0
"""A signed request is accepted for five minutes; twice that."""
_MOST = 20_000


class Duplicates:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    def first(self, key: str) -> bool:
        """True once for each key."""
        now = self._clock.monotonic()
        while self._seen and (
            len(self._seen) > _MOST or next(iter(self._seen.values())) < now - REMEMBERED_S
        ):
            self._seen.popitem(last=False)
        if key in self._seen:
            return False
        self._seen[key] = now
        return True
