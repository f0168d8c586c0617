"""`/gpu prices`: what models cost now, and what they have cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flows.history import read_figures
from bot.flows.history_ports import ModelPrices, Readings
from bot.flows.ports import Ids, Searches
from bot.rules.history import STEPS, ModelFigures, Stretch
from bot.rules.places import Asker
from bot.rules.price_answers import (
    SUMMED_DAYS,
    AtMarketplace,
    Level,
    PriceSide,
    PricesPage,
    level_now,
    level_of,
    points_of,
)
from bot.rules.searches import Search
from providers.base import Priority
from providers.clock import Clock
from providers.models import OfferQuery, ProviderName
from providers.usual_prices import usual_usd_per_gpu_hour

PATIENCE_S = 10.0
"""The past is worth an answer without the present."""
_Past = Mapping[int, tuple[Stretch, ...]]


@dataclass(frozen=True, slots=True)
class _Known:
    """Of all sides together."""

    now: tuple[ModelFigures, ...]
    past: _Past
    since: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class PriceAnswers:
    readings: Readings
    prices: ModelPrices
    searches: Searches
    ids: Ids
    clock: Clock

    async def ask(self, asker: Asker, sides: Sequence[tuple[str, ...]], days: int) -> PricesPage:
        """What is read for it becomes a point of the history; and since a search is opened for
        each side, its models are looked at more often from now on."""
        now = self.clock.now()
        models = tuple(dict.fromkeys(name for side in sides for name in side))
        since = await self.prices.since(models)
        figures, failures = await read_figures(
            self.readings, models, now, Priority.SEARCH, PATIENCE_S
        )
        await self.prices.record_models(figures)
        now = self.clock.now()
        past = {each: await self._stretches(models, each, now) for each in SUMMED_DAYS}
        opened = [
            Search(self.ids.search_id(), asker, OfferQuery(gpus=side), now) for side in sides
        ]
        await self.searches.save(opened)
        known = _Known(figures, past, since)
        shown = [length for length in reversed(SUMMED_DAYS) if length <= days]
        pages = [
            PricesPage(
                tuple(
                    _side(side, length, known, search)
                    for side, search in zip(sides, opened, strict=True)
                ),
                length,
                days,
                failures,
                now,
            )
            for length in shown
        ]
        # A young history has more points over a shorter time.
        return next((page for page in pages if page.has_shape), pages[-1])

    async def _stretches(
        self, models: Sequence[str], days: int, now: datetime
    ) -> tuple[Stretch, ...]:
        """So many whole steps, the running one the last."""
        step = STEPS[days]
        steps = timedelta(days=days) // step
        until = now + timedelta(seconds=1)
        begun = datetime.fromtimestamp(
            now.timestamp() // step.total_seconds() * step.total_seconds(), now.tzinfo
        )
        return await self.prices.stretches(models, begun - (steps - 1) * step, until, step)


def _side(models: tuple[str, ...], days: int, known: _Known, search: Search) -> PriceSide:
    now = [each for each in known.now if each.model in models]
    past = {
        length: [each for each in stretches if each.model in models and each.verified]
        for length, stretches in known.past.items()
    }
    markets = {each.provider: None for each in now} | {
        each.provider: None for found in past.values() for each in found
    }
    usual = (usual_usd_per_gpu_hour(model) for model in models)
    begun = [known.since[model] for model in models if model in known.since]
    return PriceSide(
        models=models,
        now=level_now(each for each in now if each.verified),
        now_any_host=level_now(each for each in now if not each.verified),
        past=_levels(past),
        markets=tuple(_at(provider, now, past) for provider in sorted(markets)),
        points=points_of(past[days]),
        since=min(begun, default=None),
        usual=min((price for price in usual if price is not None), default=None),
        search_id=search.id,
    )


def _at(
    provider: ProviderName,
    now: Sequence[ModelFigures],
    past: Mapping[int, Sequence[Stretch]],
) -> AtMarketplace:
    return AtMarketplace(
        provider,
        level_now(each for each in now if each.provider == provider and each.verified),
        _levels(
            {
                length: [each for each in found if each.provider == provider]
                for length, found in past.items()
            }
        ),
    )


def _levels(past: Mapping[int, Sequence[Stretch]]) -> Mapping[int, Level]:
    levels = {length: level_of(found) for length, found in past.items()}
    return {length: level for length, level in levels.items() if level is not None}
