"""`make screenshots`: the pictures in docs, from the demo itself in Chromium."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

from playwright.async_api import Page, async_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM

DOCS = Path(__file__).parents[2] / "docs"
START_S = 60
SEARCH = "/gpu find 2x 4090 under 1.20"


async def main() -> None:
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser", stdout=PIPE
    )
    try:
        address = await asyncio.wait_for(address_of(demo), START_S)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1280, "height": 800})
            await page.goto(address)
            await take(page)
            await browser.close()
    finally:
        demo.terminate()
        await demo.wait()


async def address_of(demo: Process) -> str:
    """The address that the demo prints."""
    assert demo.stdout is not None
    async for line in demo.stdout:
        if found := re.search(r"http://\S+token=\S+", line.decode()):
            return found.group(0)
    raise SystemExit("The demo ended before it printed its address.")


async def take(page: Page) -> None:
    await page.locator(".dot.on").wait_for()
    await page.fill("#composer", SEARCH)
    await page.press("#composer", "Enter")
    await page.locator(".carousel").wait_for()
    await picture(page, "cards")
    await page.locator(".card-actions").first.get_by_text("Details").click()
    await page.get_by_role("dialog").locator(".section-fields").first.wait_for()
    await picture(page, "details")
    await page.keyboard.press("Escape")
    await page.emulate_media(color_scheme="dark")
    await page.hover(".message")
    await page.locator(".json-toggle").click()
    await picture(page, "json")


async def picture(page: Page, name: str) -> None:
    await page.wait_for_timeout(300)  # for the end of every transition
    await page.screenshot(path=DOCS / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
