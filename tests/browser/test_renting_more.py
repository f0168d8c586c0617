"""What is pressed rarely, on the demo itself: Raise, Close by hand, Keep and End now, Remove."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.test_renting import RECEIPT, RUNNING, SEARCH, WITHDRAWN
from tests.browser.visitor import LONG_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
UNKNOWN = "A machine that nobody here knows costs"


async def test_raise_the_bid(visitor: Visitor) -> None:
    """Outbid by the panel: one press, and the machine runs again at the new price."""
    receipts = await visitor.count(RECEIPT)
    await visitor.rent(f"{SEARCH} spot")
    running = re.compile(r"Running: \d × RTX 3090")
    await visitor.waits_fast(running)
    assert "it is paused" in await visitor.pull("outbid")
    outbid = await visitor.waits_fast("Outbid: ")
    await outbid.get_by_role("button", name="Raise to $").click()
    told = await visitor.hears("The bid is $")
    await expect(told).to_contain_text("now, disk on top. The machine goes on when it wins.")
    await visitor.waits_fast("It runs again: ")
    await visitor.press("It runs again: ", "End")
    await visitor.waits_fast(RECEIPT, receipts)
    await visitor.nothing_is_left()


async def test_close_by_hand(visitor: Visitor) -> None:
    """A machine that will not die: the admin closes its record, told that nothing is proved; it is
    seen all the same, and ended when it can be."""
    receipts, withdrawn = await visitor.count(RECEIPT), await visitor.count(WITHDRAWN)
    await visitor.rent(SEARCH)
    await visitor.waits_fast(RUNNING)
    await visitor.pull("refuse-destroy")
    await visitor.press(RUNNING, "End")
    await visitor.go("gpu-shopper")
    await visitor.waits_fast("are being lost: it will not die")
    await visitor.press("are being lost: it will not die", "Close by hand")
    await visitor.hears("Closed by hand. Nothing was proved")
    await visitor.go("gpu")
    closed = await visitor.hears(RECEIPT, receipts)
    await expect(closed).to_contain_text("not proved")
    await visitor.waits_fast(re.compile(r"It came back: \d × RTX 3090"))
    await visitor.hears(WITHDRAWN, withdrawn)
    await visitor.pull("repair")
    await visitor.waits_fast(RECEIPT, receipts)
    await visitor.nothing_is_left()


@pytest.mark.parametrize("button", ["Keep", "End now"])
async def test_an_orphan(visitor: Visitor, button: str) -> None:
    """Announced to the admin alone: kept it is a session like any, ended it is gone at once."""
    await visitor.ask(SEARCH)
    await visitor.pull("jump-15")
    await visitor.pull("jump-15")
    await visitor.pull("stray")
    await visitor.go("gpu-shopper")
    before = await visitor.count(UNKNOWN)
    await visitor.waits_fast(UNKNOWN, before)
    receipts = await visitor.count(RECEIPT)
    await visitor.press(UNKNOWN, button)
    if button == "Keep":
        await visitor.hears("Kept as session")
        await visitor.hears("Running: ")
        await visitor.press("Running: ", "End")
        await visitor.waits_fast(RECEIPT, receipts)
    else:
        await visitor.hears("Ending it.")
        await visitor.waits_fast("The machine that nobody knew is gone")
    await visitor.go("gpu")
    await visitor.nothing_is_left()


async def test_remove_the_key(visitor: Visitor) -> None:
    """Saved by renting before; removed in its window it is asked for again."""
    page, window = visitor.page, visitor.window
    await page.fill("#composer", "/gpu key")
    await page.press("#composer", "Enter")
    await expect(window).to_contain_text("Saved:", timeout=LONG_MS)
    await window.get_by_role("button", name="Remove").click()
    await page.locator(".dialog-confirm footer button").last.click()
    await expect(window).to_contain_text("Your key is removed.", timeout=LONG_MS)
    await visitor.leave()
    await visitor.ask(SEARCH)
    await visitor.look_at(0)
    await expect(window.get_by_label("Your public SSH key")).to_have_value("")
    await visitor.leave()
