"""A process that is killed anywhere: before a request leaves, after an answer, around a commit."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import httpx
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.database import Database

_life: contextvars.ContextVar["Life | None"] = contextvars.ContextVar("life", default=None)


_LAST_BREATH_S = 0.1


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Life:
    """One process. After its death each further step of it dies too, so that no clean-up helps."""

    def __init__(self) -> None:
        self.left: int | None = None
        """Boundaries that are still passed; None lives for ever."""
        self.dead = False
        self.died_at = ""
        self.passed = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    def pass_(self, place: str) -> None:
        if self.dead:
            raise Killed(self.died_at)
        self.passed += 1
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.dead, self.died_at = True, place
            raise Killed(place)

    async def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Runs work of this process; a death takes all of its tasks along."""
        token = _life.set(self)
        try:
            return await asyncio.ensure_future(work)
        except Killed:
            await self._bury()
            raise
        finally:
            _life.reset(token)

    async def _bury(self) -> None:
        """The rest dies at its next boundary: what SQLite has begun it ends or undoes, as it does
        for a process that is gone. What waits for the network is cut off."""
        left = [task for task in self._tasks if not task.done()]
        if left:
            await asyncio.wait(left, timeout=_LAST_BREATH_S)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def adopt(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def task_factory(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> Any:
    """Remembers whose process a task belongs to."""
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
    life = _life.get()
    if life is not None:
        life.adopt(task)
    return task


def quiet_loop() -> None:
    """The running loop remembers whose its tasks are; a death that nobody awaits is no news."""
    loop = asyncio.get_running_loop()
    loop.set_task_factory(task_factory)

    def tell(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not isinstance(context.get("exception"), Killed):
            loop.default_exception_handler(context)

    loop.set_exception_handler(tell)


class PerilousWire(httpx.AsyncBaseTransport):
    def __init__(self, life: Life) -> None:
        self._life = life
        self._wire = httpx.AsyncHTTPTransport(verify=False)  # loopback only, without TLS

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        place = f"{request.method} {request.url.path}"
        self._life.pass_(f"before {place}")
        response = await self._wire.handle_async_request(request)
        try:
            self._life.pass_(f"after {place}")
        except Killed:
            await response.aclose()
            raise
        return response

    async def aclose(self) -> None:
        await self._wire.aclose()


class PerilousDatabase(Database):
    """Dies around a commit, never in the middle of one: that is SQLite's own promise."""

    life: Life

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        self.life.pass_("before a commit")
        async with super().writing() as connection:
            yield connection
        self.life.pass_("after a commit")
