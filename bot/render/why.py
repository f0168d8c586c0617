"""Why nothing was found. Raw text, escaped by whoever shows it."""

from bot import grammar
from bot.render import facts, parts
from bot.render.foreign import clean
from providers.listings import Listing
from providers.models import OfferQuery

CONDITIONS_SHOWN = 6
NEAR_MISSES_SHOWN = 3


def reasons(query: OfferQuery, listing: Listing) -> list[str]:
    """`“under $0.20/h” rules out 31 offers`, the harshest condition first.

    “2 GPUs” is two conditions in the same words. No offer fails both ends, so they add up.
    """
    counts: dict[str, int] = {}
    for field, count in listing.removed:
        words = condition(field, query)
        counts[words] = counts.get(words, 0) + count
    harshest = sorted(counts.items(), key=lambda item: -item[1])
    return [
        f"“{words}” rules out {parts.counted(count, 'offer')}"
        for words, count in harshest[:CONDITIONS_SHOWN]
    ]


def nearest(query: OfferQuery, listing: Listing) -> list[str]:
    """The cheapest offer that fails one condition alone, with its price."""
    lines = []
    for miss in listing.near_misses[:NEAR_MISSES_SHOWN]:
        offer = miss.offer
        seller = parts.marketplace(offer.provider)
        found = f"{facts.title(offer)} at {seller}, {facts.price(offer)}"
        lines.append(f"Nearest without “{condition(miss.condition, query)}”: {found}")
    return lines


def advice(query: OfferQuery, listing: Listing) -> list[str]:
    """What to do where no single condition is in the way."""
    if listing.near_misses or not listing.removed:
        return []
    if [field for field, _ in listing.removed] == ["gpus"]:
        asked = [parts.marketplace(source.provider) for source in listing.sources]
        verb = "lists" if len(asked) == 1 else "list"
        model = condition("gpus", query)
        return [f"{parts.listed(asked)} {verb} no “{model}” now. Try another model."]
    return ["No offer fails one condition alone: drop several, or try another model."]


def condition(field: str, query: OfferQuery) -> str:
    return clean(grammar.condition_words(field, query), 100)
