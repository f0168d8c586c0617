import asyncio
import contextlib
import gc
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, select, text

from bot.flows.ports import StoreDown
from bot.rules.places import Asker, Place
from bot.rules.searches import Search, SearchId
from bot.rules.sessions import Session, SessionId, SessionState
from bot.store import (
    Database,
    NewerSchema,
    SqliteRefused,
    StoredSearches,
    StoredSessions,
    open_database,
)
from bot.store.migrate import OlderSchema
from bot.store.tables import metadata, session_events
from providers.listings import CacheUse, Failure, FailureReason, Listing, NearMiss, Source
from providers.models import OfferQuery, ProviderName
from tests.fakes.offers import offer

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ADA = Asker("U1", Place("T1", "C1"))


def session(number: int, opened_at: datetime = NOW) -> Session:
    return Session(
        SessionId(f"test-{number:010d}"), SessionState.OFFERED, offer(number), ADA, opened_at
    )


def search(number: int = 1, **changes: object) -> Search:
    listing = Listing(
        query=OfferQuery(gpus=("RTX 4090",)),
        offers=(offer(1), offer(2)),
        considered=31,
        matched=12,
        sources=(Source(ProviderName("vastai"), NOW, 64, 1, 12, True, CacheUse.STALE, 0.31),),
        failures=(
            Failure(ProviderName("tensordock"), FailureReason.TIMED_OUT, "No answer.", 2.5),
        ),
        as_of=NOW,
        removed=(("max_usd_per_hour", 7),),
        near_misses=(NearMiss(offer(3), "max_usd_per_hour"),),
    )
    found = Search(SearchId(f"test-search{number:04d}"), ADA, listing.query, NOW, listing, 12, 1)
    return replace(found, **changes)  # type: ignore[arg-type]


async def events(database: Database) -> list[tuple[object, ...]]:
    columns = session_events.c
    statement = select(
        columns.session_id, columns.at, columns.who, columns.from_state, columns.to_state
    ).order_by(columns.id)
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(statement)]


async def test_a_search_comes_back_as_it_was_saved(database: Database) -> None:
    """Every value of a search, its listing included, survives the database."""
    searches = StoredSearches(database)
    await searches.save([search(), search(2, listing=None)])
    assert await searches.get(search().id) == search()
    assert await searches.get(search(2).id) == search(2, listing=None)
    assert await searches.get(SearchId("test-unknown")) is None


async def test_saving_again_replaces(database: Database) -> None:
    """A saved search takes the newer page and query."""
    searches = StoredSearches(database)
    await searches.save([search()])
    newer = search(page=2, query=OfferQuery(gpus=("L40S",)), listing=None)
    await searches.save([newer])
    assert await searches.get(newer.id) == newer


async def test_old_searches_are_swept(database: Database) -> None:
    """Only searches opened before the moment are deleted."""
    searches = StoredSearches(database)
    old = search(2, opened_at=NOW - timedelta(hours=25))
    await searches.save([search(), old])
    assert await searches.sweep(NOW - timedelta(hours=24)) == 1
    assert (await searches.get(old.id), await searches.get(search().id)) == (None, search())


async def test_what_was_asked_lately(database: Database) -> None:
    """The newest questions, those that wait for a press too."""
    searches = StoredSearches(database)
    other = OfferQuery(gpus=("L40S",))
    await searches.save(
        [
            search(1, opened_at=NOW - timedelta(hours=1)),
            search(2, query=other, listing=None),
            search(3, opened_at=NOW - timedelta(hours=25)),
        ]
    )
    asked = (other, search().query)
    assert await searches.asked_since(NOW - timedelta(hours=24), 9) == asked
    assert await searches.asked_since(NOW - timedelta(hours=24), 1) == asked[:1]
    assert await searches.asked_since(NOW + timedelta(hours=1), 9) == ()


async def test_a_session_opens_with_its_event(database: Database) -> None:
    """A card's session comes back whole, and one event row says who it was shown to."""
    sessions = StoredSessions(database)
    await sessions.open([session(1), session(2)])
    assert await sessions.get(session(1).id) == session(1)
    assert await sessions.get(SessionId("test-unknown")) is None
    assert await events(database) == [
        (session(1).id, NOW, "U1", None, "offered"),
        (session(2).id, NOW, "U1", None, "offered"),
    ]


async def test_old_cards_expire_and_are_forgotten(database: Database) -> None:
    """An unpressed card expires with an event, and is deleted only later, events included."""
    sessions = StoredSessions(database)
    old, young = session(1, NOW - timedelta(hours=25)), session(2)
    await sessions.open([old, young])
    assert await sessions.expire(NOW - timedelta(hours=24), NOW) == 1
    assert await sessions.expire(NOW - timedelta(hours=24), NOW) == 0
    assert await sessions.get(old.id) == replace(old, state=SessionState.EXPIRED, version=1)
    assert await sessions.get(young.id) == young
    assert (await events(database))[-1] == (old.id, NOW, "sweeper", "offered", "expired")
    assert await sessions.forget(NOW) == 1
    assert await sessions.get(old.id) is None
    assert await events(database) == [(young.id, NOW, "U1", None, "offered")]


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    """A session id that is taken rolls back every session opened with it."""
    sessions = StoredSessions(database)
    await sessions.open([session(1)])
    with pytest.raises(Exception, match=r"UNIQUE|unique"):
        await sessions.open([session(2), session(1)])
    assert await sessions.get(session(2).id) is None


