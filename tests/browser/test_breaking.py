"""Breaking the demo by clicking: Slack, marketplaces, prices and the bot itself."""

import asyncio
import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.axe import grave_faults
from tests.browser.visitor import KEY, LONG_MS, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SEARCH = "/gpu find 3090 under 0.60"
RUNNING = re.compile(r"Running: \d × RTX 3090 24 GB for")
"""With as many GPUs as the first card has that is still for rent."""
RUNNING_4090 = re.compile(r"Running: \d × RTX 4090")
RECEIPT = re.compile(r"Receipt: \$[\d.]+ for")


async def answer(visitor: Visitor, text: str, words: str = "Asked for:") -> Locator:
    """The next message with these words after this was typed."""
    messages = visitor.said(words)
    before = await messages.count()
    await visitor.page.fill("#composer", text)
    await visitor.page.press("#composer", "Enter")
    await expect(messages.nth(before)).to_be_visible(timeout=LONG_MS)
    return messages.last


async def run_one(visitor: Visitor) -> None:
    before = await visitor.count(RUNNING)
    await visitor.rent(SEARCH)
    await visitor.waits_fast(RUNNING, before)


async def test_the_first_minute(visitor: Visitor) -> None:
    """From the guide's own buttons to the receipt, left once and resumed."""
    page, window = visitor.page, visitor.window
    guide = await visitor.tab("First minute")
    current = guide.locator("[aria-current=step]")

    async def at(title: str) -> None:
        await expect(current.get_by_role("heading")).to_have_text(title, timeout=LONG_MS)

    await at("Find a machine")
    await current.get_by_role("button", name="Type it for me").click()
    await page.keyboard.press("Enter")
    await at("Rent it")
    await guide.get_by_role("button", name="Leave it for now").click()
    await visitor.tab("First minute")
    for card in range(5):
        await visitor.look_at(card)
        if await window.locator("button[type=submit]").count():
            break
        await visitor.leave()
    await window.get_by_label("Your public SSH key").fill(KEY)
    await visitor.submit()
    await expect(window).to_contain_text("is being made for you", timeout=LONG_MS)
    await visitor.leave()
    await at("Let it start")
    await current.get_by_role("button", name="Do it").click()
    await at("Read the SSH details")
    await page.locator("[data-lever=speed-1]").click()
    await current.get_by_role("button", name="Open it").click()
    await expect(page.locator("#channel-name")).to_have_text("gpu-shopper")
    await at("Jump the clock")
    await current.get_by_role("button", name="Do it").click()
    await at("Extend it")
    await visitor.go("gpu")
    await visitor.press(RUNNING_4090, "Extend 1 h")
    await at("End it")
    await visitor.press(RUNNING_4090, "End")
    await expect(guide.get_by_text("Read the receipt, done")).to_be_attached(timeout=LONG_MS)
    await visitor.hears(RECEIPT)
    await visitor.nothing_is_left()
    await expect(visitor.number("spent")).not_to_have_text("$0.00")


async def test_killed_and_started_again(visitor: Visitor) -> None:
    """While the bot is dead its machine runs on and is in its records; then it goes on."""
    receipts = await visitor.count(RECEIPT)
    await run_one(visitor)
    await visitor.pull("kill-bot")
    await expect(visitor.page.get_by_text("is not connected.")).to_be_visible()
    assert "dispatch_failed" in await (await answer(visitor, "/gpu help", "failed")).inner_text()
    await visitor.pull("jump-60")
    await expect(visitor.number("alive")).to_have_text("1")
    await expect(visitor.number("unknown")).to_have_text("0")
    assert "already" in await visitor.pull("kill-bot")
    await visitor.pull("start-bot")
    await visitor.page.locator(".dot.on").wait_for(timeout=LONG_MS)
    await visitor.press(RUNNING, "End")
    await visitor.waits_fast(RECEIPT, receipts)
    await visitor.nothing_is_left()


async def test_the_disk_is_lost(visitor: Visitor) -> None:
    """The machine is unknown, loud and red, until the bot finds it by its label."""
    await run_one(visitor)
    await visitor.pull("lose-disk")
    await expect(visitor.page.locator(".tone-bad dd")).to_have_text("1")
    await expect(visitor.page.locator(".tone-good dd")).to_have_text("0", timeout=LONG_MS)
    await expect(visitor.number("alive")).to_have_text("1")
    await visitor.go("gpu-shopper")
    await visitor.hears(re.compile(r"Found running without a record: \d × RTX 3090"))
    await visitor.pull("speed-3600")
    await visitor.nothing_is_left()
    await visitor.pull("speed-1")
    await visitor.hears(RECEIPT)


