"""Commands leave Bolt's chain behind its check of the signature.

For what follows, whose token it is, which listener may want it, Bolt works out everything that a
listener of any kind might ask for: more than a third of an acknowledgement, and a command needs
none of it.
"""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncBoltRequest
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.response import BoltResponse


class Commands(AsyncMiddleware):
    """Stands where Bolt would ask for the token."""

    def __init__(
        self, check_team: Callable[[str | None], None], accept: Callable[[dict[str, Any]], None]
    ) -> None:
        self._check_team = check_team
        self._accept = accept

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002  Bolt passes them by name
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002
    ) -> BoltResponse | None:
        if not is_command(req):
            return await next()
        self._check_team(req.context.team_id)
        self._accept(req.body)
        return BoltResponse(status=200, body="")


def is_command(request: AsyncBoltRequest) -> bool:
    return str(request.body.get("command", "")).startswith("/")
