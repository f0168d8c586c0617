"""Waits and calls ticks; knows no rule."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from providers.clock import Clock


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every_s: float
    tick: Callable[[], Awaitable[object]]


class Jobs:
    """Runs each job in a task of its own. A tick that raises is told and tried again next time."""

    def __init__(
        self,
        clock: Clock,
        *,
        done: Callable[[str, object], None],
        failed: Callable[[str, Exception], None],
    ) -> None:
        self._clock = clock
        self._done = done
        self._failed = failed
        self._tasks: list[asyncio.Task[None]] = []
        self._nudges: dict[str, asyncio.Event] = {}
        self._ticked: dict[str, asyncio.Event] = {}

    def start(self, *jobs: Job) -> None:
        for job in jobs:
            self._nudges[job.name] = asyncio.Event()
            self._ticked[job.name] = asyncio.Event()
            self._tasks.append(asyncio.create_task(self._run(job), name=job.name))

    async def first_ticks(self, patience_s: float) -> None:
        """Returns when every job that was started has ticked once, or after that time."""
        ticked = [asyncio.ensure_future(event.wait()) for event in self._ticked.values()]
        if ticked:
            await asyncio.wait(ticked, timeout=patience_s)
        for each in ticked:
            each.cancel()

    def nudge(self, name: str) -> None:
        """Its next tick comes at once; nothing happens where there is no such job."""
        nudge = self._nudges.get(name)
        if nudge is not None:
            nudge.set()

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def _run(self, job: Job) -> None:
        nudge = self._nudges[job.name]
        while True:
            nudge.clear()
            await self.run_once(job)
            self._ticked[job.name].set()
            await self._pause(job.every_s, nudge)

    async def _pause(self, seconds: float, nudge: asyncio.Event) -> None:
        waits = {
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(nudge.wait()),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
            await asyncio.gather(*waits, return_exceptions=True)

    async def run_once(self, job: Job) -> None:
        try:
            self._done(job.name, await job.tick())
        except Exception as error:  # noqa: BLE001  a job outlives whatever one tick meets
            self._failed(job.name, error)
