"""A clock that lives in the simulated market's time: in the demo an hour can be jumped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import ClientError, ClientSession, ClientTimeout

from providers.clock import SystemClock

LOOK_S = 0.2
FAST_LOOK_S = 0.05
"""While time runs fast: what was guessed ahead has to be waited for when it slows down."""
SMOOTH = 60.0
"""The greatest speed at which time is guessed between two readings. Above it a guess would run
minutes ahead, and when time slows down again whoever asks would wait for as long."""
_JUMP_S = 0.1
"""A difference between what was read and what was guessed that wakes whoever sleeps."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The market's time at one moment of the machine's."""

    now_s: float
    elapsed_s: float
    speed: float


class FollowedClock:
    """Between two readings it goes on at the speed that was read last; very fast, it steps."""

    def __init__(self, first: Reading) -> None:
        self._machine = SystemClock()
        self._reading = first
        self._read_at = self._machine.monotonic()
        self._latest = first.elapsed_s
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        began_s = self._reading.now_s - self._reading.elapsed_s
        return datetime.fromtimestamp(began_s + self.monotonic(), UTC)

    def monotonic(self) -> float:
        self._latest = max(self._latest, self._guess())
        return self._latest

    async def sleep(self, seconds: float) -> None:
        """Wakes early when the time jumps or runs faster."""
        end = self.monotonic() + seconds
        while (left := end - self.monotonic()) > 0:
            moved, speed = self._moved, self._reading.speed
            with suppress(TimeoutError):
                async with asyncio.timeout(left / speed if 0 < speed <= SMOOTH else None):
                    await moved.wait()
        await asyncio.sleep(0)

    @property
    def speed(self) -> float:
        return self._reading.speed

    def follow(self, reading: Reading) -> None:
        jumped = abs(reading.elapsed_s - self._guess()) > _JUMP_S * max(1.0, reading.speed)
        changed = jumped or reading.speed != self._reading.speed or reading.speed > SMOOTH
        self._reading, self._read_at = reading, self._machine.monotonic()
        if changed:
            self._moved.set()
            self._moved = asyncio.Event()

    def _guess(self) -> float:
        if self._reading.speed > SMOOTH:
            return self._reading.elapsed_s
        passed_s = self._machine.monotonic() - self._read_at
        return self._reading.elapsed_s + passed_s * self._reading.speed


@asynccontextmanager
async def follow_market(admin_url: str) -> AsyncIterator[FollowedClock]:
    """Reads the simulator's clock until the block ends."""
    async with ClientSession(timeout=ClientTimeout(total=2.0)) as http:
        clock = FollowedClock(await _read(http, admin_url))
        following = asyncio.create_task(_follow(clock, http, admin_url))
        try:
            yield clock
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


async def _follow(clock: FollowedClock, http: ClientSession, admin_url: str) -> None:
    while True:
        await asyncio.sleep(LOOK_S if clock.speed <= 1 else FAST_LOOK_S)
        with suppress(ClientError, TimeoutError, OSError):  # it goes on by itself meanwhile
            clock.follow(await _read(http, admin_url))


async def _read(http: ClientSession, admin_url: str) -> Reading:
    async with http.get(f"{admin_url}/clock", raise_for_status=True) as answer:
        said = await answer.json()
    return Reading(float(said["now"]), float(said["elapsed_s"]), float(said["speed"]))
