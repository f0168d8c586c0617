"""What the readers find at a place of a line: a wish, or a problem and what would mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.grammar.lexer import Kind, Token
from bot.grammar.text import shown


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    """Clean."""
    tokens: tuple[Token, ...]

    def source(self, start: int, end: int) -> str:
        """What the person wrote from one token to before another."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end]

    def at(self, place: int) -> Token | None:
        return self.tokens[place] if 0 <= place < len(self.tokens) else None

    def is_number(self, place: int) -> bool:
        token = self.at(place)
        return token is not None and token.kind is Kind.NUMBER

    def is_text(self, place: int, text: str) -> bool:
        token = self.at(place)
        return token is not None and token.kind is not Kind.QUOTED and token.text == text


@dataclass(frozen=True, slots=True)
class Reading:
    start: int
    end: int
    values: Mapping[str, Any]
    """Field of `OfferQuery` → value; nothing for a word without weight."""
    is_filler: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    start: int
    end: int
    sentence: str
    repairs: tuple[str, ...] = ()
    """Texts that may stand there instead, the likeliest first. Leaving it out is always tried."""


Item = Reading | Problem


def cite(text: str) -> str:
    return f"“{shown(text)}”"
