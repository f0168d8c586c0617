"""What was asked of the marketplaces and what they answered, for whoever looks on."""

from collections import deque
from dataclasses import dataclass
from itertools import count

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from providers.simulator.clock import SimulatedClock
from providers.simulator.faults import Fault
from providers.simulator.trouble import FAULTS
from providers.simulator.wire import endpoint_of

_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    number: int
    at: float
    """Market time, when it was answered."""
    marketplace: str
    endpoint: str
    subject: str
    """The offer or machine that the path names; empty without one."""
    status: int
    trouble: tuple[str, ...]
    """Kinds of the faults that met it."""


class Journal:
    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._numbers = count(1)
        self._asked: deque[Asked] = deque(maxlen=_KEPT)

    def after(self, number: int) -> list[Asked]:
        return [asked for asked in self._asked if asked.number > number]

    def middleware(self, marketplace: str) -> Middleware:
        """To stand outermost: it sees what leaves."""

        @web.middleware
        async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
            status = 500
            try:
                answer = await handler(request)
                status = answer.status
                return answer
            finally:
                self._note(request, marketplace, status)

        return note

    def _note(self, request: web.Request, marketplace: str, status: int) -> None:
        faults: tuple[Fault, ...] = request.get(FAULTS, ())
        self._asked.append(
            Asked(
                next(self._numbers),
                self._clock.now(),
                marketplace,
                endpoint_of(request),
                next(iter(request.match_info.values()), ""),
                status,
                tuple(fault.kind for fault in faults),
            )
        )
