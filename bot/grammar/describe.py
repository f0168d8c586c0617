"""A query as text that is read as the same query, and as conditions for people."""

from bot.grammar.table import NOTHING_WISHED, ROWS
from bot.grammar.values import Condition
from bot.grammar.writing import condition_words
from providers.models import OfferQuery

_DEFAULT = OfferQuery()
_NO_CONDITIONS = {"sort", "limit"}
_ASSUMED = ("verified_only", "pricing", "min_reliability")
"""What holds when nobody says otherwise."""


def describe(query: OfferQuery) -> str:
    """Canonical: `2x 4090 under 0.80`. Holds for every query that `parse` yields."""
    return " ".join(filter(None, (row.text(query) for row in ROWS))) or NOTHING_WISHED


def conditions(query: OfferQuery) -> tuple[Condition, ...]:
    """What holds for every offer of the answer, in the order of the table."""
    found: list[Condition] = []
    for field in (field for row in ROWS for field in row.fields):
        value = getattr(query, field)
        is_default = value == getattr(_DEFAULT, field)
        words = condition_words(field, query)
        if field in _NO_CONDITIONS or not words or (is_default and field not in _ASSUMED):
            continue
        if words not in (condition.words for condition in found):
            found.append(Condition(field, words, is_default))
    return tuple(found)
