"""The page's server: who gets in, and what the page is told."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSServerHandshakeError

from bot.playground import Slack, SlashCommand, open_playground
from bot.playground.limits import Findings
from bot.playground.tickets import Trigger

STATIC = Path(__file__).parents[3] / "bot" / "playground" / "static"
BUTTON = {
    "type": "actions",
    "block_id": "b",
    "elements": [
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    ],
}


@pytest.fixture
async def slack():
    commands = [SlashCommand("/gpu", "Find GPUs", "find 4090")]
    async with open_playground(commands=commands) as opened:
        yield opened


def origin(slack: Slack) -> str:
    return slack.api_url.removesuffix("/api/")


def token(slack: Slack) -> str:
    return slack.page_url.partition("token=")[2]


async def status(session: ClientSession, url: str, method: str = "GET", **headers: str) -> int:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session.request(method, url, headers=names) as answer:
        return answer.status


async def test_page_needs_the_token(slack, session):
    """Without the token of the printed address there is no page; its files hold no secret."""
    base = origin(slack)
    assert await status(session, slack.page_url) == 200
    assert await status(session, f"{base}/") == 403
    assert await status(session, f"{base}/?token=wrong") == 403
    assert await status(session, f"{base}/?token=%C3%A9") == 403
    assert await status(session, f"{base}/static/main.js") == 200
    for elsewhere in ("server.py", "..%2fserver.py", "%2e%2e/server.py", "/etc/passwd"):
        assert await status(session, f"{base}/static/{elsewhere}") in (403, 404)


@pytest.mark.parametrize(
    "path", ["/", "/static/main.js", "/api/auth.test", "/link/", "/admin/calls"]
)
async def test_other_host_names_are_refused(slack, session, path):
    """A name that somebody points at loopback does not reach anything, token or not."""
    url = f"{origin(slack)}{path}?token={token(slack)}"
    port = origin(slack).rpartition(":")[2]
    assert await status(session, url, Host=f"evil.example:{port}") == 403
    assert await status(session, url, Host=f"localhost:{port}") == 403
    assert await status(session, url, Host="127.0.0.1") == 403


async def test_admin_needs_token_and_own_origin(slack, session):
    """An admin path obeys our own page or a program with the token, no other page."""
    url = f"{origin(slack)}/admin/duplicate"
    secret = {"X_Playground_Token": token(slack)}
    assert await status(session, url, "POST") == 403
    assert await status(session, url, "POST", Origin="http://evil.example", **secret) == 403
    assert await status(session, url, "POST", Origin="null", **secret) == 403
    assert slack.faults.duplicates == 0
    assert await status(session, url, "POST", **secret) == 200
    assert await status(session, url, "POST", Origin=origin(slack), **secret) == 200
    assert slack.faults.duplicates == 2


async def test_admin_faults(slack, session):
    """Faults are planned over HTTP by the names the driver has; an unknown one is named."""
    headers = {"X-Playground-Token": token(slack)}
    url = f"{origin(slack)}/admin/fault"
    wish = {"kind": "rate_limit", "method": "auth.test", "times": 1, "retry_after_s": 9}
    async with session.post(url, json=wish, headers=headers) as answer:
        assert answer.status == 200
    async with session.post(f"{slack.api_url}auth.test") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "9")
    for wrong in ({"kind": "storm", "method": "x"}, {"kind": "cut", "method": "x", "often": 1}):
        async with session.post(url, json=wrong, headers=headers) as answer:
            assert answer.status == 400


async def test_security_headers(slack, session):
    """Every answer forbids framing, sniffing and foreign scripts."""
    async with session.get(slack.page_url) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_socket_needs_token_and_origin(slack, session):
    """The WebSocket opens for our own page with the token, and for nothing else."""
    url = f"{origin(slack)}/page/socket"
    own = origin(slack)
    for query, sender in (
        ("", own),
        ("?token=wrong", own),
        (f"?token={token(slack)}", "http://evil.example"),
        (f"?token={token(slack)}", None),
    ):
        with pytest.raises(WSServerHandshakeError) as refused:
            await session.ws_connect(url + query, origin=sender)
        assert refused.value.status == 403


async def frames_until(socket: ClientWebSocketResponse, kind: str) -> list[dict[str, Any]]:
    frames: list[dict[str, Any]] = []
    async with asyncio.timeout(2):
        while not frames or frames[-1]["type"] != kind:
            frames.append(await socket.receive_json())
    return frames


@pytest.fixture
async def socket(slack, session):
    url = f"{origin(slack)}/page/socket?token={token(slack)}"
    async with session.ws_connect(url, origin=origin(slack)) as opened:
        yield opened


async def test_greeting(slack, socket):
    """A page is told who is there, where, which commands there are, and what was said."""
    await slack.say("hello")
    hello = await socket.receive_json()
    assert {key: hello[key] for key in ("type", "team", "me", "commands", "bot")} == {
        "type": "hello",
        "team": {"id": slack.team_id, "name": "Playground"},
        "me": {
            "id": slack.user("ada").id,
            "name": "ada",
            "real_name": "Ada Lovelace",
            "is_bot": False,
            "is_guest": False,
            "title": "",
            "color": "#9f69e7",
        },
        "commands": [{"command": "/gpu", "description": "Find GPUs", "usage_hint": "find 4090"}],
        "bot": {
            "id": slack.identity.bot_id,
            "name": "gpu-shopper",
            "user_id": slack.bot_user_id,
            "connected": False,
            "transport": "socket",
            "revoked": False,
        },
    }
    assert [(c["name"], c["kind"]) for c in hello["channels"]] == [
        ("gpu", "channel"),
        ("ml", "channel"),
        ("general", "channel"),
        ("random", "channel"),
        ("lab", "channel"),
        ("old-gpus", "channel"),
        ("gpu-shopper", "dm"),
    ]
    *histories, last = await frames_until(socket, "message")
    assert [frame["type"] for frame in histories] == ["messages"] * 7
    assert last["message"]["text"] == "hello"


async def test_private_messages_stay_private(slack, socket, session):
    """A page sees the ephemeral messages of the user it stands for, also after switching."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    post = {"channel": "general", "user": slack.user("grace").id, "text": "psst"}
    async with session.post(
        f"{slack.api_url}chat.postEphemeral", json=post, headers=headers
    ) as answer:
        assert (await answer.json())["ok"]
    await slack.say("loud")
    seen = await frames_until(socket, "message")
    assert seen[-1]["message"]["text"] == "loud"
    await socket.send_json({"type": "switch_user", "user": slack.user("grace").id})
    assert (await frames_until(socket, "hello"))[-1]["me"]["name"] == "grace"
    history = (await frames_until(socket, "messages"))[-1]
    while history["channel"] != slack.channel("general").id:
        history = (await frames_until(socket, "messages"))[-1]
    assert [(m["text"], m["ephemeral"]) for m in history["messages"]] == [
        ("psst", True),
        ("loud", False),
    ]
    assert history["messages"][0]["raw"]["text"] == "psst"


