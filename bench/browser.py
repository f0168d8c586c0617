"""What a person waits for at the playground's page, measured in Chromium with its own clocks.

`python -m bench.browser` prints it alone.
"""

import asyncio
import shutil
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from playwright.async_api import Browser, Page, async_playwright

from bench.processes import announced
from bot.playground.content import GPU
from tests.browser import samples
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.visitor import LONG_MS, open_demo

MESSAGES = 1_000
LONG_FRAME_MS = 50
_VISITS = 7
_STARTS = 3
_POSTED = 40
_PIXELS_A_FRAME = 200
"""12,000 in a second: a hard flick of the wheel."""
_SIZE: Any = {"width": 1280, "height": 800}
_PAINTED = """new Promise(done => new PerformanceObserver((list, observer) => {
    for (const entry of list.getEntriesByName("first-contentful-paint")) {
        observer.disconnect();
        done(entry.startTime);
    }
}).observe({type: "paint", buffered: true}))"""
_WATCH = """() => {
    window.appeared = new Map();
    new MutationObserver(changes => {
        for (const node of changes.flatMap(change => [...change.addedNodes]))
            if (node.dataset?.ts)
                appeared.set(node.dataset.ts, performance.timeOrigin + performance.now());
    }).observe(document.querySelector(".messages"), {childList: true});
}"""
_SCROLL = """step => new Promise(done => {
    const list = document.getElementById("timeline"), frames = [];
    list.scrollTop = list.scrollHeight;
    let before = null;
    function frame(now) {
        if (before !== null) frames.push(now - before);
        before = now;
        list.scrollTop -= step;
        if (list.scrollTop <= 0) done(frames);
        else requestAnimationFrame(frame);
    }
    requestAnimationFrame(frame);
})"""


@dataclass(frozen=True, slots=True)
class Measured:
    painted_ms: float
    """From the navigation to the first contentful paint; nothing is in the browser's cache."""
    appeared_ms: float
    """The slowest of twenty: from before a message is posted to its node in the page."""
    appeared_late_ms: float
    """The same below a thousand others."""
    frames: int
    """While a thousand messages are scrolled from the last to the first."""
    long_frames: int
    longest_ms: float
    started_s: float
    """From the start of the demo's process to a page where a command can be typed and answered."""


def missing() -> str | None:
    """Why nothing can be measured."""
    return None if shutil.which(CHROMIUM) else f"{CHROMIUM} is not installed"


def measure() -> Measured:
    return asyncio.run(_measure())


async def _measure() -> Measured:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        painted = await _paint(browser)
        with announced("bot.playground", "--json") as slack:
            async with ClientSession() as http:
                appeared = await _appear(browser, slack, http)
                await _fill(slack, http)
                late = await _appear(browser, slack, http)
            frames = await _scroll(browser, slack)
        started = [await _start(browser) for _ in range(_STARTS)]
        await browser.close()
    return Measured(
        painted_ms=painted,
        appeared_ms=_slowest(appeared),
        appeared_late_ms=_slowest(late),
        frames=len(frames),
        long_frames=sum(each > LONG_FRAME_MS for each in frames),
        longest_ms=max(frames),
        started_s=statistics.median(started),
    )


@asynccontextmanager
async def _opened(browser: Browser, address: str) -> AsyncIterator[Page]:
    """In a context of its own: nothing is cached."""
    context = await browser.new_context(viewport=_SIZE)
    page = await context.new_page()
    await page.goto(address)
    await page.locator("#timeline[aria-busy=false]").wait_for(timeout=LONG_MS)
    yield page
    await context.close()


async def _paint(browser: Browser) -> float:
    """With the control room beside it, as `make demo` shows it."""
    painted = []
    async with open_demo() as address:
        for _ in range(_VISITS):
            async with _opened(browser, address) as page:
                painted.append(float(await page.evaluate(_PAINTED)))
    return statistics.median(painted)


async def _appear(browser: Browser, slack: dict[str, Any], http: ClientSession) -> list[float]:
    posted: dict[str, float] = {}
    async with _opened(browser, slack["page_url"]) as page:
        await page.evaluate(_WATCH)
        for _ in range(_POSTED):
            now_ms = time.time() * 1000
            ts = await _post(slack, http, samples.answer())
            posted[ts] = now_ms
            await page.wait_for_function("ts => appeared.has(ts)", arg=ts)
        appeared = dict(await page.evaluate("() => [...appeared]"))
    return [appeared[ts] - at_ms for ts, at_ms in posted.items()]


async def _fill(slack: dict[str, Any], http: ClientSession) -> None:
    """Cards, rows and plain sentences, as a channel holds them."""
    for number in range(MESSAGES - _POSTED):
        kinds = (samples.answer(), samples.classic(), samples.person("", f"Sentence {number}."))
        await _post(slack, http, kinds[0 if number % 10 == 0 else 1 if number % 4 == 0 else 2])


async def _post(slack: dict[str, Any], http: ClientSession, message: dict[str, Any]) -> str:
    async with http.post(
        f"{slack['api_url']}chat.postMessage",
        json={"channel": GPU.id, "text": message["text"], "blocks": message["blocks"]},
        headers={"Authorization": f"Bearer {slack['bot_token']}"},
    ) as answer:
        said = await answer.json()
    if not said["ok"]:
        raise RuntimeError(said)
    return str(said["ts"])


async def _scroll(browser: Browser, slack: dict[str, Any]) -> list[float]:
    async with _opened(browser, slack["page_url"]) as page:
        return [float(each) for each in await page.evaluate(_SCROLL, _PIXELS_A_FRAME)]


async def _start(browser: Browser) -> float:
    began = time.perf_counter()
    async with open_demo() as address, _opened(browser, address) as page:
        await page.locator(".dot.on").wait_for(timeout=LONG_MS)
        await page.locator("#composer").wait_for()
        return time.perf_counter() - began


def _slowest(times_ms: list[float]) -> float:
    """Of twenty."""
    return statistics.quantiles(times_ms, n=20)[-1]


if __name__ == "__main__":
    print(missing() or measure())
