"""Sends messages to people: the newest layout first, the classic one where Slack refuses it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Protocol

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.render.message import Layouts, Message
from bot.rules.places import Asker
from bot.slack.layouts import REFUSED, Ladder
from bot.slack.payloads import Request
from bot.slack.pictures import Pictures

_log = structlog.get_logger(__name__)
_NO_MEMBER = ("not_in_channel", "channel_not_found")
"""Of a channel in which a command was typed just now, so that it exists: the second is a private
one."""
_USED_UP = ("used_url", "expired_url", "no_service")


class NotDelivered(Exception):
    """Slack took none of the layouts."""


class Webhooks(Protocol):
    """Makes a client for one `response_url`."""

    def __call__(self, url: str) -> AsyncWebhookClient: ...


class Replies:
    def __init__(
        self, client: AsyncWebClient, webhooks: Webhooks, ladder: Ladder, pictures: Pictures
    ) -> None:
        self._client = client
        self._webhooks = webhooks
        self._ladder = ladder
        self._pictures = pictures

    async def private(
        self, request: Request, content: Layouts | Message, *, replace: bool = False
    ) -> None:
        """Only the asker sees it. `replace` puts it where the pressed message stands."""
        await self._answer(
            request, content, {"response_type": "ephemeral", "replace_original": replace}
        )

    async def in_own_voice(self, asker: Asker, content: Layouts | Message) -> bool | None:
        """Privately, as Slack allows where the bot may post: False where it is no member. None
        when nobody knows. Unless True, it is still to be said."""
        channel, user = asker.place.channel_id, asker.user_id
        async for message in self._attempts(asker.place.team_id, content):
            try:
                await self._client.chat_postEphemeral(
                    channel=channel, user=user, text=message.text, blocks=list(message.blocks)
                )
            except SlackApiError as error:
                word = _word(error)
                if word not in REFUSED:
                    return False if word in _NO_MEMBER else None
                self._ladder.refused(asker.place.team_id, word)
            except (ClientError, TimeoutError):
                return None
            else:
                return True
        return None

    async def in_channel(self, request: Request, content: Layouts | Message) -> None:
        """Everybody in the channel sees it; works where the bot is no member."""
        await self._answer(
            request, content, {"response_type": "in_channel", "replace_original": False}
        )

    async def say(self, request: Request, content: Layouts | Message, outcome: str) -> str:
        """Privately, and without raising: returns the outcome, and whether it was delivered."""
        try:
            await self.private(request, content)
        except Exception:  # noqa: BLE001  nobody is left to tell
            _log.exception("could not answer")
            return f"{outcome}, not delivered"
        return outcome

    async def _answer(
        self, request: Request, content: Layouts | Message, manner: dict[str, Any]
    ) -> None:
        by_url = bool(request.response_url)
        error = ""
        async for message in self._attempts(request.asker.place.team_id, content):
            if by_url:
                error = await self._post(request.response_url, message, manner)
                by_url = not self._is_lost(error, manner)
            if not by_url:
                error = await self._past_the_url(request, message, manner)
            if not error:
                return
            if error not in REFUSED:
                raise NotDelivered(f"Slack answered {error}")
            self._ladder.refused(request.asker.place.team_id, error)
        raise NotDelivered("every layout was refused, plain text too")

    async def _attempts(self, team_id: str, content: Layouts | Message) -> AsyncIterator[Message]:
        """As the ladder's; a picture of a chart comes before the message that does without."""
        rich = content.rich if isinstance(content, Layouts) else content
        pictured = None
        if isinstance(content, Layouts) and self._ladder.takes_pictures:
            pictured = content.pictured
        for message in self._ladder.attempts(team_id, content):
            if pictured is not None and message is not rich:
                async for drawn in self._pictures.attempts(pictured):
                    yield drawn
                pictured = None
            yield message

    def _is_lost(self, error: str, manner: Mapping[str, Any]) -> bool:
        """Whether the bot's own voice is next. What everybody sees is said twice by nobody: after
        an answer that did not come it may stand there already."""
        private = manner["response_type"] == "ephemeral"
        return error in _USED_UP or (private and bool(error) and error not in REFUSED)

    async def _post(self, url: str, message: Message, manner: Mapping[str, Any]) -> str:
        """Returns Slack's error word, or nothing."""
        payload: dict[str, Any] = {"text": message.text, **manner}
        if message.blocks:
            payload["blocks"] = list(message.blocks)
        try:
            response = await self._webhooks(url).send_dict(payload)
        except (ClientError, TimeoutError) as error:
            return type(error).__name__
        good = response.status_code == 200 and _is_ok(response.body)
        return "" if good else _error(response.body)

    async def _past_the_url(
        self, request: Request, message: Message, manner: Mapping[str, Any]
    ) -> str:
        """A `response_url` takes five answers in thirty minutes; the bot's own voice is next.
        Returns Slack's error word, or nothing."""
        content: dict[str, Any] = {"text": message.text, "blocks": list(message.blocks) or None}
        channel, user = request.asker.place.channel_id, request.asker.user_id
        try:
            if manner["response_type"] == "in_channel":
                await self._client.chat_postMessage(channel=channel or user, **content)
            else:
                await self._privately(channel, user, content)
        except SlackApiError as error:
            return _word(error)
        return ""

    async def _privately(self, channel: str, user: str, content: dict[str, Any]) -> None:
        """Where the bot is no member, and where there is no channel, by direct message."""
        if not channel:
            await self._client.chat_postMessage(channel=user, **content)
            return
        try:
            await self._client.chat_postEphemeral(channel=channel, user=user, **content)
        except SlackApiError as error:
            if _word(error) in REFUSED:
                raise
            await self._client.chat_postMessage(channel=user, **content)


def _word(error: SlackApiError) -> str:
    return str(error.response.get("error", "no word"))


def _is_ok(body: str) -> bool:
    return '"ok":false' not in body.replace(" ", "")


def _error(body: str) -> str:
    for word in (*REFUSED, *_USED_UP):
        if word in body:
            return word
    return body.strip()[:100] or "no answer"


async def first_within(work: "asyncio.Task[Any]", seconds: float) -> bool:
    """Whether `work` ended in time; it goes on if not."""
    done, _ = await asyncio.wait({work}, timeout=seconds)
    return bool(done)
