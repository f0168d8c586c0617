"""Slack over signed HTTP, with `/healthz` and `/metrics` beside it."""

import hmac
import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.response import BoltResponse

PATH = "/slack/events"
Health = Callable[[], Awaitable[dict[str, object]]]
"""Names what is checked; `ok` decides between 200 and 503."""
Metrics = Callable[[], bytes]
STOPPING_S = 2.0
"""A client that is still sending at the end is not waited for; aiohttp's own word is a minute."""
_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{1,64}")


class Web:
    """`app` is missing in Socket Mode: then only health and metrics are served."""

    def __init__(
        self, *, app: AsyncApp | None, health: Health, metrics: Metrics, metrics_token: str | None
    ) -> None:
        self._app = app
        self._health = health
        self._metrics = metrics
        self._metrics_token = metrics_token
        self._runner: web.AppRunner | None = None

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/healthz", self._on_health)
        application.router.add_get("/metrics", self._on_metrics)
        if self._app is not None:
            application.router.add_post(PATH, self._on_slack)
        return application

    async def start(self, host: str, port: int) -> int:
        """Returns the port, which differs from the asked one when that was 0."""
        self._runner = web.AppRunner(
            self.application(), access_log=None, handle_signals=False, shutdown_timeout=STOPPING_S
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """No new requests; those under way are answered."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _on_slack(self, request: web.Request) -> web.Response:
        if not _could_be_slack(request.headers):
            return web.Response(status=401, text="not signed by Slack")
        try:
            asked = _as_request(request, await request.read())
        except (ValueError, LookupError, AttributeError):  # Bolt reads it before it is verified
            return web.Response(status=400, text="not a body of Slack's")
        assert self._app is not None  # noqa: S101  the route exists only with it
        return _as_response(await self._app.async_dispatch(asked))

    async def _on_health(self, _request: web.Request) -> web.Response:
        health = await self._health()
        return web.json_response(health, status=200 if health["ok"] else 503)

    async def _on_metrics(self, request: web.Request) -> web.Response:
        if not self._may_read(request):
            return web.Response(status=403, text="loopback or METRICS_TOKEN only")
        return web.Response(
            body=self._metrics(), headers={"Content-Type": "text/plain; version=0.0.4"}
        )

    def _may_read(self, request: web.Request) -> bool:
        if self._metrics_token is not None:
            given = request.headers.get("Authorization", "").removeprefix("Bearer ")
            return hmac.compare_digest(
                given.encode(errors="replace"), self._metrics_token.encode()
            )
        if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
            return False  # a proxy on this machine speaks for somebody elsewhere
        return ipaddress.ip_address(request.remote or "0.0.0.0").is_loopback  # noqa: S104


def _as_request(request: web.Request, body: bytes) -> AsyncBoltRequest:
    """Slack's bodies are UTF-8, whatever the header says, and its address has no query."""
    return AsyncBoltRequest(body=body.decode(), headers=request.headers)  # type: ignore[arg-type]  # as Bolt's own adapter passes them


def _as_response(answer: BoltResponse) -> web.Response:
    """Bolt's own adapter makes a payload of the text and looks for cookies, which nobody sets."""
    return web.Response(
        status=answer.status,
        body=answer.body.encode(),
        headers={name: values[0] for name, values in answer.headers.items()},
    )


def _could_be_slack(headers: Mapping[str, str]) -> bool:
    """Bolt's verifier raises on other shapes, which would be a 500 and a traceback each."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    signature = headers.get("X-Slack-Signature", "")
    return bool(_STAMP.fullmatch(stamp) and (_SIGNATURE.fullmatch(signature) or not signature))