async def test_a_day_in_half_a_minute(visitor: Visitor) -> None:
    """At an hour a second a rental ends by itself, on time, and nobody is told of trouble."""
    receipts = await visitor.count(RECEIPT)
    await visitor.rent(SEARCH)
    await visitor.pull("speed-3600")
    await visitor.hears(RECEIPT, receipts)
    await visitor.nothing_is_left()
    await visitor.pull("speed-1")
    await expect(visitor.said("are being lost")).to_have_count(0)


async def test_slack_says_wait_and_takes_the_token(visitor: Visitor) -> None:
    """The first is waited out; under the second a machine is still ended on time, and its receipt
    follows when the token works again."""
    receipts = await visitor.count(RECEIPT)
    await visitor.pull("rate-limit")
    await run_one(visitor)
    await visitor.pull("revoke")
    await visitor.pull("speed-3600")
    await visitor.nothing_is_left()
    await visitor.pull("speed-1")
    assert await visitor.count(RECEIPT) == receipts
    await visitor.pull("repair")
    await expect(visitor.page.locator(".controls-trouble")).to_be_hidden()
    await visitor.waits_fast(RECEIPT, receipts)


async def test_a_press_that_arrives_twice(visitor: Visitor) -> None:
    """Makes one machine; a broken socket loses nothing either."""
    await visitor.pull("drop-socket")
    receipts, before = await visitor.count(RECEIPT), await visitor.count(RUNNING)
    await visitor.rent(SEARCH)
    assert "second time" in await visitor.pull("press-again")
    await visitor.waits_fast(RUNNING, before)
    await expect(visitor.number("alive")).to_have_text("1")
    await visitor.press(RUNNING, "End")
    await visitor.waits_fast(RECEIPT, receipts)
    await visitor.nothing_is_left()


@pytest.mark.parametrize("how", ["slow", "down", "nonsense"])
async def test_a_marketplace_that_is_broken(visitor: Visitor, how: str) -> None:
    """Costs its own offers, and the answer says so."""
    broken = await visitor.tab("Break things")
    await broken.get_by_label("Which marketplace").select_option("TensorDock")
    await visitor.pull(how)
    await expect(visitor.page.get_by_text(f"Broken now: TensorDock: {how}")).to_be_visible()
    await visitor.pull("jump-15")  # or the answer would come from the cache
    said = await answer(visitor, SEARCH)
    await expect(said).to_contain_text("offers", timeout=LONG_MS)
    await expect(said).to_contain_text("TensorDock")
    assert "well again" in await visitor.pull(how)


async def test_a_price_falls(visitor: Visitor) -> None:
    """Of the model that is chosen: the same search finds it for less."""
    broken = await visitor.tab("Break things")
    await broken.get_by_label("GPU model").select_option("RTX 3090")
    cheapest = re.compile(r"from \$([\d.]+)/h")
    before = cheapest.search(await (await answer(visitor, SEARCH)).inner_text())
    for lever in ("model-down-30", "model-down-30", "model-down-10"):
        assert "RTX 3090" in await visitor.pull(lever)
    await visitor.pull("jump-15")  # or the answers would come from the cache
    said = await answer(visitor, SEARCH)
    await said.get_by_role("button", name="Refresh").click()
    assert before is not None
    await expect(visitor.said("Asked for:").last).not_to_contain_text(before[0], timeout=LONG_MS)
    after = cheapest.search(await visitor.said("Asked for:").last.inner_text())
    assert after is not None
    assert float(after[1]) < float(before[1])
    for lever in ("model-up-30", "model-up-10"):
        assert "more" in await visitor.pull(lever)


async def test_rent_from_an_alert(visitor: Visitor) -> None:
    """A watch looks, prices fall, the channel is told, and its card opens the Rent window."""
    said = await answer(visitor, "/gpu watch 4090 under 0.30", "Watching.")
    await visitor.pull("speed-60")
    await asyncio.sleep(2.5)  # two minutes there: it has looked once
    broken = await visitor.tab("Break things")
    await broken.get_by_label("GPU model").select_option("RTX 4090")
    await visitor.pull("model-down-30")
    alert = await visitor.hears("under the limit of $0.30/h")
    await visitor.pull("speed-1")
    await alert.get_by_role("button", name="Rent ").first.click()
    await expect(visitor.window).to_contain_text("all-in", timeout=LONG_MS)
    await visitor.leave()
    await said.get_by_role("button", name="Stop").click()
    await visitor.page.locator(".dialog-confirm footer button").last.click()
    await visitor.hears(re.compile("Stopped|no longer|is gone"))


