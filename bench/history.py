"""The history of prices after a year of 10,000 points a day: its size, and what questions take."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import insert

from bot.flows.watch_ports import PricePoint
from bot.rules.watches import QuestionId, question_of
from bot.store import Database, StoredPrices, open_database
from bot.store.price_rows import DAY, HOUR, KEPT, MODEL, QUESTION, RAW
from bot.store.tables import price_points, price_series
from providers import gpus
from providers.models import OfferQuery

NOW = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)
EVERY_S = {RAW: 300, HOUR: 3_600, DAY: 86_400}
SERIES = 35
"""A point every five minutes makes 288 a day."""
QUESTIONS = 1_000
_AT_ONCE = 20_000
_TRIES = 15


@dataclass(frozen=True, slots=True)
class Measured:
    points: int
    """Rows that are left of a year."""
    mb: float
    slowest: str
    slowest_ms: float
    """Of what a person waits for."""
    pasts_ms: float
    """Of a thousand questions at once."""


def measure() -> Measured:
    with TemporaryDirectory() as folder:
        return asyncio.run(_measure(Path(folder) / "history.db"))


async def _measure(path: Path) -> Measured:
    database = open_database(f"sqlite:///{path}")
    try:
        await database.migrate()
        points = await _fill(database)
        prices = StoredPrices(database)
        await prices.sweep(NOW)
        mb = _mb(path.parent)
        times = {name: await _time(ask) for name, ask in _questions(prices).items()}
        slowest = max(times, key=lambda name: times[name])
        many = {
            question_of(query): query
            for query in (
                OfferQuery(gpus=("RTX 4090",), min_vcpus=float(n)) for n in range(QUESTIONS)
            )
        }
        for hours in (1, 30, 200, 700):
            at = NOW - timedelta(hours=hours)
            await prices.record([PricePoint(q, at, Decimal("0.4"), 3) for q in many])
        pasts = await _time(lambda: prices.pasts(many, NOW))
        return Measured(points, mb, slowest, times[slowest] * 1e3, pasts * 1e3)
    finally:
        await database.close()


def _mb(folder: Path) -> float:
    """With what SQLite keeps beside the file."""
    return sum(file.stat().st_size for file in folder.iterdir()) / 1e6


def _questions(prices: StoredPrices) -> dict[str, Callable[[], Awaitable[object]]]:
    models, query = ["RTX 4090"], OfferQuery(gpus=("RTX 4090",))
    month, step = NOW - timedelta(days=30), timedelta(days=2)
    return {
        "a chart of 30 days": lambda: prices.stretches(models, month, NOW, step),
        "a chart of 7 days": lambda: prices.stretches(
            models, NOW - timedelta(days=7), NOW, timedelta(hours=12)
        ),
        "the history of a card": lambda: prices.lows([("RTX 4090", True)], NOW),
        "since when": lambda: prices.since(models),
        "the past of a question": lambda: prices.pasts({QuestionId("watched"): query}, NOW),
        "when it last cost as little": lambda: prices.last_at_or_below(
            QuestionId("watched"), Decimal("0.01"), NOW
        ),
    }


async def _time(ask: Callable[[], Awaitable[object]]) -> float:
    """Median; the first is not counted, since it compiles the statement."""
    await ask()
    taken = []
    for _ in range(_TRIES):
        started = time.perf_counter()
        await ask()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


async def _fill(database: Database) -> int:
    """What a year of writing and sweeping leaves, without the year."""
    names = ["RTX 4090", *(name for name in gpus.ALL if name != "RTX 4090")]
    series = [
        {"id": n + 1, "kind": MODEL, "name": names[n], "provider": "vastai", "verified": True}
        for n in range(SERIES - 1)
    ]
    watched = {"kind": QUESTION, "name": "watched", "provider": "", "verified": False}
    rows = list(_rows())
    async with database.writing() as connection:
        await connection.execute(insert(price_series), [*series, {"id": SERIES, **watched}])
    for start in range(0, len(rows), _AT_ONCE):
        async with database.writing() as connection:
            await connection.execute(insert(price_points), rows[start : start + _AT_ONCE])
    return len(rows)


def _rows() -> Iterator[dict[str, Any]]:
    now_s = int(NOW.timestamp())
    for number in range(1, SERIES + 1):
        for grain, step_s in EVERY_S.items():
            kept_s = int(KEPT.get(grain, timedelta(days=365)).total_seconds())
            points = step_s // EVERY_S[RAW]
            for at_s in range((now_s - kept_s) // step_s * step_s, now_s, step_s):
                price = 300_000 + (at_s // step_s * 7_919 + number * 104_729) % 200_000
                yield {
                    "series_id": number,
                    "grain": grain,
                    "at_s": at_s,
                    "lowest": price,
                    "quartiles": (price + 50_000) * points,
                    "medians": (price + 100_000) * points,
                    "offers": 40 * points,
                    "priced": points,
                    "points": points,
                }
