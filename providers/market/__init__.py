"""One question to all marketplaces at once."""

from providers.market.market import Market

__all__ = ["Market"]
