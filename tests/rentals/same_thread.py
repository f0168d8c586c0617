"""SQLite without its thread: each statement is run by the event loop, one turn later.

What the statements do, who comes between them and when they may be cut off stays the same; what
is saved is the way to a thread and back, which costs more than the statement.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self
from unittest import mock

import aiosqlite

_AGAIN_S = 0.002
"""A writer that finds another one asks again; it must not hold the loop that the other needs."""


class Cursor:
    """As far as SQLAlchemy uses aiosqlite's: made, executed and read in one piece."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, sql: str, parameters: Any = ()) -> Self:
        return await self._run("execute", sql, parameters)

    async def executemany(self, sql: str, parameters: Any) -> Self:
        return await self._run("executemany", sql, parameters)

    async def fetchall(self) -> list[Any]:
        return self._rows

    async def close(self) -> None:
        """It was closed as soon as it was read."""

    async def _run(self, how: str, sql: str, parameters: Any) -> Self:
        raw: sqlite3.Connection = self._connection._conn

        def work() -> None:
            cursor = raw.cursor()
            try:
                getattr(cursor, how)(sql, parameters)
                self.description, self.rowcount = cursor.description, cursor.rowcount
                self.lastrowid = cursor.lastrowid
                self._rows = cursor.fetchall() if cursor.description else []
            finally:
                cursor.close()

        await self._connection._execute(work)
        return self


class Loop:
    """Stands where the thread's queue stood."""

    def put_nowait(self, item: tuple[asyncio.Future[Any] | None, Callable[[], Any]]) -> None:
        future, work = item
        if future is None:  # nobody waits, and there may be no loop any more
            work()
        else:
            future.get_loop().call_soon(self._run, future, work)

    def _run(self, future: asyncio.Future[Any], work: Callable[[], Any]) -> None:
        try:
            result = work()
        except sqlite3.OperationalError as error:
            if "locked" in str(error) and not future.done():
                future.get_loop().call_later(_AGAIN_S, self._run, future, work)
            elif not future.done():
                future.set_exception(error)
        except Exception as error:  # noqa: BLE001  for the one who awaits it
            if not future.done():
                future.set_exception(error)
        else:
            if isinstance(result, sqlite3.Connection):
                result.execute("PRAGMA busy_timeout=0")
            if not future.done():
                future.set_result(result)


class NoThread:
    daemon = True

    def start(self) -> None:
        """The loop runs already."""


@contextmanager
def same_thread() -> Iterator[None]:
    """For the whole process, for connections that are made and closed inside."""
    made = aiosqlite.Connection.__init__

    def init(self: aiosqlite.Connection, *words: Any, **more: Any) -> None:
        made(self, *words, **more)
        self._tx = Loop()  # type: ignore[assignment]
        self._thread = NoThread()  # type: ignore[assignment]

    def cursor(self: aiosqlite.Connection) -> Cursor:
        return Cursor(self)

    with (
        mock.patch.object(aiosqlite.Connection, "__init__", init),
        mock.patch.object(aiosqlite.Connection, "cursor", cursor),
    ):
        yield
