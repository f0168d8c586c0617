"""What the asker may have meant: whole commands, each of which is understood."""

from collections.abc import Mapping, Sequence

from bot.grammar.describe import describe
from bot.grammar.findings import Problem
from bot.grammar.parser import Understanding, read_line, understand
from bot.grammar.text import MAX_TEXT

MAX_SUGGESTIONS = 3
HELP = "help"
Edit = Mapping[int, str]
"""Number of an item → the text that takes its place."""


def suggestions(failed: Understanding) -> tuple[str, ...]:
    """The asker's own command with one repair each; `help` when nothing of it can be kept."""
    for edits in (_repairs(failed), _left_out(failed), _one_of_two(failed)):
        if found := _commands(failed, edits):
            return found
    return (HELP,)


def _repairs(failed: Understanding) -> list[Edit]:
    """The first problem in each way that it can be mended."""
    broken = failed.problem_at
    if broken is None:
        return []
    item = failed.items[broken]
    return [{broken: text} for text in item.repairs] if isinstance(item, Problem) else []


def _left_out(failed: Understanding) -> list[Edit]:
    return [] if failed.problem_at is None else [{failed.problem_at: ""}]


def _one_of_two(failed: Understanding) -> list[Edit]:
    conflict = failed.conflict
    return [] if conflict is None else [{conflict.second: ""}, {conflict.first: ""}]


def _commands(failed: Understanding, edits: Sequence[Edit]) -> tuple[str, ...]:
    """Further problems are mended by their first repair, or left out where that does not help."""
    others = {
        n: item.repairs[0] if item.repairs else ""
        for n, item in enumerate(failed.items)
        if isinstance(item, Problem)
    }
    for rest in (others, dict.fromkeys(others, "")):
        texts = (_composed(failed, {**rest, **edit}) for edit in edits)
        if found := dict.fromkeys(filter(None, map(_command, texts))):
            return tuple(found)[:MAX_SUGGESTIONS]
    return ()


def _composed(failed: Understanding, edits: Edit) -> str:
    texts = (edits.get(n, failed.source(n)) for n in range(len(failed.items)))
    return " ".join(filter(None, texts))


def _command(text: str) -> str | None:
    if len(text) > MAX_TEXT:
        return None
    read = understand(read_line(text))
    if not read.is_sound or read.is_empty:
        return None
    command = f"find {describe(read.query)}"
    return command if len(command) <= MAX_TEXT else None
