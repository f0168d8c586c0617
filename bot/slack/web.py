"""Slack over signed HTTP, with `/healthz` and `/metrics` beside it."""

import hmac
import ipaddress
from collections.abc import Awaitable, Callable

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
Health = Callable[[], Awaitable[dict[str, object]]]
"""Names what is checked; `ok` decides between 200 and 503."""
Metrics = Callable[[], bytes]


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
        self._runner = web.AppRunner(self.application(), access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, host, port)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def stop(self) -> None:
        """No new requests; those under way are answered."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _on_slack(self, request: web.Request) -> web.Response:
        if not request.headers.get("X-Slack-Request-Timestamp", "").isascii() or not (
            request.headers.get("X-Slack-Request-Timestamp", "").isdigit()
        ):  # Bolt's verifier raises on anything else, which would be a 500
            return web.Response(status=401, text="no valid X-Slack-Request-Timestamp")
        assert self._app is not None  # noqa: S101  the route exists only with it
        answer = await self._app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)

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
            return hmac.compare_digest(given.encode(), self._metrics_token.encode())
        if request.headers.get("X-Forwarded-For") or request.headers.get("Forwarded"):
            return False  # a proxy on this machine speaks for somebody elsewhere
        return ipaddress.ip_address(request.remote or "0.0.0.0").is_loopback  # noqa: S104
