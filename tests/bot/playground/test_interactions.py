"""Interactivity: response URLs, triggers, modals, acknowledgements, retries, on a moved clock."""

import asyncio
import json
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, web
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Slack, open_playground
from tests.fakes.clock import FakeClock

BUTTON = {
    "type": "actions",
    "elements": [
        {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    ],
}


class App:
    """A bare app over signed HTTP that answers what it is told to, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.answers: list[web.Response | None] = []
        """None means: never answer."""
        self._arrived = asyncio.Event()

    async def has_heard(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.heard) < count:
                self._arrived.clear()
                await self._arrived.wait()

    async def handle(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            body = await request.json()
        else:
            form = dict(await request.post())
            body = json.loads(str(form["payload"])) if "payload" in form else form
        self.heard.append(body)
        self._arrived.set()
        self.headers.append(dict(request.headers))
        answer = self.answers.pop(0) if self.answers else web.Response()
        while answer is None:
            await asyncio.Event().wait()
        return answer

    def will_say(self, body: dict[str, Any]) -> None:
        self.answers.append(web.json_response(body))


@asynccontextmanager
async def playing(**wishes):
    app, clock = App(), FakeClock()
    application = web.Application()
    application.router.add_post("/slack/events", app.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.01)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    try:
        async with open_playground(
            clock=clock, transport="http", request_url=url, **wishes
        ) as slack:
            yield slack, app, clock
    finally:
        await runner.cleanup()


@pytest.fixture
async def play():
    async with playing() as parts:
        yield parts


async def post(
    session: ClientSession, url: str, body: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    async with session.post(url, json=body) as answer:
        return answer.status, await answer.json()


def client_of(slack: Slack, session: ClientSession) -> AsyncWebClient:
    return AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)


async def error_of(call) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


def modal(title: str, *blocks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    words = {"type": "plain_text", "text": title}
    return {
        "type": "modal",
        "title": words,
        "submit": words,
        "callback_id": title,
        "blocks": list(blocks),
        **fields,
    }


def text_input(block_id: str, **fields: Any) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": block_id},
        "element": {"type": "plain_text_input", "action_id": "a", **fields},
    }


async def test_response_url_uses_and_age(play, session):
    """A response_url works five times and for thirty minutes."""
    slack, _, clock = play
    url = (await slack.command("/gpu")).payload["response_url"]
    for n in range(5):
        assert await post(session, url, {"text": str(n)}) == (200, {"ok": True})
    assert await post(session, url, {"text": "6"}) == (404, {"ok": False, "error": "used_url"})
    late = (await slack.command("/gpu")).payload["response_url"]
    clock.advance(30 * 60 + 1)
    assert await post(session, late, {"text": "x"}) == (404, {"ok": False, "error": "expired_url"})
    assert [m.text for m in slack.messages("general")] == ["0", "1", "2", "3", "4"]
    assert slack.messages("general", "grace") == []


async def test_response_url_manners(play, session):
    """It posts privately or in the channel, refuses bad blocks, replaces only what was pressed."""
    slack, _, _ = play
    url = (await slack.command("/gpu")).payload["response_url"]
    refused = await post(session, url, {"text": "x", "blocks": [{"type": "marquee"}]})
    assert (refused[0], refused[1]["error"]) == (400, "invalid_blocks")
    await post(session, url, {"text": "private", "blocks": [BUTTON]})
    await post(session, url, {"text": "public", "response_type": "in_channel"})
    await post(session, url, {"text": "again", "replace_original": True})
    assert [m.text for m in slack.messages("general")] == ["private", "public", "again"]
    assert [m.text for m in slack.messages("general", "grace")] == ["public"]

    private = slack.messages("general")[0]
    pressed = (await slack.press(private, "go")).payload["response_url"]
    await post(session, pressed, {"text": "changed", "replace_original": True})
    first = slack.messages("general")[0]
    assert (first.text, first.blocks, first.ts, first.ephemeral) == (
        "changed",
        None,
        private.ts,
        True,
    )
    await post(session, pressed, {"delete_original": True})
    assert [m.text for m in slack.messages("general")] == ["public", "again"]


async def test_trigger_id_works_once_for_three_seconds(play, session):
    """A used, an old and an invented trigger_id are refused by name."""
    slack, _, clock = play
    client = client_of(slack, session)
    trigger = (await slack.command("/gpu")).payload["trigger_id"]
    await client.views_open(trigger_id=trigger, view=modal("One"))
    again = client.views_open(trigger_id=trigger, view=modal("One"))
    assert await error_of(again) == "exchanged_trigger_id"
    late = (await slack.command("/gpu")).payload["trigger_id"]
    clock.advance(3.1)
    assert await error_of(client.views_open(trigger_id=late, view=modal("x"))) == (
        "expired_trigger_id"
    )
    assert await error_of(client.views_open(trigger_id="1.2", view=modal("x"))) == (
        "invalid_trigger_id"
    )


async def test_operation_timeout(play):
    """An app that does not acknowledge in three seconds makes Slack say so, to that user only."""
    slack, app, clock = play
    app.answers.append(None)
    asked = asyncio.ensure_future(slack.command("/gpu find"))
    await app.has_heard(1)
    clock.advance(2.9)
    await asyncio.sleep(0.03)
    assert not asked.done()
    clock.advance(0.2)
    handled = await asked
    assert handled.ack.error == "operation_timeout"
    assert [(n.text, n.level) for n in slack.notes()] == [
        ('/gpu failed with the error "operation_timeout"', "error")
    ]
    assert slack.notes("grace") == []


async def test_nobody_there(session):
    """Without a connected app a command fails at once."""
    async with open_playground() as slack:
        assert (await slack.command("/gpu")).ack.error == "dispatch_failed"
        assert [n.text for n in slack.notes()] == ['/gpu failed with the error "dispatch_failed"']


async def test_modal_stack(play, session):
    """Three modals lie on each other, a fourth does not; closing shows the one below."""
    slack, app, _ = play
    client = client_of(slack, session)
    trigger = (await slack.command("/gpu")).payload["trigger_id"]
    await client.views_open(trigger_id=trigger, view=modal("One", BUTTON))
    for title in ("Two", "Three"):
        pressed = await slack.press(slack.modal(), "go")
        await client.views_push(
            trigger_id=pressed.payload["trigger_id"],
            view=modal(title, BUTTON, notify_on_close=True),
        )
    pressed = await slack.press(slack.modal(), "go")
    fourth = client.views_push(trigger_id=pressed.payload["trigger_id"], view=modal("Four"))
    assert await error_of(fourth) == "push_limit_reached"
    one, two, three = slack.modals.stack(slack.user("ada").id)
    assert (three.root_view_id, three.previous_view_id) == (one.id, two.id)
    await slack.close(three)
    assert (app.heard[-1]["type"], app.heard[-1]["is_cleared"]) == ("view_closed", False)
    assert slack.modal() == two
    app.will_say({"response_action": "clear"})
    await slack.submit(two)
    assert slack.modal() is None


async def test_submission_answers(play, session):
    """A submission's answer updates, pushes, complains, or closes; a wrong answer is told."""
    slack, app, _ = play
    client = client_of(slack, session)
    trigger = (await slack.command("/gpu")).payload["trigger_id"]
    await client.views_open(trigger_id=trigger, view=modal("One", text_input("name")))
    app.will_say({"response_action": "errors", "errors": {"name": "Taken."}})
    assert (await slack.submit(slack.modal(), {"name": "ada"})).errors == {"name": "Taken."}
    app.will_say({"response_action": "update", "view": modal("New", text_input("name"))})
    await slack.submit(slack.modal(), {"name": "bob"})
    assert slack.modal().title == "New"
    assert slack.modal().state == {"name": {"a": {"type": "plain_text_input", "value": "bob"}}}
    app.will_say({"response_action": "push", "view": modal("Top")})
    await slack.submit(slack.modal(), {"name": "bob"})
    assert slack.modal().title == "Top"
    app.will_say({"response_action": "update", "view": {"type": "modal"}})
    await slack.submit(slack.modal())
    assert [n.text for n in slack.notes()] == ["We had some trouble connecting. Try again?"]
    await slack.submit(slack.modal())
    assert slack.modal().title == "New"


async def test_view_refusals(play, session):
    """Wrong views, old hashes, too much of it: each refused by name, with pointers."""
    slack, _, _ = play
    client = client_of(slack, session)
    trigger = (await slack.command("/gpu")).payload["trigger_id"]
    opened = await client.views_open(trigger_id=trigger, view=modal("One", external_id="x"))
    view = opened["view"]
    assert (view["callback_id"], view["external_id"], view["state"]) == (
        "One",
        "x",
        {"values": {}},
    )
    await client.views_update(external_id="x", view=modal("Two"), hash=view["hash"])
    old = client.views_update(view_id=view["id"], view=modal("Three"), hash=view["hash"])
    assert await error_of(old) == "hash_conflict"
    assert await error_of(client.views_update(view_id="V404", view=modal("x"))) == "not_found"
    with pytest.raises(SlackApiError) as refused:
        await client.views_update(view_id=view["id"], view=modal("x" * 25))
    assert refused.value.response["error"] == "invalid_arguments"
    assert "[json-pointer:/view/title/text]" in str(refused.value.response["response_metadata"])
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3000}}
    heavy = modal("x", *[section] * 90)
    assert await error_of(client.views_update(view_id=view["id"], view=heavy)) == "view_too_large"
    await client.views_publish(
        user_id=slack.user("ada").id, view={"type": "home", "blocks": [BUTTON]}
    )
    assert slack.home().blocks[0]["elements"] == BUTTON["elements"]


