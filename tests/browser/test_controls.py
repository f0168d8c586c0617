"""The panel beside the workspace: what it shows, what a press on it says, and where it is not."""

import asyncio

import pytest
from playwright.async_api import BrowserContext, expect

from bot.playground import open_playground
from tests.bot.playground.test_controls import with_levers

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_panel_is_shown_and_pulled(window: BrowserContext) -> None:
    """Lines with their tone, a button that tells what it did; nothing in the console."""
    async with with_levers() as (slack, levers):
        levers.lines = [{"words": "Alive and unknown", "value": "0", "tone": "good"}]
        levers.buttons = [{"name": "kill", "label": "Kill <b>the</b> machine"}]
        page = await window.new_page()
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda line: trouble.append(line.text))
        await page.goto(slack.page_url)
        panel = page.get_by_role("complementary", name="Break things")
        await expect(panel.locator("dd.tone-good")).to_have_text("0")
        await panel.get_by_role("button", name="Kill <b>the</b> machine").click()
        await expect(panel.get_by_role("status")).to_have_text("done")
        await page.close()
    assert [name for name, _ in levers.pulled] == ["kill"]
    assert trouble == []


async def test_there_is_no_panel_without_levers(window: BrowserContext) -> None:
    """Nor an empty column, nor a request for it."""
    async with open_playground() as slack:
        page = await window.new_page()
        asked: list[str] = []
        page.on("request", lambda made: asked.append(made.url))
        await page.goto(slack.page_url)
        await page.locator(".channel-row").first.wait_for()
        await expect(page.locator("#controls")).to_be_hidden()
        await expect(page.locator("#channel-header")).not_to_contain_text("null")
        await page.close()
    assert not any(url.endswith("/controls") for url in asked)


async def test_days_are_told_by_the_time_there(window: BrowserContext) -> None:
    """After a jump of years, what is said today is said today."""
    async with with_levers() as (slack, levers):
        page = await window.new_page()
        await page.goto(slack.page_url)
        await page.get_by_role("complementary", name="Break things").wait_for()
        for _ in range(250):
            if slack.workspace.clock.now().timestamp() >= levers.now:
                break
            await asyncio.sleep(0.02)
        await slack.say("hello")
        await expect(page.locator(".day").last).to_have_text("Today")
        await page.close()
