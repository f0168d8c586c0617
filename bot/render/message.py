"""What a renderer returns: never blocks without the text that says the same."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Block = dict[str, Any]
"""One Block Kit block as Slack takes it. Plain data: the SDK's own classes lose newer blocks."""


@dataclass(frozen=True, slots=True)
class Message:
    text: str
    """Complete by itself: for notifications, screen readers, search and terminals."""
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over time, for Slack to draw, or for us."""

    title: str
    unit: str
    """What the values are."""
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[Decimal, ...]], ...]
    """Each has a name and one value for each category."""
    words: str
    """What it shows, for who does not see it."""


@dataclass(frozen=True, slots=True)
class Pictured:
    """A message with a picture of a chart, for where Slack refuses charts of its own."""

    chart: Chart
    make: Callable[[str], Message]
    """From the id that Slack gave the picture."""


@dataclass(frozen=True, slots=True)
class Layouts:
    """The same message twice. `classic` is sent where Slack answers `invalid_blocks` to `rich`."""

    rich: Message
    make_classic: Callable[[], Message] | None = None
    """Most workspaces never need it: it is built when it is asked for. None is as `rich`."""

    pictured: Pictured | None = None
    """Comes before `classic`, which does without."""

    @property
    def classic(self) -> Message:
        return self.rich if self.make_classic is None else self.make_classic()


@dataclass(frozen=True, slots=True)
class Modal:
    payload: dict[str, Any]
    """A `view` as `views.open` takes it."""
    make_classic: "Callable[[], Modal] | None" = None
    """For where Slack refuses a block of `payload`. None is the same."""

    @property
    def classic(self) -> "Modal":
        return self if self.make_classic is None else self.make_classic()


@dataclass(frozen=True, slots=True)
class Home:
    payload: dict[str, Any]
    """A `view` as `views.publish` takes it."""
