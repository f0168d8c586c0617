"""Bolt and the SDK, unmodified, work against the playground."""

import asyncio
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground import Slack, SlashCommand, open_playground
from tests.bot.playground.bolting import bolt_app, over_http, over_sockets

FORM = {
    "type": "modal",
    "callback_id": "form",
    "title": {"type": "plain_text", "text": "Details"},
    "submit": {"type": "plain_text", "text": "Go"},
    "blocks": [
        {
            "type": "input",
            "block_id": "hours",
            "label": {"type": "plain_text", "text": "Hours"},
            "element": {"type": "number_input", "action_id": "n", "is_decimal_allowed": False},
        }
    ],
}


def card(title: str, value: str) -> dict[str, Any]:
    return {
        "type": "card",
        "title": {"type": "mrkdwn", "text": title},
        "actions": [
            {
                "type": "button",
                "action_id": "details",
                "value": value,
                "text": {"type": "plain_text", "text": "Details"},
            }
        ],
    }


def shop(app, heard: list[Any]) -> None:
    async def find(ack, respond, command):
        await ack()
        heard.append(command)
        carousel = {"type": "carousel", "elements": [card("RTX 4090", "a"), card("H100", "b")]}
        await respond(text="2 offers", blocks=[carousel])

    async def details(ack, body, client):
        await ack()
        heard.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    async def submitted(ack, body, client):
        heard.append(body)
        hours = body["view"]["state"]["values"]["hours"]["n"]["value"]
        if hours == "13":
            await ack(response_action="errors", errors={"hours": "Not 13."})
            return
        await ack()
        await client.chat_postMessage(channel=body["user"]["id"], text=f"{hours} hours")

    app.command("/gpu")(find)
    app.action("details")(details)
    app.view("form")(submitted)


@pytest.fixture(params=["socket", "http"])
async def shopped(request, session):
    heard: list[Any] = []
    async with open_playground(transport=request.param) as slack:
        app = bolt_app(slack, session)
        shop(app, heard)
        running = over_sockets if request.param == "socket" else over_http
        async with running(app, slack):
            yield slack, heard


async def test_command_card_modal_and_message(shopped: tuple[Slack, list[Any]]):
    """A command, a card's button, a form with complaints and a direct message work end to end."""
    slack, heard = shopped
    handled = await slack.command("/gpu find <0.4 & @grace in #general")
    assert handled.ack.error is None
    answer = await slack.wait_for_message("2 offers", since=handled.since)
    assert (answer.only_for, answer.channel) == (slack.user("ada").id, slack.channel("general").id)
    assert slack.messages("general", "grace") == []

    pressed = await slack.press(answer, "details", value="b")
    assert pressed.ack.error is None
    view = await slack.wait_for_modal("Details")
    assert (await slack.submit(view)).errors == {"hours": "Please complete this required field."}
    assert (await slack.submit(view, {"n": "13"})).errors == {"hours": "Not 13."}
    assert slack.modal() is not None
    assert (await slack.submit(view, {"hours": "4"})).errors is None
    assert slack.modal() is None
    told = await slack.wait_for_message("4 hours")
    assert told.channel == slack.channel("@ada").id

    assert [body.get("type") for body in heard] == [
        None,
        "block_actions",
        "view_submission",
        "view_submission",
    ]
    command = dict(heard[0])
    assert command.pop("response_url").startswith(slack.api_url.removesuffix("/api/"))
    assert command.pop("trigger_id")
    assert command.pop("token")
    assert command == {
        "team_id": slack.team_id,
        "team_domain": "playground",
        "channel_id": slack.channel("general").id,
        "channel_name": "general",
        "user_id": slack.user("ada").id,
        "user_name": "ada",
        "command": "/gpu",
        "text": (
            f"find &lt;0.4 &amp; <@{slack.user('grace').id}|grace> "
            f"in <#{slack.channel('general').id}|general>"
        ),
        "api_app_id": slack.identity.id,
        "is_enterprise_install": "false",
    }


async def test_block_actions_payload(shopped: tuple[Slack, list[Any]]):
    """The payload of a press has Slack's fields; an ephemeral message is named, not shown."""
    slack, heard = shopped
    await slack.command("/gpu")
    answer = await slack.wait_for_message("2 offers")
    await slack.press(answer, "details", value="a")
    body = dict(heard[1])
    (action,) = body.pop("actions")
    assert answer.blocks is not None
    assert action.pop("action_ts")
    assert action == {
        "action_id": "details",
        "block_id": answer.blocks[0]["elements"][0]["block_id"],
        "type": "button",
        "value": "a",
        "text": {"type": "plain_text", "text": "Details"},
    }
    for made_up in ("token", "trigger_id", "response_url"):
        assert body.pop(made_up)
    ada = slack.user("ada")
    assert body == {
        "type": "block_actions",
        "user": {"id": ada.id, "username": "ada", "name": "ada", "team_id": slack.team_id},
        "api_app_id": slack.identity.id,
        "team": {"id": slack.team_id, "domain": "playground"},
        "enterprise": None,
        "is_enterprise_install": False,
        "container": {
            "type": "message",
            "message_ts": answer.ts,
            "channel_id": answer.channel,
            "is_ephemeral": True,
        },
        "channel": {"id": answer.channel, "name": "general"},
        "state": {"values": {}},
    }


