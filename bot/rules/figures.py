"""An answer of a marketplace → what each GPU model costs there."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from bot.rules.history import ModelFigures, at_quantile
from providers import matching
from providers.listings import Candidate
from providers.models import PricingKind, ProviderName

ABSURD_SHARE = 0.1
"""Of the median: a machine below it is a slip of its host, and would be the lowest for months."""
_MICRO = Decimal("0.000001")


def figures(
    provider: ProviderName, candidates: Collection[Candidate], models: Iterable[str], at: datetime
) -> tuple[ModelFigures, ...]:
    """Two of each model that was asked about, of verified hosts and of all; without prices where
    the marketplace has none. `candidates` are all that it has of these models."""
    _, verified_only = matching.CONDITIONS["verified_only"]
    verified = verified_only(True, at.timestamp())  # noqa: FBT003  the wish for them
    prices: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for candidate in matching.without_doubles(candidates):
        if candidate.provider != provider or candidate.pricing is not PricingKind.ON_DEMAND:
            continue
        price = candidate.usd_per_hour / candidate.gpu_count
        prices[candidate.gpu_name, False].append(price)
        if verified(candidate):
            prices[candidate.gpu_name, True].append(price)
    return tuple(
        _figures(model, provider, is_verified, at, prices.get((model, is_verified), []))
        for model in dict.fromkeys(models)
        for is_verified in (True, False)
    )


def _figures(
    model: str,
    provider: ProviderName,
    verified: bool,  # noqa: FBT001  a field of the figures
    at: datetime,
    prices: list[float],
) -> ModelFigures:
    meant = list(_meant(prices))
    shares = {"lowest": 0.0, "quartile": 0.25, "median": 0.5}
    found = {name: _money(at_quantile(meant, share)) for name, share in shares.items() if meant}
    return ModelFigures(
        model=model,
        provider=provider,
        verified=verified,
        at=at,
        lowest=found.get("lowest"),
        quartile=found.get("quartile"),
        median=found.get("median"),
        offers=len(meant),
    )


def _meant(prices: list[float]) -> Iterator[float]:
    """Ascending, without those that nobody means."""
    ordered = sorted(prices)
    least = at_quantile(ordered, 0.5) * ABSURD_SHARE if ordered else 0.0
    return (price for price in ordered if price >= least)


def _money(price: float) -> Decimal:
    return Decimal(repr(price)).quantize(_MICRO)
