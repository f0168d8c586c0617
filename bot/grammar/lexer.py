"""Clean text → tokens. Case, commas, brackets, stray quotes and Slack's markup end here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto
from itertools import pairwise

MAX_COUNT = 64
"""GPUs of one machine; also tells `8xh100` (eight of them) from `7900xtx` (a model)."""


class Kind(Enum):
    WORD = auto()
    NUMBER = auto()
    SIGN = auto()
    QUOTED = auto()
    THOUSANDS = auto()
    """`1,200`: a thousand and something, or a decimal comma?"""
    LINK = auto()
    """What Slack makes of a mention, a channel or an address."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    """In lower case; of a quoted name the inside, as it was written."""
    start: int
    end: int
    """Where it stands in the clean text."""
    glued: bool
    """Nothing stands between it and the token before."""

    @property
    def number(self) -> Decimal | None:
        return Decimal(self.text.replace(",", ".")) if self.kind is Kind.NUMBER else None


_TOKEN = re.compile(
    r"""
      (?P<quoted> (?<![^\s,|(/]) (?: "[^"]*" | '[^']*' ) (?![^\s,;|)/.!?]) )
    | (?P<link> <(?: [@\#!] | (?i:https?|mailto|tel): )[^>]*> )
    | (?P<thousands> (?<![\w.,]) [1-9][0-9]{0,2},[0-9]{3} (?![\w,]|\.[0-9]) )
    | (?P<number> [0-9]+(?:,[0-9]{1,2}(?![\w,]|\.[0-9])|\.[0-9]+)? | (?<![\w.])\.[0-9]+ )
    | (?P<word> [^\W\d_][^\W_]*(?:\.[^\W\d_][^\W_]*)* )
    | (?P<times> (?<=[0-9])\*(?=\w) )
    | (?P<minus> -(?=\s*[$.]*[0-9]) )
    | (?P<skipped> [\s_~*"'.,;:!?()\[\]{}-]+? )
    | (?P<sign> <=|>=|=<|=>|. )
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {
    "quoted": Kind.QUOTED,
    "link": Kind.LINK,
    "thousands": Kind.THOUSANDS,
    "number": Kind.NUMBER,
    "word": Kind.WORD,
    "times": Kind.WORD,
    "minus": Kind.SIGN,
    "sign": Kind.SIGN,
}
_TIMES_AFTER = re.compile(r"(?P<model>[^\W\d_]+[0-9]+[^\W_]*?)x(?P<count>[0-9]{1,2})")
_NUMERALS = dict(
    zip(("one", "two", "three", "four", "five", "six", "seven", "eight"), range(1, 9), strict=True)
)


def lex(text: str) -> tuple[Token, ...]:
    tokens: list[Token] = []
    for token in _plain_tokens(text):
        tokens.extend(_split(token, tokens[-1] if tokens else None))
    return tuple(tokens)


def words(text: str) -> tuple[str, ...]:
    """The tokens of a phrase of the table."""
    return tuple(token.text for token in lex(text))


def _plain_tokens(text: str) -> Iterator[Token]:
    end = -1
    for found in _TOKEN.finditer(text):
        name = found.lastgroup or "sign"
        if name == "skipped":
            continue
        written = "x" if name == "times" else found[0]
        spoken = written[1:-1] if name == "quoted" else written.lower()
        yield Token(_KINDS[name], spoken, found.start(), found.end(), found.start() == end)
        end = found.end()


def _split(token: Token, before: Token | None) -> Iterator[Token]:
    """`x` between a count and a model is a token: `2x4090`, `8xh100`, `4090 x2`, `h100x8`."""
    text = token.text
    if token.kind is not Kind.WORD:
        yield token
    elif text in _NUMERALS:
        yield replace(token, kind=Kind.NUMBER, text=str(_NUMERALS[text]))
    elif after := _TIMES_AFTER.fullmatch(text):
        yield from _cut(token, after.end("model"), after.end("model") + 1)
    elif text.startswith("x") and (text[1:].isdecimal() or _counts(before, token)):
        yield from _cut(token, 0, 1)
    else:
        yield token


def _counts(before: Token | None, token: Token) -> bool:
    number = before.number if before is not None and token.glued else None
    return number is not None and number <= MAX_COUNT


def _cut(token: Token, *at: int) -> Iterator[Token]:
    edges = [0, *at, len(token.text)]
    for start, end in pairwise(edges):
        piece = token.text[start:end]
        if piece:
            kind = Kind.NUMBER if re.fullmatch("[0-9]+", piece) else Kind.WORD
            where = token.start + start
            glued = token.glued if start == 0 else True
            yield Token(kind, piece, where, where + len(piece), glued)
