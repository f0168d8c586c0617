"""What the history of prices needs from outside, beside `watch_ports.Prices`."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.rules.history import Lows, ModelFigures, Stretch
from providers.base import Priority
from providers.listings import Failure, Sweep
from providers.models import OfferQuery


class ModelPrices(Protocol):
    """The history of GPU models. Each method is one transaction."""

    async def record_models(self, figures: Sequence[ModelFigures]) -> None:
        """What is known of a series at a moment is not written again."""
        ...

    async def stretches(
        self, models: Sequence[str], since: datetime, until: datetime, step: timedelta
    ) -> tuple[Stretch, ...]:
        """By model, marketplace, verification, then time; `step` is whole hours, and stretches
        begin at whole steps since 1970. Stretches without a look are left out."""
        ...

    async def lows(
        self, wanted: Sequence[tuple[str, bool]], now: datetime
    ) -> Mapping[tuple[str, bool], Lows]:
        """Of models, with whether verified hosts alone count."""
        ...

    async def since(self, models: Sequence[str]) -> Mapping[str, datetime]:
        """When each was looked at first; to the hour, and what is older to the day."""
        ...

    async def sweep(self, now: datetime) -> int:
        """Deletes what is kept in coarser grain by now, and all of questions that no watch asks
        and none asked for a week; returns how much."""
        ...


class Readings(Protocol):
    """`providers.market.Market`, as far as the history needs it."""

    async def read(
        self,
        query: OfferQuery,
        *,
        newer_than: datetime,
        priority: Priority = Priority.WATCH,
        patience_s: float = 60.0,
    ) -> tuple[tuple[Sweep, ...], tuple[Failure, ...]]:
        """Everything that each marketplace has to say to a query, not yet matched against it; it
        is asked anew unless it gave a whole answer since `newer_than`."""
        ...


class Asked(Protocol):
    """What people asked, as far as it is kept."""

    async def asked_since(self, since: datetime, limit: int) -> tuple[OfferQuery, ...]:
        """The newest first."""
        ...
