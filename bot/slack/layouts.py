"""From the newest layout down to bare text, and which workspace is spared what."""

import re
from collections.abc import Iterator
from typing import Any

import structlog

from bot.render.message import Layouts, Message
from providers.clock import Clock

CLASSIC_FOR_S = 6 * 3600.0
"""How long a workspace that refused a new block is spared it."""
REFUSED = (
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_attachments",
    "msg_blocks_too_long",
    "msg_blocks_too_many",
)
"""Slack's words for blocks that it will not take."""
_DATE = re.compile(r"<!date\^[0-9]+\^[^|>]*\|([^>]*)>")
_log = structlog.get_logger(__name__)


def with_dates_written_out(payload: Any) -> Any:
    """In UTC, for where Slack's code for a date is not drawn. Others' texts hold none: it would
    have been escaped."""
    match payload:
        case str():
            return _DATE.sub(r"\1", payload)
        case dict():
            return {name: with_dates_written_out(each) for name, each in payload.items()}
        case list() | tuple():
            return type(payload)(with_dates_written_out(each) for each in payload)
        case _:
            return payload


def _without_dates(message: Message) -> Message:
    return Message(*with_dates_written_out((message.text, message.blocks)))


class Ladder:
    """One for the process: what one sender learned about a workspace spares the others."""

    def __init__(self, clock: Clock, *, classic: bool = False) -> None:
        """`classic`: no workspace is shown anything newer, whether it would refuse it or not, nor
        a date in Slack's code, nor a picture that was uploaded."""
        self._clock = clock
        self._classic = classic
        self._classic_until: dict[str, float] = {}

    @property
    def takes_pictures(self) -> bool:
        return not self._classic

    def attempts(self, team_id: str, content: Layouts | Message) -> Iterator[Message]:
        """Each is made when the one before failed."""
        for message in self._attempts(team_id, content):
            yield _without_dates(message) if self._classic else message

    def _attempts(self, team_id: str, content: Layouts | Message) -> Iterator[Message]:
        if isinstance(content, Message):
            content = Layouts(content)
        two = content.make_classic is not None
        spared = self._classic or self._spares(team_id)
        if not two or not spared:
            yield content.rich
        if two:
            yield content.classic
        yield Message(content.rich.text)

    def _spares(self, team_id: str) -> bool:
        return self._clock.monotonic() < self._classic_until.get(team_id, 0.0)

    def refused(self, team_id: str, error: str) -> None:
        self._classic_until[team_id] = self._clock.monotonic() + CLASSIC_FOR_S
        _log.warning("blocks refused, using the classic layout", error=error)
