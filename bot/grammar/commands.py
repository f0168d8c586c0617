"""The whole text after `/gpu` → a command, or what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.grammar import books, price_history, verbs, watch_table, watch_verbs
from bot.grammar.describe import describe
from bot.grammar.findings import Line, Problem, cite
from bot.grammar.parser import Understanding, read_line, understand
from bot.grammar.shapes import Phrasebook
from bot.grammar.suggestions import HELP, suggestions
from bot.grammar.table import ROWS
from bot.grammar.text import MAX_TEXT, shown
from bot.grammar.unknown import nearest_verb, nearest_word
from bot.grammar.values import Command, Find, Help, MachineCommand, Prices, UsageError
from bot.grammar.watch_values import WatchingCommand

VerbCommand = MachineCommand | Prices | WatchingCommand
READERS: Mapping[str, Callable[[str], VerbCommand | UsageError]] = {
    **verbs.READERS,
    **watch_verbs.READERS,
}
"""What a command may begin with → the reader of what stands behind it."""
_VERBS = Phrasebook(READERS)
_EVERY_VERB = (*verbs.VERBS, verbs.PRICES, *watch_verbs.VERBS)
_TOPICS = {row.topic: row.topic for row in (*ROWS, *_EVERY_VERB, *watch_table.WORDS)}
_WORDS = {
    word: row.topic
    for row in ROWS
    for word in (*row.phrases, *(row.measure.names if row.measure else ()))
} | {phrase: verb.topic for verb in _EVERY_VERB for phrase in verb.phrases}
"""`help spot` is about `pricing`."""
MOST_SUGGESTIONS = 3


def parse(text: str) -> Command | UsageError:
    """Takes any text, raises nothing."""
    if len(text) > MAX_TEXT:
        problem = f"That is {len(text):,} characters long, and I read at most {MAX_TEXT:,}."
        return UsageError(problem, shown(text), (HELP,))
    line = read_line(text)
    start = _behind_command(line)
    found = _VERBS.at(line.tokens, start)
    if found is not None and not _is_longer_wish(line, start, found[1]):
        return found[0](_behind(line, found[1]))
    if found is None and (asked := _price_of(line, start)):
        return asked
    verb, rest = books.VERBS.at(line.tokens, start) or (None, start)
    if verb == HELP:
        return _help(line, rest)
    read = understand(line, rest)
    if verb is None and read.is_empty:
        return Help()
    answer = _find(read)
    if verb is None and isinstance(answer, UsageError) and read.problem_at == 0:
        return _with_nearest_verb(answer, line, start)
    return answer


def written(command: VerbCommand) -> str:
    """The canonical text."""
    if isinstance(command, MachineCommand | Prices):
        return verbs.written(command)
    return watch_verbs.written(command)


def _price_of(line: Line, start: int) -> Prices | None:
    """`price 4090` asks for its prices; `price 0.5` and `price 4090 under 0.4` do not."""
    if not line.is_text(start, "price") or start + 1 == len(line.tokens):
        return None
    asked = price_history.read(_behind(line, start + 1))
    return asked if isinstance(asked, Prices) else None


def _is_longer_wish(line: Line, start: int, end: int) -> bool:
    """`order by value` is no order."""
    wish = books.PHRASES.at(line.tokens, start)
    return wish is not None and wish[1] > end


def _behind(line: Line, place: int) -> str:
    """As it was written: an id in quotes is still an id."""
    return line.text[line.tokens[place - 1].end :]


def _with_nearest_verb(error: UsageError, line: Line, start: int) -> UsageError:
    """`sesions`, `stopp k3f9-w2c7h4n6da`: nearer than any search."""
    nearest = nearest_verb(line.tokens[start].text)
    if nearest is None:
        return error
    meant = READERS[nearest](_behind(line, start + 1))
    texts = meant.suggestions if isinstance(meant, UsageError) else (written(meant),)
    suggestions = dict.fromkeys((*texts, *error.suggestions))
    suggestions.pop(HELP, None)
    return replace(error, suggestions=tuple(suggestions)[:MOST_SUGGESTIONS])


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
    topic = _TOPICS.get(asked.lower()) or _WORDS.get(asked.lower())
    if topic is not None:
        return Help(topic)
    read = understand(line, start)
    found = (f"find {describe(read.query)}",) if read.is_sound and not read.is_empty else ()
    nearest = nearest_word(asked, _TOPICS)
    topics = (f"help {nearest}",) if nearest else ()
    return UsageError(f"I have no help on {cite(asked)}.", shown(asked), (*topics, *found, HELP))
