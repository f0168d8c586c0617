"""Remembers what was handled: both sockets, a retry or a replayed request bring it again."""

from providers.clock import Clock

REMEMBERED_S = 600.0
"""A signed request is accepted for five minutes; twice that."""
_MOST = 20_000


class Duplicates:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[int, float] = {}
        """Hashes of the keys, oldest first: ten minutes of a busy workspace are many."""

    def first(self, key: str) -> bool:
        """True once for each key."""
        now = self._clock.monotonic()
        while self._seen and (
            len(self._seen) > _MOST or next(iter(self._seen.values())) < now - REMEMBERED_S
        ):
            del self._seen[next(iter(self._seen))]
        digest = hash(key)
        if digest in self._seen:
            return False
        self._seen[digest] = now
        return True
