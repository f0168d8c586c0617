"""What was written before 0002 is still there, and what is asked often comes from an index."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import TypeAdapter
from sqlalchemy import Connection, event, text

from bot.flows.ports import StoreDown
from bot.flows.watch_ports import PricePoint
from bot.rules.quotes import QuoteId
from bot.rules.renters import Renter
from bot.rules.sessions import label_of
from bot.rules.watches import question_of
from bot.store import (
    Database,
    StoredHosts,
    StoredMarks,
    StoredOrphans,
    StoredOutbox,
    StoredPrices,
    StoredQuotes,
    StoredRenters,
    StoredSessions,
    migrate,
    open_database,
)
from providers.models import Offer, OfferQuery, ProviderName
from tests.bot.store.samples import NOW, PRESS, after, notice, orphan, pressed, session


def _upgrade_to_0001(connection: Connection) -> None:
    config = migrate._config()
    connection.execution_options(writes=True)
    with connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")


def _newest() -> str | None:
    return ScriptDirectory.from_config(migrate._config()).get_current_head()


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


async def test_what_0001_holds_is_kept(url: str) -> None:
    """Cards opened before the migration come back whole, and can be pressed."""
    database, card = open_database(url), session(1)
    async with database._engine.connect() as connection:
        await connection.run_sync(_upgrade_to_0001)
    async with database.writing() as connection:
        await connection.execute(
            text(
                "INSERT INTO sessions"
                " (id, state, team_id, channel_id, user_id, opened_at, provider, offer)"
                " VALUES (:id, 'offered', 'T1', 'C1', 'U1', :at, 'vastai', :offer)"
            ),
            {
                "id": card.id,
                "at": str(NOW.replace(tzinfo=None)) if database.is_sqlite else NOW,
                "offer": TypeAdapter(Offer).dump_json(card.offer).decode(),
            },
        )
        await connection.execute(
            text(
                "INSERT INTO session_events (session_id, at, who, to_state, why)"
                " VALUES (:id, :at, 'U1', 'offered', 'shown on a card')"
            ),
            {"id": card.id, "at": str(NOW.replace(tzinfo=None)) if database.is_sqlite else NOW},
        )
    assert await database.migrate() == _newest()
    sessions = StoredSessions(database)
    assert await sessions.get(card.id) == card
    assert len(await sessions.events(card.id)) == 1
    begun = await sessions.begin(card, pressed(card), PRESS, [], most_each=1, most_in_all=1)
    assert await sessions.live() == (begun,)
    async with database.reading() as connection:
        assert await connection.run_sync(_revision) == _newest()
    await database.close()


async def test_the_row_that_is_locked_is_there(database: Database) -> None:
    """One row: without it nobody would wait."""
    async with database.reading() as connection:
        rows = (await connection.execute(text("SELECT name FROM locks"))).all()
    assert [tuple(row) for row in rows] == [("rentals",)]


class Plans:
    """How SQLite goes about each statement it is given."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._asked: list[tuple[str, Any]] = []
        event.listen(database._engine.sync_engine, "before_cursor_execute", self._note)

    def _note(self, _c: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE")):
            self._asked.append((statement, values))

    async def take(self) -> list[str]:
        asked, self._asked = self._asked, []
        steps: list[str] = []
        async with self._database.reading() as connection:
            for statement, values in asked:
                rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                steps += [row.detail for row in rows]
        return steps


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path / 'plans.db'}")
    await opened.migrate()
    yield opened
    await opened.close()


