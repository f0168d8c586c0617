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

    def start(self, *jobs: Job) -> None:
        self._tasks += [asyncio.create_task(self._run(job), name=job.name) for job in jobs]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        self._tasks.clear()

    async def _run(self, job: Job) -> None:
        while True:
            await self.run_once(job)
            await self._clock.sleep(job.every_s)

    async def run_once(self, job: Job) -> None:
        try:
            self._done(job.name, await job.tick())
        except Exception as error:  # noqa: BLE001  a job outlives whatever one tick meets
            self._failed(job.name, error)
