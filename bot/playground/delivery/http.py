"""Signed requests: https://docs.slack.dev/authentication/verifying-requests-from-slack"""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import ClientConnectionError, ClientSession, ClientTimeout

from bot.playground.clock import Clock, SystemClock, done_within
from bot.playground.delivery import ACK_LIMIT_S, FIRST_TIME, PayloadKind, Retry
from bot.playground.identity import AppIdentity
from bot.playground.values import Ack, Json, Transport


@dataclass(frozen=True, slots=True)
class SignedRequest:
    body: bytes
    headers: dict[str, str]


class SignedHttp:
    """One request URL for commands, interactions and events, as Bolt serves it.

    The ack limit runs on `clock`. The time stamp in the signature is always the machine's, because
    the app checks it against its own machine's clock.
    """

    transport: Transport = "http"

    def __init__(self, clock: Clock, identity: AppIdentity, request_url: str | None) -> None:
        self._clock = clock
        self._identity = identity
        self._session: ClientSession | None = None
        self._last: SignedRequest | None = None
        self.request_url = request_url
        """None until the app is up."""

    @property
    def connected(self) -> bool:
        return self.request_url is not None

    async def deliver(
        self, kind: PayloadKind, payload: Json, *, retry: Retry = FIRST_TIME, twice: bool = False
    ) -> Ack:
        if self.request_url is None:
            return Ack("dispatch_failed")
        request = self._signed(kind, payload, retry)
        self._last = request
        ack = await self._within_limit(request)
        return await self._within_limit(request) if twice else ack

    async def replay(self) -> Ack:
        """The last request again, byte for byte, signature and all."""
        if self._last is None:
            raise LookupError("nothing was sent yet")
        return await self._within_limit(self._last)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _within_limit(self, request: SignedRequest) -> Ack:
        sending = asyncio.ensure_future(self._send(request))
        if await done_within(self._clock, ACK_LIMIT_S, sending):
            return sending.result()
        sending.cancel()
        await asyncio.wait({sending})
        return Ack("operation_timeout")

    async def _send(self, request: SignedRequest) -> Ack:
        if self._session is None:
            self._session = ClientSession(timeout=ClientTimeout(total=None), trust_env=False)
        try:
            async with self._session.post(
                str(self.request_url), data=request.body, headers=request.headers
            ) as answer:
                said = await answer.text()
                no_retry = answer.headers.get("X-Slack-No-Retry") == "1"
                if answer.status != 200:
                    return Ack("http_error", no_retry=no_retry)
                return Ack(body=_body(said, answer.content_type))
        except ClientConnectionError:
            return Ack("dispatch_failed")

    def _signed(self, kind: PayloadKind, payload: Json, retry: Retry) -> SignedRequest:
        if kind == "events_api":
            body, content_type = json.dumps(payload), "application/json"
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content_type = urlencode(form), "application/x-www-form-urlencoded"
        stamp = str(int(SystemClock().now().timestamp()))
        headers = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self._identity.signing_secret, stamp, body),
        }
        if retry.attempt:
            headers["X-Slack-Retry-Num"] = str(retry.attempt)
            headers["X-Slack-Retry-Reason"] = retry.reason
        return SignedRequest(body.encode(), headers)


def signature(secret: str, stamp: str, body: str) -> str:
    digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


def _body(said: str, content_type: str) -> Json | None:
    if not said.strip():
        return None
    if content_type == "application/json":
        try:
            decoded = json.loads(said)
        except ValueError:
            return None
        return decoded if isinstance(decoded, dict) else None
    return {"text": said}
