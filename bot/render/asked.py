"""What was asked for, and what was assumed because nobody said otherwise. Raw text."""

from bot import grammar
from bot.render.foreign import clean
from providers.models import OfferQuery


def line(query: OfferQuery) -> str:
    """`Asked for: RTX 4090, under $0.80/h. By default: verified hosts, on-demand.`"""
    conditions = grammar.conditions(query)
    wished = [clean(each.words, 120) for each in conditions if not each.is_default]
    assumed = [clean(each.words, 120) for each in conditions if each.is_default]
    wished += _given_up(query)
    asked = f"Asked for: {', '.join(wished) or 'any GPU'}."
    return f"{asked} By default: {', '.join(assumed)}." if assumed else asked


def _given_up(query: OfferQuery) -> list[str]:
    """A default that was lifted is no condition, but the reader has to know."""
    lifted = (
        ("any host", not query.verified_only),
        ("any reliability", query.min_reliability is None),
    )
    return [words for words, is_lifted in lifted if is_lifted]
