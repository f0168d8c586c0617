"""What the asker may have meant: whole commands, each of which is understood."""

from collections.abc import Iterator, Mapping

from bot.grammar.describe import describe
from bot.grammar.findings import Line, Problem
from bot.grammar.lexer import lex
from bot.grammar.parser import Understanding, understand
from bot.grammar.text import MAX_TEXT, clean

MAX_SUGGESTIONS = 3
HELP = "help"


def suggestions(failed: Understanding) -> tuple[str, ...]:
    """The asker's own command with one repair each; `help` when nothing of it can be kept."""
    found: dict[str, None] = {}
    for text in _mended(failed):
        if (command := _command(text)) is not None:
            found[command] = None
        if len(found) == MAX_SUGGESTIONS:
            break
    return tuple(found) or (HELP,)


def _mended(failed: Understanding) -> Iterator[str]:
    broken = failed.problem_at
    others = {
        n: item.repairs[0] if item.repairs else ""
        for n, item in enumerate(failed.items)
        if isinstance(item, Problem)
    }
    left_out = dict.fromkeys(others, "")
    for edit in _edits(failed, broken):
        yield _composed(failed, {**others, **edit})
        yield _composed(failed, {**left_out, **edit})


def _edits(failed: Understanding, broken: int | None) -> Iterator[Mapping[int, str]]:
    if broken is not None:
        item = failed.items[broken]
        repairs = item.repairs if isinstance(item, Problem) else ()
        yield from ({broken: text} for text in (*repairs, ""))
    if failed.conflict is not None:
        yield {failed.conflict.second: ""}
        yield {failed.conflict.first: ""}


def _composed(failed: Understanding, edits: Mapping[int, str]) -> str:
    texts = (edits.get(n, failed.source(n)) for n in range(len(failed.items)))
    return " ".join(filter(None, texts))


def _command(text: str) -> str | None:
    if len(text) > MAX_TEXT:
        return None
    plain = clean(text)
    read = understand(Line(plain, lex(plain)))
    if not read.is_sound or read.is_empty:
        return None
    command = f"find {describe(read.query)}"
    return command if len(command) <= MAX_TEXT else None
