"""Each store test runs on SQLite and on PostgreSQL."""

import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import event

from bot.store import Database, open_database
from tests import postgres
from tests.requirements import skip_or_fail


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    folder = postgres.programs()
    if folder is None:
        skip_or_fail(request.config, "postgres", "PostgreSQL's server programs are not installed")
    with postgres.server(folder) as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of an empty database of this test's own."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'shopper.db'}"
        return
    base = request.getfixturevalue("postgres_url")
    name = f"t{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(base)
    await connection.execute(f"CREATE DATABASE {name}")
    await connection.close()
    yield base.rsplit("/", 1)[0] + f"/{name}"


def _reverse(connection: Any, _record: object) -> None:
    """Rows come in no order that was not asked for."""
    connection.execute("PRAGMA reverse_unordered_selects=ON").close()


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    opened = open_database(url)
    if opened.is_sqlite:
        event.listen(opened._engine.sync_engine, "connect", _reverse)
    await opened.migrate()
    yield opened
    await opened.close()


@pytest.fixture
async def other(url: str, database: Database) -> AsyncIterator[Database]:
    """Another process on the same database."""
    opened = open_database(url)
    yield opened
    await opened.close()
