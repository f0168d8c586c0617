"""On which line of a sound TOML text a key stands; `tomllib` does not tell."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Lines from 1, both ends included."""

    first: int
    text: tuple[str, ...]

    def of(self, value: object) -> int:
        """The line of one element of a list, or the first where it cannot be told apart."""
        if isinstance(value, str):
            written = re.compile(rf"""(["']){re.escape(value)}\1""")
            for number, line in enumerate(self.text, self.first):
                if written.search(line):
                    return number
        return self.first


def spans(text: str) -> Mapping[str, Span]:
    """Top-level key → its lines.

    A piece ends at the first line with which it is TOML by itself: a list or a text over several
    lines is none before its last one.
    """
    found: dict[str, Span] = {}
    table: str | None = None
    for piece in _pieces(text):
        parsed = tomllib.loads("\n".join(piece.text))
        if piece.text[0].lstrip().startswith("["):
            table = next(iter(parsed), table)
        for key in [table] if table is not None else parsed:
            found.setdefault(key, piece)
    return found


def _pieces(text: str) -> Iterator[Span]:
    first, lines = 1, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        lines.append(line)
        if (len(lines) == 1 or _END.search(line)) and _is_toml(lines):
            yield Span(first, tuple(lines))
            first, lines = number + 1, []


_END = re.compile(r"""\]|\"{3}|'{3}""")
"""Trying a list of a thousand lines at each of them would take seconds."""


def _is_toml(lines: Sequence[str]) -> bool:
    try:
        tomllib.loads("\n".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True
