"""Opens a playground on loopback and closes it again."""

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType

from aiohttp import web

from bot.playground.admin import Admin
from bot.playground.clock import Clock, ShiftedClock, SystemClock
from bot.playground.controls import Controls
from bot.playground.delivery.socket import SocketMode
from bot.playground.driver import Slack
from bot.playground.identity import DEFAULT_EVENTS, DEFAULT_SCOPES, AppIdentity
from bot.playground.parts import Parts, join
from bot.playground.values import SlashCommand, Transport

_LOOPBACK = "127.0.0.1"
_LARGEST_BODY = 32 * 1024 * 1024
DEFAULT_COMMANDS = (SlashCommand("/gpu"),)


@asynccontextmanager
async def open_playground(
    *,
    clock: Clock | None = None,
    transport: Transport = "socket",
    request_url: str | None = None,
    commands: Iterable[SlashCommand] = DEFAULT_COMMANDS,
    scopes: Iterable[str] = DEFAULT_SCOPES,
    events: Iterable[str] = DEFAULT_EVENTS,
    refuse_blocks: Iterable[str] = (),
    rate_limits: bool = False,
    bot_name: str = "gpu-shopper",
    port: int = 0,
    controls_url: str | None = None,
    proposals: Iterable[str] = (),
    titles: Mapping[str, str] = MappingProxyType({}),
    banner: str = "",
) -> AsyncIterator[Slack]:
    """Port 0 takes a free one. The workspace is gone when the block ends.

    `controls_url` serves a panel beside the workspace, and its date. `proposals` are offered for
    typing, `titles` say by name what a person is to the app, `banner` stands above everything.
    """
    shifted = ShiftedClock() if clock is None and controls_url is not None else None
    identity = AppIdentity(bot_name, tuple(commands), tuple(scopes), frozenset(events))
    parts = join(clock or shifted or SystemClock(), identity, transport, request_url)
    slack = Slack(parts)
    parts.frames.proposals, parts.frames.banner = tuple(proposals), banner
    for name, title in titles.items():
        parts.workspace.entitle(slack.user(name), title)
    slack.refuse_blocks = frozenset(refuse_blocks)
    slack.rate_limits = rate_limits
    controls = None
    if controls_url is not None:
        parts.frames.has_controls = True
        controls = Controls(parts.guard, parts.person, controls_url, shifted)
    runner = web.AppRunner(
        _application(parts, slack, controls), access_log=None, shutdown_timeout=1.0
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, _LOOPBACK, port)
        await site.start()
        bound = runner.addresses[0][1]
        parts.guard.host = f"{_LOOPBACK}:{bound}"
        if controls is not None:
            await controls.open()
        yield slack
    finally:
        if controls is not None:
            await controls.close()
        await parts.person.rest()
        await parts.delivery.close()
        await parts.page.close()
        await runner.cleanup()


def _application(parts: Parts, slack: Slack, controls: Controls | None) -> web.Application:
    application = web.Application(
        client_max_size=_LARGEST_BODY, middlewares=[parts.guard.middleware()]
    )
    application.on_response_prepare.append(parts.guard.add_headers)
    parts.api.add_routes(application.router)
    parts.page.add_routes(application.router)
    Admin(parts.guard, slack).add_routes(application.router)
    if controls is not None:
        controls.add_routes(application.router)
    if isinstance(parts.delivery, SocketMode):
        application.router.add_get("/link/", parts.delivery.serve)
    return application
