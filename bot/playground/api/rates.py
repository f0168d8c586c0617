"""Slack's rate tiers, as a switch."""

import math
from collections import defaultdict, deque

from bot.playground.clock import Clock
from bot.playground.errors import RateLimited


class Rates:
    """Exactly as many in any minute as the tier says; Slack itself tolerates bursts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: dict[str, deque[float]] = defaultdict(deque)
        self.enabled = False

    def spend(self, what: str, most: int, window_s: float) -> None:
        if not self.enabled:
            return
        now, calls = self._clock.monotonic(), self._calls[what]
        while calls and calls[0] <= now - window_s:
            calls.popleft()
        if len(calls) >= most:
            raise RateLimited(max(1, math.ceil(calls[0] + window_s - now)))
        calls.append(now)
