"""What goes wrong on demand."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

FaultKind = Literal["error", "status", "cut", "lost", "slow"]
RESPONSE_URL = "response_url"
"""The name under which faults and calls know a `response_url`; all others are Web API methods."""


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    error: str = ""
    status: int = 200
    retry_after_s: int | None = None
    seconds: float = 0.0


class Faults:
    """Each call plans a fault for the next `times` uses of a method; they happen in that order."""

    def __init__(self) -> None:
        self._planned: dict[str, deque[Fault]] = defaultdict(deque)
        self.duplicates = 0
        """How many of the next deliveries to the app arrive twice."""

    def rate_limit(self, method: str, times: int = 1, *, retry_after_s: int = 1) -> None:
        """HTTP 429 with `Retry-After`."""
        fault = Fault("status", "ratelimited", 429, retry_after_s)
        self._plan(method, times, fault)

    def error(self, method: str, error: str, times: int = 1) -> None:
        """`{"ok": false, "error": …}` with HTTP 200."""
        self._plan(method, times, Fault("error", error))

    def status(self, method: str, status: int = 500, times: int = 1) -> None:
        """Not even JSON: the page that Slack's load balancer sends."""
        self._plan(method, times, Fault("status", "", status))

    def cut(self, method: str, times: int = 1) -> None:
        """The connection breaks before anything is done."""
        self._plan(method, times, Fault("cut"))

    def lose_answer(self, method: str, times: int = 1) -> None:
        """It is done, then the connection breaks: the app cannot know."""
        self._plan(method, times, Fault("lost"))

    def slow(self, method: str, seconds: float, times: int = 1) -> None:
        """Answered after that long on the playground's clock."""
        self._plan(method, times, Fault("slow", seconds=seconds))

    def duplicate(self, times: int = 1) -> None:
        """The next deliveries arrive twice: at both sockets, or the same signed request again."""
        self.duplicates += times

    def planned(self) -> int:
        """How much is still to come."""
        return sum(len(faults) for faults in self._planned.values()) + self.duplicates

    def take(self, method: str) -> Fault | None:
        planned = self._planned[method]
        return planned.popleft() if planned else None

    def take_duplicate(self) -> bool:
        if self.duplicates:
            self.duplicates -= 1
            return True
        return False

    def clear(self) -> None:
        self._planned.clear()
        self.duplicates = 0

    def plan(self, kind: str, method: str, wishes: dict[str, Any]) -> None:
        """By name, as the admin path asks for it. ValueError for an unknown name or wish."""
        known: dict[str, Callable[..., None]] = {
            "rate_limit": self.rate_limit,
            "error": self.error,
            "status": self.status,
            "cut": self.cut,
            "lose_answer": self.lose_answer,
            "slow": self.slow,
        }
        if kind not in known:
            raise ValueError(f"unknown fault {kind!r}; there are {', '.join(known)}")
        try:
            known[kind](method, **wishes)
        except TypeError as error:
            raise ValueError(str(error)) from error

    def _plan(self, method: str, times: int, fault: Fault) -> None:
        self._planned[method].extend([fault] * times)