async def test_forms_complain_before_sending(play, session):
    """Slack's client checks required fields, lengths and numbers itself; the app hears nothing."""
    slack, app, _ = play
    number = {
        "type": "number_input",
        "action_id": "n",
        "is_decimal_allowed": True,
        "max_value": "5",
    }
    form = modal(
        "Form",
        text_input("long", min_length=3),
        text_input("free") | {"optional": True},
        text_input("hours") | {"element": number},
    )
    trigger = (await slack.command("/gpu")).payload["trigger_id"]
    await client_of(slack, session).views_open(trigger_id=trigger, view=form)
    before = len(app.heard)
    wrong = await slack.submit(slack.modal(), {"long": "ab", "n": "5.5"})
    assert wrong.errors == {
        "long": "Please enter between 3 and 3000 characters.",
        "hours": "Please enter a number of at most 5.",
    }
    assert len(app.heard) == before
    right = await slack.submit(slack.modal(), {"long": "abc", "n": "4.5"})
    assert right.payload["view"]["state"]["values"] == {
        "long": {"a": {"type": "plain_text_input", "value": "abc"}},
        "free": {"a": {"type": "plain_text_input", "value": None}},
        "hours": {"n": {"type": "number_input", "value": "4.5"}},
    }


async def test_menus(play, session):
    """A choice by value or label arrives as Slack sends it; one not offered is an error."""
    slack, app, _ = play
    options = [
        {"text": {"type": "plain_text", "text": label}, "value": value}
        for label, value in (("Price", "price"), ("Value for money", "value"))
    ]
    menus = {
        "type": "actions",
        "block_id": "menus",
        "elements": [
            {"type": "static_select", "action_id": "sort", "options": options},
            {"type": "overflow", "action_id": "more", "options": options},
        ],
    }
    client = client_of(slack, session)
    await client.chat_postMessage(channel="general", text="menus", blocks=[menus])
    message = await slack.wait_for_message("menus")
    await slack.select(message, "sort", "Value for money", user="grace")
    await slack.select(message, "more", "price")
    first, second = (body["actions"][0] for body in app.heard)
    assert (first["type"], first["selected_option"]) == ("static_select", options[1])
    assert (second["type"], second["selected_option"]) == ("overflow", options[0])
    assert app.heard[0]["user"]["username"] == "grace"
    assert app.heard[0]["message"]["text"] == "menus"
    assert app.heard[0]["state"]["values"] == {
        "menus": {"sort": {"type": "static_select", "selected_option": None}}
    }
    with pytest.raises(LookupError, match="'price', 'value'"):
        await slack.select(message, "sort", "size")
    with pytest.raises(LookupError, match="there is sort"):
        await slack.press(message, "rent")


