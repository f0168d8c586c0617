"""Runs work on the disk cache in threads of its own, and sorts what goes wrong there.

The event loop never waits for the disk, an answer never for longer than `disk_patience_s`.
"""

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from providers.clock import Clock
from providers.fetch.cache import (
    CacheTrouble,
    Store,
    current_generation,
    is_busy,
    is_corrupt,
    leave_generation,
    prepare_home,
)
from providers.fetch.call import Emit, FetchEvent, FetchSettings
from providers.models import ProviderName

T = TypeVar("T")
_LONGEST_REST_S: Final = 15.0
_BULK_PATIENCE: Final = 10
"""Times the patience of an answer, for stores that nobody waits for."""


class CacheFile:
    """The cache directory, shared with other processes. Opens itself at the first use."""

    def __init__(self, cache_dir: Path, clock: Clock, settings: FetchSettings, emit: Emit) -> None:
        self._quick = _Worker("cache", cache_dir, clock, settings)
        self._bulk = _Worker("cache-bulk", cache_dir, clock, settings, sweeps=True)
        self._clock = clock
        self._patience_s = settings.disk_patience_s
        self._emit = emit
        self._troubles = 0
        self._rests_until = 0.0
        self._closed = False

    async def run(self, work: Callable[[Store], T], *, bulk: bool = False) -> T:
        """`work` happens in a thread; raises `CacheTrouble` alone.

        `bulk` is for storing answers: it has a thread apart, so that slots and look-ups do not
        queue behind ten megabytes.
        """
        if self._closed or self._clock.monotonic() < self._rests_until:
            raise CacheTrouble("the cache rests")
        worker = self._bulk if bulk else self._quick
        patience = self._patience_s * (_BULK_PATIENCE if bulk else 1)
        try:
            async with asyncio.timeout(patience):
                result = await worker.submit(work)
        except TimeoutError:
            raise self._trouble("the disk did not answer") from None
        except CacheTrouble as trouble:
            raise self._trouble(str(trouble)) from trouble
        self._troubles = 0
        return result

    async def aclose(self) -> None:
        if self._closed:
            return
        self._closed = True
        for worker in (self._bulk, self._quick):
            with contextlib.suppress(CacheTrouble, TimeoutError):
                async with asyncio.timeout(self._patience_s):
                    await worker.aclose()

    def _trouble(self, detail: str) -> CacheTrouble:
        """The first is tried again at once, then there are growing rests."""
        rest = min(_LONGEST_REST_S, 2.0 ** (self._troubles - 1)) if self._troubles else 0.0
        self._troubles = min(self._troubles + 1, 32)
        self._rests_until = self._clock.monotonic() + rest
        self._emit(FetchEvent(ProviderName("-"), "cache", "cache-trouble", rest, detail))
        return CacheTrouble(detail)


class _Worker:
    """One thread with its own connection: nothing of diskcache is ever shared."""

    def __init__(
        self,
        name: str,
        cache_dir: Path,
        clock: Clock,
        settings: FetchSettings,
        *,
        sweeps: bool = False,
    ) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._cache_dir = cache_dir
        self._clock = clock
        self._settings = settings
        self._sweeps = sweeps
        self._home: Path | None = None
        self._store: Store | None = None

    def submit(self, work: Callable[[Store], T]) -> asyncio.Future[T]:
        """Whoever stops waiting cancels nothing: what was begun, or waits, is done by the thread.

        Not `run_in_executor`, which wakes the asker by way of three futures and another turn of
        the loop, a tenth of a millisecond.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()

        def in_thread() -> None:
            try:
                land = partial(_land, future, self._do(work))
            except CacheTrouble as trouble:
                land = partial(_crash, future, trouble)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(land)

        self._thread.submit(in_thread)
        return future

    async def aclose(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown(wait=False)

    def _do(self, work: Callable[[Store], T]) -> T:
        try:
            try:
                return work(self._opened())
            except Exception as error:
                if not is_corrupt(error):
                    raise
                self._leave()
                return work(self._opened())
        except CacheTrouble:
            raise
        except Exception as error:  # a cache never stops an answer, whatever breaks
            if not is_busy(error):  # closing rolls back what the error left open
                self._close()
            raise CacheTrouble(f"{type(error).__name__}: {error}"[:300]) from error

    def _opened(self) -> Store:
        if self._store is not None and self._home is not None:
            if self._store.is_current():
                return self._store
            self._close()
        self._home = prepare_home(self._cache_dir)
        self._store = Store(
            self._home,
            self._clock,
            size_limit=self._settings.cache_bytes,
            lock_timeout_s=self._settings.lock_timeout_s,
        )
        if self._sweeps:
            self._store.sweep()
        return self._store

    def _leave(self) -> None:
        if self._home is None:
            return
        broken = self._store.place if self._store is not None else current_generation(self._home)
        self._close()
        leave_generation(self._home, broken)

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None


def _land(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _crash(future: asyncio.Future[T], trouble: CacheTrouble) -> None:
    if not future.done():
        future.set_exception(trouble)
