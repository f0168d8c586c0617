"""Socket Mode over two connections.

The SDK closes the old connection before it opens the new one, and button presses in the gap are
not sent again. With two, one is always there; what comes over both is dropped by `Duplicates`.
"""

import logging

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

CONNECTIONS = 2


class Sockets:
    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        logger = logging.getLogger("slack_sdk.socket_mode")
        self._handlers = [
            AsyncSocketModeHandler(app, app_token, logger=logger, web_client=client)
            for _ in range(CONNECTIONS)
        ]

    async def connect(self) -> None:
        """Returns when all are up; tries for ever while Slack cannot be reached."""
        for handler in self._handlers:
            await handler.client.connect()  # type: ignore[no-untyped-call]  # the SDK's

    async def connected(self) -> int:
        up = [await handler.client.is_connected() for handler in self._handlers]
        return sum(up)

    async def close(self) -> None:
        for handler in self._handlers:
            await handler.client.close()  # type: ignore[no-untyped-call]  # the SDK's