async def test_what_is_asked_often_comes_from_an_index(sqlite: Database) -> None:
    """No look-up walks through all cards or all notices ever; the due ones need no sorting."""
    sessions, outbox, card = StoredSessions(sqlite), StoredOutbox(sqlite), session(1)
    await sessions.open([card])
    plans = Plans(sqlite)
    await sessions.change(card, pressed(card).due(NOW), PRESS, [notice("n", card.id)])
    questions = {
        "due": (lambda: sessions.claim_due(NOW, NOW, 9), "ix_sessions_due_at"),
        "live": (lambda: sessions.live(ProviderName("vastai")), "ix_sessions_state_opened_at"),
        "in use": (lambda: sessions.in_use("T1", "U1"), "ix_sessions_state_opened_at"),
        "labels": (lambda: sessions.of_labels([label_of(card.id)]), "ix_sessions_label"),
        "renter's": (lambda: sessions.rented_by("T1", "U1", 9), "ix_sessions_renter"),
        "recent": (lambda: sessions.recent(9), "ix_sessions_"),
        "expire": (lambda: sessions.expire(NOW, NOW), "ix_sessions_state_opened_at"),
        "forget": (lambda: sessions.forget(NOW), "ix_sessions_state_opened_at"),
        "outbox": (lambda: outbox.claim(NOW, NOW, 9), "ix_outbox_waiting"),
    }
    assert [step for step in await plans.take() if "SCAN" in step] == []
    for question, (answer, index) in questions.items():
        await answer()
        steps = await plans.take()
        assert any(index in step for step in steps), (question, steps)
        scans = [step for step in steps if step.startswith("SCAN") and " INDEX " not in step]
        assert scans == [], (question, steps)
        if question in {"due", "expire"}:
            assert not [step for step in steps if "TEMP B-TREE" in step], (question, steps)


async def test_every_store_says_when_the_database_is_gone() -> None:
    """Nobody listens there: `StoreDown`, from reading and from writing."""
    database = open_database("postgresql://u@127.0.0.1:1/d")
    card, sessions = session(1), StoredSessions(database)
    outbox, marks = StoredOutbox(database), StoredMarks(database)
    for asked in (
        sessions.open([card]),
        sessions.change(card, pressed(card), PRESS),
        sessions.begin(card, pressed(card), PRESS, [], most_each=1, most_in_all=1),
        sessions.claim_due(NOW, NOW, 1),
        sessions.live(),
        sessions.rented_by("T1", "U1", 1),
        sessions.of_labels(["x"]),
        sessions.events(card.id),
        sessions.in_use("T1", "U1"),
        StoredOrphans(database).open(orphan(1), []),
        StoredOrphans(database).known(ProviderName("vastai")),
        StoredQuotes(database).get(QuoteId("x")),
        StoredRenters(database).save(Renter("T1", "U1")),
        StoredHosts(database).records([(ProviderName("vastai"), "1")]),
        marks.first("x", NOW),
        marks.take("x", NOW, after(hours=1)),
        marks.handled("x", NOW),
        outbox.put([notice("x")], NOW),
        outbox.claim(NOW, NOW, 1),
        outbox.post("x", "card"),
        outbox.sweep(NOW),
    ):
        with pytest.raises(StoreDown):
            await asked
    await database.close()


async def test_prices_are_read_where_they_lie(sqlite: Database) -> None:
    """However long the history is, nothing walks through all of it, the sweep neither."""
    prices, query = StoredPrices(sqlite), OfferQuery(gpus=("RTX 4090",))
    question = question_of(query)
    await prices.record([PricePoint(question, NOW, None, 0)])
    plans = Plans(sqlite)
    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "pasts": lambda: prices.pasts({question: query}, NOW),
        "last": lambda: prices.last_at_or_below(question, Decimal(1), NOW),
        "stretches": lambda: prices.stretches(
            ["RTX 4090"], NOW - timedelta(days=7), NOW, timedelta(hours=12)
        ),
        "lows": lambda: prices.lows([("RTX 4090", True)], NOW),
        "since": lambda: prices.since(["RTX 4090"]),
        "sweep": lambda: prices.sweep(NOW),
    }
    for name, ask in asked.items():
        await ask()
        steps = await plans.take()
        read = [step for step in steps if "price_points" in step]
        assert read, (name, steps)
        assert [
            step for step in read if "SEARCH" not in step or "series_id=?" not in step
        ] == [], name
