"""Serves from the cache: fresh answers as they are, stale ones at once while a refresh runs."""

import asyncio
import contextlib
from dataclasses import replace

import httpx

from providers.base import Priority
from providers.clock import Clock
from providers.errors import ProviderError
from providers.fetch.answers import Answers, Found
from providers.fetch.call import FetchSettings, Trip
from providers.fetch.flight import FlightTransport
from providers.fetch.wire import answer_of, response_for, trip_of
from providers.listings import CacheUse


class FreshTransport(httpx.AsyncBaseTransport):
    """Outermost: a hit costs no slot, no lease and no byte on the network."""

    def __init__(
        self,
        inner: FlightTransport,
        answers: Answers,
        clock: Clock,
        settings: FetchSettings,
    ) -> None:
        self._inner = inner
        self._answers = answers
        self._clock = clock
        self._patience_s = settings.patience_s[Priority.WATCH]
        self._refreshes: dict[str, asyncio.Task[None]] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trip = trip_of(request)
        if trip.call.cacheable and not trip.call.refresh:
            found = await self._inner.find(trip)
            if found is not None:
                if found.use is CacheUse.STALE:
                    self._refresh(request, trip)
                return response_for(found.answer, found)
        response = await self._inner.handle_async_request(request)
        answer = answer_of(response)
        # One flight's answer may be another process's, a few milliseconds old.
        until_s = self._answers.fresh_until_s(trip, answer)
        response.extensions["found"] = Found(answer, CacheUse.MISS, until_s)
        return response

    async def aclose(self) -> None:
        refreshes = list(self._refreshes.values())
        for task in refreshes:
            task.cancel()
        await asyncio.gather(*refreshes, return_exceptions=True)
        await self._inner.aclose()

    def _refresh(self, request: httpx.Request, trip: Trip) -> None:
        """Nobody waits for it, so it goes last and may take its time."""
        if trip.key in self._refreshes:
            return
        later = replace(
            trip,
            priority=Priority.WATCH,
            deadline=self._clock.monotonic() + self._patience_s,
        )
        copy = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=trip.content,
            extensions={**request.extensions, "trip": later},
        )
        task = asyncio.create_task(self._quietly(copy))
        self._refreshes[trip.key] = task
        task.add_done_callback(lambda _: self._refreshes.pop(trip.key, None))

    async def _quietly(self, request: httpx.Request) -> None:
        with contextlib.suppress(ProviderError):  # told by events; the next one asks again
            await self._inner.handle_async_request(request)
