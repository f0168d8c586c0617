"""The demo as `make demo` starts it, and somebody who clicks through it."""

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Locator, Page, expect

START_S = 60
LONG_MS = 60_000.0
ASKING = {"End", "End now", "Try another", "Another machine", "Close by hand", "Remove"}
"""Buttons that ask before they do it."""
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPO0f/EzS4UIgBB15chHqk3tURFDJlkTSTfyigyiagYA"


@asynccontextmanager
async def open_demo() -> AsyncIterator[str]:
    """Yields the address that it prints."""
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--no-browser", stdout=PIPE
    )
    try:
        yield await asyncio.wait_for(_address_of(demo), START_S)
    finally:
        if demo.returncode is None:
            demo.terminate()
        await demo.communicate()


async def _address_of(demo: Process) -> str:
    assert demo.stdout is not None
    async for line in demo.stdout:
        if found := re.search(r"http://\S+token=\S+", line.decode()):
            return found.group(0)
    raise SystemExit("The demo ended before it printed its address.")


class Visitor:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.window = page.get_by_role("dialog")

    async def come(self, address: str) -> None:
        await self.page.goto(address)
        await self.settled()
        await self.page.locator(".dot.on").wait_for(timeout=LONG_MS)

    async def settled(self) -> None:
        """Until what was said before is there: or old answers would pass for new ones."""
        await self.page.locator("#timeline[aria-busy=false]").wait_for(timeout=LONG_MS)

    async def begin(self, address: str) -> None:
        """Whatever an earlier visitor left: a window, a fault, a dead bot, time that runs fast."""
        await self.page.goto(address)
        await self.settled()
        # One that an earlier visitor left open may come a moment after the messages.
        await self.page.add_locator_handler(self.window, self._close)
        await self.pull("repair")
        await self.pull("speed-1")
        await self.page.remove_locator_handler(self.window)
        await self.page.locator(".dot.on").wait_for(timeout=LONG_MS)

    async def _close(self) -> None:
        await self.window.locator(".dialog-close").click()

    async def ask(self, text: str) -> None:
        """Until its answer is the last message, with cards."""
        answers = self.page.locator(".message", has=self.page.locator(".carousel"))
        before = await answers.count()
        await self.say(text)
        await expect(answers.nth(before)).to_be_visible(timeout=LONG_MS)

    async def say(self, text: str) -> None:
        await self.page.fill("#composer", text)
        await self.page.press("#composer", "Enter")

    def said(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.locator(".message", has_text=words)

    async def hears(self, words: str | re.Pattern[str], before: int = 0) -> Locator:
        """A message that was not among the `before` ones with these words."""
        found = self.said(words)
        await expect(found.nth(before)).to_be_attached(timeout=LONG_MS)
        return found.last

    async def look_at(self, card: int) -> None:
        """Presses Rent on a card of the last answer, and waits for what the window says."""
        await (
            self.page.locator(".message")
            .last.get_by_role("button", name="Rent ")
            .nth(card)
            .click()
        )
        await expect(self.window).to_be_visible()
        reading = self.window.get_by_text("Reading the offer again")
        await expect(reading).to_have_count(0, timeout=LONG_MS)
        await expect(self.window.locator(".dialog-body")).not_to_be_empty()

    async def submit(self) -> None:
        await self.window.locator("button[type=submit]").click()

    async def leave(self) -> None:
        await self.page.keyboard.press("Escape")
        await expect(self.window).to_have_count(0)

    async def rent(self, search: str) -> None:
        """With the saved key, or with ours where none is saved; until it is being made.

        What stands on a card may be gone by now: then the next card is pressed.
        """
        await self.ask(search)
        for card in range(5):
            await self.look_at(card)
            if await self.window.locator("button[type=submit]").count():
                break
            assert "cannot be watched" not in await self.window.inner_text()
            await self.leave()
        key = self.window.get_by_label("Your public SSH key")
        if await key.count():
            await key.fill(KEY)
        await self.submit()
        await expect(self.window).to_contain_text("is being made for you", timeout=LONG_MS)
        await self.leave()

    async def press(self, words: str | re.Pattern[str], button: str) -> None:
        """In the last message with these words; a question is answered with yes."""
        only = re.compile(f"^{button}$")
        await self.said(words).last.locator("button", has_text=only).first.click()
        if button in ASKING:
            await self.page.locator(".dialog-confirm footer button").last.click()

    async def pull(self, lever: str) -> str:
        button = self.page.locator(f"[data-lever={lever}]")
        if not await button.is_visible():
            await self.page.get_by_role("tab", name="Break things").click()
        await button.click()
        await expect(button).to_be_enabled()
        return await self.page.locator(".controls-said").inner_text()

    async def waits_fast(self, words: str | re.Pattern[str], before: int = 0) -> Locator:
        """At sixty times the speed."""
        await self.pull("speed-60")
        found = await self.hears(words, before)
        await self.pull("speed-1")
        return found

    def number(self, name: str) -> Locator:
        return self.page.locator(f"[data-number={name}] dd")

    async def tab(self, name: str) -> Locator:
        """Of the control room, by the beginning of its name."""
        await self.page.get_by_role("tab", name=name).click()
        return self.page.get_by_role("tabpanel", name=name)

    async def nothing_is_left(self) -> None:
        """That costs money."""
        for name, value in (("alive", "0"), ("rate", "$0.00"), ("unknown", "0")):
            await expect(self.number(name)).to_have_text(value, timeout=LONG_MS)

    async def count(self, words: str | re.Pattern[str]) -> int:
        return await self.said(words).count()

    async def go(self, name: str) -> None:
        await self.page.locator(".channel-row", has_text=name).first.click()
