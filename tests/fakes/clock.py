"""Time that is moved."""

import asyncio
import math
from datetime import UTC, datetime, timedelta

_TICK_S = 1e-6
"""A `datetime` holds nothing finer: less would be slept without time passing."""


class FakeClock:
    """Sleeping moves it; `advance` moves it from outside."""

    def __init__(self, now: datetime = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)) -> None:
        self._now = now
        self._monotonic = 1000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Rounded up: a sleep of less than a microsecond that took no time would be slept again
        for ever."""
        self._now += timedelta(microseconds=math.ceil(round(seconds * 1e6, 3)))
        self._monotonic += seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if seconds > 0:
            self.advance(max(_TICK_S, seconds))
        await asyncio.sleep(0)
