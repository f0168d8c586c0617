"""The bot as a process: health, metrics, refusals, the end."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot import settings
from bot.store import SqliteRefused
from bot.wiring import MissingSetting, Mode, Service
from providers.clock import SystemClock
from tests.journeys.world import World, open_world


async def get(port: int | None, path: str, **headers: str) -> tuple[int, str]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}{path}", headers=headers) as answer,
    ):
        return answer.status, await answer.text()


async def test_health_names_what_is_checked(both: World) -> None:
    """200 with the database, and with the number of sockets where there are any."""
    assert both.service is not None
    status, text = await get(both.service.port, "/healthz")
    expected = '{"ok": true, "database": true'
    assert (status, text) == (200, expected + (', "sockets": 2}' if over_socket(both) else "}"))


async def test_lost_sockets_are_not_healthy(world: World) -> None:
    """Without a connection to Slack the health check says 503 until one is back."""
    assert world.service is not None
    port = world.service.port
    world.slack.drop_connections()
    status = 200
    for _ in range(100):
        status, _ = await get(port, "/healthz")
        if status == 503:
            break
        await asyncio.sleep(0.02)
    assert status == 503


async def test_metrics_count_what_happened(both: World) -> None:
    """After one search each marketplace was fetched once, and one command was answered."""
    await both.ask("/gpu find 4090")
    assert both.service is not None
    status, text = await get(both.service.port, "/metrics")
    assert status == 200
    wanted = (
        'shopper_requests_total{kind="command",outcome="answered"} 1.0',
        'shopper_ack_seconds_count{kind="command"} 1.0',
        'shopper_cache_total{provider="vastai",use="miss"} 1.0',
        'shopper_cache_total{provider="tensordock",use="miss"} 1.0',
    )
    assert [line for line in wanted if line not in text] == []


async def test_metrics_are_not_for_everybody(tmp_path: Path) -> None:
    """With a token only its bearer reads them; without, nobody behind a proxy does."""
    async with open_world(tmp_path, "http", metrics_token="metrics-canary") as world:
        assert world.service is not None
        port = world.service.port
        assert (await get(port, "/metrics"))[0] == 403
        assert (await get(port, "/metrics", Authorization="Bearer wrong"))[0] == 403
        assert (await get(port, "/metrics", Authorization="Bearer metrics-canary"))[0] == 200


async def test_a_forwarded_request_reads_no_metrics(world: World) -> None:
    """A proxy on this machine speaks for somebody elsewhere."""
    assert world.service is not None
    status, _ = await get(world.service.port, "/metrics", **{"X-Forwarded-For": "203.0.113.9"})
    assert status == 403


@pytest.mark.parametrize("stamp", ["", "soon", "١٢٣", "-5", "1e9"])
async def test_a_wrong_time_stamp_is_refused(tmp_path: Path, stamp: str) -> None:
    """Bolt's verifier would raise; Slack never sends it."""
    async with open_world(tmp_path, "http") as world, aiohttp.ClientSession() as http:
        assert world.service is not None
        headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=0"}
        url = f"http://127.0.0.1:{world.service.port}/slack/events"
        async with http.post(url, data={"command": "/gpu"}, headers=headers) as answer:
            assert answer.status == 401


async def test_an_unsigned_request_does_nothing(tmp_path: Path) -> None:
    """Without the right signature nothing is answered."""
    async with open_world(tmp_path, "http") as world, aiohttp.ClientSession() as http:
        assert world.service is not None
        headers = {"X-Slack-Request-Timestamp": "1795445825", "X-Slack-Signature": "v0=0"}
        url = f"http://127.0.0.1:{world.service.port}/slack/events"
        async with http.post(url, data={"command": "/gpu"}, headers=headers) as answer:
            assert answer.status == 401
        assert world.slack.calls_of("response_url") == []


