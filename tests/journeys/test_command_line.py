"""`python -m bot …` as a person runs it."""

import asyncio
import json
import os
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from aiohttp import web
from pytest_mock import MockerFixture

from bot import settings
from bot.cli import demo
from bot.playground import open_playground
from providers.simulator import Simulator, open_simulator
from tests.fakes.loopback import said, serving

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
async def market() -> AsyncIterator[Simulator]:
    async with open_simulator(seed=7, rate_limits=False) as opened:
        yield opened


async def start(home: Path, *words: str, **values: str) -> Process:
    surroundings = settings.child_environment(
        {
            "SHOPPER_DATA_DIR": str(home / "data"),
            "SHOPPER_CACHE_DIR": str(home / "cache"),
            **values,
        }
    )
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words, stdout=PIPE, stderr=PIPE, env=surroundings, cwd=ROOT
    )


async def run(home: Path, *words: str, **values: str) -> tuple[int | None, str, str]:
    process = await start(home, *words, **values)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, out.decode(), err.decode()


def addresses(market: Simulator) -> Mapping[str, str]:
    return {"VASTAI_URL": market.vast_url, "TENSORDOCK_URL": market.tensordock_url}


async def test_find_prints_a_table(market: Simulator, tmp_path: Path) -> None:
    """Offers come as a table with both marketplaces' ages, and the exit code is 0."""
    code, out, err = await run(tmp_path, "find", "4090 any host", **addresses(market))
    assert (code, err) == (0, "")
    assert "RTX 4090" in out
    assert "s old" in out


async def test_find_prints_json(market: Simulator, tmp_path: Path) -> None:
    """`--json` prints one document whose prices add up."""
    code, out, _ = await run(tmp_path, "find", "--json", "2x", "4090", **addresses(market))
    document = json.loads(out)
    assert code == 0
    assert {offer["gpu"]["count"] for offer in document["offers"]} == {2}


async def test_find_loads_one_client(market: Simulator, tmp_path: Path) -> None:
    """aiohttp pays only after many searches: loading it takes a third of this command's time."""
    told = {**addresses(market), "PYTHONPROFILEIMPORTTIME": "1"}
    code, _, imports = await run(tmp_path, "find", "4090", **told)
    assert (code, "httpx" in imports, "aiohttp" in imports) == (0, True, False)


async def test_nothing_found_is_exit_code_1(market: Simulator, tmp_path: Path) -> None:
    """An answer without offers says what removed them."""
    code, out, _ = await run(tmp_path, "find", "4090 under 0.01", **addresses(market))
    assert code == 1
    assert "under $0.01/h" in out


async def test_failure_is_exit_code_2(tmp_path: Path) -> None:
    """When nobody can be reached each marketplace is named."""
    nowhere = {"VASTAI_URL": "http://127.0.0.1:9", "TENSORDOCK_URL": "http://127.0.0.1:9"}
    code, out, err = await run(tmp_path, "find", "4090", **nowhere)
    assert code == 2
    assert "Vast.ai" in out + err
    assert "TensorDock" in out + err


async def test_a_marketplace_s_own_words_are_on_standard_error(
    market: Simulator, tmp_path: Path
) -> None:
    """The answer has our sentence; what the marketplace said stands beside it, made harmless."""

    async def refuse(_request: web.Request) -> web.Response:
        return said(400, {"success": False, "error": "odd", "msg": "no \x1b[2J such\nfield"})

    async with serving(refuse) as origin:
        places = {**addresses(market), "VASTAI_URL": origin}
        code, out, err = await run(tmp_path, "find", "4090", **places)
    assert code == 0
    assert "Vast.ai refused the request. The log has its words." in out
    assert err == "vastai: HTTP 400: odd no [2J such field\n"


async def test_a_wrong_question_is_exit_code_2(tmp_path: Path) -> None:
    """What is not understood is named on standard error, with what would be."""
    code, out, err = await run(tmp_path, "find", "4090 udner 0.5")
    assert (code, out) == (2, "")
    assert "udner" in err
    assert "under 0.5" in err


async def test_find_without_a_question_helps(tmp_path: Path) -> None:
    """`find` alone teaches."""
    code, out, _ = await run(tmp_path, "find")
    assert code == 0
    assert "python -m bot find" in out


async def test_check_tells_line_by_line(market: Simulator, tmp_path: Path) -> None:
    """Everything right is exit code 0 with a line each."""
    (tmp_path / "policy.toml").write_text('admins = ["U0ADA00001"]')
    async with open_playground() as slack:
        code, out, err = await run(
            tmp_path,
            "check",
            SLACK_BOT_TOKEN=slack.bot_token,
            SLACK_APP_TOKEN=slack.app_token,
            SLACK_API_URL=slack.api_url,
            VASTAI_API_KEY="k",
            TENSORDOCK_API_TOKEN="t",
            SHOPPER_POLICY=str(tmp_path / "policy.toml"),
            **addresses(market),
        )
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == ["ok"] * 9


async def test_find_is_for_searches_alone(tmp_path: Path) -> None:
    """A command about rented machines is refused, and no setting is needed for that."""
    assert await run(tmp_path, "find", "stop", "k3f9-w2c7h4n6da") == (
        2,
        "",
        "Rented machines, watches and orders are asked about in Slack.\n",
    )


