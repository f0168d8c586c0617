"""What was said and may become wrong: where it stands, and its edit."""

import structlog

from bot.flows.ports import Outbox
from bot.rules.notices import STANDING, Notice, Post
from bot.slack.errors import Cause, SlackTrouble
from bot.slack.poster import Draw, Poster

SAID = "said"
"""The role of a message that stands in one place."""
_log = structlog.get_logger(__name__)


class Standing:
    """`edit` raises `SlackTrouble`; both raise `StoreDown`."""

    def __init__(self, outbox: Outbox, poster: Poster) -> None:
        self._outbox = outbox
        self._poster = poster

    async def keep(self, notice: Notice, post: Post) -> None:
        if notice.kind in STANDING:
            await self._outbox.posted(notice.key, SAID, post)

    async def edit(self, key: str, draw: Draw) -> None:
        """Wherever it stands. What was never said needs no edit, and what cannot be edited is not
        said anew: the news itself is told elsewhere."""
        for post in await self._outbox.posts_of(key):
            try:
                await self._poster.edit(post, draw)
            except SlackTrouble as trouble:
                if trouble.cause not in (Cause.ANEW, Cause.ELSEWHERE):
                    raise
                _log.info("a message cannot be edited", error=trouble.word)
