"""Renting by clicking, on the demo itself: the unmodified bot, its simulated market, the panel."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.visitor import KEY, LONG_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SEARCH = "/gpu find 3090 under 0.60"
RUNNING = re.compile(r"Running: \d × RTX 3090 24 GB for")
RECEIPT = re.compile(r"Receipt: \$[\d.]+ for")
WITHDRAWN = "Receipt withdrawn: "


async def test_the_story(visitor: Visitor) -> None:
    """Find, rent, SSH, warning, extend, end, receipt; a missing key is asked for in sight."""
    page, window = visitor.page, visitor.window
    await visitor.ask(SEARCH)
    await visitor.look_at(0)
    await window.get_by_label("How long").click()
    await page.get_by_role("option", name="1 h", exact=True).click()
    await expect(window).to_contain_text("for 1 h", timeout=LONG_MS)
    await visitor.submit()
    await expect(window.get_by_text("Please complete this required field.")).to_be_in_viewport()
    await window.get_by_label("Your public SSH key").fill(KEY)
    await visitor.submit()
    await expect(window).to_contain_text("is being made for you", timeout=LONG_MS)
    await visitor.leave()
    await visitor.hears("Starting 1 × RTX 3090")
    await visitor.waits_fast(RUNNING)
    await expect(page.locator(".timeline")).not_to_contain_text("ssh -p")  # the channel sees none

    await visitor.go("gpu-shopper")
    ready = await visitor.hears("Ready: 1 × RTX 3090")
    await expect(ready).to_contain_text(re.compile(r"ssh -p \d+ root@127\.0\.0\.1"))
    await ready.locator("button", has_text="Another machine").click()
    await expect(page.locator(".dialog-confirm")).to_contain_text("is destroyed, with everything")
    await page.get_by_role("button", name="Keep it").click()

    await visitor.go("gpu")
    await visitor.press(RUNNING, "Extend 1 h")
    await visitor.hears("Extended by 1 h: 1 × RTX 3090")
    await visitor.pull("jump-60")
    for _ in range(2):
        await visitor.pull("jump-15")
    await visitor.waits_fast("Ends in 15 min: 1 × RTX 3090")
    await visitor.press(RUNNING, "End")
    receipt = await visitor.hears(RECEIPT)
    await expect(receipt).to_contain_text("Confirmed gone")


async def test_an_offer_that_changed_says_so(visitor: Visitor) -> None:
    """Dearer: a second yes is asked for. Sold out: that, also when it is pressed again."""
    for lever, words in (("dearer", "Price up"), ("take-away", "somebody else was faster")):
        await visitor.ask(SEARCH)
        await visitor.look_at(1)
        await visitor.leave()
        await visitor.pull(lever)
        await visitor.look_at(1)
        await expect(visitor.window).to_contain_text(words, ignore_case=True)
        await visitor.leave()
    assert "gone already" in await visitor.pull("take-away")


@pytest.mark.parametrize(
    ("lever", "while_it_starts", "told"),
    [
        ("never-starts", "", "Not ready after"),
        ("lose-answer", "kill", "It did not start"),
        ("", "vanish", "It did not start"),
    ],
)
async def test_a_machine_that_does_not_start(
    visitor: Visitor, lever: str, while_it_starts: str, told: str
) -> None:
    """It is told, and at the end there is nothing left that costs money."""
    before, receipts = await visitor.count(told), await visitor.count(RECEIPT)
    if lever:
        await visitor.pull(lever)
    await visitor.rent(SEARCH)
    await visitor.hears("Machine made: done")
    if while_it_starts:
        await visitor.pull(while_it_starts)
    await visitor.waits_fast(told, before)
    if not while_it_starts:
        await visitor.press(told, "End")
    await visitor.waits_fast(RECEIPT, receipts)
    await visitor.nothing_is_left()


async def test_a_machine_that_will_not_die(visitor: Visitor) -> None:
    """Red, with the dollars an hour, until it is gone."""
    receipts = await visitor.count(RECEIPT)
    await visitor.pull("refuse-destroy")
    await visitor.rent(SEARCH)
    await visitor.waits_fast(RUNNING)
    await visitor.press(RUNNING, "End")
    await visitor.waits_fast("are being lost: it will not die")
    await visitor.pull("repair")
    await visitor.waits_fast(RECEIPT, receipts)
    await visitor.nothing_is_left()


async def test_a_machine_that_comes_back(visitor: Visitor) -> None:
    """It is seen, told and ended again, and what told of it says so; the receipt that was too
    early is withdrawn."""
    receipts, withdrawn = await visitor.count(RECEIPT), await visitor.count(WITHDRAWN)
    await visitor.pull("comes-back")
    await visitor.rent(SEARCH)
    await visitor.waits_fast(RUNNING)
    await visitor.press(RUNNING, "End")
    await visitor.hears(RECEIPT, receipts)
    await visitor.waits_fast(WITHDRAWN, withdrawn)
    await visitor.waits_fast(RECEIPT, receipts)
    await visitor.hears(
        re.compile(r"It is gone: \d × RTX 3090.*It came back after it was gone", re.DOTALL)
    )
    await visitor.nothing_is_left()


async def test_on_a_phone_in_the_dark(visitor: Visitor) -> None:
    """Nothing is wider than the page, and price and button of the window are in sight."""
    page = visitor.page
    try:
        await page.emulate_media(color_scheme="dark")
        await page.set_viewport_size({"width": 390, "height": 844})
        await visitor.ask(SEARCH)
        await visitor.look_at(0)
        assert await page.evaluate("document.scrollingElement.scrollWidth") <= 390
        await expect(visitor.window.locator("button[type=submit]")).to_be_in_viewport()
        await expect(visitor.window.get_by_text("all-in").first).to_be_in_viewport()
        await visitor.leave()
    finally:
        await page.emulate_media(color_scheme="light")
