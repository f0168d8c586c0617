"""Modals and the Home tab: opened at once, filled in later, never over something newer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.message import Home, Modal
from bot.slack.layouts import with_dates_written_out
from bot.slack.payloads import Request
from bot.slack.plain_windows import without_buttons

_GONE = ("not_found", "view_not_found")
"""The person has closed it."""
_NEWER = ("hash_conflict",)
_REFUSED = ("invalid_blocks", "invalid_blocks_format", "invalid_arguments")
"""Slack's words for blocks that it will not take in a view."""
_log = structlog.get_logger(__name__)


class Windows:
    """Raises `SlackApiError`; `expired_trigger_id` when opening took longer than 3 s."""

    def __init__(self, client: AsyncWebClient, *, classic: bool = False) -> None:
        """`classic`: nothing newer is tried, nor Slack's code for dates, nor a button that is
        pressed in a window."""
        self._client = client
        self._classic = classic

    async def open(self, request: Request, modal: Modal) -> str:
        """A trigger lives 3 s and works once: open a skeleton, then `update` by the id that this
        returns. Pressed in a modal, that one is used: only three may lie on each other."""
        if request.view_id and not request.is_on_home:
            await self.update(request.view_id, modal)
            return request.view_id

        async def send(view: dict[str, Any]) -> Any:
            return await self._client.views_open(trigger_id=request.trigger_id, view=view)

        answer = await self._in_some_layout(modal, send)
        return _id(answer.get("view"))

    async def update(self, view_id: str, modal: Modal, *, view_hash: str = "") -> bool:
        """False when the person has closed it, or when it changed since `view_hash`."""

        async def send(view: dict[str, Any]) -> Any:
            return await self._client.views_update(
                view_id=view_id, view=view, hash=view_hash or None
            )

        try:
            await self._in_some_layout(modal, send)
        except SlackApiError as error:
            if _word(error) in (*_GONE, *_NEWER):
                return False
            raise
        return True

    def instead(self, modal: Modal) -> dict[str, Any]:
        """The acknowledgement of a form that shows another window in its place. No second layout
        can be tried after it: it is the one that every workspace takes."""
        view = modal.classic.payload
        if self._classic:
            view = with_dates_written_out(without_buttons(view))
        return {"response_action": "update", "view": view}

    async def publish(self, user_id: str, home: Home, *, view_hash: str = "") -> bool:
        """False when another Home was published meanwhile: read again what to show."""
        view = with_dates_written_out(home.payload) if self._classic else home.payload
        try:
            await self._client.views_publish(user_id=user_id, view=view, hash=view_hash or None)
        except SlackApiError as error:
            if _word(error) in _NEWER:
                return False
            raise
        return True

    async def _in_some_layout(
        self, modal: Modal, send: Callable[[dict[str, Any]], Awaitable[Any]]
    ) -> Any:
        if self._classic:
            view = without_buttons(modal.classic.payload)
            return await send(with_dates_written_out(view))
        try:
            return await send(modal.payload)
        except SlackApiError as error:
            if modal.make_classic is None or _word(error) not in _REFUSED:
                raise
        _log.warning("a window's blocks were refused, using the classic layout")
        return await send(modal.classic.payload)


def sent_back(mistakes: Mapping[str, str]) -> dict[str, Any]:
    """The acknowledgement that keeps a form open: a sentence at each block that has a mistake.
    Slack shows it as plain text, in which marks of code would be seen."""
    errors = {block: sentence.replace("`", "") for block, sentence in mistakes.items()}
    return {"response_action": "errors", "errors": errors}


def _id(view: Any) -> str:
    return str(view.get("id") or "") if isinstance(view, dict) else ""


def _word(error: SlackApiError) -> str:
    return str(error.response.get("error", "no word"))
