"""One fetch per key at a time: callers of this process share a task, processes a lease."""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import httpx

from providers.clock import Clock
from providers.errors import ProviderError
from providers.fetch.answers import Answer, Answers, Found
from providers.fetch.boarding import Boarding, BookNow
from providers.fetch.cache import Store
from providers.fetch.call import FetchSettings, Trip
from providers.fetch.leases import Lease, Leases, Met
from providers.fetch.wire import answer_of, response_for, trip_of
from providers.listings import CacheUse

_LEASE_SLACK_S: Final = 5.0
_LONGEST_POLL: Final = 10
"""Times the first pause between two looks at another process's lease."""


@dataclass(slots=True, eq=False)
class _Flight:
    trip: Trip
    task: asyncio.Task[Answer]


class FlightTransport(httpx.AsyncBaseTransport):
    def __init__(
        self,
        inner: httpx.AsyncBaseTransport,
        answers: Answers,
        leases: Leases,
        slot: Callable[[Trip], BookNow | None],
        clock: Clock,
        settings: FetchSettings,
    ) -> None:
        self._inner = inner
        self._answers = answers
        self._leases = leases
        self._slot = slot
        self._clock = clock
        self._poll_s = settings.poll_s
        self._store_after_s = settings.store_after_s
        self._closing = asyncio.Event()
        self._flights: dict[tuple[str, bool], _Flight] = {}
        self._looks: dict[str, asyncio.Event] = {}
        """Set when the first of those who look for a key has looked."""
        self._endings: dict[asyncio.Task[object], str] = {}

    async def find(self, trip: Trip) -> Found | None:
        """What is known. When nothing is, the visit to the disk has brought the lease and a slot
        for the request that comes next, so far as they were free."""
        if trip.key in self._looks:
            await self._looks[trip.key].wait()
            if (trip.key, False) in self._flights:
                return None  # it has just begun: to be joined before it can end
        if self._is_busy(trip.key):
            return await self._answers.find(trip)
        looked = self._looks[trip.key] = asyncio.Event()
        boarding = self._boarding(trip)
        try:
            found = await self._answers.find(trip, boarding)
        except asyncio.CancelledError:
            self._leave(trip, boarding)
            raise
        finally:
            del self._looks[trip.key]
            looked.set()
        if found is None:
            trip.boarding = boarding
        return found

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trip = trip_of(request)
        if not trip.call.cacheable:
            return await self._inner.handle_async_request(request)
        # A fetch that began before somebody asked for news is not news to him.
        place = (trip.key, trip.call.refresh)
        flight = self._flights.get(place)
        if flight is None:
            flight = _Flight(trip, asyncio.create_task(self._lead(request, trip)))
            self._flights[place] = flight
            flight.task.add_done_callback(lambda _: self._flights.pop(place, None))
            flight.task.add_done_callback(_seen)
        else:
            flight.trip.hurry(trip.priority, trip.deadline)
            self._leave(trip, trip.boarding)
        # A caller who goes away does not end it for the others.
        return response_for(await asyncio.shield(flight.task))

    async def stored(self, key: str) -> None:
        """Returns when nothing that was fetched for this key is still on its way to the disk."""
        endings = [ending for ending, owner in self._endings.items() if owner == key]
        await asyncio.gather(*endings, return_exceptions=True)

    async def aclose(self) -> None:
        self._closing.set()
        flights = [flight.task for flight in self._flights.values()]
        for task in flights:
            task.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await asyncio.gather(*self._endings, return_exceptions=True)
        await self._inner.aclose()

    async def _lead(self, request: httpx.Request, trip: Trip) -> Answer:
        if trip.call.refresh:
            answer = await self._fetch(request, trip)
            self._end(trip, self._keep(trip, answer))
            return answer
        boarding = trip.boarding
        lease = None if boarding is None else boarding.lease
        owner = self._leases.owner() if boarding is None else boarding.owner
        fetched: Answer | None = None
        failure: Met | None = None
        try:
            if lease is None:
                await self.stored(trip.key)  # our own lease, or we would wait for ourselves
            news = await self._await_lease(trip, owner, lease)
            known = await self._fresh_meanwhile(trip) if news else None
            if known is not None:
                return known
            fetched = await self._fetch(request, trip)
        except ProviderError as error:
            failure = Met(error, self._clock.now().timestamp())
            raise
        finally:
            self._end(trip, self._finish(trip, owner, fetched, failure))
        return fetched

    async def _fetch(self, request: httpx.Request, trip: Trip) -> Answer:
        answer = answer_of(await self._inner.handle_async_request(request))
        if _is_kept(answer):
            self._answers.hold(trip, answer)
        return answer

    async def _await_lease(self, trip: Trip, owner: str, lease: Lease | None) -> bool:
        """Returns when it is for us to fetch, or to find what another process stored: `True`.

        Raises what another process met meanwhile. `lease` is what a first look has shown.
        """
        lasts_s = self._lasts_s(trip)
        give_up_at = self._clock.monotonic() + lasts_s
        pause = self._poll_s
        while self._clock.monotonic() < give_up_at:
            if lease is None:
                lease = await self._leases.take(trip, owner, lasts_s)
            if lease.failure is not None:
                raise lease.failure
            if lease.mine:
                return lease.news or self._answers.holds(trip.key)
            await self._clock.sleep(pause)
            pause = min(2 * pause, _LONGEST_POLL * self._poll_s)
            lease = None
        return False

    def _lasts_s(self, trip: Trip) -> float:
        """How long the whole fetch may take."""
        call = trip.call
        turn_s = max(0.0, trip.deadline - self._clock.monotonic())
        return turn_s + call.connect_timeout_s + call.read_timeout_s + _LEASE_SLACK_S

    async def _fresh_meanwhile(self, trip: Trip) -> Answer | None:
        """What somebody else fetched between our look into the cache and our lease."""
        found = await self._answers.find(trip)
        return found.answer if found is not None and found.use is CacheUse.FRESH else None

    def _is_busy(self, key: str) -> bool:
        """Whether the lease is, or may soon be, held by somebody in this process."""
        return (key, False) in self._flights or key in self._looks or key in self._endings.values()

    def _boarding(self, trip: Trip) -> Boarding:
        owner, lasts_s = self._leases.owner(), self._lasts_s(trip)

        def take(store: Store) -> Lease:
            return self._leases.take_in(store, trip, owner, lasts_s)

        return Boarding(owner, take, self._slot(trip))

    def _leave(self, trip: Trip, boarding: Boarding | None) -> None:
        """Whoever does not fly gives back the lease, also one that is only now being taken."""
        trip.boarding = None
        if boarding is not None and boarding.may_hold:
            back = self._leases.give_back(trip, boarding.owner, stored=False, failure=None)
            self._end(trip, back)

    def _end(self, trip: Trip, work: Coroutine[Any, Any, object]) -> None:
        """What comes after an answer must not delay it."""
        ending = asyncio.create_task(work)
        self._endings[ending] = trip.key
        ending.add_done_callback(self._endings.pop)

    async def _finish(
        self, trip: Trip, owner: str, fetched: Answer | None, failure: Met | None
    ) -> None:
        """The lease ends when others can find the answer."""
        stored = fetched is not None and await self._keep(trip, fetched)
        await self._leases.give_back(trip, owner, stored=stored, failure=failure)

    async def _keep(self, trip: Trip, answer: Answer) -> bool:
        if not _is_kept(answer):
            return False
        with contextlib.suppress(TimeoutError):  # the asker reads it first
            async with asyncio.timeout(self._store_after_s):
                await self._closing.wait()
        return await self._answers.keep(trip, answer)


def _is_kept(answer: Answer) -> bool:
    return answer.status == httpx.codes.OK and answer.plausible


def _seen(task: asyncio.Task[Answer]) -> None:
    """A failure that nobody waits for any more is not reported as forgotten."""
    if not task.cancelled():
        task.exception()
