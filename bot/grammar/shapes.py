"""What a row of the table is made of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from itertools import takewhile
from typing import Any, Generic, TypeVar

from bot.grammar.lexer import Kind, Token, words
from providers.models import OfferQuery

T = TypeVar("T")


class Phrasebook(Generic[T]):
    """Phrases of one or more words; the longest that stands at a place wins."""

    def __init__(self, entries: Mapping[str, T]) -> None:
        self._entries: dict[tuple[str, ...], T] = {
            words(phrase): value for phrase, value in entries.items()
        }
        self._longest: dict[str, int] = {}
        """First word → tokens of the longest phrase that begins with it."""
        for first, *rest in self._entries:
            self._longest[first] = max(1 + len(rest), self._longest.get(first, 0))

    def at(self, tokens: Sequence[Token], start: int) -> tuple[T, int] | None:
        """The value and the place behind the phrase."""
        if not 0 <= start < len(tokens):
            return None
        longest = self._longest.get(tokens[start].text, 0)
        if not longest:
            return None
        texts = _phrase_texts(tokens[start : start + longest])
        for length in range(len(texts), 0, -1):
            if texts[:length] in self._entries:
                return self._entries[texts[:length]], start + length
        return None

    def vocabulary(self) -> Iterable[str]:
        return (word for key in self._entries for word in key)


def _phrase_texts(tokens: Sequence[Token]) -> tuple[str, ...]:
    """Up to the first token in quotes, which is no part of a phrase."""
    plain = takewhile(lambda token: token.kind not in {Kind.QUOTED, Kind.LINK}, tokens)
    return tuple(token.text for token in plain)


class Bound(Enum):
    MIN = auto()
    MAX = auto()
    EQUAL = auto()


class Dimension(Enum):
    """What a number with a unit measures."""

    GPUS = auto()
    GB = auto()
    MBPS = auto()
    PERCENT = auto()
    HOURS = auto()
    CPUS = auto()
    RESULTS = auto()
    NUMBER = auto()
    """It has no unit."""


COUNTING = frozenset({Dimension.GPUS, Dimension.CPUS, Dimension.RESULTS})
"""Their units are everyday words, which may as well begin the next wish."""


@dataclass(frozen=True, slots=True)
class Unit:
    dimension: Dimension
    factor: Decimal
    named_only: bool = False
    """`90m` is minutes after `for` alone. Its factor divides: a minute is no decimal hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A wish with a number: `ram 64gb`, `64gb ram`, `16 cpus`, `24gb+`."""

    names: tuple[str, ...] = ()
    """Words before or after the number; none where the unit alone says it."""
    dimension: Dimension
    by_unit_alone: bool = False
    """The wish that is meant when no name stands beside the unit."""
    needs_unit: bool = False
    takes: frozenset[Bound] = frozenset({Bound.MIN, Bound.EQUAL})
    plain: Bound = Bound.MIN
    """What a number without comparison means."""
    lowest: Decimal
    highest: Decimal
    limits: str
    """For people: `1 to 64`."""
    whole: bool = False
    least: str | None = None
    """The field that holds the lower bound."""
    most: str | None = None
    off_at_zero: bool = False
    """Zero takes the wish, and so its default, away."""
    scale: Callable[[Decimal, Unit | None], Decimal] = lambda number, _: number
    """From the number as written, in the base unit, to the field's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of wish: how it is written, what it sets, how it is written back."""

    topic: str
    label: str
    """In a sentence, behind “the”."""
    forms: tuple[str, ...]
    """Ways to write it, for help and documents; each is a whole command."""
    meaning: str
    fields: tuple[str, ...]
    phrases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Fixed words → the fields that they set."""
    measure: Measure | None = None
    text: Callable[[OfferQuery], str]
    """Canonical words, empty when the query has no such wish."""