async def test_all_sides_are_told(visitor: Visitor) -> None:
    """What was typed, asked, stored, said, made and done by hand, in the timeline."""
    story = await visitor.tab("Timeline")
    for kind, words in (
        ("slack", f"Ada typed {SEARCH} in #gpu; taken in"),
        ("asked", "Vast.ai, make a machine answered"),
        ("stored", "the marketplace shows that the machine is gone"),
        ("said", "chat.postMessage"),
        ("market", "is gone"),
    ):
        line = story.locator(f".story-{kind} .story-words", has_text=words)
        await expect(line.first).to_be_visible()


async def test_somebody_else(visitor: Visitor) -> None:
    """One click each: a renter rents nothing of the admin's, a stranger sees one channel."""
    await visitor.page.get_by_role("button", name="Grace Hopper, may rent").click()
    await expect(visitor.page.locator(".person-name")).to_have_text("Grace Hopper")
    await visitor.settled()
    said = await answer(visitor, "/gpu sessions", "machine")
    await expect(said).not_to_contain_text("Running")
    await visitor.page.get_by_role("button", name="Sam Elsewhere, another company").click()
    await expect(visitor.page.locator(".channel-row")).to_have_count(1)
    await visitor.page.get_by_role("button", name="Ada Lovelace, admin").click()


async def test_who_left_in_the_middle_is_in_nobody_s_way(visitor: Visitor, demo: str) -> None:
    """A window that stays open and time that runs fast are over when the next one comes."""
    await visitor.pull("speed-60")
    await visitor.ask(SEARCH)
    await visitor.look_at(0)
    other = Visitor(await visitor.page.context.new_page())
    await other.begin(demo)
    await other.ask(SEARCH)
    await expect(other.page.locator("[data-lever=speed-1]")).to_have_attribute(
        "aria-pressed", "true"
    )
    await other.page.close()


async def test_with_the_keyboard_alone(visitor: Visitor) -> None:
    """From the message box to a card's Rent, into the window and out again.

    What stands on a card may be gone by now: then on to the next card.
    """
    page, window = visitor.page, visitor.window
    await visitor.ask(SEARCH)
    await page.locator("#composer").focus()
    rents = page.locator(".message").last.get_by_role("button", name="Rent ")
    is_offered = False
    for card in range(await rents.count()):
        await walk_to(rents.nth(card), "Tab" if card else "Shift+Tab")
        await page.keyboard.press("Enter")
        await expect(window).to_be_visible()
        reading = window.get_by_text("Reading the offer again")
        await expect(reading).to_have_count(0, timeout=LONG_MS)
        is_offered = await window.locator("button[type=submit]").count() > 0
        if is_offered:
            await expect(window.get_by_text("all-in").first).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(window).to_have_count(0)
        await expect(rents.nth(card)).to_be_focused()
        if is_offered:
            break
    assert is_offered


async def walk_to(button: Locator, key: str) -> None:
    """By that key alone."""
    for _ in range(60):
        await button.page.keyboard.press(key)
        if await button.evaluate("button => button === document.activeElement"):
            break
    await expect(button).to_be_focused()


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_real_cards_are_accessible(visitor: Visitor, width: int, scheme: str) -> None:
    """Cards, the Rent window, the Home tab: no serious fault."""
    page = visitor.page
    await page.set_viewport_size({"width": width, "height": 860})
    await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    await visitor.ask(SEARCH)
    assert await grave_faults(page) == []
    await visitor.look_at(0)
    assert await grave_faults(page) == []
    await visitor.leave()
    if width < 800:
        await page.get_by_role("button", name="Show channels").click()
    await visitor.go("gpu-shopper")
    await page.get_by_role("tab", name="Home").click()
    await expect(page.locator("#home .home-body")).to_be_visible()
    assert await grave_faults(page) == []


async def test_an_old_workspace(visitor: Visitor) -> None:
    """It refuses the new blocks: offers come as plain rows, with their Rent.

    The last: the bot spares it the new ones for hours.
    """
    await visitor.pull("refuse-blocks")
    plain = await answer(visitor, SEARCH)
    await expect(plain.get_by_role("button", name="Rent").first).to_be_visible()
    await expect(plain.locator(".carousel")).to_have_count(0)
    assert "new blocks" in await visitor.pull("refuse-blocks")
