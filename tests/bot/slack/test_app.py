import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.app import NOT_SERVED, Identity, build_app, open_client

IDENTITY = Identity("T1", "U0", "B0", "Team", None, ())


@pytest.fixture
def app() -> AsyncApp:
    return build_app(IDENTITY, "xoxb-1", "secret", open_client(None, "http://127.0.0.1:1", None))  # type: ignore[arg-type]  # no call is made


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
