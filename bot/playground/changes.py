"""What happens in a workspace, told to whoever listens: the page, and a test that waits."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bot.playground.values import Message, Note, View

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class MessagePut:
    message: Message


@dataclass(frozen=True, slots=True)
class MessageGone:
    message: Message


@dataclass(frozen=True, slots=True)
class HomeShown:
    view: View


@dataclass(frozen=True, slots=True)
class ModalShown:
    view: View


@dataclass(frozen=True, slots=True)
class ModalGone:
    view: View


@dataclass(frozen=True, slots=True)
class ModalErrors:
    view: View
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class Busy:
    """The app has (not) yet acknowledged: a spinner goes on or off."""

    user: str
    what: Literal["command", "action", "view"]
    id: str
    on: bool


@dataclass(frozen=True, slots=True)
class Noted:
    note: Note


@dataclass(frozen=True, slots=True)
class BotChanged:
    """It connected or went away, or its token was revoked or given back."""


Change = (
    MessagePut
    | MessageGone
    | HomeShown
    | ModalShown
    | ModalGone
    | ModalErrors
    | Busy
    | Noted
    | BotChanged
)
Listener = Callable[[Change], None]


class Changes:
    def __init__(self) -> None:
        self.count = 0
        """How many there have been; every message and view remembers its last."""
        self._listeners: list[Listener] = []

    def next(self) -> int:
        self.count += 1
        return self.count

    def tell(self, change: Change) -> None:
        for listener in tuple(self._listeners):
            listener(change)

    @contextmanager
    def heard_by(self, listener: Listener) -> "Iterator[None]":
        self._listeners.append(listener)
        try:
            yield
        finally:
            self._listeners.remove(listener)
