"""Everything Slack sends, through a real Bolt app to a desk that only notes what it was given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.playground import Slack, open_playground
from bot.playground.values import Transport
from bot.slack.app import build_app, open_client, open_http, who_am_i
from bot.slack.duplicates import Duplicates
from bot.slack.listeners import Listeners
from bot.slack.payloads import Request
from bot.slack.tasks import Tasks
from tests.bot.playground.bolting import over_http, over_sockets
from tests.fakes.clock import FakeClock

WORDS = {"type": "plain_text", "text": "Rent"}
MODAL = {
    "type": "modal",
    "callback_id": "gpu:rent",
    "title": WORDS,
    "submit": WORDS,
    "notify_on_close": True,
    "private_metadata": "v1:k3f9-abcdefgh23",
    "blocks": [
        {
            "type": "input",
            "block_id": "hours",
            "label": WORDS,
            "element": {"type": "number_input", "action_id": "n", "is_decimal_allowed": True},
        },
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": "look", "text": WORDS, "value": "x"}],
        },
    ],
}
WORKING = {"type": "modal", "title": WORDS, "blocks": [{"type": "section", "text": WORDS}]}


class Desk:
    def __init__(self) -> None:
        self.judged: list[Request] = []
        self.answered: list[Request] = []
        self.verdict: dict[str, Any] | None = None
        self.defect: Exception | None = None

    async def judge(self, request: Request) -> dict[str, Any] | None:
        self.judged.append(request)
        if self.defect is not None:
            raise self.defect
        return self.verdict

    async def answer(self, request: Request) -> None:
        self.answered.append(request)


class Unobserved:
    def acknowledged(self, kind: str, seconds: float) -> None:
        """Counted elsewhere."""


class Office:
    def __init__(self, slack: Slack, desk: Desk, tasks: Tasks, client: Any) -> None:
        self.slack, self.desk, self.tasks, self.client = slack, desk, tasks, client

    async def answered(self) -> list[Request]:
        await self.tasks.drain(5)
        return self.desk.answered

    async def opened(self, view: dict[str, Any] = MODAL) -> Any:
        await self.slack.command("/gpu rent")
        (asked,) = await self.answered()
        self.desk.answered.clear()
        await self.client.views_open(trigger_id=asked.trigger_id, view=view)
        return self.slack.modal()


@asynccontextmanager
async def open_office(transport: Transport) -> AsyncIterator[Office]:
    desk, tasks = Desk(), Tasks()
    async with open_playground(transport=transport) as slack, open_http() as http:
        client = open_client(slack.bot_token, slack.api_url, http)
        bare = open_client(None, slack.api_url, http)
        identity = await who_am_i(client)
        listeners = Listeners(desk, Duplicates(FakeClock()), tasks, Unobserved())
        app = build_app(identity, slack.bot_token, slack.signing_secret, bare, listeners.command)
        listeners.register(app)
        running = over_http if transport == "http" else over_sockets
        async with running(app, slack):
            yield Office(slack, desk, tasks, client)


@pytest.fixture(params=["socket", "http"])
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    async with open_office(request.param) as opened:
        yield opened


async def test_a_form_that_is_sent_back_is_not_worked_on(office: Office) -> None:
    """Errors stand at their fields, the modal stays, and nothing follows."""
    view = await office.opened()
    office.desk.verdict = {"response_action": "errors", "errors": {"hours": "At most 24."}}
    handled = await office.slack.submit(view, {"hours": "25"})
    assert handled.errors == {"hours": "At most 24."}
    assert await office.answered() == []
    assert office.slack.modal() is not None


async def test_a_form_sent_again_after_errors_is_worked_on_once(office: Office) -> None:
    """The view's hash is the same both times: it is the trigger that tells them apart."""
    view = await office.opened()
    office.desk.verdict = {"response_action": "errors", "errors": {"hours": "At most 24."}}
    await office.slack.submit(view, {"hours": "25"})
    office.desk.verdict = {"response_action": "update", "view": WORKING}
    await office.slack.submit(view, {"hours": "4"})
    assert [request.entered("hours") for request in await office.answered()] == ["4"]
    shown = office.slack.modal()
    assert shown is not None
    assert (shown.id, shown.callback_id) == (view.id, "")


@pytest.mark.parametrize("verdict", [None, {"response_action": "clear"}])
async def test_a_form_may_simply_close(office: Office, verdict: dict[str, Any] | None) -> None:
    """Without a verdict the modal closes; the work follows."""
    view = await office.opened()
    office.desk.verdict = verdict
    await office.slack.submit(view, {"hours": "4"})
    (request,) = await office.answered()
    assert (request.kind, request.what, request.metadata, request.view_id) == (
        "submission",
        "gpu:rent",
        "v1:k3f9-abcdefgh23",
        view.id,
    )
    assert office.slack.modal() is None


async def test_a_form_delivered_twice_is_worked_on_once(office: Office) -> None:
    """Both deliveries get the same verdict, one is answered."""
    view = await office.opened()
    office.desk.verdict = {"response_action": "clear"}
    office.slack.faults.duplicate()
    await office.slack.submit(view, {"hours": "4"})
    assert len(await office.answered()) == 1


async def test_a_defect_in_judging_leaves_the_form_open(office: Office) -> None:
    """Slack says that there was trouble; nothing is worked on, what was entered stays."""
    view = await office.opened()
    office.desk.defect = ZeroDivisionError("a defect")
    await office.slack.submit(view, {"hours": "4"})
    assert await office.answered() == []
    assert office.slack.modal() is not None


async def test_buttons_of_a_modal_and_its_end_arrive(office: Office) -> None:
    """A press in a modal carries what was entered; closing is told where it was asked for."""
    view = await office.slack.fill(await office.opened(), {"hours": "2.5"})
    await office.slack.press(view, "look")
    await office.slack.close(view)
    seen = [(r.kind, r.what, r.entered("hours")) for r in await office.answered()]
    assert seen == [("action", "look", "2.5"), ("closed", "gpu:rent", "2.5")]


async def test_events_arrive_by_their_type(office: Office) -> None:
    """The opened Home and the end of the installation, once each; other tabs are nothing."""
    ada = office.slack.user("ada").id
    for event in (
        {"type": "app_home_opened", "user": ada, "tab": "messages"},
        {"type": "app_home_opened", "user": ada, "tab": "home"},
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"bot": [office.slack.bot_user_id]}},
    ):
        office.slack.faults.duplicate()
        assert (await office.slack.event(event)).error is None
    seen = [(request.what, request.asker.user_id) for request in await office.answered()]
    assert seen == [("app_home_opened", ada), ("app_uninstalled", ""), ("tokens_revoked", "")]
