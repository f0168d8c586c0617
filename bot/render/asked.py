"""What was asked for, and what was assumed because nobody said otherwise. Raw text."""

from bot import grammar
from bot.render.foreign import clean
from providers.models import OfferQuery


def line(query: OfferQuery) -> str:
    """`Asked for: RTX 4090, under $0.80/h. By default: verified, on-demand, reliability 95%.`"""
    wished = [clean(each.words, 120) for each in grammar.conditions(query) if not each.is_default]
    assumed = [clean(each.words, 120) for each in grammar.conditions(query) if each.is_default]
    asked = f"Asked for: {', '.join(wished)}." if wished else "Asked for: any GPU."
    return f"{asked} By default: {', '.join(assumed)}." if assumed else asked
