"""The rate limit: every attempt waits here for its booked slot, the most urgent first."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count

import httpx

from providers.base import Priority
from providers.clock import Clock
from providers.errors import RateLimited
from providers.fetch.boarding import BookNow
from providers.fetch.booking import Slots
from providers.fetch.call import ORDER, Emit, EventKind, FetchEvent, FetchSettings, Trip
from providers.fetch.policy import wait_after_429
from providers.fetch.slots import DiskSlots
from providers.fetch.wire import answer_of, trip_of
from providers.settings import Pace


@dataclass(slots=True, eq=False)
class _Waiter:
    trip: Trip
    number: int
    turn: asyncio.Future[None]

    def place(self) -> tuple[int, int]:
        """Read again at each slot: somebody urgent may have joined meanwhile."""
        return ORDER[self.trip.priority], self.number


@dataclass(slots=True, eq=False)
class _Queue:
    """Those of this process who wait for one lane. It books one slot at a time for all of them,
    so that processes take turns, and an urgent call takes the slot that another waited for."""

    lane: str
    pace: Pace
    waiters: list[_Waiter] = field(default_factory=list)
    server: asyncio.Task[None] | None = None
    next_at: float = 0.0
    """Monotonic moment of the slot that is booked."""
    hurried: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody came, or is now, who does not wait as patiently as a watch."""

    @property
    def patient_pace(self) -> Pace:
        """For watches: they never take from the burst, which is left to people."""
        return replace(self.pace, burst=1)

    def all_patient(self) -> bool:
        return all(waiter.trip.priority is Priority.WATCH for waiter in self.waiters)


