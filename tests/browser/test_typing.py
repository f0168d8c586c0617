"""What a person types reaches the server as the contract says."""

import pytest

from tests.browser.conftest import Room

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_command_is_hinted_completed_and_sent(room: Room) -> None:
    """A slash lists the commands with their usage, Tab completes one, Enter sends the line."""
    box = room.page.locator("#composer")
    await box.press_sequentially("/")
    hints = room.page.locator(".hint")
    assert await hints.all_inner_texts() == [
        "/gpu[find 2x 4090 under 0.80 | help]\nFind, compare, watch and rent GPUs",
        "/gpu-admin[policy]\nLimits and budgets",
    ]
    await box.press("ArrowDown")
    assert await room.page.locator(".hint.active b").inner_text() == "/gpu-admin"
    await box.press("ArrowUp")
    await box.press("Tab")
    assert await box.input_value() == "/gpu "
    assert (
        await room.page.locator(".usage").inner_text() == "/gpu [find 2x 4090 under 0.80 | help]"
    )
    await box.press_sequentially("find 4090")
    assert not await room.page.locator(".usage").is_visible()
    await box.press("Enter")
    sent = {"type": "send", "channel": "C1", "text": "/gpu find 4090"}
    assert await room.workspace.next_frame() == sent
    assert await box.input_value() == ""


async def test_enter_takes_the_hint_first(room: Room) -> None:
    """Enter on half a command completes it and sends nothing; on a whole command it sends."""
    box = room.page.locator("#composer")
    await box.press_sequentially("/gp")
    await box.press("Enter")
    assert await box.input_value() == "/gpu "
    await box.press("Backspace")
    await box.press("Enter")
    assert await room.workspace.next_frame() == {"type": "send", "channel": "C1", "text": "/gpu"}


async def test_arrow_up_brings_back_what_was_sent(room: Room) -> None:
    """Arrow up recalls the last line, again the one before, arrow down returns."""
    box = room.page.locator("#composer")
    for text in ("first", "second"):
        await box.press_sequentially(text)
        await box.press("Enter")
    await box.press("ArrowUp")
    assert await box.input_value() == "second"
    await box.press("ArrowUp")
    assert await box.input_value() == "first"
    await box.press("ArrowDown")
    assert await box.input_value() == "second"


async def test_shift_enter_starts_a_line(room: Room) -> None:
    """Shift+Enter is a new line of the same message."""
    box = room.page.locator("#composer")
    await box.press_sequentially("one")
    await box.press("Shift+Enter")
    await box.press_sequentially("two")
    await box.press("Enter")
    frame = await room.workspace.next_frame()
    assert frame == {"type": "send", "channel": "C1", "text": "one\ntwo"}


async def test_each_channel_keeps_its_draft(room: Room) -> None:
    """Text that was not sent stays with its channel."""
    box = room.page.locator("#composer")
    await box.press_sequentially("for the hunters")
    await room.page.click("[data-channel=C2]")
    assert await box.input_value() == ""
    assert await box.get_attribute("placeholder") == "Message #general"
    await room.page.click("[data-channel=C1]")
    assert await box.input_value() == "for the hunters"


async def test_a_command_waits_as_a_grey_line(room: Room) -> None:
    """Until the app acknowledges, the command stands at the end with a spinner."""
    box = room.page.locator("#composer")
    await box.press_sequentially("/gpu find 4090")
    await box.press("Enter")
    await room.workspace.next_frame()
    await room.workspace.send({"type": "busy", "what": "command", "id": "7", "on": True})
    line = room.page.locator(".waiting")
    await line.wait_for()
    assert await line.locator(".waiting-text").inner_text() == "/gpu find 4090"
    await room.workspace.send({"type": "busy", "what": "command", "id": "7", "on": False})
    await line.wait_for(state="detached")


async def test_another_person(room: Room) -> None:
    """The switcher asks the server for the workspace as another person sees it."""
    await room.page.get_by_role("button", name="Grace Hopper").click()
    assert await room.workspace.next_frame() == {"type": "switch_user", "user": "U2"}
    await room.page.locator(".person-name", has_text="Grace Hopper").wait_for()
