"""Stacks the transports and sends through them.

    fresh → flight → retry → circuit → limit → network

A hit costs no slot, each attempt costs one. There is no `httpx.AsyncClient` in front: nothing of
what it adds is wanted here, such as cookies and what the environment says of proxies and keys.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

import httpx

from providers.clock import Clock
from providers.errors import ProviderError
from providers.fetch.answers import Answers
from providers.fetch.booking import Slots
from providers.fetch.call import (
    Call,
    CutShort,
    EventKind,
    FetchEvent,
    FetchSettings,
    Reply,
    Trip,
    trip_for,
)
from providers.fetch.circuit import CircuitTransport
from providers.fetch.flight import FlightTransport
from providers.fetch.fresh import FreshTransport
from providers.fetch.leases import Leases
from providers.fetch.limit import LimitTransport
from providers.fetch.network import FOREIGN, NetworkTransport, timeouts, translated
from providers.fetch.retry import RetryTransport
from providers.fetch.slots import DiskSlots
from providers.fetch.wire import found_of
from providers.fetch.workers import CacheFile
from providers.listings import CacheUse

__all__ = [
    "Call",
    "CutShort",
    "FetchClient",
    "FetchEvent",
    "FetchSettings",
    "Reply",
    "open_client",
]

_HEADERS: Final = {
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
    "User-Agent": "gpu-shopper",
}
_NOTHING: Final = httpx.ByteStream(b"")
_EVENT_OF: Final[dict[CacheUse, EventKind]] = {
    CacheUse.FRESH: "hit",
    CacheUse.STALE: "stale",
    CacheUse.MISS: "miss",
}


class FetchClient:
    """Asks marketplaces. Belongs to one event loop; made by `open_client`."""

    def __init__(
        self,
        transport: FreshTransport,
        flights: FlightTransport,
        answers: Answers,
        file: CacheFile,
        clock: Clock,
        settings: FetchSettings,
        emit: Callable[[FetchEvent], None],
    ) -> None:
        self._transport = transport
        self._flights = flights
        self._answers = answers
        self._file = file
        self._clock = clock
        self._settings = settings
        self._emit = emit

    async def send(self, call: Call) -> Reply:
        """Raises `TimedOut`, `Unreachable`, `RateLimited`, `Resting` or `BadAnswer` and nothing
        else; any status but 429 and 3xx is a reply.

        `Unreachable` promises that no request left; after `TimedOut` and `CutShort`, a kind of
        `BadAnswer`, nobody knows what the marketplace did.
        """
        began = self._clock.monotonic()
        trip = self._trip(call)
        found = found_of(await self._transport.handle_async_request(self._request(trip)))
        seconds = self._clock.monotonic() - began
        self._emit(FetchEvent(call.provider, call.endpoint, _EVENT_OF[found.use], seconds))
        answer = found.answer
        return Reply(
            answer.status,
            answer.headers,
            answer.body,
            received_at=datetime.fromtimestamp(answer.received_s, UTC),
            fresh_until=datetime.fromtimestamp(found.fresh_until_s, UTC),
            cache=found.use,
            seconds=seconds,
        )

    async def forget(self, call: Call) -> None:
        """The answer to this call was nonsense: the next one asks the marketplace."""
        trip = self._trip(call)
        await self._flights.stored(trip.key)
        await self._answers.forget(trip)

    async def aclose(self) -> None:
        """Ends what is under way; answers that came are stored first."""
        await self._transport.aclose()
        await self._file.aclose()

    def _trip(self, call: Call) -> Trip:
        return trip_for(call, self._clock, self._settings.patience_s[call.priority])

    def _request(self, trip: Trip) -> httpx.Request:
        call = trip.call
        failure: ProviderError | None = None
        headers = {**call.headers}
        if trip.content is not None:
            headers["Content-Type"] = "application/json"
        try:
            url, target = _address(call)
            extensions = {"trip": trip, "timeout": timeouts(call), **target}
            headers = {"Host": url.netloc.decode("ascii"), **_HEADERS, **headers}
            # Given a stream, httpx does not look for a body: a quarter of the time.
            body = {"stream": _NOTHING} if trip.is_bare else {"content": trip.content}
            return httpx.Request(call.method, url, headers=headers, extensions=extensions, **body)
        except FOREIGN as error:
            failure = translated(error, call)
        raise failure


def _address(call: Call) -> tuple[httpx.URL, dict[str, bytes]]:
    """A search has 400 characters of query, which httpx would look at one by one for 0.1 ms. So
    they go past it, as the `target` that it sends as it is and h11 checks."""
    door, mark, query = call.url.partition("?")
    if not mark or not call.cacheable or call.secret_params:
        return httpx.URL(call.url), {}
    url = _door(door)
    return url, {"target": url.raw_path + b"?" + query.encode("ascii")}


@lru_cache(maxsize=64)
def _door(url: str) -> httpx.URL:
    return httpx.URL(url)


def open_client(
    *,
    cache_dir: Path,
    clock: Clock,
    transport: httpx.AsyncBaseTransport | None = None,
    brief: bool = False,
    on_event: Callable[[FetchEvent], None] | None = None,
    slots: Slots | None = None,
    settings: FetchSettings | None = None,
    draw: Callable[[], float] = random.random,
) -> FetchClient:
    """Opens nothing yet: the cache and the network are opened when they are first needed.

    `brief` is for a process that asks once and ends: it spares what pays only after many searches.
    `transport` replaces the network, `slots` the keeper of booked slots, `draw` chance.
    """
    settings = settings or FetchSettings()
    emit = on_event or (lambda _: None)
    file = CacheFile(cache_dir, clock, settings, emit)
    answers = Answers(file, clock, settings)
    network = NetworkTransport(transport, clock, brief=brief)
    on_disk = DiskSlots(file, clock)
    at_hand = on_disk if slots is None else None
    limit = LimitTransport(network, slots or on_disk, at_hand, clock, settings, emit, draw)
    circuit = CircuitTransport(limit, clock, settings, emit)
    retry = RetryTransport(circuit, answers, clock, settings, emit, draw)
    flights = FlightTransport(
        retry,
        answers,
        Leases(file, clock),
        lambda trip: None if circuit.is_open(trip.lane) else limit.slot(trip),
        clock,
        settings,
    )
    fresh = FreshTransport(flights, answers, clock, settings)
    return FetchClient(fresh, flights, answers, file, clock, settings, emit)
