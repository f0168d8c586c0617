"""The first minute at the demo: each step is done by what it asks for, and by nothing else."""

import re
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Locator, expect

from tests.browser.test_guide import TWICE
from tests.browser.visitor import LONG_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TITLES = [
    *("Find a machine", "Rent it", "Let it start", "Read the SSH details", "Jump the clock"),
    *("Extend it", "End it", "Read the receipt"),
    *("Watch the price", "Let it fall", "Rent from the alert"),
]
RUNNING = re.compile(r"Running: \d × RTX 4090")


class Walker:
    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.page = visitor, visitor.page
        self.guide = self.page.get_by_role("tabpanel", name="First minute")
        self.step = self.guide.locator("[aria-current=step]")

    async def begin(self, title: str) -> None:
        """All steps before it are skipped."""
        await self.visitor.tab("First minute")
        over = self.guide.get_by_role("button", name="Start over")
        if await over.count():
            await over.click()
        await self.at(TITLES[0])
        for before, after in pairwise(TITLES):
            if before == title:
                return
            await self.press("Skip")
            await self.at(after)

    async def at(self, title: str) -> None:
        heading = self.step.get_by_role("heading")
        await expect(heading).to_have_text(title, timeout=LONG_MS)
        done = self.page.get_by_role("tab", name=f"First minute {TITLES.index(title)}/11")
        await expect(done).to_be_visible()

    async def press(self, button: str) -> None:
        await self.step.get_by_role("button", name=button).click()

    async def press_twice(self, button: str) -> None:
        """Faster than a hand."""
        await self.step.get_by_role("button", name=button).evaluate(TWICE)

    async def in_gpu(self) -> None:
        await expect(self.page.locator("#channel-name")).to_have_text("#gpu")

    async def time_runs_as_usual(self) -> None:
        usual = self.page.locator("[data-lever=speed-1]")
        await expect(usual).to_have_attribute("aria-pressed", "true", timeout=LONG_MS)

    async def choose_an_hour(self) -> None:
        window = self.visitor.window
        await window.locator(".select").first.click()
        await self.page.get_by_role("option", name="1 h", exact=True).click()

    async def look_at_one_that_is_there(self) -> None:
        for card in range(5):
            await self.visitor.look_at(card)
            if await self.visitor.window.locator("button[type=submit]").count():
                return
            await self.visitor.leave()

    async def submit(self) -> None:
        await self.visitor.submit()
        made = expect(self.visitor.window)
        await made.to_contain_text("is being made for you", timeout=LONG_MS)
        await self.visitor.leave()


@pytest_asyncio.fixture(loop_scope="session")
async def walker(visitor: Visitor) -> AsyncIterator[Walker]:
    await visitor.page.evaluate("localStorage.clear()")
    yield Walker(visitor)


async def stays_so(visitor: Visitor) -> None:
    """The page has looked twice since then."""
    before = await visitor.page.locator(".clock-time").inner_text()
    for _ in range(2):
        await expect(visitor.page.locator(".clock-time")).not_to_have_text(before)
        before = await visitor.page.locator(".clock-time").inner_text()


async def test_help_is_no_machine(walker: Walker) -> None:
    """A search is: it is typed and sent where it belongs, from wherever one stands."""
    await walker.begin("Find a machine")
    await walker.visitor.say("/gpu")
    await walker.visitor.hears("I find GPUs to rent")
    await stays_so(walker.visitor)
    await walker.at("Find a machine")
    await walker.visitor.go("gpu-shopper")
    await walker.press("Type it for me")
    await walker.in_gpu()
    await walker.at("Rent it")
    await expect(walker.page.locator("#composer")).to_have_value("")
    await walker.visitor.hears("Asked for: RTX 4090")


