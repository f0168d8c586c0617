"""Socket Mode over two connections.

The SDK closes the old connection before it opens the new one, and button presses in the gap are
not sent again. With two, one is always there; what comes over both is dropped by `Duplicates`.
"""

import asyncio
import logging
from contextlib import suppress

import structlog
from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

CONNECTIONS = 2
PING_EVERY_S = 10.0
ADDRESS_TRIED_S = 20.0
"""How long one address is tried: it works once, and the SDK would try a dead one for ever."""
LONGEST_PAUSE_S = 60.0
CLOSING_S = 2.0
_log = structlog.get_logger(__name__)


class _Client(SocketModeClient):
    """The SDK's, which comes back whatever Slack answered meanwhile."""

    async def connect(self) -> None:
        while not self.closed:
            with suppress(TimeoutError):
                async with asyncio.timeout(ADDRESS_TRIED_S):
                    await super().connect()  # type: ignore[no-untyped-call]  # the SDK's
                return
            self.wss_uri = None

    async def issue_new_wss_url(self) -> str:
        """Asked after a `disconnect`, when nobody would ask again had it failed."""
        pause_s = 1.0
        while not self.closed:
            try:
                return await super().issue_new_wss_url()
            except (SlackApiError, ClientError, OSError, ValueError) as error:
                _log.warning("no connection to Slack yet", error=_word(error), pause_s=pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
        raise ConnectionAbortedError("closed while connecting")


class Sockets:
    def __init__(self, app: AsyncApp, app_token: str, client: AsyncWebClient) -> None:
        self._app = app
        self._clients = [_open(app_token, client) for _ in range(CONNECTIONS)]
        for each in self._clients:
            each.socket_mode_request_listeners.append(self._on_request)

    async def connect(self) -> None:
        """Returns when all are up; tries for ever while Slack cannot be reached."""
        for client in self._clients:
            await client.connect()

    async def connected(self) -> int:
        up = [await client.is_connected() for client in self._clients]
        return sum(up)

    async def close(self) -> None:
        """A peer that is gone does not answer the closing: it is not waited for."""
        await asyncio.gather(*(_close(client) for client in self._clients))

    async def _on_request(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        answer = await run_async_bolt_app(self._app, request)
        await send_async_response(client, request, answer, 0.0)  # its log of durations is never on


def _open(app_token: str, web_client: AsyncWebClient) -> _Client:
    logger = logging.getLogger("slack_sdk.socket_mode")
    return _Client(app_token, logger, web_client, ping_interval=PING_EVERY_S)


async def _close(client: _Client) -> None:
    try:
        async with asyncio.timeout(CLOSING_S):
            await client.close()  # type: ignore[no-untyped-call]  # the SDK's
    except (TimeoutError, OSError, ClientError):
        for task in (
            client.message_processor,
            client.current_session_monitor,
            client.message_receiver,
        ):
            if task is not None:
                task.cancel()
        await client.aiohttp_client_session.close()


def _word(error: Exception) -> str:
    if isinstance(error, SlackApiError):
        return str(error.response.get("error", "no word"))
    return type(error).__name__
