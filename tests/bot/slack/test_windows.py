"""Modals and the Home tab through the real client, on a simulated workspace."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.playground import Slack
from bot.render.message import Home, Modal
from bot.slack import payloads
from bot.slack.windows import Windows
from tests.bot.slack.test_listeners import WORDS, Office, open_office

BUTTON = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "look", "text": WORDS, "value": "x"}],
}


def modal(text: str, kind: str = "modal") -> Modal:
    words = {"type": "section", "text": {"type": "plain_text", "text": text}}
    title = {"title": WORDS} if kind == "modal" else {}
    return Modal({"type": kind, "blocks": [words, BUTTON], **title})


def home_page(text: str) -> Home:
    return Home(modal(text, "home").payload)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office("socket") as opened:
        yield opened


async def asked(office: Office) -> Any:
    await office.slack.command("/gpu rent")
    return (await office.answered()).pop()


def shown(slack: Slack) -> Any:
    view = slack.modal()
    assert view is not None
    return view


async def test_a_skeleton_is_filled_in(office: Office) -> None:
    """Opened within the trigger's life, updated by its id later."""
    windows = Windows(office.client)
    view_id = await windows.open(await asked(office), modal("working"))
    assert await windows.update(view_id, modal("the offer"))
    assert "the offer" in shown(office.slack).everything


async def test_a_window_that_was_closed_is_left_alone(office: Office) -> None:
    """Whoever closes it does not want it back."""
    windows = Windows(office.client)
    view_id = await windows.open(await asked(office), modal("working"))
    await office.slack.close(shown(office.slack))
    assert not await windows.update(view_id, modal("the offer"))
    assert office.slack.modal() is None


async def test_an_older_answer_does_not_overtake(office: Office) -> None:
    """With the hash of what was seen; without one the last answer wins."""
    windows = Windows(office.client)
    view_id = await windows.open(await asked(office), modal("one"))
    seen = shown(office.slack).hash
    assert await windows.update(view_id, modal("two"), view_hash=seen)
    assert not await windows.update(view_id, modal("late"), view_hash=seen)
    assert "two" in shown(office.slack).everything


async def test_a_press_in_a_window_uses_that_window(office: Office) -> None:
    """Only three may lie on each other, and nobody counts."""
    windows = Windows(office.client)
    first = await windows.open(await asked(office), modal("first"))
    await office.slack.press(shown(office.slack), "look")
    again = await windows.open((await office.answered()).pop(), modal("second"))
    window = shown(office.slack)
    assert (again, window.id, "second" in window.everything) == (first, first, True)


async def test_a_press_on_the_home_opens_a_window(office: Office) -> None:
    """Nothing is stacked on the Home tab. An old hash does not overwrite it."""
    windows, ada = Windows(office.client), office.slack.user("ada").id
    assert await windows.publish(ada, home_page("one"))
    home = await office.slack.wait_for_home("one")
    await office.slack.press(home, "look")
    request = (await office.answered()).pop()
    assert (request.kind, request.is_on_home) == (payloads.ACTION, True)
    await windows.open(request, modal("above"))
    assert "above" in shown(office.slack).everything
    assert await windows.publish(ada, home_page("two"), view_hash=request.view_hash)
    assert not await windows.publish(ada, home_page("late"), view_hash=request.view_hash)


async def test_other_refusals_are_raised(office: Office) -> None:
    """A trigger works once, and a view that Slack does not take is a defect of ours."""
    windows, request = Windows(office.client), await asked(office)
    view_id = await windows.open(request, modal("one"))
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await windows.open(request, modal("two"))
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await windows.update(view_id, Modal({"type": "modal"}))
    with pytest.raises(SlackApiError, match="user_not_found"):
        await windows.publish("U0NOBODY00", home_page("one"))


async def test_where_only_the_classic_layout_is_wanted(office: Office) -> None:
    """The newer one is not even tried."""
    windows = Windows(office.client, classic=True)
    newer = replace(modal("new"), make_classic=lambda: modal("classic"))
    view_id = await windows.open(await asked(office), newer)
    assert "classic" in shown(office.slack).everything
    assert await windows.update(view_id, replace(newer, make_classic=lambda: modal("again")))
    assert "again" in shown(office.slack).everything
    tried = [
        call.args["view"]
        for name in ("views.open", "views.update")
        for call in office.slack.calls_of(name)
    ]
    assert "new" not in str(tried)


async def test_dates_are_written_out_where_only_the_classic_layout_is_wanted(
    office: Office,
) -> None:
    """In a window and on the Home tab: who draws no newer block draws no date either."""
    windows, date = Windows(office.client, classic=True), "<!date^0^{time}|1970-01-01 00:00 UTC>"
    await windows.open(await asked(office), modal(f"Ends {date}."))
    await windows.publish(office.slack.user("ada").id, home_page(f"As of {date}."))
    sent = [
        str(call.args["view"])
        for name in ("views.open", "views.publish")
        for call in office.slack.calls_of(name)
    ]
    assert ["!date" in view for view in sent] == [False, False]
    assert "Ends 1970-01-01 00:00 UTC." in sent[0]
