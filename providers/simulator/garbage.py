"""Turns a good answer into a bad one."""

import json
import math
from collections.abc import Callable
from typing import Any

from providers.simulator.faults import Fault, FaultKind

_EVIL = (
    "<!channel>",
    "*bold* `code` <http://192.0.2.1|click>",
    "x" * 5000,
    "\u202eLTR\u0000\ud7ff",
    "</script><script>alert(1)</script>",
)


def spoil(fault: Fault, body: bytes) -> bytes:
    if fault.kind is FaultKind.TRUNCATED:
        return body[: max(1, len(body) * 2 // 3)]
    change = _CHANGES[fault.kind]
    try:
        document = json.loads(body)
    except ValueError:
        return body
    rows = rows_of(document)
    change(rows)
    text = json.dumps(document, ensure_ascii=False)
    if fault.kind is FaultKind.DOUBLED_IDS:
        text = text.replace('"id": ', '"id": 0, "id": ')
    return text.encode()


def rows_of(document: Any) -> list[dict[str, Any]]:
    """The list of rows that an answer is about, by reference."""
    if isinstance(document, dict):
        for name in ("offers", "instances", "locations", "hostnodes", "results", "data"):
            found = document.get(name)
            if isinstance(found, list):
                return found
            if isinstance(found, dict):
                return rows_of(found) or [found]
    return document if isinstance(document, list) else []


def _wrong_types(rows: list[dict[str, Any]]) -> None:
    wrong: tuple[Any, ...] = (None, "twelve", [], {"a": 1}, True, -1)
    for place, row in enumerate(rows):
        if place % 2 == 0:
            for column, name in enumerate(list(row)):
                row[name] = wrong[(place + column) % len(wrong)]
    rows.extend([None, 7, "row", []])  # type: ignore[list-item]  # that is the point


def _nan(rows: list[dict[str, Any]]) -> None:
    wild = (math.nan, math.inf, -math.inf, 10**400, -1.0)
    for place, row in enumerate(rows):
        if place % 2:
            continue
        for column, name in enumerate(row):
            if isinstance(row[name], float):
                row[name] = wild[(place + column) % len(wild)]


def _doubled(rows: list[dict[str, Any]]) -> None:
    rows.extend([row | {"dph_total": 0.001, "price_per_hr": 0.001} for row in rows])


def _hostile(rows: list[dict[str, Any]]) -> None:
    for place, row in enumerate(rows):
        for column, name in enumerate(row):
            if isinstance(row[name], str) and name not in ("verification", "id", "v0Name"):
                row[name] = _EVIL[(place + column) % len(_EVIL)]


_CHANGES: dict[FaultKind, Callable[[list[dict[str, Any]]], None]] = {
    FaultKind.WRONG_TYPES: _wrong_types,
    FaultKind.NAN: _nan,
    FaultKind.DOUBLED_IDS: _doubled,
    FaultKind.HOSTILE: _hostile,
}
SPOILING = frozenset({*_CHANGES, FaultKind.TRUNCATED})
