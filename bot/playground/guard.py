"""Who may talk to the playground: programs on this machine, and one browser page with its token.

A page elsewhere in the browser can reach loopback too (by a form, a WebSocket, or a name that it
points at 127.0.0.1), so every request must name the printed host, and what acts for a person must
come from our own origin and carry the token of the printed address.
"""

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from bot.playground.ids import same_secret

TOKEN_HEADER = "X-Playground-Token"  # noqa: S105  a header's name

_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data:; connect-src 'self' {socket}; base-uri 'none'; "
    "form-action 'none'; object-src 'none'; frame-ancestors 'none'"
)


class Guard:
    def __init__(self, page_token: str) -> None:
        self.page_token = page_token
        self.host = ""
        """`127.0.0.1:4711`, as soon as the port is known."""

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def middleware(self) -> Middleware:
        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.headers.get(hdrs.HOST) != self.host:
                raise web.HTTPForbidden(text=f"This playground answers to {self.host} only.")
            return await handler(request)

        return check

    async def add_headers(self, _: web.Request, response: web.StreamResponse) -> None:
        policy = _CONTENT_POLICY.format(socket=f"ws://{self.host}")
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Frame-Options"] = "DENY"
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers.setdefault(hdrs.CACHE_CONTROL, "no-store")

    def person(self, request: web.Request, *, origin_required: bool = False) -> None:
        """The page, its socket, the admin paths: our origin, where one is named, and the token."""
        origin = request.headers.get(hdrs.ORIGIN)
        if origin != self.origin and (origin is not None or origin_required):
            raise web.HTTPForbidden(text="This request comes from another page.")
        given = request.headers.get(TOKEN_HEADER) or request.query.get("token")
        if not same_secret(given, self.page_token):
            raise web.HTTPForbidden(
                text="The token is missing or wrong: open the address that the playground printed."
            )
