"""The control room beside the workspace: what it shows, what a press says, where it is not."""

import asyncio
import re
from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import BrowserContext, Locator, Page, expect

from bot.playground import Slack, open_playground
from tests.bot.playground.test_controls import Levers, with_levers

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

STEPS = [
    {
        "key": "find",
        "title": "Find <i>it</i>",
        "words": "Ask.",
        "type": "/gpu find",
        "where": "gpu",
        "done": False,
    },
    {"key": "ssh", "title": "Read it", "words": "Look.", "opens": "dm", "done": False},
    {"key": "jump", "title": "Jump", "words": "Later.", "does": True, "done": False},
]


def panel() -> dict[str, Any]:
    model = {"name": "model", "label": "GPU model", "options": [option("A"), option("B")]}
    return {
        "numbers": [
            {"name": "alive", "words": "machines alive", "value": "2"},
            {"name": "unknown", "words": "unknown to the bot", "value": "0", "tone": "good"},
        ],
        "trouble": "the bot is dead",
        "pinned": "Time",
        "levers": [
            {"section": "Time", "name": "jump", "label": "+1 h"},
            {"section": "Bot", "group": "Its process", "name": "kill", "label": "Kill <b>it</b>"},
            {"section": "Market", "group": "A model", "name": "dear", "label": "+9 %"}
            | {"field": "model", "on": True},
        ],
        "fields": [model],
        "copies": [{"label": "Copy a key", "text": "ssh-ed25519 A"}],
        "story": [
            line(1, "asked", "which machines are ours?", quiet=True),
            line(2, "said", "a <script>word</script>"),
            line(3, "market", "a machine is gone", bad=True),
        ],
        "guide": STEPS,
    }


def option(name: str) -> dict[str, str]:
    return {"value": name, "label": f"RTX {name}"}


def line(
    number: int, kind: str, words: str, *, quiet: bool = False, bad: bool = False
) -> dict[str, Any]:
    at = 2_000_000_000.0 + number
    return {"number": number, "at": at, "kind": kind, "words": words, "quiet": quiet, "bad": bad}


class Opened:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.room = page.get_by_role("complementary", name="Control room")
        self.trouble: list[str] = []
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda said: self.trouble.append(said.text))

    def number(self, name: str) -> Locator:
        return self.room.locator(f"[data-number={name}] dd")

    async def tab(self, name: str) -> Locator:
        await self.room.get_by_role("tab", name=name).click()
        return self.room.get_by_role("tabpanel", name=name)


async def test_money_and_trouble_are_always_in_sight(window: BrowserContext) -> None:
    """On every tab, with their tone, and they follow what is counted."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        await opened.page.goto(slack.page_url)
        for tab in ("First minute", "Break things", "Timeline"):
            await opened.tab(tab)
            await expect(opened.number("alive")).to_have_text("2")
            await expect(opened.room.locator(".tone-good dd")).to_have_text("0")
            await expect(opened.room.get_by_text("Broken now: the bot is dead")).to_be_visible()
        levers.panel["numbers"][1] |= {"value": "1", "tone": "bad"}
        await expect(opened.room.locator(".tone-bad dd")).to_have_text("1")
        await opened.page.close()
    assert opened.trouble == []


async def test_levers_are_pulled(window: BrowserContext) -> None:
    """With what the menu shows; each says what happened, and shows whether it is on."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        await opened.page.goto(slack.page_url)
        broken = await opened.tab("Break things")
        await expect(broken.get_by_role("button", name="+9 %", pressed=True)).to_be_visible()
        await broken.get_by_role("button", name="Kill <b>it</b>").click()
        await expect(opened.room.get_by_role("status")).to_have_text("done")
        await broken.get_by_label("GPU model").select_option("B")
        await broken.get_by_role("button", name="+9 %").click()
        await opened.room.get_by_role("group", name="Clock").get_by_role("button").click()
        await expect(opened.room.locator("[data-lever=jump]")).to_be_enabled()
        await opened.page.close()
    assert [(name, sent["chosen"]) for name, sent in levers.pulled] == [
        ("kill", {"model": "A"}),
        ("dear", {"model": "B"}),
        ("jump", {"model": "B"}),
    ]
    assert opened.trouble == []