async def test_check_says_what_to_do(market: Simulator, tmp_path: Path) -> None:
    """A missing token, a wrong scope and an unwritable directory each get their next step."""
    (tmp_path / "file").write_text("")
    async with open_playground(scopes=("commands",)) as slack:
        code, out, _ = await run(
            tmp_path,
            "check",
            SLACK_BOT_TOKEN=slack.bot_token,
            SLACK_API_URL=slack.api_url,
            SHOPPER_CACHE_DIR=str(tmp_path / "file" / "cache"),
            **addresses(market),
        )
    wrong = [line for line in out.splitlines() if line.startswith("WRONG")]
    assert code == 2
    assert "Missing chat:write" in wrong[0]
    assert "SLACK_APP_TOKEN" in wrong[1]
    assert "SHOPPER_CACHE_DIR" in wrong[2]
    assert "VASTAI_API_KEY" in out


async def test_check_names_each_mistake_of_the_policy(market: Simulator, tmp_path: Path) -> None:
    """One line for each; without a file it is a note that nobody can rent."""
    (tmp_path / "policy.toml").write_text('admin = ["U0ADA00001"]\nmax_hours = "8"\n')
    _, out, _ = await run(
        tmp_path, "check", SHOPPER_POLICY=str(tmp_path / "policy.toml"), **addresses(market)
    )
    told = [line for line in out.splitlines() if "policy  " in line]
    assert [line.split()[0] for line in told] == ["WRONG", "WRONG"]
    assert told[0].endswith("Line 1: “admin” is no key of the policy (did you mean admins?).")
    _, out, _ = await run(tmp_path, "check", **addresses(market))
    (told_without,) = [line for line in out.splitlines() if "policy  " in line]
    assert told_without.startswith("note")
    assert "Nobody can rent until admins are named" in told_without


async def test_wrong_settings_end_every_command(tmp_path: Path) -> None:
    """All wrong settings are listed at once, without a traceback."""
    for words in (("run",), ("find", "4090"), ("migrate",)):
        code, out, err = await run(tmp_path, *words, PORT="x", VASTAI_URL="nowhere")
        assert (code, out) == (2, "")
        assert sorted(line.split(":")[0] for line in err.splitlines()) == ["PORT", "VASTAI_URL"]


async def test_everything_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    """A start without any setting names each that it needs."""
    code, out, err = await run(tmp_path, "run")
    assert (code, out) == (2, "")
    bot_token, transport = err.splitlines()
    assert bot_token.startswith("SLACK_BOT_TOKEN is not set.")
    assert transport.startswith("Neither SLACK_APP_TOKEN")


async def test_migrate_makes_the_database(tmp_path: Path) -> None:
    """The release step says which schema the database has now."""
    code, out, _ = await run(tmp_path, "migrate")
    assert (code, out) == (0, "The database is at schema 0006.\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_run_ends_cleanly(market: Simulator, tmp_path: Path, number: int) -> None:
    """A signal ends the bot with exit code 0."""
    async with open_playground() as slack:
        process = await start(
            tmp_path,
            "run",
            PORT="0",
            SLACK_BOT_TOKEN=slack.bot_token,
            SLACK_APP_TOKEN=slack.app_token,
            SLACK_API_URL=slack.api_url,
            **addresses(market),
        )
        await slack.wait_until(lambda: slack.connections == 2, patience_s=30)
        await slack.command("/gpu find 4090")
        process.send_signal(number)
        _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert b"Traceback" not in err


@pytest.mark.parametrize("wrong", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
async def test_a_wrong_token_is_told(tmp_path: Path, wrong: str) -> None:
    """Slack's refusal of either token ends the start with a sentence and the next step."""
    async with open_playground() as slack:
        tokens = {"SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token}
        tokens[wrong] = tokens[wrong][:6] + "wrong"
        code, _, err = await run(tmp_path, "run", SLACK_API_URL=slack.api_url, PORT="0", **tokens)
    assert code == 2
    assert "invalid_auth" in err
    assert "python -m bot check" in err
    assert "Traceback" not in err


async def test_the_demo_starts_and_ends_everything(tmp_path: Path) -> None:
    """`demo` prints an address, needs no real key, and leaves no process behind."""
    surroundings = settings.child_environment({"VASTAI_API_KEY": "real-key-canary"})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "demo", "--no-browser"),
        stdout=PIPE,
        stderr=PIPE,
        env=surroundings,
        cwd=ROOT,
    )
    assert process.stdout is not None
    told = b""
    while b"token=" not in told:
        told += await asyncio.wait_for(process.stdout.readline(), 60)
    children = _children(process.pid)
    process.send_signal(signal.SIGINT)
    await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    assert len(children) == 3
    assert [pid for pid in children if _alive(pid)] == []


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in found.split()]


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_the_demo_opens_a_browser_where_there_is_a_display(
    mocker: MockerFixture,
) -> None:
    """The page opens by itself; Ctrl-C still ends everything."""
    opened = asyncio.Event()
    addresses: list[str] = []

    def take(address: str) -> bool:
        addresses.append(address)
        opened.set()
        return True

    mocker.patch("webbrowser.open", side_effect=take)
    mocker.patch.object(settings, "has_display", return_value=True)
    running = asyncio.create_task(demo._demo(real=False, browser=True))
    await asyncio.wait_for(opened.wait(), 60)
    os.kill(os.getpid(), signal.SIGINT)
    assert await asyncio.wait_for(running, 30) == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=\S+", addresses[0])
