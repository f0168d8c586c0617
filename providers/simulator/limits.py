"""Rate limits of Vast.ai: per endpoint and caller, refused in one of the five known bodies."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aiohttp import web

from providers.simulator.wire import json_answer


@dataclass(frozen=True, slots=True)
class Limit:
    """`calls` within `seconds`; one call is an interval between two."""

    seconds: float
    calls: int = 1


VAST_LIMITS: Final[Mapping[str, Limit]] = {
    "search": Limit(60.0, 10),
    "search-keyless": Limit(60.0, 5),
    "create": Limit(4.5),
    "detail": Limit(2.0),
    "list": Limit(1.0),
    "manage": Limit(1.0),
    "destroy": Limit(3.0),
    "reboot": Limit(1.0),
    "recycle": Limit(1.0),
    "bid": Limit(5.5),
    "ssh": Limit(1.0),
    "detach": Limit(2.0),
    "charges": Limit(1.0),
}
"""From the vendor's `x-rate-limit` of each endpoint; endpoints without one are not limited."""

TENSORDOCK_LIMIT: Final = Limit(60.0, 100)

FORMS: Final[Sequence[str]] = ("text", "detail", "error", "live", "retry-after")


class RateLimiter:
    def __init__(self, limits: Mapping[str, Limit]) -> None:
        self.enabled = True
        self.limits = dict(limits)
        self._calls: dict[tuple[str, str], deque[float]] = {}

    def refuses(self, endpoint: str, caller: str, now: float) -> float | None:
        """Books the call and returns `None`, or returns the seconds until one is allowed.

        A refused call does not count.
        """
        limit = self.limits.get(endpoint)
        if limit is None or not self.enabled:
            return None
        calls = self._calls.setdefault((endpoint, caller), deque())
        while calls and now - calls[0] >= limit.seconds:
            calls.popleft()
        if len(calls) >= limit.calls:
            return limit.seconds - (now - calls[0])
        calls.append(now)
        return None


def too_many(form: str, threshold_s: float, retry_after_s: float) -> web.Response:
    """The 429 of Vast.ai. There is no `Retry-After` header, whatever the form."""
    words = f"API requests too frequent endpoint threshold={threshold_s}"
    if form == "text":
        return web.Response(status=429, text=f"API requests too frequent: {words[26:]}")
    if form == "detail":
        return json_answer({"detail": words}, status=429)
    if form == "live":
        message = (
            "The action could not be performed because there were too many requests by the "
            f"client.\n\nAPI requests too frequent: endpoint threshold={threshold_s}*1.0\n\n"
        )
        return json_answer({"message": message, "code": "429 Too Many Requests"}, status=429)
    error = {"success": False, "error": "rate_limit_exceeded", "msg": words}
    if form == "retry-after":
        return json_answer(error | {"retry_after": round(retry_after_s, 3)}, status=429)
    return json_answer(error, status=429)
