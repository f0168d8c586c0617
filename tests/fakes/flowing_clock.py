"""Time that flows, and that can be moved: whoever sleeps wakes when a jump passes the moment."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from providers.clock import SystemClock


class FlowingClock:
    def __init__(self, start: datetime | None = None) -> None:
        """It begins now, or at `start`."""
        self._real = SystemClock()
        self._shift = timedelta(0) if start is None else start - self._real.now()
        self._jumped = 0.0
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        real = self._real.now().astimezone(UTC)
        return real + self._shift + timedelta(seconds=self._jumped)

    def monotonic(self) -> float:
        return self._real.monotonic() + self._jumped

    def jump(self, seconds: float) -> None:
        self._jumped += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep(self, seconds: float) -> None:
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0:
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._moved.wait()
        await asyncio.sleep(0)
