"""What renting needs of the page: Home, threads, links to messages, closed channels, guests."""

from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import BrowserContext, expect
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import open_playground
from tests.bot.playground.bolting import bolt_app, over_sockets
from tests.browser.conftest import Room
from tests.browser.samples import message, mrkdwn, plain

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
SECTION = {"type": "section", "text": mrkdwn("Your machines: none")}
END = {
    "type": "actions",
    "block_id": "end",
    "elements": [
        {
            "type": "button",
            "action_id": "end",
            "value": "v1",
            "text": plain("End now"),
            "style": "danger",
            "confirm": {
                "title": plain("End it?"),
                "text": plain("What is on it is lost."),
                "confirm": plain("End"),
                "deny": plain("Keep"),
            },
        }
    ],
}


async def test_the_home_tab_of_a_real_app(window: BrowserContext) -> None:
    """Opening it tells the app, which publishes; a dangerous button asks before it is sent."""
    heard: list[Any] = []
    async with open_playground() as slack, ClientSession() as session:
        app = bolt_app(slack, session)

        async def opened(client: AsyncWebClient, event: dict[str, Any]) -> None:
            view = {"type": "home", "blocks": [SECTION, END]}
            await client.views_publish(user_id=event["user"], view=view)

        async def ended(ack: Any, body: Any) -> None:
            await ack()
            heard.append((body["container"]["type"], body["actions"][0]["value"]))

        app.event("app_home_opened")(opened)
        app.action("end")(ended)
        async with over_sockets(app, slack):
            page = await window.new_page()
            await page.goto(slack.page_url)
            await page.locator("[data-channel^=D0]").click()
            await page.get_by_role("tab", name="Home").click()
            home = page.get_by_role("tabpanel", name="Home")
            await home.get_by_text("Your machines: none").wait_for()
            await expect(page.locator("#composer")).to_be_hidden()
            await home.get_by_role("button", name="End now").click()
            await page.get_by_role("button", name="Keep").click()
            await home.get_by_role("button", name="End now").click()
            await page.get_by_role("button", name="End", exact=True).click()
            await slack.wait_until(lambda: bool(heard))
            await page.get_by_role("tab", name="Messages").click()
            await expect(page.locator("#composer")).to_be_visible()
            await page.close()
    assert heard == [("view", "v1")]


async def test_replies_stand_under_their_message(room: Room) -> None:
    """A thread is read in one place, whatever was said in the channel meanwhile."""
    for ts, words in (("1000.000001", "the card"), ("1000.000003", "something else")):
        await room.workspace.show(message(ts, text=words))
    for ts, words in (("1000.000004", "starting"), ("1000.000005", "running")):
        await room.workspace.show(message(ts, text=words, thread_ts="1000.000001"))
    shown = room.page.locator(".message-text")
    await shown.get_by_text("running").wait_for()
    assert (await shown.all_inner_texts())[:4] == [
        "the card",
        "starting",
        "running",
        "something else",
    ]
    assert await room.page.locator(".message.reply").count() == 2


TOP = "node => node.getBoundingClientRect().top"
BOTTOM = "node => node.getBoundingClientRect().bottom"


async def test_a_reply_out_of_sight_is_told_and_found(room: Room) -> None:
    """It stands above the end, where the reader is; the button covers nothing and leads to it."""
    await room.workspace.show(message("1000.000001", text="the card"))
    for number in range(3, 33):
        await room.workspace.show(message(f"1000.0000{number:02}", text="something else"))
    reply = room.page.locator(".message", has_text="it will not die")
    await room.page.locator(".timeline").evaluate("e => { e.scrollTop = e.scrollHeight; }")
    news = room.page.locator(".more-below")
    await expect(news).to_be_hidden()
    late = message("1000.000090", text="it will not die", thread_ts="1000.000001")
    await room.workspace.show(late)
    await expect(reply).not_to_be_in_viewport()
    await expect(news).to_have_text("New reply above")
    last = room.page.locator(".message").last
    assert await last.evaluate(BOTTOM) <= await news.evaluate(TOP)
    await news.click()
    await expect(reply).to_be_in_viewport()
    await expect(news).to_be_hidden()


async def test_an_edited_message_is_marked(room: Room) -> None:
    """In its place, with the mark."""
    await room.workspace.show(message("1000.000001", text="starting"))
    await room.workspace.show(message("1000.000001", text="running", edited=True))
    shown = room.page.locator('.message[data-ts="1000.000001"]')
    await expect(shown.locator(".edited")).to_have_text("(edited)")
    await expect(shown).to_contain_text("running")


async def test_a_link_to_a_message_leads_there(room: Room) -> None:
    """In this page, to the channel and the message, without asking the server for anything."""
    await room.workspace.show(message("1000.000001", text="the receipt"), channel="C2")
    host = room.page.url.split("/?")[0]
    link = f"<{host}/archives/C2/p1000000001|the receipt>"
    await room.workspace.show(message("2000.000001", text=f"see {link}"))
    await room.page.get_by_role("link", name="the receipt").click()
    await expect(room.page.locator("#channel-name")).to_have_text("#general")
    await expect(room.page.locator(".message.linked")).to_contain_text("the receipt")


async def test_an_archived_channel_cannot_be_written_in(window: BrowserContext) -> None:
    """It can be read, and says why there is no message box."""
    async with open_playground() as slack:
        page = await window.new_page()
        await page.goto(slack.page_url)
        await page.get_by_role("button", name="old-gpus").click()
        await expect(page.get_by_text("This channel is archived.")).to_be_visible()
        await expect(page.locator("#composer")).to_be_hidden()
        await page.close()


async def test_a_guest_sees_the_shared_channel_alone(window: BrowserContext) -> None:
    """One click makes you somebody of another team, who has no commands and is told why."""
    async with open_playground(proposals=["/gpu find 4090"]) as slack:
        page = await window.new_page()
        await page.goto(slack.page_url)
        await page.get_by_role("button", name="Sam Elsewhere, of another team").click()
        await expect(page.locator("#channel-name")).to_have_text("#gpu")
        await expect(page.locator(".channel-row")).to_have_count(1)
        await expect(page.locator(".proposal")).to_have_count(0)
        await expect(page.locator(".proposals")).to_contain_text("belong to the other team")
        await page.get_by_role("button", name="Show commands").click()
        await expect(page.locator("#composer")).to_have_value("/")
        await expect(page.get_by_role("option")).to_have_count(0)
        await page.locator("#composer").fill("")
        await page.locator("[data-person=U0ADA00001]").click()
        await expect(page.locator(".proposal")).to_have_text(["/gpu find 4090"])
        await page.close()
