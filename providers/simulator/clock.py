"""The simulator's two times: the market's, which can run fast, and the line's, which cannot.

Everything that lives (offers, machines, money) ages in market time.
Rate limits count in line time, since whoever waits for them waits in reality; a step moves both.
"""

import asyncio

from providers.clock import Clock, SystemClock

_NAP_S = 0.02
"""How often a wait looks whether somebody stepped the clock."""


class SimulatedClock:
    def __init__(
        self, *, speed: float = 1.0, start: float | None = None, clock: Clock | None = None
    ) -> None:
        """`speed` 60 lets an hour pass in a minute, 0 lets time pass by steps alone.

        `start` is the first moment in epoch seconds; by default it is now, since clients compare
        what they read with their own clocks.
        """
        self._clock = clock or SystemClock()
        self._began = self._since = self._clock.monotonic()
        self._start = self._clock.now().timestamp() if start is None else start
        self._stepped = 0.0
        self._passed = 0.0
        self.speed = 1.0
        self.set_speed(speed)

    def now(self) -> float:
        """Market time in epoch seconds."""
        return self._start + self.elapsed()

    def elapsed(self) -> float:
        """Market seconds since the start."""
        return self._stepped + self._passed + (self._clock.monotonic() - self._since) * self.speed

    def line(self) -> float:
        """Seconds for rate limits: real ones, and those that were stepped."""
        return self._stepped + self._clock.monotonic() - self._began

    def set_speed(self, speed: float) -> None:
        if not 0 <= speed <= 100_000:
            raise ValueError("the speed is 0 to 100,000")
        moment = self._clock.monotonic()
        self._passed += (moment - self._since) * self.speed
        self._since, self.speed = moment, speed

    def step(self, seconds: float) -> None:
        if not 0 <= seconds <= 366 * 86400:
            raise ValueError("a step is 0 s to 366 days")
        self._stepped += seconds

    async def wait(self, seconds: float) -> None:
        """Waits `seconds` of market time, which steps shorten."""
        end = self.elapsed() + seconds
        while (left := end - self.elapsed()) > 0:
            nap = _NAP_S if self.speed == 0 else min(_NAP_S, left / self.speed)
            await asyncio.sleep(nap)
