"""What the asker may have meant: whole commands, each of which is understood."""

from collections.abc import Callable, Mapping, Sequence

from bot.grammar.describe import describe
from bot.grammar.findings import Problem
from bot.grammar.parser import Understanding, read_line, understand
from bot.grammar.text import MAX_TEXT

MAX_SUGGESTIONS = 3
HELP = "help"
Edit = Mapping[int, str]
"""Number of an item → the text that takes its place."""
Command = Callable[[str], str | None]
"""From what stands behind the verb to the whole command; None where it is still wrong."""


def search(text: str) -> str | None:
    read = understand(read_line(text))
    return f"find {describe(read.query)}" if read.is_sound and not read.is_empty else None


def suggestions(
    failed: Understanding, command: Command = search, otherwise: str = HELP
) -> tuple[str, ...]:
    """The asker's own command with one repair each; `otherwise` when nothing of it can be kept."""
    for edits in (_repairs(failed), _left_out(failed), _one_of_two(failed)):
        if found := _commands(failed, edits, command):
            return found
    return (otherwise,)


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


def _commands(failed: Understanding, edits: Sequence[Edit], command: Command) -> tuple[str, ...]:
    """Further problems are mended by their first repair, or left out where that does not help."""
    others = {
        n: item.repairs[0] if item.repairs else ""
        for n, item in enumerate(failed.items)
        if isinstance(item, Problem)
    }
    for rest in (others, dict.fromkeys(others, "")):
        texts = (_composed(failed, {**rest, **edit}) for edit in edits)
        made = (command(text) for text in texts if len(text) <= MAX_TEXT)
        if found := dict.fromkeys(each for each in made if each and len(each) <= MAX_TEXT):
            return tuple(found)[:MAX_SUGGESTIONS]
    return ()


def _composed(failed: Understanding, edits: Edit) -> str:
    texts = (edits.get(n, failed.source(n)) for n in range(len(failed.items)))
    return " ".join(filter(None, texts))
