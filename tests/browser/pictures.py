"""`make pictures`: the pictures in docs, from the demo itself in Chromium."""

import asyncio
import re
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.visitor import KEY, Visitor, open_demo

DOCS = Path(__file__).parents[2] / "docs"
SEARCH = "/gpu find 2x 4090 under 1.20"
LOUD = "/gpu find 3090 under 0.60"
WATCHED = "/gpu watch 4090 under 0.30"
PRICES = "/gpu prices 4090"
LOOK_S = 1.5
RENTED = "/gpu find 4090 under 0.50"


async def main() -> None:
    async with open_demo() as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = await browser.new_page(
            viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="en-US"
        )
        visitor = Visitor(page)
        await visitor.come(address)
        await page.set_viewport_size({"width": 1400, "height": 860})
        await visitor.ask(RENTED)
        await picture(page, "demo")
        await page.set_viewport_size({"width": 1280, "height": 800})
        await finding(visitor)
        await renting(visitor)
        await watching(visitor)
        await pricing(visitor)
        await browser.close()


async def finding(visitor: Visitor) -> None:
    page = visitor.page
    await page.set_viewport_size({"width": 1600, "height": 760})
    await visitor.go("ml")
    await visitor.ask(SEARCH)
    await picture(page.locator(".main"), "cards")
    await page.set_viewport_size({"width": 1280, "height": 800})
    await page.locator(".card-actions button", has_text="Details").first.click()
    await page.get_by_role("dialog").locator(".section-fields").first.wait_for()
    await picture(page, "details")
    await visitor.leave()
    await page.emulate_media(color_scheme="dark")
    await page.hover(".message")
    await page.locator(".json-toggle").click()
    await picture(page.locator(".main"), "json")
    await page.emulate_media(color_scheme="light")


async def watching(visitor: Visitor) -> None:
    """A watch that has looked once, and what the channel is told when prices fall."""
    page = visitor.page
    await visitor.pull("repair")
    await visitor.go("ml")
    await page.fill("#composer", WATCHED)
    await page.press("#composer", "Enter")
    await visitor.hears("Watching.")
    await visitor.pull("speed-60")
    await asyncio.sleep(2.5)
    await page.get_by_label("GPU model").select_option("RTX 4090")
    await visitor.pull("model-down-30")
    alert = await visitor.hears("under the limit of")
    await visitor.pull("speed-1")
    await picture(alert, "alert")


async def pricing(visitor: Visitor) -> None:
    """A day in steps of an hour, each with a look at the market."""
    page = visitor.page
    await visitor.go("random")
    for _ in range(23):
        await visitor.pull("jump-60")
        await asyncio.sleep(LOOK_S)
    await visitor.say(PRICES)
    answer = page.locator(".message", has=page.locator(".chart-svg"))
    await answer.wait_for(timeout=60_000)
    await page.set_viewport_size({"width": 1280, "height": 1100})  # it is tall
    await picture(answer, "prices")


async def renting(visitor: Visitor) -> None:
    """One machine from the window to its receipt, and one that does not want to die."""
    page, window, talk = visitor.page, visitor.window, visitor.page.locator(".main")
    await visitor.go("gpu")
    await visitor.ask(RENTED)
    await visitor.look_at(0)
    await picture(window, "rent-window")
    await window.get_by_label("Your public SSH key").fill(KEY)
    await window.get_by_label("Note").fill("Fine-tuning, ask Ada")
    await visitor.submit()
    await window.get_by_text("is being made for you").wait_for()
    await visitor.leave()
    await visitor.hears("Machine made: done")
    await page.mouse.move(0, 0)
    await picture(talk, "progress")
    await visitor.waits_fast("Running: 1 × RTX 4090")
    await visitor.go("gpu-shopper")
    await picture(talk, "ready")

    await visitor.go("gpu")
    await visitor.pull("jump-60")
    await visitor.pull("jump-60")
    for _ in range(3):
        await visitor.pull("jump-15")
    await visitor.pull("jump-60")
    await visitor.waits_fast("Ends in 15 min")
    await picture(talk, "warning")

    await visitor.press("Running: 1 × RTX 4090", "End")
    await visitor.hears(re.compile(r"Receipt: \$[\d.]+ for"))

    await visitor.go("general")
    await visitor.rent(LOUD)
    await visitor.waits_fast("Running: 1 × RTX 3090")
    await visitor.pull("refuse-destroy")
    await visitor.press("Running: 1 × RTX 3090", "End")
    await visitor.waits_fast(re.compile(r"Asked to end 1\d min ago"))
    await picture(page.locator("#controls"), "panel")
    await page.locator(".message", has_text="Not gone yet").evaluate("e => e.scrollIntoView()")
    await picture(talk, "loud")


async def picture(what: Page | Locator, name: str) -> None:
    await asyncio.sleep(0.3)  # for the end of every transition
    await what.screenshot(path=DOCS / f"{name}.png")


if __name__ == "__main__":
    asyncio.run(main())
