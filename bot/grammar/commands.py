"""The whole text after `/gpu` → a command, or what is wrong with it."""

from bot.grammar import books
from bot.grammar.describe import describe
from bot.grammar.findings import Line, Problem, cite
from bot.grammar.lexer import Kind, lex
from bot.grammar.parser import Understanding, understand
from bot.grammar.suggestions import HELP, suggestions
from bot.grammar.table import ROWS
from bot.grammar.text import MAX_SHOWN, MAX_TEXT, clean, settled, shown
from bot.grammar.unknown import nearest_word
from bot.grammar.values import Command, Find, Help, UsageError
from providers import gpus

_NESTED_QUOTES = 4
_TOPICS = {row.topic: row.topic for row in ROWS}


def parse(text: str) -> Command | UsageError:
    """Takes any text, raises nothing."""
    if len(text) > MAX_TEXT:
        problem = f"That is {len(text):,} characters long, and I read at most {MAX_TEXT:,}."
        return UsageError(problem, shown(text), (HELP,))
    line = _read_quotes(clean(text))
    start = _behind_command(line)
    verb, rest = books.VERBS.at(line.tokens, start) or (None, start)
    if verb == HELP:
        return _help(line, rest)
    read = understand(line, rest)
    if verb is None and read.is_empty:
        return Help()
    return _find(read)


def _read_quotes(text: str) -> Line:
    """Quotes around what is understood anyway mean nothing: `“4090 under 0.4”`."""
    line = Line(text, lex(text))
    for _ in range(_NESTED_QUOTES):
        pieces, end = [], 0
        for token in line.tokens:
            if token.kind is Kind.QUOTED and _is_search(settled(token.text)):
                pieces += [line.text[end : token.start], settled(token.text)]
                end = token.end
        if not pieces:
            break
        plain = clean(" ".join([*pieces, line.text[end:]]))
        line = Line(plain, lex(plain))
    return line


def _is_search(text: str) -> bool:
    """Not the name of a model alone, which stays in its quotes."""
    if len(text) > MAX_SHOWN or gpus.find(text):
        return False
    read = understand(Line(text, lex(text)))
    return read.is_sound and not read.is_empty


def _behind_command(line: Line) -> int:
    """`/gpu find 4090`, pasted whole."""
    return 2 if line.is_text(0, "/") and line.is_text(1, "gpu") else 0


def _find(read: Understanding) -> Find | UsageError:
    if not read.is_sound:
        return _error(read)
    text = describe(read.query)
    if len(f"find {text}") > MAX_TEXT:
        problem = "That is more than one search can hold; leave out some models or places."
        return UsageError(problem, shown(read.line.text), (HELP,))
    return Find(read.query, text)


def _error(read: Understanding) -> UsageError:
    problem, conflict = read.problem_at, read.conflict
    if problem is not None:
        item = read.items[problem]
        sentence = item.sentence if isinstance(item, Problem) else ""
        return UsageError(sentence, shown(read.source(problem)), suggestions(read))
    if conflict is None:
        raise AssertionError("an error without a problem")
    return UsageError(conflict.sentence, shown(read.source(conflict.second)), suggestions(read))


def _help(line: Line, start: int) -> Help | UsageError:
    if start == len(line.tokens):
        return Help()
    asked = line.source(start, len(line.tokens))
    topic = _TOPICS.get(asked.lower())
    if topic is not None:
        return Help(topic)
    read = understand(line, start)
    found = (f"find {describe(read.query)}",) if read.is_sound and not read.is_empty else ()
    nearest = nearest_word(asked, _TOPICS)
    topics = (f"help {nearest}",) if nearest else ()
    return UsageError(f"I have no help on {cite(asked)}.", shown(asked), (*topics, *found, HELP))
