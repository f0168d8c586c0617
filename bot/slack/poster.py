"""Says one thing in one place in the bot's own voice, at Slack's pace, in the layout it takes."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.message import Layouts, Message
from bot.rules.notices import Post
from bot.rules.places import Asker
from bot.slack.errors import Cause, SlackTrouble, trouble_of
from bot.slack.layouts import Ladder
from bot.slack.pace import Pace
from providers.clock import Clock

GAP_S = 1.05
"""About one message a second in a channel (https://docs.slack.dev/apis/web-api/rate-limits), and a
margin for what the network does to the time between two."""
LONGEST_TURN_S = 10.0
"""Who would have to wait longer for a turn comes back: its claim must not run out meanwhile."""
_LONGEST_EDIT = 3990
"""Characters of text that `chat.update` takes, less a few; `chat.postMessage` takes 40,000."""
_UPDATES = "chat.update"
Draw = Callable[[], Awaitable[Layouts]]
"""Called when its turn has come, so that what is said is what is true then."""
_log = structlog.get_logger(__name__)


class Poster:
    """Raises `SlackTrouble`. `client` must repeat nothing by itself (`open_careful_client`)."""

    def __init__(self, client: AsyncWebClient, ladder: Ladder, clock: Clock, team_id: str) -> None:
        self._client = client
        self._ladder = ladder
        self._pace = Pace(clock)
        self._team_id = team_id

    async def post(self, channel: str, draw: Draw, thread_ts: str | None = None) -> Post:
        """`channel` may be a person's id: then it is a direct message."""
        await self._turn(channel)

        async def send(message: Message) -> Post:
            answer = await self._client.chat_postMessage(
                channel=channel,
                text=message.text,
                blocks=list(message.blocks) or None,
                unfurl_links=False,
                unfurl_media=False,
                thread_ts=thread_ts,
            )
            return Post(str(answer["channel"]), str(answer["ts"]))

        return await self._with_simpler(await draw(), send, channel)

    async def post_if_allowed(self, channel: str, draw: Draw) -> Post | None:
        """None where the bot may not write, and where there is no channel."""
        if not channel:
            return None
        try:
            return await self.post(channel, draw)
        except SlackTrouble as trouble:
            if trouble.cause is not Cause.ELSEWHERE:
                raise
            _log.info("the channel cannot be written to", error=trouble.word)
        return None

    async def post_for(self, asker: Asker, draw: Draw) -> Post:
        """Where they asked; to them alone where the bot may not write."""
        post = await self.post_if_allowed(asker.place.channel_id, draw)
        return post or await self.post_to_person(asker.user_id, draw)

    async def post_under(self, post: Post, draw: Draw) -> Post | None:
        """In its thread, or beside it when that is gone; None where the bot may not write."""
        try:
            return await self.post(post.channel, draw, post.ts)
        except SlackTrouble as trouble:
            if trouble.cause is Cause.ELSEWHERE:
                return None
            if trouble.cause is not Cause.UNTHREADED:
                raise
        return await self.post(post.channel, draw)

    async def post_to_person(self, user_id: str, draw: Draw) -> Post:
        """There is no other place where that person would be told."""
        try:
            return await self.post(user_id, draw)
        except SlackTrouble as trouble:
            if trouble.cause is Cause.ELSEWHERE:
                raise SlackTrouble(Cause.NOBODY, trouble.word) from trouble
            raise

    async def edit(self, post: Post, draw: Draw) -> Post:
        await self._turn(f"{post.channel}/{post.ts}", _UPDATES)

        async def send(message: Message) -> Post:
            await self._client.chat_update(
                channel=post.channel,
                ts=post.ts,
                text=message.text[:_LONGEST_EDIT],
                blocks=list(message.blocks),
            )
            return post

        return await self._with_simpler(await draw(), send, _UPDATES)

    async def _turn(self, key: str, *held: str) -> None:
        wait_s = self._pace.wait_s(key, *held)
        if wait_s > LONGEST_TURN_S:
            raise SlackTrouble(Cause.LATER, "waiting for its turn", after_s=wait_s)
        await self._pace.turn(key, *held, gap_s=GAP_S)

    async def _with_simpler(
        self, layouts: Layouts, send: Callable[[Message], Awaitable[Post]], paced: str
    ) -> Post:
        word = ""
        for message in self._ladder.attempts(self._team_id, layouts):
            try:
                return await send(message)
            except _FAILURES as error:
                trouble = trouble_of(error)
                word = trouble.word
            if trouble.cause is not Cause.LAYOUT:
                if trouble.after_s is not None:
                    self._pace.hold(paced, trouble.after_s)
                raise trouble
            self._ladder.refused(self._team_id, word)
        raise SlackTrouble(Cause.REFUSED, word)


_FAILURES: Any = (SlackApiError, ClientError, TimeoutError, OSError)
