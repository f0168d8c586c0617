"""Repeats what may be repeated: a 429 always, other stumbles only when the call is safe."""

from collections.abc import Callable

import httpx

from providers.clock import Clock
from providers.errors import ProviderError, RateLimited, TimedOut, Unreachable
from providers.fetch.answers import Answers
from providers.fetch.call import CutShort, Emit, FetchEvent, FetchSettings, Trip
from providers.fetch.policy import REPEATABLE_STATUSES, pause_s
from providers.fetch.wire import trip_of

_TRIES_OUT_OF_REACH = 2
"""Nobody listens there: that seldom changes within seconds, and somebody waits for the others."""


class RetryTransport(httpx.AsyncBaseTransport):
    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        answers: Answers,
        clock: Clock,
        settings: FetchSettings,
        emit: Emit,
        draw: Callable[[], float],
    ) -> None:
        self._inner = inner
        self._answers = answers
        self._clock = clock
        self._tries = settings.tries
        self._emit = emit
        self._draw = draw

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trip = trip_of(request)
        strained = False
        while True:
            outcome = await self._attempt(request)
            if trip.call.cacheable and not strained and _strains(outcome):
                strained = True
                await self._answers.note_trouble(trip)
            if not await self._may_repeat(trip, outcome):
                break
            trip.attempt += 1
        if isinstance(outcome, ProviderError):
            raise outcome
        if _is_429(outcome):
            raise _refused(trip)
        return outcome

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _attempt(self, request: httpx.Request) -> httpx.Response | ProviderError:
        try:
            return await self._inner.handle_async_request(request)
        except ProviderError as error:
            return error

    async def _may_repeat(self, trip: Trip, outcome: httpx.Response | ProviderError) -> bool:
        """Returns after the pause that is due before the next try."""
        if trip.attempt >= (_TRIES_OUT_OF_REACH if _is_out_of_reach(outcome) else self._tries):
            return False
        if _is_429(outcome):
            self._tell(trip, trip.asked_wait_s)
            return True  # the limiter was told to wait, and knows whether the caller has time
        if not trip.call.safe or not _is_stumble(outcome):
            return False
        pause = pause_s(trip.attempt, self._draw)
        if self._clock.monotonic() + pause > trip.deadline:
            return False
        self._tell(trip, pause)
        await self._clock.sleep(pause)
        return True

    def _tell(self, trip: Trip, seconds: float) -> None:
        self._emit(FetchEvent(trip.call.provider, trip.call.endpoint, "retry", seconds))


def _is_429(outcome: httpx.Response | ProviderError) -> bool:
    return (
        isinstance(outcome, httpx.Response)
        and outcome.status_code == httpx.codes.TOO_MANY_REQUESTS
    )


def _is_stumble(outcome: httpx.Response | ProviderError) -> bool:
    if isinstance(outcome, httpx.Response):
        return outcome.status_code in REPEATABLE_STATUSES
    return isinstance(outcome, TimedOut | Unreachable | CutShort)


def _is_out_of_reach(outcome: httpx.Response | ProviderError) -> bool:
    return isinstance(outcome, Unreachable)


def _strains(outcome: httpx.Response | ProviderError) -> bool:
    return _is_429(outcome) or isinstance(outcome, TimedOut)


def _refused(trip: Trip) -> RateLimited:
    call = trip.call
    seconds = max(1, round(trip.asked_wait_s))
    return RateLimited(
        call.provider,
        f"{call.title} refuses further requests for {seconds} s.",
        retry_after_s=trip.asked_wait_s,
    )
