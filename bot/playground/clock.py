"""Time, as the playground asks for it. Tests hand in one that is moved."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol


class Clock(Protocol):
    """Any object with these two will do; nothing here sleeps on it."""

    def now(self) -> datetime: ...

    def monotonic(self) -> float: ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251  the playground's own door to real time

    def monotonic(self) -> float:
        return time.monotonic()


class ShiftedClock(SystemClock):
    """Shows another date than the machine; how long something takes stays real."""

    def __init__(self) -> None:
        self._shift = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self._shift

    def show(self, epoch_s: float) -> None:
        self._shift = datetime.fromtimestamp(epoch_s, UTC) - super().now()


_GLANCE_S = 0.02
"""How often a waiting loop looks at the clock: a test that moves it is noticed this soon."""


async def done_within(clock: Clock, seconds: float, waited_for: asyncio.Future[Any]) -> bool:
    """Was it done before `seconds` went by? On a clock that stands still it waits for ever."""
    deadline = clock.monotonic() + seconds
    while not waited_for.done():
        if clock.monotonic() >= deadline:
            return False
        await asyncio.wait({waited_for}, timeout=_GLANCE_S)
    return True


async def pass_time(clock: Clock, seconds: float) -> None:
    """Return when `seconds` have gone by on `clock`."""
    await done_within(clock, seconds, asyncio.get_running_loop().create_future())
