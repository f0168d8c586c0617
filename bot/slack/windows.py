"""Opens and changes modals and the Home tab; the classic layout where Slack refuses the newer."""

from collections.abc import Iterator
from typing import Any

import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.message import Modal

_REFUSED = ("invalid_blocks", "invalid_arguments")
_CLOSED = ("not_found", "view_not_found")
_log = structlog.get_logger(__name__)


class Windows:
    """Raises `SlackApiError`, with `expired_trigger_id` when a modal was opened after 3 s."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def open(self, trigger_id: str, modal: Modal) -> str:
        """Returns the view's id, by which it is changed."""
        answer: Any = None
        for payload, last in _layouts(modal):
            try:
                answer = await self._client.views_open(trigger_id=trigger_id, view=payload)
                break
            except SlackApiError as error:
                if last or _word(error) not in _REFUSED:
                    raise
        return str(answer["view"]["id"])

    async def change(self, view_id: str, modal: Modal) -> bool:
        """False when the person has closed it meanwhile."""
        for payload, last in _layouts(modal):
            try:
                await self._client.views_update(view_id=view_id, view=payload)
            except SlackApiError as error:
                if _word(error) in _CLOSED:
                    return False
                if last or _word(error) not in _REFUSED:
                    raise
            else:
                return True
        return False

    async def home(self, user_id: str, home: Modal) -> None:
        await self._client.views_publish(user_id=user_id, view=home.payload)


def _layouts(modal: Modal) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each with whether it is the last."""
    make = modal.make_classic
    yield modal.payload, make is None
    if make is not None:
        _log.warning("a window's blocks were refused, using the classic layout")
        yield make(), True


def _word(error: SlackApiError) -> str:
    return str(error.response.get("error", "no word"))
