"""Fetching without a network: what a test says comes back, what was asked is kept."""

from collections.abc import Callable
from datetime import timedelta

from providers.clock import Clock
from providers.fetch.call import Call, Reply
from providers.listings import CacheUse

Answering = Callable[[Call], tuple[int, bytes]]
"""Returns status and body, or raises what fetching may raise."""


class CannedFetch:
    """Stands in for `FetchClient`; keeps nothing, waits for nothing."""

    def __init__(self, answering: Answering, clock: Clock) -> None:
        self.answering = answering
        self.calls: list[Call] = []
        self.forgotten: list[Call] = []
        self._clock = clock

    async def send(self, call: Call) -> Reply:
        self.calls.append(call)
        status, body = self.answering(call)
        now = self._clock.now()
        return Reply(
            status=status,
            headers={},
            body=body,
            received_at=now,
            fresh_until=now + timedelta(seconds=60),
            cache=CacheUse.MISS,
            seconds=0.0,
        )

    async def forget(self, call: Call) -> None:
        self.forgotten.append(call)

    async def aclose(self) -> None:
        """Nothing is open."""
