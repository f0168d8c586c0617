"""One question to all marketplaces at once."""

from providers.market.market import Market
from providers.market.rounds import Plan, Round, Seen

__all__ = ["Market", "Plan", "Round", "Seen"]
