"""The panel's requests: passed on for the page, for nobody else, and without the address."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import ClientSession, web

from bot.playground import Slack, open_playground
from tests.bot.playground.test_page import origin, token


class Levers:
    def __init__(self) -> None:
        self.pulled: list[tuple[str, Any]] = []
        self.panel: dict[str, Any] = {}
        self.asked: list[str] = []
        self.now = 2_000_000_000.0

    async def show(self, request: web.Request) -> web.Response:
        self.asked.append(request.query.get("after", ""))
        return web.json_response({"title": "Control room", "now": self.now} | self.panel)

    async def clock(self, _: web.Request) -> web.Response:
        return web.json_response({"now": self.now})

    async def pull(self, request: web.Request) -> web.Response:
        self.pulled.append((request.match_info["name"], await request.json()))
        return web.json_response({"said": "done"})


@asynccontextmanager
async def with_levers() -> AsyncIterator[tuple[Slack, Levers]]:
    levers, application = Levers(), web.Application()
    application.router.add_get("/secret", levers.show)
    application.router.add_get("/secret/clock", levers.clock)
    application.router.add_post("/secret/{name}", levers.pull)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/secret"
    async with open_playground(controls_url=url) as slack:
        yield slack, levers
    await runner.cleanup()


async def status(session: ClientSession, method: str, url: str, **headers: str) -> tuple[int, str]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session.request(method, url, headers=named) as answer:
        return answer.status, await answer.text()


async def test_the_page_may_pull(session: ClientSession) -> None:
    """With token and origin; what was pressed goes along."""
    async with with_levers() as (slack, levers):
        url, good = f"{origin(slack)}/controls", {"X_Playground_Token": token(slack)}
        assert (await status(session, "GET", url, **good))[0] == 200
        pulled = await status(session, "POST", f"{url}/kill", Origin=origin(slack), **good)
        assert pulled[0] == 200
        assert levers.pulled == [("kill", {"pressed": [], "chosen": {}})]


async def test_what_was_seen_is_not_told_again(session: ClientSession) -> None:
    """The number of the last line goes along; nonsense does not."""
    async with with_levers() as (slack, levers):
        url, good = f"{origin(slack)}/controls", {"X_Playground_Token": token(slack)}
        for query in ("?after=17", "?after=-1", "?after=x%26y=1", ""):
            assert (await status(session, "GET", url + query, **good))[0] == 200
        assert levers.asked == ["17", "", "", "0"]


@pytest.mark.parametrize(
    ("body", "chosen"),
    [
        (b'{"chosen": {"model": "RTX 4090", "n": 1}}', {"model": "RTX 4090"}),
        (b'{"chosen": []}', {}),
        (b"[]", {}),
        (b"{", {}),
        (b"", {}),
    ],
)
async def test_what_the_menus_show_goes_along(
    session: ClientSession, body: bytes, chosen: dict[str, str]
) -> None:
    """Texts by name; whatever else was sent is left out."""
    async with with_levers() as (slack, levers):
        headers = {"X-Playground-Token": token(slack), "Origin": origin(slack)}
        url = f"{origin(slack)}/controls/kill"
        async with session.post(url, data=body, headers=headers) as answer:
            assert answer.status == 200
        assert levers.pulled == [("kill", {"pressed": [], "chosen": chosen})]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X_Playground_Token": "wrong"},
        {"X_Playground_Token": "right"},
        {"X_Playground_Token": "right", "Origin": "http://evil.example"},
        {"X_Playground_Token": "right", "Origin": "right", "Host": "evil.example"},
    ],
    ids=["no token", "wrong token", "no origin", "foreign origin", "foreign host"],
)
async def test_nobody_else_may(session: ClientSession, headers: dict[str, str]) -> None:
    """A page elsewhere in the browser breaks nothing."""
    async with with_levers() as (slack, levers):
        right = {"X_Playground_Token": token(slack), "Origin": origin(slack)}
        given = {
            name: right[name] if value == "right" else value for name, value in headers.items()
        }
        code, _ = await status(session, "POST", f"{origin(slack)}/controls/kill", **given)
        assert (code, levers.pulled) == (403, [])


async def test_controls_that_are_gone(session: ClientSession) -> None:
    """The page is told, and not where they were."""
    async with open_playground(controls_url="http://127.0.0.1:9/secret") as slack:
        url, good = f"{origin(slack)}/controls", {"X_Playground_Token": token(slack)}
        assert (await status(session, "GET", url, **good))[0] == 502


async def test_without_controls_there_is_no_panel(session: ClientSession) -> None:
    """The paths do not exist."""
    async with open_playground() as slack:
        url, good = f"{origin(slack)}/controls", {"X_Playground_Token": token(slack)}
        assert (await status(session, "GET", url, **good))[0] == 404


async def test_messages_are_dated_as_the_controls_say() -> None:
    """After a jump of the market's clock the next message carries the later date."""
    async with with_levers() as (slack, levers):
        levers.now = 2_000_003_600.0
        for _ in range(200):
            await slack.say("now")
            if float(slack.messages("general")[-1].ts) > 2_000_003_000:
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the date did not follow")