class LimitTransport(httpx.AsyncBaseTransport):
    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        slots: Slots,
        at_hand: DiskSlots | None,
        clock: Clock,
        settings: FetchSettings,
        emit: Emit,
        draw: Callable[[], float],
    ) -> None:
        self._inner = inner
        self._slots = slots
        self._at_hand = at_hand
        self._clock = clock
        self._margin = 1 + settings.pace_margin
        self._emit = emit
        self._draw = draw
        self._queues: dict[str, _Queue] = {}
        self._numbers = count()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trip = trip_of(request)
        queue = self._queue(trip)
        began = self._clock.monotonic()
        if not self._has_slot(trip):
            await self._turn(queue, trip)
        waited = self._clock.monotonic() - began
        if waited >= 0.01:  # less is the booking itself
            self._tell(trip, "wait", waited)
        response = await self._inner.handle_async_request(request)
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            await self._close(queue, trip, response)
        return response

    async def aclose(self) -> None:
        servers = [queue.server for queue in self._queues.values() if queue.server is not None]
        for server in servers:
            server.cancel()
        await asyncio.gather(*servers, return_exceptions=True)
        await self._inner.aclose()

    def slot(self, trip: Trip) -> BookNow | None:
        """For a visit to the cache that is made anyway. Those who wait already go first."""
        queue = self._queue(trip)
        if self._at_hand is None or queue.server is not None:
            return None
        patient = trip.priority is Priority.WATCH
        return self._at_hand.book_now(queue.lane, queue.patient_pace if patient else queue.pace)

    def _has_slot(self, trip: Trip) -> bool:
        """Once: the next try needs another one."""
        boarding, trip.boarding = trip.boarding, None
        if boarding is None or boarding.slot is None or self._at_hand is None:
            return False
        self._at_hand.note(trip.lane, boarding.slot)
        return True

    def _queue(self, trip: Trip) -> _Queue:
        """The pace of the last caller counts; it is a setting and does not change in practice."""
        pace = trip.call.pace
        pace = replace(pace, interval_s=pace.interval_s * self._margin)
        lane = trip.call.pace_lane
        queue = self._queues.setdefault(lane, _Queue(lane, pace))
        queue.pace = pace
        return queue

    async def _turn(self, queue: _Queue, trip: Trip) -> None:
        turn = asyncio.get_running_loop().create_future()
        waiter = _Waiter(trip, next(self._numbers), turn)
        queue.waiters.append(waiter)
        trip.on_hurry = partial(self._hurry, queue)
        if queue.server is None:
            queue.server = asyncio.create_task(self._serve(queue))
        else:
            self._hurry(queue)
        try:
            await turn
        finally:
            trip.on_hurry = None
            if waiter in queue.waiters:
                queue.waiters.remove(waiter)

    async def _serve(self, queue: _Queue) -> None:
        failure: BaseException = asyncio.CancelledError()
        try:
            while queue.waiters:
                await self._serve_one(queue)
        except BaseException as error:
            failure = error
            raise
        finally:
            queue.server = None
            for waiter in queue.waiters:  # nobody waits for a server that is gone
                _fail(waiter, failure)

    def _hurry(self, queue: _Queue) -> None:
        if not queue.all_patient():
            queue.hurried.set()
        self._turn_away(queue)

    async def _serve_one(self, queue: _Queue) -> None:
        queue.hurried.clear()
        if queue.all_patient():
            await self._serve_patient(queue)
            return
        now = self._clock.monotonic()
        patience = max(waiter.trip.deadline for waiter in queue.waiters) - now
        booking = await self._slots.book(queue.lane, queue.pace, max(0.0, patience))
        queue.next_at = self._clock.monotonic() + booking.wait_s
        if booking.wait_s > 0:
            self._turn_away(queue)
        if not booking.made:
            return
        if booking.wait_s > 0:
            await self._clock.sleep(booking.wait_s)
            # A 429 in the meantime, here or in another process, makes the slot worthless.
            if await self._slots.closed_for(queue.lane) > 0:
                return
        _give_turn(queue)

    async def _serve_patient(self, queue: _Queue) -> None:
        """Books nothing ahead: whoever comes meanwhile finds the lane as free as it was."""
        booking = await self._slots.book(queue.lane, queue.patient_pace, 0.0)
        if booking.made:
            _give_turn(queue)
            return
        queue.next_at = self._clock.monotonic() + booking.wait_s
        self._turn_away(queue)
        waits = {
            asyncio.ensure_future(self._clock.sleep(booking.wait_s)),
            asyncio.ensure_future(queue.hurried.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        queue.next_at = 0.0

    def _turn_away(self, queue: _Queue) -> None:
        """Those whose patience ends before their turn can come learn it now, not then."""
        now = self._clock.monotonic()
        turn_at = max(now, queue.next_at)
        for waiter in sorted(queue.waiters, key=_Waiter.place):
            if turn_at > now and turn_at > waiter.trip.deadline:
                queue.waiters.remove(waiter)
                _fail(waiter, _too_long(waiter.trip, turn_at - now))
            elif queue.next_at > now:
                turn_at += max(0.0, queue.pace.interval_s)

    async def _close(self, queue: _Queue, trip: Trip, response: httpx.Response) -> None:
        answer = answer_of(response)
        wait = wait_after_429(
            answer.headers, answer.body, trip.attempt, self._clock.now(), self._draw
        )
        trip.asked_wait_s = wait
        self._tell(trip, "429", wait)
        await self._slots.close(queue.lane, queue.pace, wait)

    def _tell(self, trip: Trip, kind: EventKind, seconds: float) -> None:
        self._emit(FetchEvent(trip.call.provider, trip.call.endpoint, kind, seconds))


def _give_turn(queue: _Queue) -> None:
    waiting = [waiter for waiter in queue.waiters if not waiter.turn.done()]
    if waiting:
        best = min(waiting, key=_Waiter.place)
        queue.waiters.remove(best)
        best.turn.set_result(None)


def _fail(waiter: _Waiter, error: BaseException) -> None:
    if waiter.turn.done():
        return
    if isinstance(error, asyncio.CancelledError):
        waiter.turn.cancel()
    else:
        waiter.turn.set_exception(error)


def _too_long(trip: Trip, wait_s: float) -> RateLimited:
    call = trip.call
    seconds = max(1, round(wait_s))
    return RateLimited(
        call.provider,
        f"{call.title} limits how often it may be asked; the next turn is in {seconds} s.",
        retry_after_s=wait_s,
    )
