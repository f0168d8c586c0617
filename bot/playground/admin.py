"""The playground's own levers over HTTP, for a demo or a browser test in another process.

All of them want the token of the printed address, as `X-Playground-Token` or `?token=`.
"""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from aiohttp import web

from bot.playground.guard import Guard
from bot.playground.values import Json

if TYPE_CHECKING:
    from bot.playground.driver import Slack


class Admin:
    def __init__(self, guard: Guard, slack: "Slack") -> None:
        self._guard = guard
        self._slack = slack

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/admin/calls", self._calls)
        router.add_post("/admin/fault", self._fault)
        router.add_post("/admin/duplicate", self._duplicate)
        router.add_post("/admin/disconnect", self._disconnect)
        router.add_post("/admin/refuse-blocks", self._refuse_blocks)
        router.add_post("/admin/revoke", self._revoke)
        router.add_post("/admin/event", self._event)
        router.add_post("/admin/press-again", self._press_again)
        router.add_post("/admin/drop", self._drop)
        router.add_post("/admin/rate-limits", self._rate_limits)
        router.add_post("/admin/repair", self._repair)
        router.add_get("/admin/trouble", self._trouble)
        router.add_get("/admin/journal", self._journal)

    async def _calls(self, request: web.Request) -> web.Response:
        self._guard.person(request)
        calls = [{"method": c.method, "args": c.args, "error": c.error} for c in self._slack.calls]
        return web.json_response({"ok": True, "calls": calls})

    async def _fault(self, request: web.Request) -> web.Response:
        """`{"kind": "rate_limit", "method": "chat.update", "times": 2, "retry_after_s": 5}`"""
        wishes = await self._body(request)
        kind, method = str(wishes.pop("kind", "")), str(wishes.pop("method", ""))
        try:
            self._slack.faults.plan(kind, method, wishes)
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        return web.json_response({"ok": True})

    async def _duplicate(self, request: web.Request) -> web.Response:
        self._slack.faults.duplicate(int((await self._body(request)).get("times", 1)))
        return web.json_response({"ok": True})

    async def _disconnect(self, request: web.Request) -> web.Response:
        await self._slack.disconnect(str((await self._body(request)).get("reason", "warning")))
        return web.json_response({"ok": True})

    async def _refuse_blocks(self, request: web.Request) -> web.Response:
        types = (await self._body(request)).get("types", [])
        self._slack.refuse_blocks = frozenset(str(name) for name in types)
        return web.json_response({"ok": True})

    async def _revoke(self, request: web.Request) -> web.Response:
        """`{"revoked": false}` gives it back."""
        if (await self._body(request)).get("revoked", True):
            await self._slack.revoke_token()
        else:
            self._slack.give_token_back()
        return web.json_response({"ok": True})

    async def _press_again(self, request: web.Request) -> web.Response:
        await self._body(request)
        try:
            ack = await self._slack.press_again()
        except LookupError as error:
            raise web.HTTPConflict(text=str(error)) from error
        return web.json_response({"ok": ack.error is None, "error": ack.error})

    async def _drop(self, request: web.Request) -> web.Response:
        """`{"count": 1}`; without it all."""
        count = (await self._body(request)).get("count")
        self._slack.drop_connections(None if count is None else int(count))
        return web.json_response({"ok": True})

    async def _rate_limits(self, request: web.Request) -> web.Response:
        self._slack.rate_limits = bool((await self._body(request)).get("on", True))
        return web.json_response({"ok": True})

    async def _repair(self, request: web.Request) -> web.Response:
        """Everything that goes wrong on demand stops going wrong."""
        await self._body(request)
        self._slack.faults.clear()
        self._slack.refuse_blocks = frozenset()
        self._slack.rate_limits = False
        self._slack.give_token_back()
        return web.json_response({"ok": True})

    async def _trouble(self, request: web.Request) -> web.Response:
        self._guard.person(request)
        slack = self._slack
        return web.json_response(
            {
                "refuse_blocks": sorted(slack.refuse_blocks),
                "rate_limits": slack.rate_limits,
                "revoked": slack.identity.revoked,
                "planned": slack.faults.planned(),
            }
        )

    async def _journal(self, request: web.Request) -> web.Response:
        """`?after=17`: what was sent and called since then, oldest first."""
        self._guard.person(request)
        try:
            after = int(request.query.get("after", "0"))
        except ValueError as error:
            raise web.HTTPBadRequest(text="after is a number") from error
        return web.json_response([asdict(line) for line in self._slack.journal.after(after)])

    async def _event(self, request: web.Request) -> web.Response:
        ack = await self._slack.event(await self._body(request))
        return web.json_response({"ok": ack.error is None, "error": ack.error})

    async def _body(self, request: web.Request) -> Json:
        self._guard.person(request)
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError as error:
            raise web.HTTPBadRequest(text="the body is not JSON") from error
        if not isinstance(body, dict):
            raise web.HTTPBadRequest(text="the body is not an object")
        return body
