"""The first minute in the page: what a step offers, where it leads, what is told."""

from typing import Any

import pytest
from playwright.async_api import BrowserContext, expect

from tests.bot.playground.test_controls import with_levers
from tests.browser.axe import grave_faults
from tests.browser.test_controls import STEPS, Opened, panel, posted

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def steps(done: int, **more: Any) -> list[dict[str, Any]]:
    """The first of them done, and more about the current one."""
    return [
        step | {"done": number < done} | (more if number == done else {})
        for number, step in enumerate(STEPS)
    ]


async def test_the_first_minute_offers_what_a_step_needs(window: BrowserContext) -> None:
    """It types and sends where it belongs, opens what it is about, and tells the other side."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        ts = await posted(slack, "the machine")
        opened = Opened(await window.new_page())
        page, current = opened.page, opened.room.locator("[aria-current=step]")
        await page.goto(slack.page_url)
        await expect(current.get_by_role("heading")).to_have_text("Find <i>it</i>")
        await page.locator(".channel-row", has_text="ml").click()
        await page.fill("#composer", "half a thought")
        await page.locator(".channel-row", has_text="gpu-shopper").click()
        await current.get_by_role("button", name="Type it for me").click()
        await expect(page.locator("#channel-name")).to_have_text("#gpu")
        await expect(page.locator("#composer")).to_have_value("")
        await expect(page.locator(".message", has_text="/gpu")).to_be_visible()
        levers.panel["guide"] = steps(1)
        await expect(current.get_by_role("heading")).to_have_text("Read it")
        await current.get_by_role("button", name="Open it").click()
        await expect(page.locator("#channel-name")).to_have_text("gpu-shopper")
        at = {"channel": slack.channel("gpu").id, "ts": ts}
        levers.panel["guide"] = steps(2, doing="It is later soon.", trouble="Not yet.", at=at)
        await expect(current.get_by_text("It is later soon.")).to_be_visible()
        await expect(current.get_by_text("Not yet.")).to_be_visible()
        await expect(current.get_by_role("button", name="Do it")).to_have_count(0)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            assert await grave_faults(page) == []
        await current.get_by_role("button", name="Open it").click()
        await expect(page.locator("#channel-name")).to_have_text("#gpu")
        await expect(page.locator(".message.linked")).to_contain_text("the machine")
        levers.panel["guide"] = steps(2)
        await current.get_by_role("button", name="Do it").click()
        await expect(opened.room.get_by_role("status")).to_have_text("done")
        await current.get_by_role("button", name="Skip").click()
        levers.panel["guide"] = steps(3)
        await expect(opened.room.get_by_text("That was it.")).to_be_visible()
        await opened.room.get_by_role("button", name="Start over").click()
        levers.panel["guide"] = steps(0)
        await expect(current.get_by_role("heading")).to_have_text("Find <i>it</i>")
        await expect(opened.room.get_by_role("button", name="Start over")).to_have_count(0)
        await page.close()
    chosen = [(name, sent["chosen"]) for name, sent in levers.pulled]
    reads = [each for each in chosen if each == ("guide", {"do": "read", "step": "ssh"})]
    assert reads
    assert [each for each in chosen if each not in reads] == [
        ("guide", {"do": "it", "step": "jump"}),
        ("guide", {"do": "skip", "step": "jump"}),
        ("guide", {"do": "restart", "step": ""}),
    ]
    assert opened.trouble == []


async def test_the_same_press_twice_is_one(window: BrowserContext) -> None:
    """Nobody can have seen what the first did. What is pressed later counts anew."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        page, current = opened.page, opened.room.locator("[aria-current=step]")
        failed = page.locator(".message", has_text="dispatch_failed")
        await page.goto(slack.page_url)
        await current.get_by_role("button", name="Type it for me").evaluate(TWICE)
        await expect(failed).to_have_count(1)
        await page.wait_for_timeout(1100)
        await expect(failed).to_have_count(1)
        await current.get_by_role("button", name="Type it for me").click()
        await expect(failed).to_have_count(2)
        levers.panel["guide"] = steps(2)
        await current.get_by_role("button", name="Do it").evaluate(TWICE)
        await current.get_by_role("button", name="Skip").dblclick()
        levers.panel["guide"] = steps(3)
        await opened.room.get_by_role("button", name="Start over").evaluate(TWICE)
        levers.panel["guide"] = steps(0)
        await expect(current.get_by_role("heading")).to_have_text("Find <i>it</i>")
        await page.close()
    assert [sent["chosen"]["do"] for _, sent in levers.pulled] == ["it", "skip", "restart"]
    assert opened.trouble == []


async def test_who_leaves_the_first_minute_pulls_nothing(window: BrowserContext) -> None:
    """A double click hits no lever; it is left after a reload too, and waits in its tab."""
    async with with_levers() as (slack, levers):
        levers.panel = panel() | {"guide": steps(2)}
        opened = Opened(await window.new_page())
        await opened.page.goto(slack.page_url)
        await opened.room.get_by_role("button", name="Leave it for now").dblclick()
        story = opened.room.get_by_role("tab", name="Timeline", selected=True)
        await expect(story).to_be_visible()
        await opened.page.reload()
        left = opened.room.get_by_role("tab", name="Break things", selected=True)
        await expect(left).to_be_visible()
        guide = await opened.tab("First minute 2/3")
        await expect(guide.get_by_role("button", name="Do it")).to_be_visible()
        await opened.page.evaluate("localStorage.clear()")
        await opened.page.close()
    assert levers.pulled == []
    assert opened.trouble == []


async def test_a_window_leaves_the_room_in_use(window: BrowserContext) -> None:
    """It covers the workspace alone, which is inert until the window is closed by Esc."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        page = opened.page
        await page.goto(slack.page_url)
        await opened.room.get_by_role("tab", name="Break things").wait_for()
        await page.evaluate(OPEN_TWO)
        dialogs = page.locator("dialog:not([inert]) .dialog-title")
        await (await opened.tab("Break things")).get_by_role("button", name="Kill").click()
        await expect(opened.room.get_by_role("status")).to_have_text("done")
        await expect(page.locator(".main")).to_have_attribute("inert", "")
        await opened.tab("Timeline")
        await page.keyboard.press("Escape")
        await expect(dialogs).to_have_text("over")
        await page.locator(".dialog-shade").click(position={"x": 5, "y": 5})
        await page.keyboard.press("Escape")
        await expect(dialogs).to_have_text("under")
        await page.keyboard.press("Escape")
        await expect(dialogs).to_have_count(0)
        await expect(page.locator(".main")).not_to_have_attribute("inert", "")
        await page.close()
    assert opened.trouble == []


TWICE = "button => { button.click(); button.click(); }"
"""Faster than a hand."""
OPEN_TWO = """async () => {
  const { openDialog } = await import("/static/dialogs.js");
  for (const title of ["under", "over"]) {
    const onClose = () => dialog.close();
    const dialog = openDialog({ title, cls: "", body: "", footer: "", onClose });
  }
}"""
