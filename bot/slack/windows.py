"""Modals and the Home tab: opened at once, filled in later, never over something newer."""

from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.message import Modal
from bot.slack.payloads import Request

_GONE = ("not_found", "view_not_found")
"""The person has closed it."""
_NEWER = ("hash_conflict",)


class Windows:
    """Raises `SlackApiError`; `expired_trigger_id` when opening took longer than 3 s."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def open(self, request: Request, modal: Modal) -> str:
        """A trigger lives 3 s and works once: open a skeleton, then `update` by the id that this
        returns. Pressed in a modal it opens on top of that one."""
        pressed_in_modal = bool(request.view_id) and not request.is_on_home
        method = self._client.views_push if pressed_in_modal else self._client.views_open
        answer = await method(trigger_id=request.trigger_id, view=modal.payload)
        return _id(answer.get("view"))

    async def update(self, view_id: str, modal: Modal, *, view_hash: str = "") -> bool:
        """False when the person has closed it, or when it changed since `view_hash`."""
        try:
            await self._client.views_update(
                view_id=view_id, view=modal.payload, hash=view_hash or None
            )
        except SlackApiError as error:
            if error.response.get("error") in (*_GONE, *_NEWER):
                return False
            raise
        return True

    async def publish(self, user_id: str, home: Modal, *, view_hash: str = "") -> bool:
        """False when another Home was published meanwhile: read again what to show."""
        try:
            await self._client.views_publish(
                user_id=user_id, view=home.payload, hash=view_hash or None
            )
        except SlackApiError as error:
            if error.response.get("error") in _NEWER:
                return False
            raise
        return True


def _id(view: Any) -> str:
    return str(view.get("id") or "") if isinstance(view, dict) else ""