async def test_an_answer_cut_off_is_told(both: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a marketplace that hangs hears that the bot ends, and the bot does end."""
    monkeypatch.setattr("bot.frontage.DRAIN_S", 0.3)
    assert both.service is not None
    await both.stop_bot()
    await both.start_bot()
    for name in ("vast", "tensordock"):
        both.market.fault(name, "hang", times=20)
    handled = await both.slack.command("/gpu find 4090")
    async with asyncio.timeout(4):
        await both.stop_bot()
    await both.slack.wait_for_message("restarting", since=handled.since)


async def test_a_sender_that_never_ends_does_not_hold_the_end(tmp_path: Path) -> None:
    """aiohttp would wait a minute for the rest of an upload."""
    async with open_world(tmp_path, "http") as world:
        assert world.service is not None
        assert world.service.port is not None
        _, writer = await asyncio.open_connection("127.0.0.1", world.service.port)
        head = "POST /slack/events HTTP/1.1\r\nHost: x\r\nX-Slack-Request-Timestamp: 1\r\n"
        writer.write(f"{head}Content-Length: 100\r\n\r\nabc".encode())
        await writer.drain()
        await asyncio.sleep(0.1)
        async with asyncio.timeout(8):
            await world.stop_bot()
        writer.close()


@pytest.mark.parametrize(
    ("body", "kind", "signature"),
    [
        (b"\xff\xfe", "text/plain", "v0=00"),
        (b"a=b", "application/x-www-form-urlencoded; charset=nope", "v0=00"),
        (b"{", "application/json", "v0=00"),
        (b"[1]", "application/json", "v0=00"),
        (b"payload=zzz", "application/x-www-form-urlencoded", "v0=00"),
        (b"payload=[1]", "application/x-www-form-urlencoded", "v0=00"),
        (b"a=b", "application/x-www-form-urlencoded", "v0=\u00e9"),
    ],
)
async def test_nonsense_is_refused_without_an_error(
    tmp_path: Path, body: bytes, kind: str, signature: str
) -> None:
    """What nobody signed fills no log with tracebacks."""
    async with open_world(tmp_path, "http") as world, aiohttp.ClientSession() as http:
        assert world.service is not None
        headers = {
            "X-Slack-Request-Timestamp": str(int(datetime.now(UTC).timestamp())),
            "X-Slack-Signature": signature,
            "Content-Type": kind,
        }
        url = f"http://127.0.0.1:{world.service.port}/slack/events"
        async with http.post(url, data=body, headers=headers) as answer:
            assert answer.status in {400, 401}


async def test_stopping_lets_answers_finish(both: World) -> None:
    """An answer that is under way when the end comes is still given."""
    both.market.fault("tensordock", "slow", seconds=0.4)
    handled = await both.slack.command("/gpu find 4090")
    await both.stop_bot()
    answer = await both.slack.wait_for_message("offers", since=handled.since)
    assert "RTX 4090" in answer.everything


@pytest.mark.parametrize("mode", [Mode.SERVE, Mode.WORK])
async def test_several_processes_refuse_sqlite(tmp_path: Path, mode: Mode) -> None:
    """`serve` and `work` say what to set instead."""
    loaded = settings.load(slack_bot_token="xoxb-x", shopper_data_dir=tmp_path)
    with pytest.raises(SqliteRefused, match="PostgreSQL"):
        await Service(loaded, SystemClock(), mode).start()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "SLACK_BOT_TOKEN is not set"),
        ({"slack_bot_token": "xoxb-x"}, "Neither SLACK_APP_TOKEN"),
    ],
)
async def test_a_missing_setting_is_named(
    tmp_path: Path, values: dict[str, str], sentence: str
) -> None:
    """A start without what it needs says which setting is missing."""
    loaded = settings.load(shopper_data_dir=tmp_path, **values)
    with pytest.raises(MissingSetting, match=sentence):
        await Service(loaded, SystemClock(), Mode.RUN).start()


def over_socket(world: World) -> bool:
    return world.transport == "socket"
