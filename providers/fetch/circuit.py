"""Stops asking an endpoint that fails again and again, and tries it once in a while."""

from dataclasses import dataclass
from enum import Enum, auto

import httpx

from providers.clock import Clock
from providers.errors import BadAnswer, ProviderError, RateLimited, Resting, TimedOut, Unreachable
from providers.fetch.call import Emit, EventKind, FetchEvent, FetchSettings, Trip
from providers.fetch.wire import answer_of, trip_of


class Outcome(Enum):
    GOOD = auto()
    BAD = auto()
    NEITHER = auto()
    """Says nothing about the endpoint's health, such as a 429 or a caller who went away."""


@dataclass(slots=True)
class Circuit:
    """Of one lane. Every moment is monotonic and handed in."""

    threshold: int
    first_rest_s: float
    max_rest_s: float
    failures: int = 0
    rest_s: float = 0.0
    """Above zero while open or half-open."""
    asks_again_at: float = 0.0
    probing: bool = False

    def rests_for(self, now: float) -> float:
        """Zero when a call may go out; it is the probe then, if the circuit was open."""
        if not self.rest_s:
            return 0.0
        if now < self.asks_again_at:
            return self.asks_again_at - now
        if self.probing:
            return 1.0  # the probe is under way: its answer is near
        self.probing = True
        return 0.0

    def note(self, outcome: Outcome, now: float) -> EventKind | None:
        """Returns what changed for the world."""
        self.probing = False
        if outcome is Outcome.NEITHER:
            return None
        if outcome is Outcome.GOOD:
            was_open = bool(self.rest_s)
            self.failures, self.rest_s = 0, 0.0
            return "circuit-closed" if was_open else None
        self.failures += 1
        if self.rest_s and now < self.asks_again_at:
            return None  # a call from before, or one that goes out always
        if self.rest_s:
            self.rest_s = min(self.max_rest_s, 2 * self.rest_s)
        elif self.failures >= self.threshold:
            self.rest_s = self.first_rest_s
        else:
            return None
        self.asks_again_at = now + self.rest_s
        return "circuit-open"


class CircuitTransport(httpx.AsyncBaseTransport):
    def __init__(
        self, inner: httpx.AsyncBaseTransport, clock: Clock, settings: FetchSettings, emit: Emit
    ) -> None:
        self._inner = inner
        self._clock = clock
        self._settings = settings
        self._emit = emit
        self._circuits: dict[str, Circuit] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trip = trip_of(request)
        circuit = self._circuit(trip.lane)
        if not trip.call.always:
            rest = circuit.rests_for(self._clock.monotonic())
            if rest > 0:
                raise _resting(trip, rest)
        began = self._clock.monotonic()
        outcome = Outcome.NEITHER
        try:
            response = await self._inner.handle_async_request(request)
            outcome = _outcome_of(response)
        except ProviderError as error:
            outcome = _outcome_of(error)
            raise
        finally:
            self._note(circuit, trip, outcome, began)
        return response

    def is_open(self, lane: str) -> bool:
        """Also while its probe is under way."""
        return bool(self._circuit(lane).rest_s)

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _circuit(self, lane: str) -> Circuit:
        settings = self._settings
        return self._circuits.setdefault(
            lane,
            Circuit(
                settings.circuit_failures, settings.circuit_rest_s, settings.circuit_max_rest_s
            ),
        )

    def _note(self, circuit: Circuit, trip: Trip, outcome: Outcome, began: float) -> None:
        now = self._clock.monotonic()
        call = trip.call
        if outcome is Outcome.BAD:
            self._emit(FetchEvent(call.provider, call.endpoint, "failure", now - began))
        change = circuit.note(outcome, now)
        if change is not None:
            self._emit(FetchEvent(call.provider, call.endpoint, change, circuit.rest_s))


def _outcome_of(result: httpx.Response | ProviderError) -> Outcome:
    if isinstance(result, httpx.Response):
        if result.status_code == httpx.codes.TOO_MANY_REQUESTS:
            return Outcome.NEITHER
        broken = result.status_code >= 500 or not answer_of(result).plausible
        return Outcome.BAD if broken else Outcome.GOOD
    if isinstance(result, RateLimited):
        return Outcome.NEITHER
    broken = isinstance(result, TimedOut | Unreachable | BadAnswer)
    return Outcome.BAD if broken else Outcome.NEITHER


def _resting(trip: Trip, rest_s: float) -> Resting:
    call = trip.call
    seconds = max(1, round(rest_s))
    return Resting(
        call.provider,
        f"{call.title} failed several times in a row; it is asked again in {seconds} s.",
        retry_after_s=rest_s,
    )
