"""What the grammar hands out."""

from dataclasses import dataclass
from decimal import Decimal

from bot.grammar.watch_values import WatchingCommand
from providers.models import OfferQuery


@dataclass(frozen=True, slots=True)
class Find:
    query: OfferQuery
    text: str
    """Canonical, without the leading verb: `2x 4090 under 0.80`."""


@dataclass(frozen=True, slots=True)
class Help:
    topic: str | None = None
    """A `Parameter.topic`."""


@dataclass(frozen=True, slots=True)
class Sessions:
    everyone: bool


@dataclass(frozen=True, slots=True)
class SessionCommand:
    id: str
    """`k3f9-w2c7h4n6da`, or only `w2c7h4n6da`, as in every command."""


@dataclass(frozen=True, slots=True)
class Stop:
    id: str | None
    """None is the only one that the asker has, as in `Extend`."""


@dataclass(frozen=True, slots=True)
class Extend:
    id: str | None
    hours: Decimal
    """To add; whole quarters of an hour."""


@dataclass(frozen=True, slots=True)
class Key:
    """The saved public key."""


@dataclass(frozen=True, slots=True)
class Prices:
    """The history of models."""

    sides: tuple[tuple[str, ...], ...]
    """Each is one model, or several under one word: `h100` has three forms."""
    days: int
    """1, 7 or 30."""


MachineCommand = Sessions | SessionCommand | Stop | Extend | Key
"""About machines that were rented."""
Command = Find | Help | Prices | MachineCommand | WatchingCommand


@dataclass(frozen=True, slots=True)
class UsageError:
    """A text that is not a command, as a value."""

    problem: str
    """One sentence that names what was not understood. Holds foreign text: escape it."""
    fragment: str
    """That piece of the text, at most 60 characters, without control characters. Foreign."""
    suggestions: tuple[str, ...]
    """Up to three whole commands that are understood, the likeliest first: the asker's own
    command with the nearest fix in place."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that holds for every offer of an answer."""

    field: str
    """Of `OfferQuery`."""
    words: str
    """For people: `under $0.40/h`. May hold a raw GPU name: escape it."""
    is_default: bool
    """True when it holds because nobody said otherwise."""


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    """What is typed after `/gpu`."""
    does: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """One row of the table, as it is shown to people."""

    topic: str
    """`/gpu help <topic>`."""
    forms: tuple[str, ...]
    """Ways to write it. Each is a whole command."""
    meaning: str
