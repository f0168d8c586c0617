"""The workspace's levers over HTTP, and its journal."""

from typing import Any

import pytest
from aiohttp import ClientSession

from bot.playground import Slack, open_playground
from tests.bot.playground.test_interactions import BUTTON, client_of, modal, playing
from tests.bot.playground.test_page import origin, token

NAMED = {
    "type": "input",
    "block_id": "name",
    "label": {"type": "plain_text", "text": "Name"},
    "element": {"type": "plain_text_input", "action_id": "name"},
}
REVOKED = {"refuse_blocks": ["card"], "rate_limits": True, "revoked": True, "planned": 2}
SAID = "Press it, @Ada Lovelace, by noon".ljust(110, "!") + "\u2026"
CALM = {"refuse_blocks": [], "rate_limits": False, "revoked": False, "planned": 0}


async def ask(
    session: ClientSession, slack: Slack, method: str, path: str, body: Any = None
) -> tuple[int, Any]:
    headers = {"X-Playground-Token": token(slack)}
    url = f"{origin(slack)}/admin/{path}"
    async with session.request(method, url, json=body, headers=headers) as answer:
        kind = answer.content_type
        return answer.status, (await answer.json() if kind.endswith("json") else None)


async def test_trouble_is_told_and_repaired(session: ClientSession) -> None:
    """All that was asked for stands in one answer, and one call ends it."""
    async with open_playground() as slack:
        wish = {"kind": "rate_limit", "method": "chat.update", "times": 2, "retry_after_s": 5}
        for path, body in (
            ("refuse-blocks", {"types": ["card"]}),
            ("rate-limits", {"on": True}),
            ("revoke", {}),
            ("fault", wish),
        ):
            assert (await ask(session, slack, "POST", path, body))[0] == 200
        assert await ask(session, slack, "GET", "trouble") == (200, REVOKED)
        await ask(session, slack, "POST", "revoke", {"revoked": False})
        assert (await ask(session, slack, "GET", "trouble"))[1] == REVOKED | {"revoked": False}
        await ask(session, slack, "POST", "repair", {})
        assert await ask(session, slack, "GET", "trouble") == (200, CALM)


async def test_the_last_press_arrives_again(session: ClientSession) -> None:
    """As it was, trigger and all; before anything was pressed it is refused."""
    async with playing() as (slack, app, _):
        assert (await ask(session, slack, "POST", "press-again", {}))[0] == 409
        message = await posted(session, slack)
        await slack.press(message, "go")
        assert (await ask(session, slack, "POST", "press-again", {}))[1]["ok"] is True
        assert len(app.heard) == 2
        assert app.heard[0] == app.heard[1]


async def test_the_last_form_arrives_again(session: ClientSession) -> None:
    """A form is a press too, and the later of both is the last."""
    async with playing() as (slack, app, _):
        message = await posted(session, slack)
        await slack.press(message, "go")
        view = modal("A form", NAMED)
        await client_of(slack, session).views_open(
            trigger_id=app.heard[-1]["trigger_id"], view=view
        )
        await slack.submit(await slack.wait_for_modal("A form"), {"name": "Ada"})
        await ask(session, slack, "POST", "press-again", {})
        assert [body["type"] for body in app.heard] == [
            "block_actions",
            "view_submission",
            "view_submission",
        ]
        assert app.heard[1] == app.heard[2]


async def test_the_journal_tells_both_directions(session: ClientSession) -> None:
    """What was sent, with what became of it, and what was called, each once."""
    async with playing() as (slack, _, _):
        message = await posted(session, slack)
        await slack.press(message, "go")
        await slack.command("/gpu find 4090", user="grace", channel="ml")
        _, told = await ask(session, slack, "GET", "journal")
        lines = [
            tuple(line[key] for key in ("kind", "what", "where", "who", "words", "result"))
            for line in told
        ]
        assert lines == [
            ("called", "chat.postMessage", "#general", "", SAID, ""),
            ("sent", "press", "#general", "Ada Lovelace", "Go", ""),
            ("sent", "command", "#ml", "Grace Hopper", "/gpu find 4090", ""),
        ]
        _, later = await ask(session, slack, "GET", f"journal?after={told[0]['number']}")
        assert later == told[1:]
        assert (await ask(session, slack, "GET", "journal?after=x"))[0] == 400


async def posted(session: ClientSession, slack: Slack) -> Any:
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    said = "Press  it, <@U0ADA00001>, by <!date^1^{time}|noon>" + "!" * 200
    post = {"channel": "general", "text": said, "blocks": [BUTTON]}
    async with session.post(f"{slack.api_url}chat.postMessage", json=post, headers=headers) as a:
        assert (await a.json())["ok"]
    return slack.messages("general")[-1]


@pytest.mark.parametrize("title", ["admin", "<b>boss</b>"])
async def test_people_have_titles(title: str) -> None:
    """The page is told them as they were given; others have none."""
    async with open_playground(titles={"ada": title}) as slack:
        assert {user.name: user.title for user in slack.workspace.users.values()} == {
            "ada": title,
            "grace": "",
            "linus": "",
            "sam": "",
            "gpu-shopper": "",
        }


async def test_one_socket_breaks(session: ClientSession) -> None:
    """Of two, the other goes on."""
    async with open_playground() as slack:
        first = await _connect(session, slack)
        second = await _connect(session, slack)
        assert (await ask(session, slack, "POST", "drop", {"count": 1}))[0] == 200
        await slack.wait_until(lambda: slack.connections == 1)
        await first.close()
        await second.close()


async def _connect(session: ClientSession, slack: Slack) -> Any:
    headers = {"Authorization": f"Bearer {slack.app_token}"}
    async with session.post(f"{slack.api_url}apps.connections.open", headers=headers) as answer:
        url = (await answer.json())["url"]
    return await session.ws_connect(url)
