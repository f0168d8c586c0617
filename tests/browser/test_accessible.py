"""axe-core finds no serious fault, on a desk and on a phone, in both colour schemes."""

import pytest
from playwright.async_api import BrowserContext, Page, expect

from bot.playground import open_playground
from tests.bot.playground.test_controls import with_levers
from tests.browser import gallery, views
from tests.browser.axe import grave_faults
from tests.browser.conftest import Room
from tests.browser.test_controls import panel

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SIZES = {"desk": (1400, 860), "phone": (390, 844)}


async def look(page: Page) -> dict[str, list[str]]:
    """Faults by size and scheme."""
    found = {}
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            found[f"{size}, {scheme}"] = await grave_faults(page)
    return {where: faults for where, faults in found.items() if faults}


async def test_a_planted_fault_is_found(window: BrowserContext) -> None:
    """A picture without words, grey on grey: or the other tests would say nothing."""
    page = await window.new_page()
    await page.set_content(
        "<html lang=en><title>x</title><img src=a.png>"
        "<p style='color:#999;background:#aaa'>hardly</p>"
    )
    rules = {fault.partition(":")[0] for fault in await grave_faults(page)}
    assert rules == {"image-alt", "color-contrast"}
    await page.close()


@pytest.mark.parametrize("tab", ["First minute", "Break things", "Timeline"])
async def test_the_control_room(window: BrowserContext, tab: str) -> None:
    """Each of its tabs, beside a workspace with a banner and proposals."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        levers.panel["numbers"][1] |= {"value": "1", "tone": "bad"}
        page = await window.new_page()
        await page.goto(slack.page_url)
        await page.get_by_role("tab", name=tab).click()
        await page.locator("#controls").evaluate("room => room.classList.add('open')")
        assert await look(page) == {}
        await page.close()


async def test_the_workspace(window: BrowserContext) -> None:
    """With a note, a banner, proposals and an app that is not there."""
    async with open_playground(
        proposals=["/gpu find 4090"], titles={"ada": "admin"}, banner="Nothing here is real."
    ) as slack:
        page = await window.new_page()
        await page.goto(slack.page_url)
        await page.fill("#composer", "/gpu find")
        await page.press("#composer", "Enter")
        await expect(page.locator(".message")).to_be_visible()
        assert await look(page) == {}
        await page.close()


async def test_messages_and_a_window(room: Room) -> None:
    """Cards with their menus, then a form with errors over them."""
    assert await look(room.page) == {}
    await room.workspace.send({"type": "modal", "view": views.input_modal()})
    await room.page.get_by_role("dialog").wait_for()
    assert await look(room.page) == {}
    await room.page.set_viewport_size({"width": 1200, "height": 800})


async def test_every_block_and_element(room: Room) -> None:
    """All that an app can send."""
    shown = gallery.messages()
    for message in shown:
        await room.workspace.show(message)
    await expect(room.page.locator(".message")).to_have_count(len(shown) + 1)
    assert await look(room.page) == {}
    await room.page.set_viewport_size({"width": 1200, "height": 800})
