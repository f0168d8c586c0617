"""Reads a call, checks its token, lets faults happen, answers as Slack answers."""

from collections.abc import Callable

from aiohttp import hdrs, web

from bot.playground.answers import answer
from bot.playground.api import chat, people, uploads, views
from bot.playground.api.arguments import read_arguments
from bot.playground.api.methods import Context, Method, Methods
from bot.playground.api.methods import Run as RunMethod
from bot.playground.api.rates import Rates
from bot.playground.clock import pass_time
from bot.playground.errors import RateLimited, Refused
from bot.playground.faults import RESPONSE_URL, Fault
from bot.playground.ids import same_secret
from bot.playground.values import Call, Json

METHODS: Methods = {**people.METHODS, **chat.METHODS, **views.METHODS, **uploads.METHODS}

Run = Callable[[web.Request, str, Json, dict[str, str]], Json]


class WebApi:
    def __init__(self, context: Context) -> None:
        self._at = context
        self.rates = Rates(context.workspace.clock)
        self.calls: list[Call] = []
        """Every call that the app made, in order, with its answer."""

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_route("*", "/api/{method}", self._call)
        router.add_post("/upload/v1/{key}", self._upload)
        for kind in ("commands", "actions"):
            router.add_post(f"/{kind}/{{team}}/{{key}}", self._response_url)

    async def _call(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["method"]
        return await self._answered(request, name, self._run)

    async def _response_url(self, request: web.Request) -> web.StreamResponse:
        return await self._answered(request, RESPONSE_URL, self._respond)

    async def _answered(self, request: web.Request, name: str, run: Run) -> web.StreamResponse:
        fault = self._at.faults.take(name)
        arguments: Json = {}
        headers: dict[str, str] = {}
        status = 200
        try:
            arguments = await read_arguments(request)
            await self._go_wrong(request, fault)
            said = run(request, name, arguments, headers)
        except RateLimited as limited:
            said, status = limited.body(), limited.status
            headers[hdrs.RETRY_AFTER] = str(limited.retry_after_s)
        except Refused as refused:
            said, status = refused.body(), refused.status
        moment = self._at.workspace.clock.monotonic()
        arguments.pop("token", None)
        self._at.journal.called(name, arguments, None if said.get("ok") else said.get("error"))
        self.calls.append(Call(name, arguments, said, moment, status))
        if fault is not None and fault.kind == "lost":
            _abort(request)
        if status >= 500:
            page = "<html><body>Server Error</body></html>"
            return web.Response(status=status, text=page, content_type="text/html")
        return web.json_response(said, status=status, headers=headers)

    async def _go_wrong(self, request: web.Request, fault: Fault | None) -> None:
        """Everything that happens to a call before it is carried out."""
        if fault is None or fault.kind == "lost":
            return
        if fault.kind == "slow":
            await pass_time(self._at.workspace.clock, fault.seconds)
        elif fault.kind == "cut":
            _abort(request)
            raise Refused("connection_cut")
        elif fault.retry_after_s is not None:
            raise RateLimited(fault.retry_after_s)
        else:
            raise Refused(fault.error, status=fault.status)

    def _run(
        self, request: web.Request, name: str, arguments: Json, headers: dict[str, str]
    ) -> Json:
        method = METHODS.get(name)
        if method is None:
            raise Refused("unknown_method", req_method=name)
        run = self._authorised(request, arguments, method, headers)
        if method.scopes and not set(method.scopes) & set(self._at.identity.scopes):
            provided = ",".join(self._at.identity.scopes)
            raise Refused("missing_scope", needed=method.scopes[0], provided=provided)
        self.rates.spend(name, method.per_minute, 60.0)
        if name == "chat.postMessage":
            self.rates.spend(f"{name} {arguments.get('channel')}", 1, 1.0)
        return {"ok": True, **run(self._at, arguments)}

    def _authorised(
        self, request: web.Request, arguments: Json, method: Method, headers: dict[str, str]
    ) -> RunMethod:
        identity = self._at.identity
        bearer = request.headers.get(hdrs.AUTHORIZATION, "").removeprefix("Bearer ").strip()
        given = bearer or arguments.get("token")
        if method.token == "none":  # noqa: S105  a kind of token
            return method.run
        if not isinstance(given, str) or not given:
            raise Refused("not_authed")
        if same_secret(given, identity.bot_token):
            if identity.revoked:
                raise Refused("token_revoked")
            headers["x-oauth-scopes"] = ",".join(identity.scopes)
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
            run = method.run if method.token == "bot" else None  # noqa: S105  a kind of token
        elif same_secret(given, identity.app_token):
            headers["x-oauth-scopes"] = "connections:write"
            run = method.run if method.token == "app" else method.run_with_app_token  # noqa: S105  a kind of token
        else:
            raise Refused("invalid_auth")
        if run is None:
            raise Refused("not_allowed_token_type")
        return run

    def _respond(self, request: web.Request, _: str, arguments: Json, __: dict[str, str]) -> Json:
        ticket = self._at.tickets.use(request.match_info["key"])
        try:
            answer(self._at.workspace, ticket, arguments, self._at.modals.refused_types)
        except Refused as refused:
            refused.status = 400
            raise
        return {"ok": True}

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        file = self._at.files.by_key(request.match_info["key"])
        if file is None or file.complete:
            raise web.HTTPNotFound(text="no such upload")
        content = await request.read()
        if len(content) != file.length:
            raise web.HTTPBadRequest(text="the length is not the one announced")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")


def _abort(request: web.Request) -> None:
    """Cut the connection under the answer."""
    if request.transport is not None:
        request.transport.abort()
