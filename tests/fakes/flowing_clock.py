"""Time that flows, and that can be moved: whoever sleeps wakes when a jump passes the moment."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from providers.clock import SystemClock


class FlowingClock:
    def __init__(self) -> None:
        self._real = SystemClock()
        self._jumped = 0.0
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._real.now().astimezone(UTC) + timedelta(seconds=self._jumped)

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
