"""What was not understood: how far it reaches, and the nearest things that would be."""

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import cache

from bot.grammar import books, writing
from bot.grammar.findings import Item, Line, Problem, cite
from bot.grammar.lexer import MAX_COUNT, Kind
from bot.grammar.text import MAX_SHOWN, shown
from bot.grammar.verbs import NEAR
from providers import gpus, places

MAX_TOKENS = 5
LEAST_ALIKE = 0.7
PLACE_ALIKE = 0.8
"""Without `in` before it a word has to be nearer: `hello` is no Hellas."""
VERB_ALIKE = 0.8
"""`stopp` is `stop`, but `shop` and `step` are not."""
_BRANDS = {"rtx", "gtx", "tesla", "quadro", "radeon", "titan", "instinct", "rx", "geforce"}
_LONGEST_WORD = 20
_LONGEST_NAME = 40


def unknown_at(line: Line, start: int, read: Callable[[Line, int], Item | None]) -> Problem:
    """The run of tokens from `start` that nothing reads, as one problem."""
    lead = books.PLACE_LEADS.at(line.tokens, start)
    named = start if lead is None else lead[1]
    end = max(named, start + 1)
    while end < min(len(line.tokens), start + MAX_TOKENS) and read(line, end) is None:
        if end > named and books.PLACE_LEADS.at(line.tokens, end) is not None:
            break
        end += 1
    while end - start > 1 and line.tokens[end - 1].end - line.tokens[start].start > MAX_SHOWN:
        end -= 1
    text = line.source(start, end)
    if lead is not None and end > lead[1]:
        return _place(line, start, lead[1], end)
    if lead is not None and lead[0] == "excluded_countries":
        return _exclusion(line, start, end, read)
    if shared := gpus.meanings(text):
        sentence = f"{cite(text)} can be several models."
        return Problem(start, end, sentence, tuple(map(gpus.short, shared)))
    if line.tokens[start].number is not None and end == start + 1:
        return _number(line, start)
    return _words(line, start, end)


def _words(line: Line, start: int, end: int) -> Problem:
    text = line.source(start, end)
    if start > 0 and end < len(line.tokens) and books.OR.at(line.tokens, start) == (True, end):
        sentence = (
            f"{cite(text)} stands between models, places or marketplaces alone; ask for the rest"
            " in a search of its own."
        )
        return Problem(start, end, sentence)
    sentence = f"I do not understand {cite(text)}."
    if places.country_codes(text):
        sentence = f"A place needs “in” before it, as in “in {shown(text)}”."
    return Problem(start, end, sentence, tuple(_repairs(line, start, end)))


def _exclusion(
    line: Line, start: int, end: int, read: Callable[[Line, int], Item | None]
) -> Problem:
    """`not 4090` must not be mended to `4090`."""
    excluded = read(line, end) if end < len(line.tokens) else None
    end = end if excluded is None else excluded.end
    return Problem(
        start, end, f"I can leave out places alone, not {cite(line.source(start, end))}."
    )


def _place(line: Line, start: int, lead_end: int, end: int) -> Problem:
    name, lead = line.source(lead_end, end), line.source(start, lead_end)
    nearest = places.nearest_place(name)
    repairs = (f"{lead} {nearest}",) if nearest else ()
    return Problem(start, end, f"I know no place called {cite(name)}.", repairs)


def _number(line: Line, start: int) -> Problem:
    text = line.tokens[start].text
    repairs: list[str] = []
    if text.isdecimal() and 1 <= int(text) <= MAX_COUNT:
        repairs = [f"{text}x", f"under {text}", f"{text}gb"]
    elif text.isdecimal():
        repairs = [gpus.short(name) for name in gpus.nearest(text, 2)]
    sentence = f"I cannot tell what {cite(text)} stands for."
    return Problem(start, start + 1, sentence, (*repairs, f"under {text}"))


def _repairs(line: Line, start: int, end: int) -> Iterator[str]:
    text, tokens = line.source(start, end), line.tokens[start:end]
    is_name = len(text) <= _LONGEST_NAME and any(char.isalpha() for char in text)
    models = gpus.nearest(text, 2) if is_name else ()
    is_model = any(token.kind is Kind.WORD and _like_a_model(token.text) for token in tokens)
    if places.country_codes(text):
        yield f"in {text}"
    before = line.at(start - 1) if start else None
    numbers = [before is not None and before.number is not None]
    numbers += [token.number is not None for token in tokens]
    spelled = [
        _spelled(token.text, after_number=n) for token, n in zip(tokens, numbers, strict=False)
    ]
    if spelled != [token.text for token in tokens]:
        yield " ".join(spelled)
    if not is_model and len(text) > 3 and (nearest := places.nearest_place(text, PLACE_ALIKE)):
        yield f"in {nearest}"
    yield from map(gpus.short, models)
    if is_model:
        yield writing.quoted(text.replace('"', ""))
    if tokens[-1].number is not None:
        yield f"under {tokens[-1].text}"


def _like_a_model(word: str) -> bool:
    return word in _BRANDS or any(char.isdigit() for char in word)


def _spelled(word: str, *, after_number: bool) -> str:
    """The word of the table that is nearest, or the word itself.

    Money and units stand behind a number: `rent 4090` is not `cent 4090`.
    """
    known = (*_vocabulary(), *_measured()) if after_number else _vocabulary()
    if word in known or not 3 <= len(word) <= _LONGEST_WORD:
        return word
    return nearest_word(word, known) or word


def nearest_word(word: str, known: Iterable[str], alike: float = LEAST_ALIKE) -> str | None:
    close = get_close_matches(word[:_LONGEST_WORD].lower(), list(known), n=1, cutoff=alike)
    return close[0] if close else None


def nearest_verb(word: str) -> str | None:
    """The command about machines that a first word may be, unless it belongs to a search."""
    return None if word in _vocabulary() else nearest_word(word, NEAR, VERB_ALIKE)


@cache
def _vocabulary() -> tuple[str, ...]:
    every = (
        books.VERBS, books.PHRASES, books.NAMES, books.COMPARISONS, books.PRICE_NAMES,
        books.MARKETPLACES, books.PLACE_LEADS, books.FILLERS,
    )  # fmt: skip
    return tuple(dict.fromkeys(w for book in every for w in book.vocabulary() if len(w) > 2))


@cache
def _measured() -> tuple[str, ...]:
    every = (books.UNITS, books.PER_HOUR, books.CURRENCY)
    return tuple(dict.fromkeys(w for book in every for w in book.vocabulary() if len(w) > 2))
