"""The history of prices: looks as they were for a week, hours of them for 90 days, days for ever.

A look is written into its hour and its day at once, so that these are never behind and nothing has
to be rolled up later; the sweep only deletes. Money is kept in whole millionths of a dollar,
rounded down: a price never seems lower than itself. What nobody asked for a week is forgotten.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.watch_ports import PricePoint
from bot.rules.history import KNOWN_FOR, RECENT, Low, Lows, ModelFigures, Stretch
from bot.rules.watches import Past, QuestionId
from bot.store.database import Database
from bot.store.price_pasts import pasts, usual
from bot.store.price_rows import (
    DAY,
    HOUR,
    KEPT,
    MODEL,
    QUESTION,
    RAW,
    STEP_S,
    Key,
    Seen,
    add,
    beginning,
    dollars,
    mean,
    micros,
    moment,
    series_ids,
)
from bot.store.tables import price_points, price_series, watches
from providers.models import OfferQuery, ProviderName

_POINT, _SERIES = price_points.c, price_series.c


class StoredPrices:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._ids: dict[Key, int] = {}

    async def record(self, points: Sequence[PricePoint]) -> None:
        """Of one question at one second the first is kept."""
        await self._write(
            [
                Seen(
                    Key(QUESTION, point.question),
                    int(point.at.timestamp()),
                    None if point.usd_per_hour is None else micros(point.usd_per_hour),
                    quartile=0,
                    median=0,
                    offers=point.matched,
                )
                for point in points
            ]
        )

    async def record_models(self, figures: Sequence[ModelFigures]) -> None:
        await self._write(
            [
                Seen(
                    Key(MODEL, each.model, each.provider, each.verified),
                    int(each.at.timestamp()),
                    None if each.lowest is None else micros(each.lowest),
                    micros(each.quartile or Decimal(0)),
                    micros(each.median or Decimal(0)),
                    each.offers,
                )
                for each in figures
            ]
        )

    async def pasts(
        self, queries: Mapping[QuestionId, OfferQuery], now: datetime
    ) -> Mapping[QuestionId, Past]:
        """What is written at `now` itself counts too, in its hour: ask first, record then. The
        lows reach back to the beginning of an hour, up to an hour more than their name says."""
        async with self._database.reading() as connection:
            known = await pasts(connection, list(queries), now)
            prices = await usual(connection, queries.values(), now)
        return {
            question: Past(**known.get(question, {}), **prices(query))
            for question, query in queries.items()
        }

    async def last_at_or_below(
        self, question: QuestionId, usd_per_hour: Decimal, now: datetime
    ) -> datetime | None:
        """Of a look that is older than a week the beginning of its hour, or of its day."""
        of_question = (
            select(func.max(_POINT.at_s))
            .join(price_series, _SERIES.id == _POINT.series_id)
            .where(_SERIES.kind == QUESTION)
            .where(_SERIES.name == question)
            .where(_POINT.lowest <= micros(usd_per_hour))
        )
        async with self._database.reading() as connection:
            for grain, before_s in _grains(now):
                found = await connection.execute(
                    of_question.where(_POINT.grain == grain).where(_POINT.at_s < before_s)
                )
                at_s = found.scalar_one_or_none()
                if at_s is not None:
                    return moment(at_s)
        return None

    async def stretches(
        self, models: Sequence[str], since: datetime, until: datetime, step: timedelta
    ) -> tuple[Stretch, ...]:
        step_s = int(step.total_seconds())
        grain = DAY if step_s % STEP_S[DAY] == 0 else HOUR
        start = (_POINT.at_s - _POINT.at_s % step_s).label("start")
        keys = (_SERIES.name, _SERIES.provider, _SERIES.verified, start)
        statement = (
            _of_models(models, grain, since, until)
            .add_columns(
                *keys,
                func.min(_POINT.lowest).label("lowest"),
                *(
                    func.sum(_POINT[name]).label(name)
                    for name in ("quartiles", "medians", "priced", "offers", "points")
                ),
            )
            .group_by(*keys)
            .order_by(*keys)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement)).all()
        return tuple(_stretch(row) for row in rows)

    async def lows(
        self, wanted: Sequence[tuple[str, bool]], now: datetime
    ) -> Mapping[tuple[str, bool], Lows]:
        if not wanted:
            return {}
        async with self._database.reading() as connection:
            hours = await _lows(connection, wanted, HOUR, now - RECENT, now)
            days = await _lows(connection, wanted, DAY, now - KNOWN_FOR, now)
        return {key: Lows(tuple(hours[key]), tuple(days[key])) for key in wanted}

    async def since(self, models: Sequence[str]) -> Mapping[str, datetime]:
        first = func.min(_POINT.at_s)
        statement = (
            select(_SERIES.name, _POINT.grain, first)
            .join(price_series, _SERIES.id == _POINT.series_id)
            .where(_SERIES.kind == MODEL)
            .where(_SERIES.name.in_(list(models)))
            .where(_POINT.grain.in_([HOUR, DAY]))
            .where(_POINT.priced > 0)
            .group_by(_SERIES.name, _POINT.grain)
            .order_by(_POINT.grain.desc())
        )
        found: dict[str, int] = {}
        async with self._database.reading() as connection:
            for name, _, at_s in await connection.execute(statement):
                # The hour of the first day, as long as it is kept.
                day = found.get(name)
                found[name] = at_s if day is None or beginning(at_s, DAY) == day else day
        return {name: moment(at_s) for name, at_s in found.items()}

    async def sweep(self, now: datetime) -> int:
        gone = 0
        async with self._database.writing() as connection:
            for grain, kept in KEPT.items():
                # By series, since that is how points are laid down.
                result = await connection.execute(
                    delete(price_points)
                    .where(_POINT.series_id.in_(select(_SERIES.id)))
                    .where(_POINT.grain == grain)
                    .where(_POINT.at_s < int((now - kept).timestamp()))
                )
                gone += result.rowcount
            result = await connection.execute(
                delete(price_points).where(_POINT.series_id.in_(_unasked()))
            )
            gone += result.rowcount
        return gone

    async def _write(self, seen: Sequence[Seen]) -> None:
        if not seen:
            return
        async with self._database.writing() as connection:
            missing = {look.key for look in seen if look.key not in self._ids}
            ids = {**self._ids, **await series_ids(connection, missing)}
            await add(connection, seen, ids)
        self._ids = ids


def _unasked() -> Select[Any]:
    """Questions that no watch asks, not even a paused one, and of which no look is left: nobody
    asked them for a week. The series itself stays, since other processes know its number."""
    looks = select(_POINT.series_id).where(_POINT.series_id == _SERIES.id, _POINT.grain == RAW)
    return (
        select(_SERIES.id)
        .where(_SERIES.kind == QUESTION)
        .where(_SERIES.name.not_in(select(watches.c.question)))
        .where(~looks.exists())
    )


def _grains(now: datetime) -> Iterator[tuple[int, int]]:
    """Each with the moment from which on a finer one has it all."""
    yield RAW, int(now.timestamp())
    for grain, finer in ((HOUR, RAW), (DAY, HOUR)):
        yield grain, beginning((now - KEPT[finer]).timestamp(), grain) + STEP_S[grain]


def _of_models(models: Iterable[str], grain: int, since: datetime, until: datetime) -> Select[Any]:
    return (
        select()
        .select_from(price_points)
        .join(price_series, _SERIES.id == _POINT.series_id)
        .where(_SERIES.kind == MODEL)
        .where(_SERIES.name.in_(list(dict.fromkeys(models))))
        .where(_POINT.grain == grain)
        .where(_POINT.at_s >= beginning(since.timestamp(), grain))
        .where(_POINT.at_s < int(until.timestamp()))
    )


def _stretch(row: Any) -> Stretch:
    return Stretch(
        model=row.name,
        provider=ProviderName(row.provider),
        verified=row.verified,
        start=moment(row.start),
        lowest=dollars(row.lowest),
        quartile=mean(row.quartiles, row.priced),
        median=mean(row.medians, row.priced),
        offers=Decimal(int(row.offers)) / int(row.points),
    )


async def _lows(
    connection: AsyncConnection,
    wanted: Sequence[tuple[str, bool]],
    grain: int,
    since: datetime,
    now: datetime,
) -> Mapping[tuple[str, bool], list[Low]]:
    keys = (_SERIES.name, _SERIES.verified, _POINT.at_s)
    statement = (
        _of_models((name for name, _ in wanted), grain, since, now)
        .add_columns(*keys, func.min(_POINT.lowest).label("lowest"))
        .where(_SERIES.verified.in_({verified for _, verified in wanted}))
        .where(_POINT.lowest.is_not(None))
        .group_by(*keys)
        .order_by(_POINT.at_s)
    )
    found: dict[tuple[str, bool], list[Low]] = defaultdict(list)
    for row in await connection.execute(statement):
        low = Low(moment(row.at_s), Decimal(row.lowest) / 1_000_000)
        found[row.name, row.verified].append(low)
    return found
