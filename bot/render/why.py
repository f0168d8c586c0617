"""Why nothing was found. Raw text, escaped by whoever shows it."""

from bot import grammar
from bot.render import facts, parts
from bot.render.foreign import clean
from providers.models import Listing, OfferQuery

CONDITIONS_SHOWN = 6
NEAR_MISSES_SHOWN = 3


def reasons(query: OfferQuery, listing: Listing) -> list[str]:
    """`“under $0.20/h” removed 31 of 31`, the harshest condition first."""
    return [
        f"“{condition(field, query)}” removed {count:,} of {listing.considered:,}"
        for field, count in listing.removed[:CONDITIONS_SHOWN]
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


def condition(field: str, query: OfferQuery) -> str:
    return clean(grammar.condition_words(field, query), 100)
