"""A line → what was wished and what was not understood. Suggests nothing; see `suggestions`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.grammar import books, names
from bot.grammar.findings import Item, Line, Problem, Reading, cite
from bot.grammar.lexer import MAX_COUNT, Kind, lex
from bot.grammar.measures import measure
from bot.grammar.prices import before_number, price
from bot.grammar.table import ROWS
from bot.grammar.text import MAX_SHOWN, clean, settled
from bot.grammar.unknown import unknown_at
from bot.grammar.watch_table import LABELS as OTHER_LABELS
from providers import gpus
from providers.models import OfferQuery

MAX_PROBLEMS = 4
"""Then the rest is not read: the first problem is told, the others only shape suggestions."""
_ADDED_UP = {"gpus", "countries", "excluded_countries", "providers"}
"""Saying these twice means either."""
_NESTED_QUOTES = 4
_PAIRS = (("min_gpus", "max_gpus"), ("min_vram_gib", "max_vram_gib"))
_LABELS = {field: row.label for row in ROWS for field in row.fields} | OTHER_LABELS
_GPU_ORDER = {name: place for place, name in enumerate(gpus.ALL)}


Reader = Callable[[Line, int], Item | None]
"""What stands at one place; None when it is not understood."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two wishes that cannot both hold."""

    sentence: str
    first: int
    """Of the items, as is `second`."""
    second: int


@dataclass(frozen=True, slots=True)
class Understanding:
    line: Line
    items: tuple[Item, ...]
    query: OfferQuery
    """Sound when there is neither a problem nor a conflict."""
    conflict: Conflict | None
    extras: Mapping[str, Any]
    """What was said beside the query, to a command that understands more."""

    @property
    def problem_at(self) -> int | None:
        """Index of the first item that was not understood."""
        problems = (n for n, item in enumerate(self.items) if isinstance(item, Problem))
        return next(problems, None)

    @property
    def is_sound(self) -> bool:
        return self.problem_at is None and self.conflict is None

    @property
    def is_empty(self) -> bool:
        """Nothing but words without weight."""
        return all(isinstance(item, Reading) and item.is_filler for item in self.items)

    def source(self, item: int) -> str:
        return self.line.source(self.items[item].start, self.items[item].end)


def read_line(text: str) -> Line:
    """Quotes around what is understood anyway mean nothing: `“4090 under 0.4”`."""
    plain = clean(text)
    line = Line(plain, lex(plain))
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


def understand(line: Line, start: int = 0, *, more: Reader | None = None) -> Understanding:
    """`more` reads what only some commands understand, before a search's own words."""
    items: list[Item] = []
    problems, place = 0, start
    while place < len(line.tokens) and problems < MAX_PROBLEMS:
        after_model = bool(items) and _is_model(items[-1])
        item = (more and more(line, place)) or read(line, place, after_model=after_model)
        item = item or unknown_at(line, place, _either(more))
        problems += isinstance(item, Problem)
        items.append(item)
        place = item.end
    values, conflict = _merged(line, items)
    query = OfferQuery(**{name: values[name] for name in values if name not in OTHER_LABELS})
    extras = {name: values[name] for name in values if name in OTHER_LABELS}
    return Understanding(line, tuple(items), query, conflict, extras)


def _either(more: Reader | None) -> Reader:
    return read if more is None else lambda line, place: more(line, place) or read(line, place)


def read(line: Line, place: int, *, after_model: bool = False) -> Item | None:
    """What stands at one place; None when it is not understood."""
    for reader in (_never, _phrase, names.place, names.marketplace, price):
        if found := reader(line, place):
            return found
    modelled = names.model(line, place) if line.is_number(place) else None
    model_end = place if modelled is None else modelled[1]
    return (
        measure(line, place, model_end=model_end, after_model=after_model)
        or names.models(line, place)
        or _bare_count(line, place)
        or _filler(line, place)
    )


def _never(line: Line, place: int) -> Problem | None:
    """Tokens that mean nothing anywhere."""
    if line.tokens[place].kind is Kind.LINK:
        cited = cite(line.source(place, place + 1))
        sentence = f"I do not understand {cited}: mentions, channels and links mean nothing to me."
        return Problem(place, place + 1, sentence)
    number_at = before_number(line, place)
    token = line.at(number_at)
    if token is None or token.kind is not Kind.THOUSANDS:
        return None
    meant = [token.text.replace(",", ""), token.text.replace(",", ".")]
    before = f"{line.source(place, number_at)} " if number_at > place else ""
    sentence = f"I cannot tell whether {cite(token.text)} means {meant[0]} or {meant[1]}."
    return Problem(place, number_at + 1, sentence, tuple(before + number for number in meant))


def _phrase(line: Line, place: int) -> Reading | None:
    found = books.PHRASES.at(line.tokens, place)
    return None if found is None else Reading(place, found[1], found[0])


def _bare_count(line: Line, place: int) -> Reading | None:
    """`2 h100`."""
    token = line.tokens[place]
    if token.number is None or not token.text.isdecimal() or names.model(line, place + 1) is None:
        return None
    count = int(token.text)
    if not 1 <= count <= MAX_COUNT:
        return None
    return Reading(place, place + 1, {"min_gpus": count, "max_gpus": count})


def _filler(line: Line, place: int) -> Reading | None:
    if line.is_text(place, "-"):
        return Reading(place, place + 1, {}, is_filler=True)
    found = books.FILLERS.at(line.tokens, place)
    return None if found is None else Reading(place, found[1], {}, is_filler=True)


def _is_model(item: Item) -> bool:
    return isinstance(item, Reading) and "gpus" in item.values


def _merged(line: Line, items: list[Item]) -> tuple[dict[str, Any], Conflict | None]:
    values: dict[str, Any] = {}
    said_at: dict[str, int] = {}
    for place, item in enumerate(items):
        for field, value in item.values.items() if isinstance(item, Reading) else ():
            if field in _ADDED_UP:
                values[field] = (*values.get(field, ()), *value)
            elif field in values and values[field] != value:
                return values, _twice(line, items, said_at[field], place, field)
            else:
                values[field] = value
            said_at.setdefault(field, place)
    for field in _ADDED_UP & values.keys():
        values[field] = _ordered(field, values[field])
    return values, _contradiction(line, items, values, said_at)


def _ordered(field: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The order of words does not matter, so equal wishes are equal queries."""
    order: Callable[[str], Any] = (
        (lambda name: (_GPU_ORDER.get(name, len(_GPU_ORDER)), name)) if field == "gpus" else str
    )
    return tuple(sorted(dict.fromkeys(names), key=order))


def _twice(line: Line, items: list[Item], first: int, second: int, field: str) -> Conflict:
    sentence = f"The {_LABELS[field]} is given twice: {_both(line, items, first, second)}."
    return Conflict(sentence, first, second)


def _contradiction(
    line: Line, items: list[Item], values: Mapping[str, Any], said_at: Mapping[str, int]
) -> Conflict | None:
    pairs = [
        (least, most)
        for least, most in _PAIRS
        if Decimal(values.get(least) or 0) > Decimal(values.get(most) or "Infinity")
    ]
    excluded = set(values.get("excluded_countries", ()))
    if values.get("countries") and excluded.issuperset(values["countries"]):
        pairs.append(("countries", "excluded_countries"))
    for pair in pairs:
        first, second = sorted(said_at[field] for field in pair)
        return Conflict(f"{_both(line, items, first, second)} leave nothing.", first, second)
    return None


def _both(line: Line, items: list[Item], first: int, second: int) -> str:
    sources = (line.source(items[n].start, items[n].end) for n in (first, second))
    return " and ".join(map(cite, sources))
