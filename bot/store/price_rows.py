"""Rows of the history of prices: their grain, their money, and how they are written."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.statements import chunks, inserting
from bot.store.tables import price_points, price_series

RAW, HOUR, DAY = 0, 1, 2
STEP_S = {HOUR: 3_600, DAY: 86_400}
KEPT = {RAW: timedelta(days=7), HOUR: timedelta(days=90)}
QUESTION, MODEL = "question", "model"
_MICRO = 1_000_000
_MOST = 10**15
"""Millionths: no machine costs a billion an hour, and sums of these stay in eight bytes."""


@dataclass(frozen=True, slots=True)
class Key:
    """Whose prices: of a question (without marketplace), or of a model at a marketplace."""

    kind: str
    name: str
    provider: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One look. Money in millionths; `lowest` is None when there was nothing."""

    key: Key
    at_s: int
    lowest: int | None
    quartile: int
    median: int
    offers: int


def micros(usd: Decimal) -> int:
    """Rounded down."""
    return min(int((usd * _MICRO).to_integral_value(ROUND_FLOOR)), _MOST)


def dollars(millionths: int | None) -> Decimal | None:
    return None if millionths is None else Decimal(int(millionths)) / _MICRO


def mean(total: int, count: int) -> Decimal | None:
    """Of millionths, in dollars."""
    return Decimal(int(total) // int(count)) / _MICRO if count else None


def moment(at_s: int) -> datetime:
    return datetime.fromtimestamp(int(at_s), UTC)


def beginning(at_s: float, grain: int) -> int:
    """Of the hour or day in which it is."""
    step = STEP_S[grain]
    return int(at_s) // step * step


async def series_ids(connection: AsyncConnection, keys: Iterable[Key]) -> Mapping[Key, int]:
    """Makes those that are missing."""
    wanted = sorted(set(keys), key=lambda key: (key.kind, key.name, key.provider, key.verified))
    found = await _known(connection, wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        statement = inserting(connection, price_series).on_conflict_do_nothing()
        await connection.execute(statement, [_columns(key) for key in missing])
        found |= await _known(connection, missing)
    return found


async def add(connection: AsyncConnection, seen: Sequence[Seen], ids: Mapping[Key, int]) -> None:
    """Looks that are known already are left as they are."""
    known = await _written(connection, seen, ids)
    new = {(ids[look.key], look.at_s): look for look in seen}
    rows = [
        _row(series, RAW, at_s, look)
        for (series, at_s), look in sorted(new.items(), key=lambda item: item[0])
        if (series, at_s) not in known
    ]
    if not rows:
        return
    statement = inserting(connection, price_points)
    await connection.execute(statement.on_conflict_do_nothing(), rows)
    added = {
        name: price_points.c[name] + statement.excluded[name]
        for name in ("quartiles", "medians", "offers", "priced", "points")
    }
    old, lower = price_points.c.lowest, statement.excluded["lowest"]
    lowest = case((old.is_(None), lower), (lower.is_(None), old), (lower < old, lower), else_=old)
    statement = statement.on_conflict_do_update(
        index_elements=["series_id", "grain", "at_s"], set_={"lowest": lowest, **added}
    )
    # In one order everywhere: two processes that write at once wait, and do not block each other.
    await connection.execute(
        statement,
        [
            {**row, "grain": grain, "at_s": beginning(row["at_s"], grain)}
            for grain in (HOUR, DAY)
            for row in rows
        ],
    )


async def _known(connection: AsyncConnection, keys: Sequence[Key]) -> dict[Key, int]:
    found: dict[Key, int] = {}
    for kind in dict.fromkeys(key.kind for key in keys):
        names = list(dict.fromkeys(key.name for key in keys if key.kind == kind))
        for some in chunks(names):
            rows = await connection.execute(
                select(price_series)
                .where(price_series.c.kind == kind)
                .where(price_series.c.name.in_(some))
            )
            for row in rows:
                found[Key(row.kind, row.name, row.provider, row.verified)] = row.id
    return found


async def _written(
    connection: AsyncConnection, seen: Sequence[Seen], ids: Mapping[Key, int]
) -> set[tuple[int, int]]:
    points = price_points.c
    moments = sorted({look.at_s for look in seen})
    found: set[tuple[int, int]] = set()
    for some in chunks(sorted({ids[look.key] for look in seen})):
        rows = await connection.execute(
            select(points.series_id, points.at_s)
            .where(points.series_id.in_(some))
            .where(points.grain == RAW)
            .where(points.at_s.between(moments[0], moments[-1]))
        )
        found.update((row.series_id, row.at_s) for row in rows)
    return found


def _columns(key: Key) -> dict[str, Any]:
    return {
        "kind": key.kind,
        "name": key.name,
        "provider": key.provider,
        "verified": key.verified,
    }


def _row(series_id: int, grain: int, at_s: int, look: Seen) -> dict[str, Any]:
    return {
        "series_id": series_id,
        "grain": grain,
        "at_s": at_s,
        "lowest": look.lowest,
        "quartiles": look.quartile,
        "medians": look.median,
        "offers": look.offers,
        "priced": 0 if look.lowest is None else 1,
        "points": 1,
    }
