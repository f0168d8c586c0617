"""One reading of the file."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.policy_file.lines import Span, spans
from bot.policy_file.values import READERS, SeveralWrong, Wrong, clean, nearest, shown
from bot.rules.policy import Policy

LARGEST_BYTES = 64_000
_TOP = Span(1, ())
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|(?P<end>end of document))\)$")


def load(path: Path | None) -> Policy:
    """What can be read holds, so that a mistake elsewhere does not take an admin away."""
    if path is None:
        return Policy()
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such name can exist"
        return Policy(problems=(f"{shown(path.name)} cannot be read ({reason}).",))
    if len(content) > LARGEST_BYTES:
        return Policy(problems=(f"{shown(path.name)} is larger than {LARGEST_BYTES:,} bytes.",))
    return _read(content)


def _read(content: bytes) -> Policy:
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Policy(problems=(f"Line {line}: the file must be UTF-8 text.",))
    try:
        return _policy(tomllib.loads(text, parse_float=Decimal), text)
    except tomllib.TOMLDecodeError as error:
        return Policy(problems=(_syntax(str(error), text),))
    except (RecursionError, ValueError, ArithmeticError):  # lists too deep, numbers too large
        return Policy(problems=("The file is no TOML that I can read.",))


def _syntax(message: str, text: str) -> str:
    found = _PLACE.search(message)
    what = message if found is None else message[: found.start()]
    line = found["line"] if found and found["line"] else text.rstrip().count("\n") + 1
    return f"Line {line}: this is no TOML: {clean(what[:1].lower() + what[1:], 100)}."


def _policy(values: Mapping[str, Any], text: str) -> Policy:
    taken: dict[str, Any] = {}
    wrong: dict[str, Wrong | SeveralWrong] = {}
    for key, value in values.items():
        try:
            taken[key] = _value(key, value)
        except (Wrong, SeveralWrong) as mistake:
            wrong[key] = mistake
    lines = spans(text) if wrong else {}
    told = sorted(each for key in wrong for each in _told(key, lines.get(key, _TOP), wrong[key]))
    return Policy(**taken, problems=tuple(f"Line {line}: {why}." for line, why in told))


def _value(key: str, value: Any) -> Any:
    if key in READERS:
        return READERS[key](value)
    if isinstance(value, dict):
        raise Wrong(f"is a table, and there are none here: write its keys without it{_like(key)}")
    raise Wrong(f"is no key of the policy{_like(key)}")


def _like(key: str) -> str:
    return nearest(key, READERS)


def _told(key: str, span: Span, wrong: Wrong | SeveralWrong) -> Iterator[tuple[int, str]]:
    name = key if key in READERS else shown(key)
    for each in wrong.mistakes if isinstance(wrong, SeveralWrong) else [wrong]:
        yield span.of(each.element), f"{name} {each.why}"