async def test_an_hour_from_the_press_to_the_receipt(walker: Walker) -> None:
    """A step at a time; the key is copied beside the open window, the guide's clock stops before
    the end, and what a press is about is opened."""
    visitor, page = walker.visitor, walker.page
    await walker.begin("Rent it")
    await visitor.ask("/gpu find 4090 under 0.50")
    await walker.look_at_one_that_is_there()
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await walker.press("Copy a public key")
    await expect(page.locator(".controls-said")).to_have_text("Copied.")
    key = visitor.window.get_by_label("Your public SSH key")
    await key.focus()
    await page.keyboard.press("Control+V")
    await walker.choose_an_hour()
    await walker.at("Rent it")
    await walker.submit()
    await walker.at("Let it start")
    await walker.press("Do it")
    await walker.at("Read the SSH details")
    await walker.time_runs_as_usual()
    await walker.press("Open it")
    await expect(page.locator("#channel-name")).to_have_text("gpu-shopper")
    await walker.at("Jump the clock")
    await walker.press("Do it")
    await walker.at("Extend it")
    await walker.time_runs_as_usual()
    await expect(visitor.number("alive")).to_have_text("1")
    await walker.press("Open it")
    await walker.in_gpu()
    await expect(visitor.said(RUNNING).last).to_be_in_viewport()
    await visitor.hears("Ends in 15 min")
    await visitor.press(RUNNING, "Extend 1 h")
    await walker.at("End it")
    await walker.press("Open it")
    await visitor.press(RUNNING, "End")
    await walker.at("Watch the price")
    await visitor.hears(re.compile(r"Receipt: \$[\d.]+ for"))
    await visitor.nothing_is_left()


async def test_a_form_that_is_cancelled_watches_nothing(walker: Walker) -> None:
    """A watch does; what it tells of is waited for, and rented from its message. What is pressed
    twice at once is done once."""
    visitor, window = walker.visitor, walker.visitor.window
    await walker.begin("Watch the price")
    await visitor.say("/gpu watch")
    await expect(window.get_by_role("button", name="Cancel")).to_be_visible(timeout=LONG_MS)
    await window.get_by_role("button", name="Cancel").click()
    await stays_so(visitor)
    await walker.at("Watch the price")
    await visitor.go("gpu-shopper")
    await walker.press_twice("Type it for me")
    await walker.in_gpu()
    await walker.at("Let it fall")
    await walker.press_twice("Do it")
    await expect(walker.step).to_contain_text("Every RTX 4090 costs 30 % less now")
    await walker.at("Rent from the alert")
    await walker.time_runs_as_usual()
    await expect(visitor.said("Watch 1: 4090 under")).to_have_count(2)  # the answer, the alert
    await visitor.go("gpu-shopper")
    await walker.press("Open it")
    await walker.in_gpu()
    alert = visitor.said("under the limit of").last
    await expect(alert).to_be_in_viewport()
    await alert.get_by_role("button", name="Rent ").first.click()
    await walker.submit()
    await expect(walker.guide.get_by_text("That was it.")).to_be_visible(timeout=LONG_MS)
    await visitor.press("Starting", "End")


async def test_starting_over_is_for_everybody(
    walker: Walker, window: BrowserContext, demo: str
) -> None:
    """From the end too, after a reload and in another browser: at the first step, no ticks."""
    await walker.begin("Rent from the alert")
    await walker.press("Skip")
    end = walker.guide.get_by_text("That was it.")
    await expect(end).to_be_visible()
    await walker.page.reload()
    await expect(end).to_be_visible()
    assert window.browser is not None
    elsewhere = await window.browser.new_context()
    other = Walker(Visitor(await elsewhere.new_page()))
    await other.visitor.come(demo)
    await expect(other.guide.get_by_text("That was it.")).to_be_visible()
    await over(other).click()
    for each in (walker, other):
        await each.at("Find a machine")
        await expect(each.guide.locator(".guide-step.done")).to_have_count(0)
        await expect(over(each)).to_have_count(0)
    await elsewhere.close()


def over(walker: Walker) -> Locator:
    return walker.guide.get_by_role("button", name="Start over")
