"""Modals: opened, filled in, refused at their fields, stacked, left."""

import pytest

from tests.browser import samples, views
from tests.browser.conftest import Room

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def opened(room: Room) -> None:
    await room.workspace.send({"type": "modal", "view": views.input_modal()})
    await room.page.get_by_role("dialog", name="Find a GPU").wait_for()


async def test_submit_sends_all_values(room: Room) -> None:
    """A submission carries each input under its block and action, empty ones as null."""
    await opened(room)
    model = room.page.get_by_label("GPU model")
    assert await model.evaluate("node => node === document.activeElement")
    await model.fill("4090")
    await room.page.get_by_label("Spot").check()
    await room.page.locator("button[type=submit]").click()
    assert await room.workspace.next_frame() == {
        "type": "submit",
        "view_id": "V2",
        "state": {
            "values": {
                "model": {"v": {"type": "plain_text_input", "value": "4090"}},
                "count": {"v": {"type": "number_input", "value": "2"}},
                "sort": {"sort": {"type": "static_select", "selected_option": samples.SORTS[0]}},
                "notes": {"v": {"type": "plain_text_input", "value": None}},
                "kind": {
                    "v": {
                        "type": "radio_buttons",
                        "selected_option": samples.option("Spot", "spot"),
                    }
                },
            }
        },
    }
    assert await room.page.locator("button[type=submit]").is_disabled()


async def test_errors_stand_at_their_fields(room: Room) -> None:
    """An error is shown and announced at its field, which gets the focus; what was typed stays."""
    await opened(room)
    await room.page.get_by_label("GPU model").fill("409")
    await room.page.locator("button[type=submit]").click()
    errors = {"model": "Nobody knows 409.", "gone": "Something else."}
    await room.workspace.send({"type": "modal_errors", "view_id": "V2", "errors": errors})
    await room.page.locator(".field-error", has_text="Nobody knows 409.").wait_for()
    model = room.page.get_by_label("GPU model")
    assert await model.get_attribute("aria-invalid") == "true"
    assert await model.evaluate("node => node === document.activeElement")
    assert await model.input_value() == "409"
    assert await room.page.locator(".dialog-general").inner_text() == "Something else."
    assert await room.page.locator("button[type=submit]").is_enabled()


async def test_an_update_keeps_what_was_typed(room: Room) -> None:
    """A view with the same id is redrawn in place; fields with the same ids keep their values."""
    await opened(room)
    model = room.page.get_by_label("GPU model")
    await model.fill("h100")
    view = views.input_modal()
    view["blocks"].insert(0, {"type": "header", "text": samples.plain("Updated")})
    await room.workspace.send({"type": "modal", "view": view})
    await room.page.locator(".dialog .header", has_text="Updated").wait_for()
    assert await model.input_value() == "h100"
    assert await model.evaluate("node => node === document.activeElement")
    assert await room.page.locator("dialog").count() == 1


async def test_a_pushed_view_covers_and_uncovers(room: Room) -> None:
    """Only the top view is in sight; when it ends, the one below is as it was left."""
    await opened(room)
    await room.page.get_by_label("GPU model").fill("a100")
    await room.workspace.send({"type": "modal", "view": views.details_modal()})
    await room.page.get_by_role("dialog", name="Offer details").wait_for()
    assert await room.page.locator("dialog").count() == 1
    await room.page.keyboard.press("Escape")
    assert await room.workspace.next_frame() == {"type": "close_view", "view_id": "V1"}
    await room.page.get_by_role("dialog", name="Find a GPU").wait_for()
    assert await room.page.get_by_label("GPU model").input_value() == "a100"


async def test_the_focus_stays_inside(room: Room) -> None:
    """Tab never leaves an open modal for the page behind it."""
    await opened(room)
    for _ in range(14):
        await room.page.keyboard.press("Tab")
        outside = (
            "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
        )
        assert not await room.page.evaluate(outside)


async def test_trouble_without_a_channel_is_told_in_the_modal(room: Room) -> None:
    """When the app does not answer a submission, the modal says so and can be sent again."""
    await opened(room)
    await room.page.get_by_label("GPU model").fill("a100")
    await room.page.locator("button[type=submit]").click()
    text = "We had some trouble connecting. Try again?"
    await room.workspace.send({"type": "note", "channel": None, "level": "error", "text": text})
    await room.page.locator(".dialog-general", has_text=text).wait_for()
    assert await room.page.locator("button[type=submit]").is_enabled()