async def test_the_timeline_is_filtered(window: BrowserContext) -> None:
    """The newest first, routine hidden until it is asked for, no line twice, no markup."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        await opened.page.goto(slack.page_url)
        story = await opened.tab("Timeline")
        shown = story.locator(".story-line:visible .story-words")
        await expect(shown).to_have_text(["a machine is gone", "a <script>word</script>"])
        await story.get_by_role("button", name="Routine").click()
        await expect(shown).to_have_count(3)
        for name, left in (("Machines", 2), ("To Slack", 1), ("Asked", 0)):
            await story.get_by_role("button", name=name, pressed=True).click()
            await expect(shown).to_have_count(left)
        await expect(story.get_by_text("Nothing yet")).to_be_visible()
        await story.get_by_role("button", name="Machines", pressed=False).click()
        levers.panel["story"].append(line(4, "market", "another"))
        await expect(shown).to_have_text(["another", "a machine is gone"])
        await opened.page.close()
    assert opened.trouble == []


async def test_what_a_press_did_goes_out_of_sight(window: BrowserContext) -> None:
    """After six seconds; it stays for who has it read aloud."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        await opened.page.clock.install()
        await opened.page.goto(slack.page_url)
        await opened.room.locator("[data-lever=jump]").click()
        said = opened.room.get_by_role("status")
        await expect(said).to_have_text("done")
        await expect(said).not_to_have_class("hidden-visually")
        await opened.page.clock.run_for(6100)
        await expect(said).to_have_class("controls-said hidden-visually")
        await expect(said).to_have_text("done")
        await opened.page.close()


async def test_a_menu_keeps_its_order(window: BrowserContext) -> None:
    """Also when an option comes back that was not there at first."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        await opened.page.goto(slack.page_url)
        menu = (await opened.tab("Break things")).get_by_label("GPU model")
        await menu.select_option("B")
        both = [option("0"), option("A"), option("AA"), option("B")]
        levers.panel["fields"] = [levers.panel["fields"][0] | {"options": both}]
        await expect(menu.locator("option")).to_have_text(["RTX 0", "RTX A", "RTX AA", "RTX B"])
        await expect(menu).to_have_value("B")
        await opened.page.close()


async def test_tabs_are_walked_with_arrow_keys(window: BrowserContext) -> None:
    """Tab enters at the chosen one."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        await opened.page.goto(slack.page_url)
        await opened.room.get_by_role("tab", name="First minute").focus()
        for name in ("Break things", "Timeline", "First minute"):
            await opened.page.keyboard.press("ArrowRight")
            tab = opened.room.get_by_role("tab", name=name)
            await expect(tab).to_be_focused()
            await expect(opened.room.get_by_role("tabpanel", name=name)).to_be_visible()
        await opened.page.keyboard.press("ArrowLeft")
        await expect(opened.room.get_by_role("tab", name="Timeline")).to_be_focused()
        await opened.page.close()


async def test_on_a_phone_the_room_is_folded(window: BrowserContext) -> None:
    """But for the money; open it leaves room for the talk, and what is typed is in sight."""
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        opened = Opened(await window.new_page())
        page = opened.page
        await page.set_viewport_size({"width": 390, "height": 844})
        await page.goto(slack.page_url)
        await expect(opened.number("unknown")).to_be_in_viewport()
        await expect(opened.room.get_by_role("tab", name="Timeline")).to_be_hidden()
        await opened.room.get_by_role("button", name="Control room").click()
        open_room, messages = opened.room, page.get_by_role("region", name="Messages")
        assert await open_room.evaluate("node => node.offsetHeight") <= 0.55 * 844
        assert await messages.evaluate("node => node.offsetHeight") >= 0.2 * 844
        await opened.room.get_by_role("button", name="Type it for me").click()
        await expect(opened.room.get_by_role("tab", name="Timeline")).to_be_hidden()
        await expect(page.locator("#composer")).to_be_in_viewport()
        assert await page.evaluate("document.scrollingElement.scrollWidth") <= 390
        await page.close()
    assert opened.trouble == []


