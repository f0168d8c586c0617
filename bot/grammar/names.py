"""Wishes that are names: models, places, marketplaces."""

from collections.abc import Callable
from itertools import takewhile

from bot.grammar import books
from bot.grammar.findings import Item, Line, Problem, Reading, cite
from bot.grammar.lexer import MAX_COUNT, Kind, Token
from bot.grammar.shapes import COUNTING, Unit
from bot.grammar.text import MAX_SHOWN, settled
from bot.grammar.vocabulary import NOT_A_SECOND_PLACE
from providers import gpus, places

MODEL_TOKENS = 6
PLACE_TOKENS = 8
Named = tuple[tuple[str, ...], int]
"""What is meant, and the place behind it."""


def models(line: Line, start: int) -> Item | None:
    """`4090`, `4090|a6000`, `4090 or a6000`, `"RTX 9090 Ti"`."""
    token = line.at(start)
    if token is not None and token.kind is Kind.QUOTED and len(token.text) > MAX_SHOWN:
        sentence = (
            f"A name in quotes has at most {MAX_SHOWN} characters, unlike {cite(token.text)}."
        )
        return Problem(start, start + 1, sentence)
    found = _listed(line, start, model)
    return None if found is None else Reading(start, found[1], {"gpus": found[0]})


def model(line: Line, start: int) -> Named | None:
    """The longest name that stands here."""
    token = line.at(start)
    if token is not None and token.kind is Kind.QUOTED:
        return _quoted(token.text), start + 1
    for end in range(_model_end(line, start), start, -1):
        text = line.source(start, end)
        names = gpus.find(text) or (gpus.find(text[:-1]) if text[-1] in "sS" else ())
        if names and not (end == start + 1 and _is_size(line, start)):
            return names, end
    return None


def place(line: Line, start: int) -> Reading | None:
    """`in us,de`, `not in north america`."""
    lead = books.PLACE_LEADS.at(line.tokens, start)
    found = None if lead is None else _listed(line, lead[1], _country)
    if lead is None or found is None:
        return None
    return Reading(start, found[1], {lead[0]: found[0]})


def marketplace(line: Line, start: int) -> Reading | None:
    """`on vast`, `vast.ai or tensordock`."""
    lead = books.MARKETPLACE_LEADS.at(line.tokens, start)
    found = _listed(line, start if lead is None else lead[1], _marketplace)
    return None if found is None else Reading(start, found[1], {"providers": found[0]})


def _listed(line: Line, start: int, read: Callable[[Line, int], Named | None]) -> Named | None:
    """One name, and more of the kind behind `or`, `|` or a comma, which is no token."""
    found = read(line, start)
    if found is None:
        return None
    names, end = found
    while more := read(line, _behind_or(line, end)):
        names, end = names + more[0], more[1]
    return tuple(dict.fromkeys(names)), end


def _behind_or(line: Line, place: int) -> int:
    found = books.OR.at(line.tokens, place)
    return place if found is None else found[1]


def _quoted(text: str) -> tuple[str, ...]:
    name = settled(text[:MAX_SHOWN])
    return gpus.find(name) or ((name,) if name else ())


def _model_end(line: Line, start: int) -> int:
    """Behind the last token that may belong to a model beginning here."""
    end = start
    while end < min(start + MODEL_TOKENS, len(line.tokens)) and _may_belong(line, start, end):
        end += 1
    while end > start and line.tokens[end - 1].kind is Kind.SIGN:
        end -= 1
    return end


def _may_belong(line: Line, start: int, place: int) -> bool:
    token = line.tokens[place]
    if token.kind not in {Kind.WORD, Kind.NUMBER}:
        return token.text == "-" and place > start
    if place == start:
        return True
    unit = _unit_of(line, place)
    if token.number is not None:
        if unit is None or (unit.dimension in COUNTING and token.number > MAX_COUNT):
            return True
        # `a100 80gb` is a model and a size, and `a100 sxm 4 cpus` no `A100 SXM4`.
        return unit.dimension in COUNTING and token.glued
    following = line.at(place + 1)
    number = None if following is None else following.number
    if token.text != "x" or number is None or number > MAX_COUNT:
        return True
    return _unit_of(line, place + 1) is not None  # `titan x 24gb`, not `a100 x 2`


def _is_size(line: Line, place: int) -> bool:
    """`970gb` is no GTX 970."""
    unit = _unit_of(line, place) if line.is_number(place) else None
    return unit is not None and unit.dimension not in COUNTING and not unit.named_only


def _unit_of(line: Line, place: int) -> Unit | None:
    """The unit of the number that stands at a place, also where a range begins there."""
    end = place + 1
    if (line.is_text(end, "-") or line.is_text(end, "to")) and line.is_number(end + 1):
        end += 2
    found = books.UNITS.at(line.tokens, end + line.is_text(end, "+"))
    return None if found is None else found[0]


def _country(line: Line, start: int) -> Named | None:
    token = line.at(start)
    is_first = books.PLACE_LEADS.at(line.tokens, start - 1) is not None
    if token is None or (token.text in NOT_A_SECOND_PLACE and not is_first):
        return None
    words = takewhile(_is_word, line.tokens[start : start + PLACE_TOKENS])
    for end in range(start + len(tuple(words)), start, -1):
        if codes := places.country_codes(line.source(start, end)):
            return codes, end
    return None


def _is_word(token: Token) -> bool:
    return token.kind is Kind.WORD or token.text == "&"


def _marketplace(line: Line, start: int) -> Named | None:
    found = books.MARKETPLACES.at(line.tokens, start)
    return None if found is None else ((found[0],), found[1])
