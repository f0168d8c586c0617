"""Buttons, menus and inputs send what Slack would send, with the state of the whole surface."""

from typing import Any

import pytest

from tests.browser import gallery, samples
from tests.browser.conftest import Room

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

TS = "1795436200.000200"


async def show(room: Room, *blocks: samples.Block) -> None:
    await room.workspace.show(samples.message(TS, *blocks))
    await room.page.locator(f'[data-ts="{TS}"]').wait_for()


def action_frame(block_id: str, action: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "action",
        "container": {"kind": "message", "channel": "C1", "ts": TS},
        "block_id": block_id,
        "action": {"block_id": block_id, **action},
        "state": {"values": values},
    }


async def test_a_button_sends_its_value_and_the_state(room: Room) -> None:
    """A press carries the button's value and every field of the message, untouched ones too."""
    menu = samples.sort_menu()
    await show(
        room,
        {"type": "actions", "block_id": "a", "elements": [samples.button("Go", "go"), menu]},
        {"type": "section", "block_id": "s", "text": samples.mrkdwn("x"), "accessory": {
            "type": "users_select", "action_id": "who", "placeholder": samples.plain("Who")}},
    )  # fmt: skip
    await room.page.click("[data-action=go]")
    assert await room.workspace.next_frame() == action_frame(
        "a",
        {"type": "button", "action_id": "go", "text": samples.plain("Go"), "value": "v-go"},
        {
            "a": {"sort": {"type": "static_select", "selected_option": samples.SORTS[0]}},
            "s": {"who": {"type": "users_select", "selected_user": None}},
        },
    )
    assert await room.page.locator("[data-action=go]").get_attribute("aria-busy") == "true"
    await room.workspace.send({"type": "busy", "what": "action", "id": "a", "on": False})
    await room.page.locator("[data-action=go]:not([aria-busy])").wait_for()


async def test_a_button_on_a_card_names_its_card(room: Room) -> None:
    """The block of a press in a carousel is the card."""
    await room.page.click("[data-action=details-1]")
    frame = await room.workspace.next_frame()
    assert (frame["block_id"], frame["action"]["action_id"]) == ("offer-1", "details-1")


async def test_a_menu_is_chosen_by_keyboard(room: Room) -> None:
    """Enter opens a select, arrows and Enter choose, and the choice is sent with the state."""
    menu = samples.sort_menu()
    await show(room, {"type": "actions", "block_id": "a", "elements": [menu]})
    trigger = room.page.locator(f'[data-ts="{TS}"] .select')
    await trigger.focus()
    await trigger.press("Enter")
    await room.page.locator(".menu-list").press("ArrowDown")
    await room.page.locator(".menu-list").press("Enter")
    chosen = {"selected_option": samples.SORTS[1]}
    assert await room.workspace.next_frame() == action_frame(
        "a",
        {"type": "static_select", "action_id": "sort", **chosen},
        {"a": {"sort": {"type": "static_select", **chosen}}},
    )
    assert await trigger.inner_text() == "Value"


async def test_a_confirmation_that_is_denied_sends_nothing(room: Room) -> None:
    """Only "End now" sends the press; Esc and "Keep it" do not."""
    block = gallery.interactive()[0]
    await show(room, block)
    end = room.page.locator("[data-action=b-danger]")
    for leave in ("Escape", "deny"):
        await end.click()
        dialog = room.page.get_by_role("dialog", name="End it?")
        await dialog.wait_for()
        assert "The machine stops" in await dialog.inner_text()
        if leave == "deny":
            await dialog.get_by_role("button", name="Keep it").click()
        else:
            await room.page.keyboard.press("Escape")
        await dialog.wait_for(state="detached")
    assert room.workspace.received == []
    await end.click()
    await room.page.get_by_role("button", name="End now").click()
    assert (await room.workspace.next_frame())["action"]["action_id"] == "b-danger"


async def test_choices_of_every_kind_are_in_the_state(room: Room) -> None:
    """Ticks, dates and several options are sent each under the field that Slack gives them."""
    boxes, several = gallery.interactive()[1], gallery.interactive()[0]["elements"][5]
    date = {"type": "datepicker", "action_id": "date"}
    await show(room, boxes, {"type": "actions", "block_id": "m", "elements": [several, date]})
    await room.page.get_by_label("Verified hosts").check()
    ticked = {"selected_options": [samples.option("Verified hosts", "v")]}
    frame = await room.workspace.next_frame()
    assert frame["action"] == {
        "type": "checkboxes", "action_id": "boxes", "block_id": "a2", **ticked
    }  # fmt: skip
    await room.page.locator("[data-action=multi]").click()
    await room.page.get_by_role("option", name="Norway").click()
    await room.page.get_by_role("option", name="Canada").click()
    await room.page.keyboard.press("Escape")
    frame = await room.workspace.next_frame()
    assert frame["state"]["values"] == {
        "a2": {
            "radio": {
                "type": "radio_buttons",
                "selected_option": samples.option("On-demand", "od"),
            },
            "boxes": {"type": "checkboxes", **ticked},
        },
        "m": {
            "multi": {
                "type": "multi_static_select",
                "selected_options": [
                    samples.option("Norway", "norway"),
                    samples.option("Canada", "canada"),
                ],
            },
            "date": {"type": "datepicker", "selected_date": None},
        },
    }
    await room.page.locator("[data-action=date]").fill("2026-12-24")
    frame = await room.workspace.next_frame()
    assert frame["action"]["selected_date"] == "2026-12-24"


async def test_an_overflow_menu_sends_its_option(room: Room) -> None:
    """The dots open a menu whose items are pressed like buttons."""
    await show(room, gallery.interactive()[2])
    await room.page.get_by_role("button", name="More actions").click()
    await room.page.get_by_role("menuitem", name="Only one").click()
    frame = await room.workspace.next_frame()
    assert frame["action"]["selected_option"] == samples.option("Only one", "1")


async def test_a_link_button_opens_a_page_without_a_way_back(room: Room) -> None:
    """A button with an address opens a tab that cannot reach this one, and tells the app."""
    link = samples.button("Open", "link", url=room.page.url)
    await show(room, {"type": "actions", "block_id": "a", "elements": [link]})
    async with room.page.context.expect_page() as opened:
        await room.page.click("[data-action=link]")
    assert await (await opened.value).evaluate("window.opener") is None
    assert (await room.workspace.next_frame())["action"]["action_id"] == "link"


async def test_an_answer_that_is_replaced_keeps_the_focus(room: Room) -> None:
    """When a pressed message is replaced, the same button of the new one has the focus."""
    go = {"type": "actions", "block_id": "a", "elements": [samples.button("Go", "go")]}
    await show(room, go)
    await room.page.focus("[data-action=go]")
    header = {"type": "header", "text": samples.plain("Fresh")}
    await room.workspace.show(samples.message(TS, header, go))
    await room.page.locator(".header", has_text="Fresh").wait_for()
    focused = await room.page.evaluate("document.activeElement.dataset.action")
    assert focused == "go"