async def test_event_retries(play):
    """An event without an answer comes again at once, after 60 s, after 300 s, then no more."""
    slack, app, clock = play
    app.answers += [web.Response(status=500) for _ in range(4)]
    await slack.event({"type": "app_home_opened", "user": "U1"})

    async def heard(count: int) -> None:
        await app.has_heard(count)
        await asyncio.sleep(0.03)
        assert len(app.heard) == count

    await heard(2)
    clock.advance(60)
    await heard(3)
    clock.advance(300)
    await heard(4)
    clock.advance(3600)
    await heard(4)
    assert [h.get("X-Slack-Retry-Num") for h in app.headers] == [None, "1", "2", "3"]
    assert {body["event_id"] for body in app.heard} == {app.heard[0]["event_id"]}


async def test_no_retry_header(play):
    """`X-Slack-No-Retry: 1` ends the retries before they begin."""
    slack, app, _ = play
    app.answers.append(web.Response(status=500, headers={"X-Slack-No-Retry": "1"}))
    await slack.event({"type": "app_home_opened", "user": "U1"})
    await asyncio.sleep(0.03)
    assert len(app.heard) == 1


async def test_messages_to_the_bot_become_events():
    """A mention and a direct message reach an app that subscribed, other messages do not."""
    async with playing(events=["app_mention", "message.im"]) as (slack, app, _):
        await slack.say("@gpu-shopper <hi>")
        await slack.say("not for you")
        await slack.say("psst", channel="@grace", user="grace")
        assert [(b["event"]["type"], b["event"]["text"]) for b in app.heard] == [
            ("app_mention", f"<@{slack.bot_user_id}|gpu-shopper> &lt;hi&gt;"),
            ("message", "psst"),
        ]


async def test_wait_tells_what_there_is_instead(play, session):
    """A failed wait shows the last messages, calls and notes."""
    slack, _, _ = play
    await client_of(slack, session).chat_postMessage(channel="general", text="something else")
    with pytest.raises(AssertionError, match="something else"):
        await slack.wait_for_message("offers", patience_s=0.01)