async def test_two_sockets_take_turns(session):
    """With two connections every other payload goes to the other, and a duplicate to both."""
    heard: list[Any] = []
    async with open_playground() as slack:
        app = bolt_app(slack, session)
        shop(app, heard)
        async with over_sockets(app, slack, 2):
            slack.faults.duplicate()
            handled = await slack.command("/gpu")
            assert handled.ack.error is None
            await slack.wait_until(lambda: len(slack.calls_of("response_url")) == 2)
            assert heard[0] == heard[1]


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled"])
async def test_reconnects(session, reason):
    """After a disconnect frame the SDK's client opens a new connection, and commands arrive."""
    async with open_playground() as slack:
        app = bolt_app(slack, session)
        shop(app, [])
        async with over_sockets(app, slack):
            await slack.disconnect(reason)
            await slack.wait_until(lambda: len(slack.calls_of("apps.connections.open")) >= 2)
            await slack.wait_until(lambda: slack.connections >= 1)
            assert (await slack.command("/gpu")).ack.error is None


async def test_replayed_request_is_accepted_by_bolt(session):
    """The same signed request passes Bolt again: a replay is the app's to notice."""
    heard: list[Any] = []
    async with open_playground(transport="http") as slack:
        app = bolt_app(slack, session)
        shop(app, heard)
        async with over_http(app, slack):
            await slack.command("/gpu")
            assert (await slack.replay()).error is None
            assert len(heard) == 2


async def test_wrong_signature_is_refused_by_bolt(session):
    """A playground with another secret cannot make the app act, and the user is told."""
    async with open_playground(transport="http") as slack:
        app = bolt_app(slack, session)
        shop(app, [])
        async with over_http(app, slack):
            slack.identity.signing_secret = "0" * 32
            assert (await slack.command("/gpu")).ack.error == "http_error"
            assert [n.text for n in slack.notes()] == [
                '/gpu failed with the error "dispatch_failed"'
            ]


async def test_ack_body_and_old_workspace(session):
    """An ack's text is shown to the user; an ack's refused blocks are dropped without a word."""
    async with open_playground(refuse_blocks=["card"]) as slack:
        app = bolt_app(slack, session)

        async def said(ack, command):
            if command["text"] == "cards":
                await ack(text="cards", blocks=[card("RTX 4090", "a")])
            else:
                await ack(text="everybody", response_type="in_channel")

        app.command("/gpu")(said)
        async with over_sockets(app, slack):
            await slack.command("/gpu cards")
            assert slack.messages("general") == []
            await slack.command("/gpu")
            assert [m.text for m in slack.messages("general", "linus")] == ["everybody"]


async def test_refused_blocks_reach_the_sdk(session):
    """A refusal carries Slack's error and pointers, as the SDK shows them."""
    async with open_playground(refuse_blocks=["carousel"]) as slack:
        app = bolt_app(slack, session)
        blocks = [{"type": "carousel", "elements": [card("RTX 4090", "a")]}]
        with pytest.raises(SlackApiError) as refused:
            await app.client.chat_postMessage(channel="#general", text="x", blocks=blocks)
        assert refused.value.response.data == {
            "ok": False,
            "error": "invalid_blocks",
            "errors": ["unsupported type: carousel [json-pointer:/blocks/0/type]"],
            "response_metadata": {
                "messages": ["[ERROR] unsupported type: carousel [json-pointer:/blocks/0/type]"]
            },
        }


async def test_event_arrives_with_retry_headers(session):
    """An event that is not answered comes again at once, with Slack's retry headers."""
    seen: asyncio.Queue[tuple[str, str | None]] = asyncio.Queue()
    async with open_playground(transport="http") as slack:
        app = bolt_app(slack, session)

        async def mentioned(event, request):
            attempt = request.headers.get("x-slack-retry-num", [None])[0]
            seen.put_nowait((event["text"], attempt))
            if attempt is None:
                raise ValueError("not now")

        app.event("app_mention")(mentioned)
        async with over_http(app, slack):
            event = {"type": "app_mention", "channel": "C1", "user": "U1", "text": "hi", "ts": "1"}
            await slack.event(event)
            assert [await seen.get(), await seen.get()] == [("hi", None), ("hi", "1")]


async def test_every_command_is_known():
    """What is not a command of the app is answered by Slack itself, not by the app."""
    async with open_playground(commands=[SlashCommand("/gpu")]) as slack:
        with pytest.raises(LookupError):
            await slack.command("/nope")
        assert [n.text for n in slack.notes()] == ["/nope is not a valid command."]
