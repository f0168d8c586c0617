"""What was asked for, and what was assumed because nobody said otherwise. Raw text."""

from bot import grammar
from bot.grammar import Condition
from bot.render.foreign import clean
from bot.render.parts import listed
from providers.models import OfferQuery

_MAY_BE_UNSTATED = {"verified_only", "min_reliability"}


def line(query: OfferQuery) -> str:
    """`Asked for: RTX 4090. By default: verified hosts where stated, on-demand.`"""
    conditions = grammar.conditions(query)
    wished = [clean(each.words, 120) for each in conditions if not each.is_default]
    assumed = _assumed([each for each in conditions if each.is_default])
    wished += _given_up(query)
    asked = f"Asked for: {', '.join(wished) or 'any GPU'}."
    return f"{asked} By default: {', '.join(assumed)}." if assumed else asked


def _assumed(conditions: list[Condition]) -> list[str]:
    """What a marketplace does not state passes, so that some defaults are no promise."""
    unstated = [clean(each.words, 120) for each in conditions if each.field in _MAY_BE_UNSTATED]
    others = [clean(each.words, 120) for each in conditions if each.field not in _MAY_BE_UNSTATED]
    return [f"{listed(unstated)} where stated", *others] if unstated else others


def _given_up(query: OfferQuery) -> list[str]:
    """A default that was lifted is no condition, but the reader has to know."""
    lifted = (
        ("any host", not query.verified_only),
        ("any reliability", query.min_reliability is None),
    )
    return [words for words, is_lifted in lifted if is_lifted]
