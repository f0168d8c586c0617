"""Every card that a golden holds, by the name of its file."""

from tests.bot.render import (
    sample_notices,
    sample_orders,
    sample_prices,
    sample_searches,
    sample_sessions,
    sample_watches,
)
from tests.bot.render.samples import Card

PARTS = (
    sample_searches,
    sample_sessions,
    sample_notices,
    sample_prices,
    sample_watches,
    sample_orders,
)


def cards() -> dict[str, Card]:
    found: dict[str, Card] = {}
    for part in PARTS:
        more = part.cards()
        assert not found.keys() & more.keys()
        found |= more
    return found
