"""GPU marketplaces as one: ask for offers, get a `Listing`. Importing this opens nothing.

`providers.registry` is not here: it knows every marketplace and brings their libraries along.
"""

from providers.base import Capability, Priority, Provider
from providers.errors import ProviderError
from providers.listings import CacheUse, Failure, FailureReason, Listing, NearMiss, Source
from providers.market import Market
from providers.models import (
    Gpu,
    Location,
    Offer,
    OfferId,
    OfferQuery,
    Price,
    PricingKind,
    ProviderName,
    Sort,
    Verification,
)

__all__ = [
    "CacheUse",
    "Capability",
    "Failure",
    "FailureReason",
    "Gpu",
    "Listing",
    "Location",
    "Market",
    "NearMiss",
    "Offer",
    "OfferId",
    "OfferQuery",
    "Price",
    "PricingKind",
    "Priority",
    "Provider",
    "ProviderError",
    "ProviderName",
    "Sort",
    "Source",
    "Verification",
]
