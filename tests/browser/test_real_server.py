"""The page on the real playground with a real Bolt app: both ends of the frames agree."""

from typing import Any

import pytest
from aiohttp import ClientSession
from playwright.async_api import BrowserContext, expect
from slack_bolt.app.async_app import AsyncApp

from bot.playground import open_playground
from tests.bot.playground.bolting import bolt_app, over_sockets
from tests.browser import samples, views

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def listen(app: AsyncApp, heard: list[Any]) -> None:
    async def command(ack: Any, respond: Any) -> None:
        await ack()
        answer = samples.answer()
        await respond(text=answer["text"], blocks=answer["blocks"])

    async def details(ack: Any, client: Any, body: Any) -> None:
        await ack()
        heard.append(body["actions"][0]["value"])
        payload = views.input_modal()["raw"]
        await client.views_open(trigger_id=body["trigger_id"], view=payload | {"callback_id": "f"})

    async def submitted(ack: Any, view: Any) -> None:
        model = view["state"]["values"]["model"]["v"]["value"]
        heard.append(model)
        if model == "409":
            errors = {"model": "Nobody knows 409."}
            await ack({"response_action": "errors", "errors": errors})
        else:
            await ack()

    async def sort(ack: Any, respond: Any, body: Any) -> None:
        await ack()
        heard.append(body["actions"][0]["selected_option"]["value"])
        await respond(text="Sorted.", replace_original=True)

    app.command("/gpu")(command)
    app.action("details-0")(details)
    app.action("sort")(sort)
    app.view("f")(submitted)


async def test_a_whole_talk(window: BrowserContext) -> None:
    """A command is answered, a card opens a modal, a bad field is refused, a menu replaces."""
    heard: list[Any] = []
    async with open_playground() as slack, ClientSession() as session:
        app = bolt_app(slack, session)
        listen(app, heard)
        async with over_sockets(app, slack):
            page = await window.new_page()
            trouble: list[str] = []
            page.on("pageerror", lambda error: trouble.append(str(error)))
            page.on("console", lambda line: trouble.append(line.text))
            await page.goto(slack.page_url)
            await page.fill("#composer", "/gpu find 4090")
            await page.press("#composer", "Enter")
            await page.locator(".only-you").wait_for()
            await page.click("[data-action=details-0]")
            await page.get_by_label("GPU model").fill("409")
            await page.click("button[type=submit]")
            await page.locator(".field-error", has_text="Nobody knows 409.").wait_for()
            await page.get_by_label("GPU model").fill("4090")
            await page.click("button[type=submit]")
            await page.get_by_role("dialog").wait_for(state="detached")
            await page.click(".message [data-action=sort]")
            await page.get_by_role("option", name="Reliability").click()
            await page.locator(".message-text", has_text="Sorted.").wait_for()
            await page.close()
    assert heard == ["v-details-0", "409", "4090", "reliability"]
    assert trouble == []


@pytest.mark.parametrize("how", ["lever", "by itself"])
async def test_a_revoked_token_is_seen(window: BrowserContext, how: str) -> None:
    """Connected and unable to speak is not green, on a page opened later too, until it is back."""
    async with open_playground() as slack, ClientSession() as session:
        app = bolt_app(slack, session)
        async with over_sockets(app, slack):
            page = await window.new_page()
            await page.goto(slack.page_url)
            await page.locator(".dot.on").wait_for()
            if how == "lever":
                await slack.revoke_token()
            else:
                await app.client.auth_revoke()
            for _ in range(2):
                await expect(page.locator(".app-state")).to_contain_text("token revoked")
                await expect(page.locator(".dot.on")).to_have_count(0)
                await expect(page.locator(".banner")).to_contain_text("token is revoked")
                await page.reload()
            slack.give_token_back()
            await page.locator(".dot.on").wait_for()
            await expect(page.locator(".banner")).to_have_count(0)
            await page.close()
