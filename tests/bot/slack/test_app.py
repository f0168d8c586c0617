from typing import Any
from urllib.parse import urlencode

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.slack.app import NOT_SERVED, Identity, build_app, open_client

IDENTITY = Identity("T1", "U0", "B0", "Team", None, ())


@pytest.fixture
def commands() -> list[dict[str, Any]]:
    """What came through."""
    return []


@pytest.fixture
def app(commands: list[dict[str, Any]]) -> AsyncApp:
    client = open_client(None, "http://127.0.0.1:1", None)  # type: ignore[arg-type]  # no call is made
    return build_app(IDENTITY, "xoxb-1", "secret", client, commands.append)


def slash(team: str, secret: str) -> AsyncBoltRequest:
    """As Slack sends a command over HTTP."""
    body = urlencode({"command": "/gpu", "text": "find 4090", "team_id": team, "user_id": "U1"})
    signed = SignatureVerifier(secret)
    stamp = str(int(signed.clock.now()))
    signature = signed.generate_signature(timestamp=stamp, body=body)
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": str(signature)}
    return AsyncBoltRequest(body=body, headers=dict(headers))


async def test_a_signed_command_is_taken(app: AsyncApp, commands: list[dict[str, Any]]) -> None:
    """And acknowledged without a word."""
    answer = await app.async_dispatch(slash("T1", "secret"))
    assert (answer.status, answer.body) == (200, "")
    assert [(taken["command"], taken["text"]) for taken in commands] == [("/gpu", "find 4090")]


async def test_a_command_with_a_wrong_signature_is_not_taken(
    app: AsyncApp, commands: list[dict[str, Any]]
) -> None:
    """Commands leave Bolt's chain early, but not before its check."""
    answer = await app.async_dispatch(slash("T1", "another secret"))
    assert (answer.status, commands) == (401, [])


async def test_a_command_of_another_workspace_is_not_taken(
    app: AsyncApp, commands: list[dict[str, Any]]
) -> None:
    """Commands leave Bolt's chain before it asks whose token it is: the team is checked there."""
    answer = await app.async_dispatch(slash("T2", "secret"))
    assert (answer.status, answer.body, commands) == (200, NOT_SERVED, [])


@pytest.mark.parametrize("team", [{"id": "T2"}, None])
async def test_another_workspace_is_told(
    app: AsyncApp, team: object, caplog: pytest.LogCaptureFixture
) -> None:
    """A signature proves that Slack sent it, not that this workspace asked; no traceback."""
    body = {
        "type": "block_actions",
        "team": team,
        "user": {"id": "U1"},
        "actions": [{"action_id": "x"}],
    }
    answer = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
    assert (answer.status, answer.body) == (200, NOT_SERVED)
    assert "Traceback" not in caplog.text
