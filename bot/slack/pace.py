"""One message a second in a channel, one edit a second of a message."""

from providers.clock import Clock

_KEPT = 1000
"""So many keys before those that are free again are forgotten."""


class Pace:
    """In this process; several that write in one channel are told by Slack to wait."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._free_at: dict[str, float] = {}

    def wait_s(self, *keys: str) -> float:
        """How long until all of them are free."""
        now = self._clock.monotonic()
        return max(0.0, *(self._free_at.get(key, 0.0) - now for key in keys))

    async def turn(self, key: str, *held: str, gap_s: float) -> None:
        """Waits for its turn at `key`, and until `held` are free; the next comes `gap_s` later."""
        wait_s = self.wait_s(key, *held)
        self._free_at[key] = self._clock.monotonic() + wait_s + gap_s
        if wait_s > 0:
            await self._clock.sleep(wait_s)
        self._forget()

    def hold(self, key: str, seconds: float) -> None:
        """Slack asked to wait."""
        until = self._clock.monotonic() + seconds
        self._free_at[key] = max(until, self._free_at.get(key, 0.0))

    def _forget(self) -> None:
        if len(self._free_at) > _KEPT:
            now = self._clock.monotonic()
            self._free_at = {key: at for key, at in self._free_at.items() if at > now}
