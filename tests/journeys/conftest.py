import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from bot.wiring import Mode
from tests import postgres
from tests.journeys.world import World, open_world
from tests.requirements import skip_or_fail

CALM = {"stale_share": 0.0, "evolving": False}
"""A market in which what was found can be rented a day later."""
Opener = Callable[..., AbstractAsyncContextManager[World]]


@pytest.fixture(params=["socket", "http"])
async def both(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """Once over Socket Mode, once over signed HTTP."""
    async with open_world(tmp_path, request.param) as world:
        yield world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with open_world(tmp_path) as opened:
        yield opened


@pytest.fixture
def opened(tmp_path: Path) -> Opener:
    """Opens a world whose market is calm, with the policy and settings of the test's choice."""

    def open_calm(*args: Any, **options: Any) -> AbstractAsyncContextManager[World]:
        market = CALM | options.pop("market", {})
        return open_world(tmp_path, *args, market=market, **options)

    return open_calm


@pytest.fixture
async def rents(opened: Opener) -> AsyncIterator[World]:
    async with opened() as world:
        yield world


@pytest.fixture(params=["socket", "http"])
async def rents_both(request: pytest.FixtureRequest, opened: Opener) -> AsyncIterator[World]:
    """Once over Socket Mode, once over signed HTTP."""
    async with opened(request.param) as world:
        yield world


@pytest.fixture(
    params=[
        "socket-sqlite",
        "http-sqlite",
        pytest.param("socket-postgresql", marks=pytest.mark.postgres),
        pytest.param("http-postgresql", marks=pytest.mark.postgres),
    ]
)
async def rents_everywhere(request: pytest.FixtureRequest, opened: Opener) -> AsyncIterator[World]:
    """Both transports on both databases; on PostgreSQL over HTTP as `serve` beside `work`."""
    transport, database = request.param.split("-")
    options: dict[str, Any] = {}
    if database == "postgresql":
        options["database_url"] = await request.getfixturevalue("new_database")()
        if transport == "http":
            options["modes"] = (Mode.WORK, Mode.SERVE)
    async with opened(transport, **options) as world:
        yield world


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> Iterator[str]:
    folder = postgres.programs()
    if folder is None:
        skip_or_fail(request.config, "postgres", "PostgreSQL's server programs are not installed")
    with postgres.server(folder) as url:
        yield url


@pytest.fixture
def new_database(postgres_url: str) -> Callable[[], Any]:
    """Makes an empty database and returns its address."""

    async def make() -> str:
        name = f"t{uuid.uuid4().hex[:12]}"
        connection = await asyncpg.connect(postgres_url)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        return postgres_url.rsplit("/", 1)[0] + f"/{name}?sslmode=disable"

    return make
