"""What is answered to a question about prices. USD per GPU hour, all-in, on demand."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.rules.history import ModelFigures, Stretch
from bot.rules.searches import SearchId
from providers.listings import Failure
from providers.models import ProviderName

SUMMED_DAYS = (1, 7, 30)
LEAST_POINTS = 5
"""Fewer are better shown over a shorter time."""


@dataclass(frozen=True, slots=True)
class Level:
    """Of several models and marketplaces together."""

    lowest: Decimal | None
    """None, as `median`, when there was no offer."""
    median: Decimal | None
    """Of single medians the mean, by their numbers of offers."""
    offers: int


@dataclass(frozen=True, slots=True)
class Point:
    start: datetime
    lowest: Decimal
    median: Decimal


@dataclass(frozen=True, slots=True)
class AtMarketplace:
    provider: ProviderName
    now: Level | None
    """None when it did not say."""
    past: Mapping[int, Level]
    """Days → what the last so many showed; without those of which nothing is known."""


@dataclass(frozen=True, slots=True)
class PriceSide:
    """One model, or several under one word. Of verified hosts, where nothing else is said."""

    models: tuple[str, ...]
    now: Level | None
    """None when no marketplace said."""
    now_any_host: Level | None
    past: Mapping[int, Level]
    markets: tuple[AtMarketplace, ...]
    points: tuple[Point, ...]
    """Oldest first, without the stretches in which nothing was seen."""
    since: datetime | None
    """When looking began; None when nothing was ever seen."""
    usual: Decimal | None
    """What is known to be usual, for as long as there is no history."""
    search_id: SearchId
    """Of a search for it, waiting for a press."""


@dataclass(frozen=True, slots=True)
class PricesPage:
    sides: tuple[PriceSide, ...]
    days: int
    """Of the chart: fewer than were asked for, where history is young."""
    asked_days: int
    failures: tuple[Failure, ...]
    now: datetime

    @property
    def charted(self) -> tuple[tuple[Point, ...], ...]:
        """Points of each side at the moments that all sides have: a chart has no gaps. Empty when
        there are fewer than two."""
        shared = set.intersection(*({p.start for p in side.points} for side in self.sides))
        if len(shared) < 2:
            return ()
        return tuple(
            tuple(point for point in side.points if point.start in shared) for side in self.sides
        )

    @property
    def has_shape(self) -> bool:
        return any(len(points) >= LEAST_POINTS for points in self.charted)


def level_now(figures: Iterable[ModelFigures]) -> Level | None:
    found = list(figures)
    if not found:
        return None
    return Level(
        min((each.lowest for each in found if each.lowest is not None), default=None),
        _weighted((each.median, Decimal(each.offers)) for each in found),
        sum(each.offers for each in found),
    )


def level_of(stretches: Iterable[Stretch]) -> Level | None:
    """None when nothing was on offer, as far as is known."""
    found = [each for each in stretches if each.lowest is not None]
    if not found:
        return None
    by_start: dict[datetime, Decimal] = defaultdict(Decimal)
    for each in found:
        by_start[each.start] += each.offers
    return Level(
        min(each.lowest for each in found if each.lowest is not None),
        _weighted((each.median, each.offers) for each in found),
        round(sum(by_start.values()) / len(by_start)),
    )


def points_of(stretches: Sequence[Stretch]) -> tuple[Point, ...]:
    by_start: dict[datetime, list[Stretch]] = defaultdict(list)
    for each in stretches:
        by_start[each.start].append(each)
    levels = ((start, level_of(found)) for start, found in sorted(by_start.items()))
    return tuple(
        Point(start, level.lowest, level.median)
        for start, level in levels
        if level is not None and level.lowest is not None and level.median is not None
    )


def _weighted(pairs: Iterable[tuple[Decimal | None, Decimal]]) -> Decimal | None:
    known = [(value, weight) for value, weight in pairs if value is not None and weight > 0]
    weight = sum((weight for _, weight in known), Decimal(0))
    return sum((value * weight for value, weight in known), Decimal(0)) / weight if known else None
