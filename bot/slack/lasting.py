"""A message that lasts: edited where it stands, said anew where it cannot be."""

from collections.abc import Awaitable, Callable

import structlog

from bot.flows.ports import Outbox
from bot.rules.notices import Post
from bot.slack.errors import Cause, SlackTrouble
from bot.slack.poster import Draw, Poster

_log = structlog.get_logger(__name__)


class Lasting:
    """Raises `SlackTrouble`, and `StoreDown`."""

    def __init__(self, outbox: Outbox, poster: Poster) -> None:
        self._outbox = outbox
        self._poster = poster

    async def say(
        self,
        key: str,
        role: str,
        draw: Draw,
        anew: Callable[[], Awaitable[Post]],
        *,
        after: tuple[Cause, ...] = (Cause.ANEW, Cause.ELSEWHERE),
    ) -> None:
        """`anew` posts it the first time, and when the edit is refused `after` one of these."""
        old = await self._outbox.post(key, role)
        if old is not None:
            try:
                await self._poster.edit(old, draw)
            except SlackTrouble as trouble:
                if trouble.cause not in after:
                    raise
                _log.info("a message cannot be edited, it is posted anew", error=trouble.word)
            else:
                return
        await self._outbox.posted(key, role, await anew())