async def test_a_command_from_the_page(slack, socket):
    """Typed in the page, a command is busy, then fails for want of an app, and says so."""
    channel = slack.channel("general").id
    await socket.send_json({"type": "send", "channel": channel, "text": "/gpu find"})
    seen = await frames_until(socket, "note")
    busy, done = [frame for frame in seen if frame["type"] == "busy"]
    assert (busy["what"], busy["on"], done["on"], busy["id"]) == (
        "command",
        True,
        False,
        done["id"],
    )
    assert seen[-1] == {
        "type": "note",
        "channel": channel,
        "level": "error",
        "text": '/gpu failed with the error "dispatch_failed"',
    }


async def test_nobody_acts_for_another(slack, socket):
    """A page cannot press in a modal or a private message of somebody else."""
    grace = slack.user("grace")
    trigger = Trigger(grace.id, None, 0.0)
    title = {"type": "plain_text", "text": "Hers"}
    view = slack.modals.open(trigger, {"type": "modal", "title": title, "blocks": [BUTTON]})
    payload = {"text": "hers", "blocks": [BUTTON]}
    channel = slack.channel("general").id
    private = slack.workspace.said_by_bot(channel, payload, Findings(), only_for=grace.id)
    press = {"type": "action", "block_id": "b", "action": {"action_id": "go"}}
    for frame in (
        {"type": "close_view", "view_id": view.id},
        press | {"container": {"kind": "view", "view_id": view.id}},
        press | {"container": {"kind": "message", "channel": channel, "ts": private.ts}},
    ):
        await socket.send_json(frame)
        assert "not_found" in (await frames_until(socket, "note"))[-1]["text"]
    assert slack.modal("grace") == view


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "send", "channel": "C404", "text": "x"},
        {"type": "send", "channel": "D0GRACE002", "text": "x"},
        {"type": "submit", "view_id": "V1"},
        {"type": "close_view", "view_id": None},
        {"type": "action"},
        {"type": "action", "container": {"kind": "message"}, "action": {}},
        {"type": "fly"},
        {},
    ],
)
async def test_nonsense_from_a_page(socket, frame):
    """A frame that makes no sense is answered with a note, and the page lives on."""
    await socket.send_str("not json")
    await socket.send_str("[]")
    await socket.send_json(frame)
    note = (await frames_until(socket, "note"))[-1]
    assert note["level"] == "error"


