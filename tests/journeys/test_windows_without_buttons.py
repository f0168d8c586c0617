"""Where no press in a window is told of, a choice is sent instead."""

from collections.abc import AsyncIterator

import pytest

from bot.playground.values import View
from tests.journeys.conftest import Opener
from tests.journeys.renting import VAST, offer_number, pressed, submitted
from tests.journeys.test_rent_window import NEAR
from tests.journeys.world import World


@pytest.fixture(params=["socket", "http"])
async def plain(request: pytest.FixtureRequest, opened: Opener) -> AsyncIterator[World]:
    async with opened(request.param, slack_layout="classic") as world:
        yield world


def buttons(view: View) -> list[str]:
    """In the window, those under it apart."""
    elements = [
        element
        for block in view.blocks
        for element in [*block.get("elements", []), block.get("accessory", {})]
    ]
    return [element["action_id"] for element in elements if element.get("type") == "button"]


async def test_the_details_of_an_offer_lead_to_its_window(plain: World) -> None:
    """With one button it needs no choice."""
    answer = await plain.ask(VAST)
    handled = await plain.slack.press(answer, "gpu:details")
    details = await plain.slack.wait_for_modal("Offer details", since=handled.since)
    assert buttons(details) == []
    handled = await plain.slack.submit(details)
    assert (handled.ack.error, handled.errors) == (None, None)
    view = await plain.slack.wait_for_modal("The most it can cost", since=handled.since)
    await submitted(plain, view)
    assert plain.made() == 1


async def test_what_can_be_rented_instead_is_chosen(plain: World) -> None:
    """The nearest in place of an offer that is gone."""
    answer = await plain.ask(NEAR)
    plain.market.vast.remove_offer(await offer_number(plain, answer))
    gone = await pressed(plain, answer, "This offer is gone")
    assert buttons(gone) == []
    (choice,) = [block for block in gone.blocks if block["type"] == "input"]
    last = choice["element"]["options"][-1]
    price = last["text"]["text"].rpartition(" for ")[2]
    handled = await plain.slack.submit(gone, {"gpu:press": last["value"]})
    view = await plain.slack.wait_for_modal("The most it can cost", since=handled.since)
    assert price in view.everything
