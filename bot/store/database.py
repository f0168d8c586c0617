"""One engine, and what SQLite needs to be trusted with money.

On SQLite every writing transaction begins `IMMEDIATE`: with the default begin two writers that
read first lose each other's changes without an error.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    IntegrityError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.flows.ports import StoreDown
from bot.store import migrate

BUSY_S = 10.0
"""How long a writer waits for another one on SQLite."""
CONNECT_S = 5.0
STATEMENT_S = 15.0
"""For a whole transaction: a database behind a dead network says nothing at all."""
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_Word = str | tuple[str, ...]
_LIBPQ: dict[str, str | None] = {
    "sslmode": "ssl",
    "channel_binding": None,  # asyncpg has none
    "connect_timeout": None,  # `CONNECT_S` stands
    "application_name": None,
}
_HANDLED = ("ssl", "host", "port", "target_session_attrs", "prepared_statement_cache_size")


class SqliteRefused(Exception):
    """Several processes on several hosts would each have a file of their own."""


class NewerSchema(Exception):
    """The database was migrated by a newer program."""


class Database:
    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._turn = asyncio.Lock() if self.is_sqlite else nullcontext()

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        async with _in_time(), self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: commits at the end, rolls back on any exception. Raises `StoreDown`.

        SQLite lets one write at a time, and whoever finds it busy looks again after a pause: with
        many at once some would never meet a free moment. Those of one process queue up instead.
        """
        async with _in_time(), self._turn, self._engine.connect() as connection:
            await connection.execution_options(writes=True)
            async with connection.begin():
                yield connection

    async def migrate(self) -> str:
        """Brings the schema up to the program's; returns the revision. Raises `NewerSchema`."""
        async with self._engine.connect() as connection:
            return await connection.run_sync(self._migrate)

    async def check_revision(self) -> None:
        """Raises `NewerSchema` or `migrate.OlderSchema` when the program and the schema differ."""
        async with self._engine.connect() as connection:
            await connection.run_sync(migrate.check, newer=NewerSchema)

    async def answers(self) -> bool:
        """Whether a statement comes back; for the health check, which says no more than that."""
        try:
            async with self.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except StoreDown:
            return False
        return True

    async def close(self) -> None:
        await self._engine.dispose()

    @staticmethod
    def _migrate(connection: Connection) -> str:
        return migrate.upgrade(connection, newer=NewerSchema)


@asynccontextmanager
async def _in_time() -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(STATEMENT_S):
            yield
    except (IntegrityError, ProgrammingError, DataError):
        raise  # the program's mistake, not the database's absence
    except (SQLAlchemyError, OSError) as error:
        raise StoreDown(type(error).__name__) from error


def open_database(url: str, *, allow_sqlite: bool = True) -> Database:
    """Opens nothing yet: the first statement connects. Raises `SqliteRefused`, `ValueError`."""
    parsed = _parsed(url)
    if not parsed.drivername.startswith("sqlite"):
        return Database(
            create_async_engine(
                parsed,
                isolation_level="READ COMMITTED",  # what waited for a lock sees what was done
                pool_pre_ping=True,
                pool_timeout=STATEMENT_S,
                connect_args={"timeout": CONNECT_S},
            )
        )
    if not allow_sqlite:
        raise SqliteRefused(
            "DATABASE_URL is SQLite, a file on one machine. serve and work may run on several:"
            " set DATABASE_URL to a PostgreSQL address, or use `run`, which does both in one"
            " process."
        )
    engine = create_async_engine(
        parsed, connect_args={"timeout": BUSY_S, "factory": _RollsBackOnClose}
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return Database(engine)


class _RollsBackOnClose(sqlite3.Connection):
    """SQLite itself rolls back at a close only when the last statement is let go, and of a task
    that was cancelled midway something may hold one for long: nobody could write until then."""

    def close(self) -> None:
        if self.in_transaction:
            self.rollback()
        super().close()


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ValueError(
            "DATABASE_URL cannot be read: write postgresql://user:password@host:port/name, signs"
            " in the password as %40."
        ) from None
    base = url.drivername.partition("+")[0]
    if base not in _DRIVERS:
        raise ValueError(
            f"DATABASE_URL starts with {base}://; use sqlite:///path or postgresql://…"
        )
    query = dict(url.query) if base == "sqlite" else _asyncpg_words(url.query)
    return url.set(drivername=_DRIVERS[base], query=query)


def _asyncpg_words(query: Mapping[str, _Word]) -> dict[str, _Word]:
    """Hosts put libpq's words into the address; asyncpg raises a `TypeError` for each."""
    unknown = sorted(set(query) - {*_LIBPQ, *_HANDLED})
    if unknown:
        raise ValueError(f"DATABASE_URL has {', '.join(unknown)} in it: leave that out.")
    renamed = {_LIBPQ.get(name, name): word for name, word in query.items()}
    return {name: word for name, word in renamed.items() if name is not None}


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver's own begin would come before ours
    cursor = connection.cursor()
    # Rows are read by their key: of two megabytes of pages for each connection little is used.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "cache_size=-256",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
