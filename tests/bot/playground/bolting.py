"""A real Bolt app that runs on a playground."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession, web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.playground import Slack


def bolt_app(slack: Slack, session: ClientSession) -> AsyncApp:
    client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url, session=session)
    return AsyncApp(
        client=client, signing_secret=slack.signing_secret, process_before_response=True
    )


@asynccontextmanager
async def over_sockets(app: AsyncApp, slack: Slack, count: int = 1) -> AsyncIterator[AsyncApp]:
    handlers = [
        AsyncSocketModeHandler(app, slack.app_token, ping_interval=1) for _ in range(count)
    ]
    try:
        for handler in handlers:
            await handler.connect_async()
        await slack.wait_until(lambda: slack.connections == count)
        yield app
    finally:
        for handler in handlers:
            await handler.close_async()


@asynccontextmanager
async def over_http(app: AsyncApp, slack: Slack) -> AsyncIterator[AsyncApp]:
    runner = web.AppRunner(app.web_app(path="/slack/events"))
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        slack.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        yield app
    finally:
        await runner.cleanup()