async def test_the_money_fits_a_phone(window: BrowserContext) -> None:
    """No word is wider than its tile."""
    words = {"alive": "machines alive", "rate": "per hour", "spent": "spent, with traffic"}
    async with with_levers() as (slack, levers):
        levers.panel = panel()
        levers.panel["numbers"][:1] = [
            {"name": name, "words": said, "value": "$1,234.56"} for name, said in words.items()
        ]
        opened = Opened(await window.new_page())
        await opened.page.set_viewport_size({"width": 360, "height": 740})
        await opened.page.goto(slack.page_url)
        for name in words:
            await expect(opened.number(name)).to_be_in_viewport()
            tile = opened.room.locator(f"[data-number={name}]")
            assert await tile.evaluate("node => node.scrollWidth <= node.clientWidth")
        assert await opened.page.evaluate("document.scrollingElement.scrollWidth") <= 360
        await opened.page.close()
    assert opened.trouble == []


async def test_there_is_no_panel_without_levers(window: BrowserContext) -> None:
    """Nor an empty column, nor a request for it."""
    async with open_playground() as slack:
        page = await window.new_page()
        asked: list[str] = []
        page.on("request", lambda made: asked.append(made.url))
        await page.goto(slack.page_url)
        await page.locator(".channel-row").first.wait_for()
        await expect(page.locator("#controls")).to_be_hidden()
        await expect(page.locator("#house-banner")).to_be_hidden()
        await expect(page.locator(".proposals")).to_be_hidden()
        await expect(page.locator("#channel-header")).not_to_contain_text("null")
        await page.close()
    assert not any(url.endswith("/controls") for url in asked)


async def test_proposals_banner_and_titles(window: BrowserContext) -> None:
    """An empty box proposes; a press fills it; who you are and that nothing is real is said."""
    async with open_playground(
        proposals=["/gpu find 4090", "/gpu help"],
        titles={"ada": "admin", "grace": "may rent"},
        banner="Nothing here is <b>real</b>.",
    ) as slack:
        page = await window.new_page()
        await page.goto(slack.page_url)
        await expect(page.get_by_role("note")).to_have_text("Nothing here is <b>real</b>.")
        await expect(page.locator(".person-box")).to_contain_text("You, admin")
        offered = page.get_by_role("group", name="Try one of these")
        await offered.get_by_role("button", name="/gpu help").click()
        await expect(page.locator("#composer")).to_have_value("/gpu help")
        await expect(offered).to_be_hidden()
        await page.locator("#composer").fill("")
        await expect(offered).to_be_visible()
        await page.get_by_role("button", name="Grace Hopper, may rent").click()
        await expect(page.locator(".person-box")).to_contain_text("You, may rent")
        await page.close()


async def test_days_are_told_by_the_time_there(window: BrowserContext) -> None:
    """Of what is said and of the dates in it: after a reload too, and when the day is over."""
    async with with_levers() as (slack, levers):
        page = await window.new_page()
        await page.goto(slack.page_url)
        await page.get_by_role("complementary", name="Control room").wait_for()
        await follows(slack, levers)
        late = f"<!date^{levers.now + 86_400:.0f}^{{date_short_pretty}}|later>"
        await posted(slack, f"hello, {late}")
        for _ in range(2):
            await expect(page.locator(".day").last).to_have_text("Today")
            await expect(page.get_by_text("hello, Tomorrow")).to_be_visible()
            await page.reload()
        levers.now += 86_400
        await expect(page.get_by_text("hello, Today")).to_be_visible()
        await expect(page.locator(".day").last).to_have_text("Yesterday")
        await follows(slack, levers)
        await page.route(re.compile(r"/controls\?"), lambda route: route.abort())
        await page.reload()
        await expect(page.get_by_text("hello, Today")).to_be_visible()
        await page.close()


async def posted(slack: Slack, text: str) -> str:
    """By the app; returns its `ts`."""
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    body = {"channel": slack.channel("gpu").id, "text": text}
    url = f"{slack.api_url}chat.postMessage"
    async with ClientSession() as http, http.post(url, json=body, headers=headers) as answer:
        return str((await answer.json())["ts"])


async def follows(slack: Slack, levers: Levers) -> None:
    """The workspace's clock looks at that of the controls from time to time."""
    for _ in range(250):
        if slack.workspace.clock.now().timestamp() >= levers.now:
            return
        await asyncio.sleep(0.02)