async def test_migrations_make_the_tables(database: Database) -> None:
    """After all migrations the schema differs in nothing from `tables`."""

    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    """The second migration finds nothing to do and keeps what is there."""
    await StoredSearches(database).save([search()])
    assert await database.migrate() == await database.migrate()
    await database.check_revision()
    assert await StoredSearches(database).get(search().id) == search()


async def test_a_newer_schema_is_refused(database: Database) -> None:
    """A revision that the program does not know is refused with a sentence."""
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema, match="schema 9999, which this version does not know"):
        await database.migrate()
    with pytest.raises(NewerSchema):
        await database.check_revision()


async def test_an_unmigrated_database_is_told(url: str) -> None:
    """A database without the tables is refused with the release step's name."""
    database = open_database(url)
    with pytest.raises(OlderSchema, match="python -m bot migrate"):
        await database.check_revision()
    await database.close()


def test_sqlite_is_refused_where_several_machines_may_run() -> None:
    """`serve` and `work` get a sentence instead of a file of their own."""
    with pytest.raises(SqliteRefused, match="set DATABASE_URL to a PostgreSQL address"):
        open_database("sqlite:///x.db", allow_sqlite=False)


def test_other_databases_are_refused() -> None:
    """An address of another database names the two that work."""
    with pytest.raises(ValueError, match="sqlite:///path or postgresql://"):
        open_database("mysql://localhost/x")


async def test_sqlite_writes_wait_and_are_durable(tmp_path: Path) -> None:
    """SQLite runs in WAL mode and flushes each commit to the disk."""
    database = open_database(f"sqlite:///{tmp_path / 'x.db'}")
    async with database.reading() as connection:
        modes = [
            (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    await database.close()
    assert modes == ["wal", 2, 1]


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("postgres://u:p%40s%25@h:5432/d?sslmode=require", {"ssl": "require"}),
        ("postgresql://u@h/d?sslmode=require&channel_binding=require", {"ssl": "require"}),
        ("postgresql://u@h/d?application_name=x&connect_timeout=10", {}),
        ("postgresql://u@/d?host=/var/run/postgresql", {"host": "/var/run/postgresql"}),
        ("postgresql+psycopg2://u@h/d", {}),
    ],
)
def test_what_hosts_write_into_addresses(address: str, kept: dict[str, str]) -> None:
    """libpq's words are translated or left out; asyncpg would raise a `TypeError`."""
    url = open_database(address)._engine.url
    assert (url.drivername, dict(url.query)) == ("postgresql+asyncpg", kept)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("postgresql://u:secret@h:port/d", "cannot be read"),
        ("postgresql://u:secret@h/d?options=-csearch_path%3Dx", "options"),
        ("mysql://u:secret@h/d", "mysql"),
    ],
)
def test_an_address_that_is_no_use_is_named(address: str, named: str) -> None:
    """One sentence, without the password."""
    with pytest.raises(ValueError, match=named) as refused:
        open_database(address)
    assert "secret" not in str(refused.value)


async def test_a_database_that_is_gone_is_told_as_such() -> None:
    """Nobody listens there: the flows hear `StoreDown`, the health check says no."""
    database = open_database("postgresql://u@127.0.0.1:1/d")
    with pytest.raises(StoreDown):
        await StoredSearches(database).get(SearchId("test-searchabcd"))
    assert not await database.answers()
    await database.close()


async def test_writers_of_one_process_take_turns(tmp_path: Path) -> None:
    """Who came first writes first, and nobody looks in vain for a free moment."""
    database = open_database(f"sqlite:///{tmp_path / 'shopper.db'}")
    await database.migrate()
    done = []

    async def write(number: int) -> None:
        async with database.writing() as connection:
            await connection.execute(text("UPDATE searches SET page = page"))
            done.append(number)

    await asyncio.gather(*map(write, range(20)))
    await database.close()
    assert done == list(range(20))


async def test_who_is_cancelled_midway_leaves_nothing_locked(tmp_path: Path) -> None:
    """Though what it held is let go of late: the next process writes at once."""
    url = f"sqlite:///{tmp_path / 'shopper.db'}"
    await _migrated(url)
    gc.disable()
    try:
        for moment in range(60):
            database = open_database(url)
            tasks = [asyncio.create_task(_count_up(database)) for _ in range(4)]
            await asyncio.sleep(moment / 3000)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await database.close()
            with contextlib.closing(sqlite3.connect(tmp_path / "shopper.db", timeout=1)) as other:
                other.execute("BEGIN IMMEDIATE")
    finally:
        gc.enable()


async def _migrated(url: str) -> None:
    database = open_database(url)
    await database.migrate()
    await database.close()


async def _count_up(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("INSERT OR REPLACE INTO facts VALUES ('a', '1')"))
        await connection.execute(text("SELECT * FROM facts"))
