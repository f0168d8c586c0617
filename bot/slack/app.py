"""Bolt and the SDK with everything passed by hand: they read the environment by themselves."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.commands import Commands, is_command

SLACK_TIMEOUT_S = 15.0
LONGEST_WAIT_S = 30
NOT_SERVED = "This bot serves another workspace."
OnCommand = Callable[[dict[str, Any]], None]
"""What becomes of a slash command that is acknowledged by that."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is, from `auth.test` at the start."""

    team_id: str
    bot_user_id: str
    bot_id: str
    team: str
    enterprise_id: str | None
    scopes: tuple[str, ...]
    """From the `x-oauth-scopes` header; empty when it is missing."""


class ForeignTeam(Exception):
    """A signature proves that Slack sent it, not that this workspace asked."""


class _RateLimit(AsyncRateLimitErrorRetryHandler):
    """Waits as Slack says, but no answer is worth more than half a minute of silence."""

    async def _can_retry_async(self, **what: Any) -> bool:
        if not await super()._can_retry_async(**what):
            return False
        named = what["response"].headers.get("Retry-After", ["1"])[0]
        return str(named).isdigit() and int(named) <= LONGEST_WAIT_S


class _App(AsyncApp):
    """Bolt's, which makes a client for each request: a tenth of an acknowledgement, and a command
    asks for none. Without this method it would only be slower."""

    def _init_context(self, req: AsyncBoltRequest) -> None:
        if not is_command(req):
            super()._init_context(req)


def open_http() -> aiohttp.ClientSession:
    """One for the process: without it every call to Slack makes a new TLS handshake."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SLACK_TIMEOUT_S))


def open_client(token: str | None, base_url: str, http: aiohttp.ClientSession) -> AsyncWebClient:
    """For answers, which are worth a second try at once."""
    return AsyncWebClient(
        token=token,
        base_url=base_url.rstrip("/") + "/",
        session=http,
        retry_handlers=[
            AsyncConnectionErrorRetryHandler(max_retry_count=1),
            _RateLimit(max_retry_count=3),
            AsyncServerErrorRetryHandler(max_retry_count=2),
        ],
    )


def open_careful_client(token: str, base_url: str, http: aiohttp.ClientSession) -> AsyncWebClient:
    """Repeats nothing by itself: for notices, which may be said twice or not is known above."""
    return AsyncWebClient(
        token=token, base_url=base_url.rstrip("/") + "/", session=http, retry_handlers=[]
    )


def webhook_client(url: str, http: aiohttp.ClientSession) -> AsyncWebhookClient:
    return AsyncWebhookClient(
        url,
        session=http,
        retry_handlers=[
            _RateLimit(max_retry_count=3),
            AsyncServerErrorRetryHandler(max_retry_count=2),
        ],
    )


async def who_am_i(client: AsyncWebClient) -> Identity:
    """Raises `SlackApiError` with Slack's word, such as `invalid_auth`."""
    answer = await client.auth_test()
    headers = {name.lower(): value for name, value in (answer.headers or {}).items()}
    scopes = headers.get("x-oauth-scopes", "")
    return Identity(
        team_id=str(answer["team_id"]),
        bot_user_id=str(answer["user_id"]),
        bot_id=str(answer.get("bot_id") or ""),
        team=str(answer.get("team") or ""),
        enterprise_id=answer.get("enterprise_id"),
        scopes=tuple(scope.strip() for scope in scopes.split(",") if scope.strip()),
    )


def build_app(
    identity: Identity,
    token: str,
    signing_secret: str,
    client: AsyncWebClient,
    on_command: OnCommand,
) -> AsyncApp:
    """`client` carries no token: with one Bolt would ask `auth.test` before the first ack."""

    def check(team_id: str | None) -> None:
        if team_id != identity.team_id:
            raise ForeignTeam(f"a request of team {team_id}, which this bot does not serve")

    async def authorize(team_id: str | None) -> AuthorizeResult:
        check(team_id)
        return AuthorizeResult(
            enterprise_id=identity.enterprise_id,
            team_id=identity.team_id,
            bot_user_id=identity.bot_user_id,
            bot_id=identity.bot_id,
            bot_token=token,
        )

    app = _App(
        name="gpu-shopper",
        logger=_quiet_logger(),
        client=client,
        before_authorize=Commands(check, on_command),
        authorize=authorize,
        signing_secret=signing_secret,
        process_before_response=True,
        verification_token="",
        attaching_function_token_enabled=False,  # of workflow steps, which there are none of
    )
    app.error(_refuse)
    return app


async def _refuse(error: Exception) -> BoltResponse:
    """Bolt's own handler would print a traceback for every request of a foreign workspace."""
    if isinstance(error, ForeignTeam):
        _log.warning("refused", why=str(error))
        return BoltResponse(status=200, body=NOT_SERVED)
    _log.error("a request failed before it was acknowledged", exc_info=error)
    return BoltResponse(status=500, body="")


def _quiet_logger() -> logging.Logger:
    """Bolt logs the whole body of a badly signed request at INFO, response_url included."""
    logger = logging.getLogger("slack_bolt.gpu_shopper")
    logger.setLevel(logging.WARNING)
    return logger