async def test_a_press_from_the_page(slack, socket, session):
    """The value of a pressed button is the message's, whatever the page claims."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    post = {"channel": "general", "text": "buttons", "blocks": [BUTTON]}
    async with session.post(
        f"{slack.api_url}chat.postMessage", json=post, headers=headers
    ) as answer:
        ts = (await answer.json())["ts"]
    async with session.post(
        f"{slack.api_url}apps.connections.open",
        headers={"Authorization": f"Bearer {slack.app_token}"},
    ) as answer:
        url = (await answer.json())["url"]
    async with session.ws_connect(url) as app:
        assert (await app.receive_json())["type"] == "hello"
        with pytest.raises(WSServerHandshakeError):
            await session.ws_connect(url)
        container = {"kind": "message", "channel": slack.channel("general").id, "ts": ts}
        action = {"type": "button", "action_id": "go", "value": "forged"}
        await socket.send_json(
            {"type": "action", "container": container, "block_id": "b", "action": action}
        )
        envelope = await app.receive_json()
        assert envelope["type"] == "interactive"
        assert envelope["accepts_response_payload"] is True
        (sent,) = envelope["payload"]["actions"]
        assert "value" not in sent
        await app.send_json({"envelope_id": envelope["envelope_id"]})
        done = [f for f in await frames_until(socket, "busy") if f["type"] == "busy"]
        assert (done[-1]["what"], done[-1]["id"]) == ("action", "b")
        assert slack.notes() == []


async def test_eleventh_connection_is_sent_away(slack, session):
    """Ten connections are taken; the eleventh hears `too_many_websockets`."""
    headers = {"Authorization": f"Bearer {slack.app_token}"}
    sockets = []
    for _ in range(11):
        async with session.post(
            f"{slack.api_url}apps.connections.open", headers=headers
        ) as answer:
            url = (await answer.json())["url"]
        sockets.append(await session.ws_connect(url))
    first = [await socket.receive_json() for socket in sockets]
    assert [frame["type"] for frame in first] == ["hello"] * 10 + ["disconnect"]
    assert first[-1]["reason"] == "too_many_websockets"
    for socket in sockets:
        await socket.close()


async def test_the_page_names_each_of_its_files(slack, session):
    """Every module is fetched at once, and every style is in the one file of styles."""
    base = origin(slack)
    async with session.get(slack.page_url) as answer:
        page = await answer.text()
    async with session.get(f"{base}/static/page.css") as answer:
        styles = await answer.text()
    files = sorted(each for each in STATIC.iterdir() if each.is_file())
    modules = [each.name for each in files if each.suffix == ".js"]
    assert sorted(re.findall(r'"/static/(\w+\.js)"', page)) == modules
    missing = [each.name for each in files if each.suffix == ".css"]
    missing = [name for name in missing if (STATIC / name).read_text() not in styles]
    assert missing == []
