"""What is known of many questions at once: their lows, and what their models usually cost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    case,
    cast,
    func,
    null,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.rules.watches import QuestionId
from bot.store.price_rows import (
    DAY,
    HOUR,
    MODEL,
    QUESTION,
    RAW,
    STEP_S,
    beginning,
    dollars,
    mean,
    moment,
)
from bot.store.statements import chunks
from bot.store.tables import price_points, price_series
from providers.models import OfferQuery
from providers.usual_prices import usual_prices, usual_usd_per_gpu_hour

ENOUGH_LOOKS = 24
"""Of a model within a week, before our own history says what it usually costs."""
_POINT, _SERIES = price_points.c, price_series.c
_DAY, _WEEK, _MONTH = timedelta(days=1), timedelta(days=7), timedelta(days=30)
_WINDOWS = ("day", "week", "month")
_Columns = tuple[ColumnElement[Any], ColumnElement[Any], ColumnElement[Any]]
_NOTHING = cast(null(), BigInteger)


async def pasts(
    connection: AsyncConnection, questions: Sequence[QuestionId], now: datetime
) -> dict[QuestionId, dict[str, Any]]:
    """Fields of `Past`. A few dozen rows of each question are looked at: hours of the last day,
    days of the month, and hours where a window begins within a day."""
    found: dict[QuestionId, dict[str, Any]] = {}
    for some in chunks(questions):
        series = await connection.execute(
            select(_SERIES.id, _SERIES.name)
            .where(_SERIES.kind == QUESTION)
            .where(_SERIES.name.in_(some))
        )
        names = {row.id: QuestionId(row.name) for row in series}
        for row in await connection.execute(_lows(list(names), now)):
            found[names[row.series_id]] = {
                "since": _first(row.first_hour, row.first_look),
                "low_24h": dollars(row.day),
                "low_7d": dollars(row.week),
                "low_30d": dollars(row.month),
            }
    return found


def _lows(series: Sequence[int], now: datetime) -> Select[Any]:
    day, week, month = (
        beginning((now - length).timestamp(), HOUR) for length in (_DAY, _WEEK, _MONTH)
    )
    whole_week, whole_month = (_next_day(at_s) for at_s in (week, month))
    end = int(now.timestamp()) + 1
    low = _POINT.lowest
    in_week = case((_POINT.at_s >= whole_week, low))
    parts = union_all(
        _part(series, HOUR, (day, end), (low, low, low)),
        _part(series, HOUR, (week, whole_week), (_NOTHING, low, low)),
        _part(series, HOUR, (month, whole_month), (_NOTHING, _NOTHING, low)),
        _part(series, DAY, (whole_month, end), (_NOTHING, in_week, low)),
    ).subquery("parts")
    lows = (func.min(parts.c[name]).label(name) for name in _WINDOWS)
    # Grouped before anything is joined: SQLite would walk through all parts for each question.
    found = select(parts.c.series_id, *lows).group_by(parts.c.series_id).subquery("found")
    return select(
        found,
        _earliest(found, HOUR, month).label("first_hour"),
        _earliest(found, RAW, week).label("first_look"),
    )


def _part(
    series: Sequence[int], grain: int, between_s: tuple[int, int], columns: _Columns
) -> Select[Any]:
    named = zip(_WINDOWS, columns, strict=True)
    return (
        select(_POINT.series_id, *(column.label(name) for name, column in named))
        .where(_POINT.series_id.in_(series))
        .where(_POINT.grain == grain)
        .where(_POINT.at_s >= between_s[0])
        .where(_POINT.at_s < between_s[1])
    )


def _earliest(found: Subquery, grain: int, since_s: int) -> ScalarSelect[Any]:
    return (
        select(func.min(_POINT.at_s))
        .where(_POINT.series_id == found.c.series_id)
        .where(_POINT.grain == grain)
        .where(_POINT.at_s >= since_s)
        .scalar_subquery()
    )


def _next_day(at_s: int) -> int:
    return beginning(at_s + STEP_S[DAY] - 1, DAY)


def _first(hour_s: int | None, look_s: int | None) -> datetime | None:
    """The look itself, where it is kept and no older hour is."""
    if hour_s is None:
        return None
    exact = look_s is not None and beginning(look_s, HOUR) == hour_s
    return moment(look_s if exact and look_s is not None else hour_s)


async def usual(
    connection: AsyncConnection, queries: Iterable[OfferQuery], now: datetime
) -> Callable[[OfferQuery], dict[str, Any]]:
    """Fields of `Past`: what a query's model usually costs, or each of several; of a query
    without one every model that is known. The mean of the medians over 7 days where these were
    seen, else what is known of the model."""
    models = sorted({name for query in queries for name in query.gpus})
    seen = await _medians(connection, models, now)

    def price(model: str, query: OfferQuery) -> Decimal | None:
        return seen.get((model, query.verified_only)) or usual_usd_per_gpu_hour(model)

    def of(query: OfferQuery) -> dict[str, Any]:
        if not query.gpus:
            return {"usual_of": usual_prices()}
        found = {name: usd for name in query.gpus if (usd := price(name, query)) is not None}
        cheapest = {"usual_usd_per_gpu_hour": min(found.values(), default=None)}
        return cheapest if len(query.gpus) == 1 else cheapest | {"usual_of": found}

    return of


async def _medians(
    connection: AsyncConnection, models: Sequence[str], now: datetime
) -> Mapping[tuple[str, bool], Decimal]:
    found: dict[tuple[str, bool], Decimal] = {}
    for some in chunks(models):
        rows = await connection.execute(
            select(
                _SERIES.name,
                _SERIES.verified,
                func.sum(_POINT.medians).label("medians"),
                func.sum(_POINT.priced).label("priced"),
            )
            .join(price_series, _SERIES.id == _POINT.series_id)
            .where(_SERIES.kind == MODEL)
            .where(_SERIES.name.in_(some))
            .where(_POINT.grain == DAY)
            .where(_POINT.at_s >= beginning((now - _WEEK).timestamp(), DAY))
            .where(_POINT.at_s <= int(now.timestamp()))
            .group_by(_SERIES.name, _SERIES.verified)
        )
        for row in rows:
            price = mean(row.medians, row.priced)
            if price is not None and row.priced >= ENOUGH_LOOKS:
                found[row.name, row.verified] = price
    return found
