"""Booked slots on the disk cache, for all processes of the machine; in memory when it fails."""

import json

from providers.clock import Clock
from providers.fetch.answers import read_numbers
from providers.fetch.boarding import BookNow
from providers.fetch.booking import Booking, SlotState, closed, later, reserve, settled
from providers.fetch.cache import CacheTrouble, Store
from providers.fetch.workers import CacheFile
from providers.settings import Pace

_KEPT_S = 86_400.0


class DiskSlots:
    """What this process knows is kept in memory too, and the two are joined at each booking: a
    disk that fails, returns or is wiped in between gives nothing away."""

    def __init__(self, file: CacheFile, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._known: dict[str, SlotState] = {}

    async def book(self, lane: str, pace: Pace, patience_s: float) -> Booking:
        mine = self._known.get(lane, SlotState())
        try:
            booking, state = await self._file.run(
                lambda store: self._book_in(store, lane, mine, pace, patience_s)
            )
        except CacheTrouble:
            mine = self._known.get(lane, SlotState())
            booking, state = reserve(mine, self._now_s(), pace, patience_s)
        self._known[lane] = state
        return booking

    def book_now(self, lane: str, pace: Pace) -> BookNow:
        """For a visit to the cache that is made anyway; `note` what it brought."""
        mine = self._known.get(lane, SlotState())

        def book(store: Store) -> SlotState | None:
            booking, state = self._book_in(store, lane, mine, pace, 0.0)
            return state if booking.made else None

        return book

    def note(self, lane: str, state: SlotState) -> None:
        self._known[lane] = state

    async def close(self, lane: str, pace: Pace, wait_s: float) -> None:
        mine = self._known.get(lane, SlotState())

        def on_disk(store: Store) -> SlotState:
            with store.transaction():
                now_s = self._now_s()
                state = later(settled(mine, now_s), settled(_read(store, lane), now_s))
                state = closed(state, now_s, pace, wait_s)
                _write(store, lane, state)
            return state

        try:
            self._known[lane] = await self._file.run(on_disk)
        except CacheTrouble:
            mine = self._known.get(lane, SlotState())
            self._known[lane] = closed(mine, self._now_s(), pace, wait_s)

    async def closed_for(self, lane: str) -> float:
        try:
            state = await self._file.run(lambda store: _read(store, lane))
        except CacheTrouble:
            state = self._known.get(lane, SlotState())
        now_s = self._now_s()
        return max(0.0, settled(state, now_s).closed_until_s - now_s)

    def _book_in(
        self, store: Store, lane: str, mine: SlotState, pace: Pace, patience_s: float
    ) -> tuple[Booking, SlotState]:
        with store.transaction():
            # The moment is read inside the lock, so that it never goes back between bookings.
            now_s = self._now_s()
            state = later(settled(mine, now_s), settled(_read(store, lane), now_s))
            booking, state = reserve(state, now_s, pace, patience_s)
            if booking.made:
                _write(store, lane, state)
        return booking, state

    def _now_s(self) -> float:
        return self._clock.now().timestamp()


def _read(store: Store, lane: str) -> SlotState:
    numbers = read_numbers(store.text(f"slots:{lane}"), 3)
    return SlotState() if numbers is None else SlotState(*numbers)


def _write(store: Store, lane: str, state: SlotState) -> None:
    text = json.dumps([state.arrival_s, state.closed_until_s, state.seen_s])
    store.put(f"slots:{lane}", text, _KEPT_S)
