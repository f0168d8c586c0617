"""One Chromium for all tests of the page; for each test a page of its own."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from tests.browser import samples
from tests.browser.fake_workspace import FakeWorkspace
from tests.browser.visitor import Visitor, open_demo
from tests.requirements import skip_or_fail

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


@dataclass
class Room:
    """A page that shows a workspace, and both ends of the wire between."""

    page: Page
    workspace: FakeWorkspace
    trouble: list[str]
    """What the browser's console called an error, and requests to any other host."""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(pytestconfig: pytest.Config) -> AsyncIterator[Browser]:
    if shutil.which(CHROMIUM) is None:
        skip_or_fail(pytestconfig, "browser", f"{CHROMIUM} is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server() -> AsyncIterator[tuple[FakeWorkspace, str]]:
    workspace = FakeWorkspace()
    runner = web.AppRunner(workspace.app())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield workspace, f"127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def window(chromium: Browser) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(
        viewport={"width": 1200, "height": 800},
        reduced_motion="reduce",
        locale="en-US",
        timezone_id="Asia/Tokyo",
    )
    context.set_default_timeout(15_000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def room(window: BrowserContext, server: tuple[FakeWorkspace, str]) -> AsyncIterator[Room]:
    workspace, host = server
    workspace.begin({"C1": [samples.answer()], "C2": [], "C3": [], "D1": []})
    room = Room(await window.new_page(), workspace, [])
    watch(room, host)
    await room.page.goto(f"http://{host}/?token=secret")
    await room.page.wait_for_selector(".message")
    yield room
    await room.page.close()
    assert room.trouble == []


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def demo() -> AsyncIterator[str]:
    async with open_demo() as address:
        yield address


@pytest_asyncio.fixture(loop_scope="session")
async def visitor(window: BrowserContext, demo: str) -> AsyncIterator[Visitor]:
    """Somebody at the demo's page, whose console has to stay silent."""
    page, trouble = await window.new_page(), list[str]()
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda line: trouble.append(line.text) if line.type == "error" else None)
    visitor = Visitor(page)
    await visitor.begin(demo)
    yield visitor
    await page.close()
    assert trouble == []


def watch(room: Room, host: str) -> None:
    def request(url: str) -> None:
        if host not in url:
            room.trouble.append(f"asked for {url}")

    room.page.on("request", lambda made: request(made.url))
    room.page.on("pageerror", lambda error: room.trouble.append(str(error)))
    room.page.on(
        "console",
        lambda line: (
            room.trouble.append(line.text)
            if line.type == "error" and "WebSocket" not in line.text
            else None
        ),
    )
