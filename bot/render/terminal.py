"""The same answer for a terminal: a table for people, JSON for programs."""

import json
import shlex
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from bot import grammar
from bot.render import asked, facts, parts, sources, why
from bot.render.foreign import clean
from providers.listings import Listing
from providers.models import Offer

JSON_VERSION = 1
"""Raised when a key changes its meaning or goes away; new keys may come at any time."""
ROWS_SHOWN = 20
"""When the query sets no limit of its own."""
UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class Column:
    heading: str
    text: Callable[[Offer], str]
    to_the_right: bool = False


COLUMNS = (
    Column("all-in", facts.hourly, to_the_right=True),
    Column("per GPU", facts.each, to_the_right=True),
    Column("GPU", facts.title),
    Column("marketplace", lambda offer: parts.marketplace(offer.provider)),
    Column("place", facts.place),
    Column("reliability", lambda offer: parts.percent(offer.reliability), to_the_right=True),
    Column("host", lambda offer: str(offer.verification or parts.NOT_STATED)),
    Column("RAM", lambda offer: parts.number(offer.ram_gb, "GB"), to_the_right=True),
    Column("vCPU", lambda offer: parts.number(offer.vcpus), to_the_right=True),
    Column("disk", lambda offer: parts.number(offer.disk_gb, "GB"), to_the_right=True),
    Column("CUDA", lambda offer: facts.cuda(offer).removeprefix("CUDA "), to_the_right=True),
    Column("down", lambda offer: parts.number(offer.download_mbps, "Mbit/s"), to_the_right=True),
)
"""Most important first: a narrow terminal loses the last ones."""


def table(listing: Listing, width: int, now: datetime | None = None) -> str:
    """Without `now` the ages are left out and the moment of the answer is written."""
    found, ages = sources.summary(listing, listing.matched, now or listing.as_of)
    seen = ages if now else f"as of {parts.utc(listing.as_of)}"
    head = [
        f"{found}; {seen}" if listing.sources else "No marketplace gave an answer.",
        asked.line(listing.query),
        *sources.failures(listing),
    ]
    lines = [*_cleaned(head), *_body(listing, width), *_cleaned([sources.left_out(listing)])]
    return "\n".join(lines)


def as_json(listing: Listing) -> str:
    """One object, stable keys.

    `version`, `as_of`, `query`, `considered`, `matched`, `offers`, `sources`, `failures`,
    `removed` (condition and offers that fail it), `near_misses` (condition and offer). Money and
    other decimals are strings in USD, times ISO 8601 in UTC, `null` is "not stated". Offers have
    `usd_per_hour`, `usd_per_gpu_hour` and the fields of `providers.models.Offer`. All matching
    offers that were handed in are there, ranked; foreign text is as the marketplace wrote it.
    """
    answer = {
        "version": JSON_VERSION,
        "as_of": listing.as_of,
        "query": _plain(listing.query),
        "considered": listing.considered,
        "matched": listing.matched,
        "offers": [_offer(offer) for offer in listing.offers],
        "sources": [_plain(source) for source in listing.sources],
        "failures": [_plain(failure) for failure in listing.failures],
        "removed": [{"condition": field, "offers": count} for field, count in listing.removed],
        "near_misses": [
            {"condition": miss.condition, "offer": _offer(miss.offer)}
            for miss in listing.near_misses
        ],
    }
    return json.dumps(_jsonable(answer), indent=2, allow_nan=False)


def help_text() -> str:
    examples = [f"  python -m bot find {shlex.quote(e.text)}" for e in grammar.help_examples()]
    words = [f"  {', '.join(each.forms)}: {each.meaning}" for each in grammar.parameters()]
    return "\n".join(["Examples:", *examples, "", "Words, in any order:", *words])


def not_understood(error: grammar.UsageError) -> str:
    lines = [error.problem, *(f"Did you mean: {each}" for each in error.suggestions)]
    return "\n".join(_cleaned(lines))


def _body(listing: Listing, width: int) -> list[str]:
    if not listing.offers:
        query = listing.query
        told = (why.reasons, why.nearest, why.advice)
        return _cleaned([line for each in told for line in each(query, listing)])
    shown = listing.offers[: listing.query.limit or ROWS_SHOWN]
    lines = ["", *_table(shown, width), ""]
    missing = listing.matched - len(shown)
    if missing > 0:
        lines.append(f"… and {missing:,} more: “top {listing.matched}” shows them all")
    if any(UNKNOWN in line.split() for line in lines):
        lines.append(f"{UNKNOWN} {parts.NOT_STATED} by the marketplace")
    return lines


def _table(offers: Sequence[Offer], width: int) -> list[str]:
    columns = [[column.heading, *(_cell(column, offer) for offer in offers)] for column in COLUMNS]
    widths = [max(_width(cell) for cell in column) for column in columns]
    count = len(columns)
    while count > 1 and sum(widths[:count]) + 2 * (count - 1) > width:
        count -= 1
    rows = zip(*columns[:count], strict=True)
    return [_row(row, widths) for row in rows]


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    padded = []
    for cell, width, column in zip(cells, widths, COLUMNS, strict=False):
        space = " " * (width - _width(cell))
        padded.append(space + cell if column.to_the_right else cell + space)
    return "  ".join(padded).rstrip()


def _cell(column: Column, offer: Offer) -> str:
    text = clean(column.text(offer), 60)
    return UNKNOWN if text == parts.NOT_STATED else text


def _width(text: str) -> int:
    """Columns on the screen: East Asian letters take two, marks none."""
    return sum(
        0
        if unicodedata.combining(char)
        else 2
        if unicodedata.east_asian_width(char) in "WF"
        else 1
        for char in text
    )


def _cleaned(lines: Sequence[str | None]) -> list[str]:
    return [clean(line, 1_000) for line in lines if line]


def _offer(offer: Offer) -> dict[str, Any]:
    prices = {
        "usd_per_hour": offer.price.usd_per_hour,
        "usd_per_gpu_hour": parts.per_gpu(offer.price, offer.gpu.count),
    }
    return {**prices, **_plain(offer)}


def _plain(value: Any) -> dict[str, Any]:
    """The fields of a frozen value, one level."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def _jsonable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}" if value.is_finite() else None
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    return _structure(value)


def _structure(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: _jsonable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_jsonable(each) for each in value]
    if hasattr(value, "__dataclass_fields__"):
        return _jsonable(_plain(value))
    return value
