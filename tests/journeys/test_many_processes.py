"""The Procfile's processes on one PostgreSQL: `migrate`, then `web` and `worker`."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import text

from bot import settings
from bot.playground import open_playground
from bot.store import open_database
from providers.simulator import open_simulator
from tests import postgres
from tests.requirements import skip_or_fail

pytestmark = pytest.mark.postgres


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    folder = postgres.programs()
    if folder is None:
        skip_or_fail(request.config, "postgres", "PostgreSQL's server programs are not installed")
    with postgres.server(folder) as url:
        yield url


async def start(env: dict[str, str], command: str) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", command, env=env, stdout=PIPE, stderr=PIPE
    )


async def ready(process: Process) -> None:
    assert process.stderr is not None
    async with asyncio.timeout(30):
        while line := await process.stderr.readline():
            if json.loads(line)["event"] == "ready":
                return
    raise AssertionError("ended before it was ready")


async def end(process: Process) -> int:
    """SIGTERM, and what it left to say."""
    process.terminate()
    async with asyncio.timeout(10):
        await process.communicate()
    return process.returncode or 0


async def test_a_search_over_serve_and_work(
    tmp_path: Path, database_url: str, unused_tcp_port: int
) -> None:
    """`serve` refuses an empty database, `migrate` fills it, a search is answered and its button
    works in another `serve`; both kinds of process end cleanly on SIGTERM."""
    async with (
        open_simulator(seed=7, rate_limits=False) as market,
        open_playground(transport="http") as slack,
    ):
        ours = {
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "SLACK_API_URL": slack.api_url,
            "VASTAI_URL": market.vast_url,
            "VASTAI_SEARCH_INTERVAL_S": "0.05",
            "TENSORDOCK_URL": market.tensordock_url,
            "DATABASE_URL": f"{database_url}?sslmode=disable",
            "SHOPPER_CACHE_DIR": str(tmp_path / "cache"),
            "SHOPPER_DATA_DIR": str(tmp_path / "data"),
            "PORT": str(unused_tcp_port),
            "LOG_FORMAT": "json",
        }
        env = settings.child_environment(ours)
        early = await start(env, "serve")
        _, words = await early.communicate()
        assert (early.returncode, b"bot migrate" in words) == (2, True)
        for _ in range(2):
            migrating = await start(env, "migrate")
            assert await migrating.wait() == 0
        worker, web = await start(env, "work"), await start(env, "serve")
        try:
            await ready(worker)
            await ready(web)
            slack.request_url = f"http://127.0.0.1:{unused_tcp_port}/slack/events"
            async with (
                aiohttp.ClientSession() as http,
                http.get(f"http://127.0.0.1:{unused_tcp_port}/healthz") as health,
            ):
                assert health.status == 200
            handled = await slack.command("/gpu find 4090")
            answer = await slack.wait_for_message("offers", since=handled.since, patience_s=15)
            assert await end(web) == 0
            web = await start(env, "serve")
            await ready(web)
            await slack.press(answer, "gpu:details")
            await slack.wait_for_modal("4 h")
        finally:
            codes = [await end(process) for process in (web, worker)]
        assert codes == [0, 0]
    assert not (tmp_path / "data").exists()
    database = open_database(database_url)
    async with database.reading() as connection:
        rows = await connection.execute(text("SELECT count(*) FROM session_events"))
        assert rows.scalar_one() >= 10
    await database.close()
