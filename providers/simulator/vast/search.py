"""Offer search: what a query means, and the page it gets. No HTTP here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from providers.simulator.figures import seeded
from providers.simulator.vast.book import OfferBook
from providers.simulator.vast.grammar import BadQuery, Fields, Test, compile_filter, sort_key
from providers.simulator.vast.listing import Kind, Row
from providers.simulator.vast.rows import DEFAULT_STORAGE_GB

PAGE = 64
"""Offers in an answer when no limit is asked; a greater limit changes nothing."""

_KINDS = {
    "on-demand": Kind.ON_DEMAND,
    "ondemand": Kind.ON_DEMAND,
    "ask": Kind.ON_DEMAND,
    "bid": Kind.BID,
    "reserved": Kind.RESERVED,
}
_CONTROL = frozenset(
    {
        "allocated_storage",
        "disable_bundling",
        "extra_ids",
        "limit",
        "order",
        "select_cols",
        "show_incompatible",
        "sort_option",
        "template_id",
        "type",
    }
)
_NO_EFFECT = frozenset({"rented", "cuda_vers", "id"})
"""Accepted, and selecting nothing: offers are picked by `ask_contract_id`."""

_READERS: Mapping[str, Callable[[Fields], Any]] = {
    "geolocation": lambda f: None if f["geolocation"] is None else f["geolocation"][-2:],
    "verified": lambda f: f["verification"] == "verified",
    "datacenter": lambda f: f["hosting_type"] == 1,
    "reliability": lambda f: f["reliability2"],
    "target_reliability": lambda f: f["expected_reliability"],
    "ubuntu_version": lambda f: f["os_version"],
    "driver_version": lambda f: f["driver_vers"],
    "dphtotal": lambda f: f["dph_total"],
    "gpu_totalram": lambda f: f["gpu_total_ram"],
}
_EXACT = frozenset({"geolocation", "verified", "datacenter"})
"""Fields that know eq, neq, in and notin alone."""


@dataclass(frozen=True, slots=True)
class OfferSearch:
    kind: Kind
    storage_gb: float
    tests: Sequence[Test]
    order: Sequence[tuple[Callable[[Fields], Any], bool]]
    """Reader and whether descending."""
    limit: int


def parse_search(query: Any, known_fields: frozenset[str], page_cap: int) -> OfferSearch:
    if not isinstance(query, Mapping):
        raise BadQuery("the query is not an object")
    kind = _KINDS.get(str(query.get("type", "on-demand")))
    if kind is None:
        raise BadQuery(f"{query['type']} is not a valid search type")
    asked = query.get("allocated_storage")
    storage_gb = DEFAULT_STORAGE_GB if asked is None else _amount("allocated_storage", asked)
    tests = [_test(name, value, known_fields) for name, value in query.items()]
    if asked is not None:
        tests.append(lambda fields: bool(fields["disk_space"] >= storage_gb))
    return OfferSearch(
        kind=kind,
        storage_gb=storage_gb,
        tests=[test for test in tests if test is not None],
        order=_order(query.get("order") or [["score", "desc"]], known_fields),
        limit=_limit(query.get("limit"), page_cap),
    )


def find_offers(search: OfferSearch, book: OfferBook, now: float, turn: int) -> list[Row]:
    """The page. Ties stand in another order each `turn`, as nothing else orders them."""
    rows: list[Row] = []
    for offer in book.visible(search.kind, now):
        row = offer.row(search.kind, search.storage_gb, now)
        rows.append(row.again() if rows and rows[-1] is row else row)
    rows = [row for row in rows if all(test(row) for test in search.tests)]
    seeded("ties", turn).shuffle(rows)
    for read, descending in reversed(search.order):
        rows.sort(key=lambda row: sort_key(read(row)), reverse=descending)
    return rows[: search.limit]


def _test(name: str, condition: Any, known_fields: frozenset[str]) -> Test | None:
    if name in _CONTROL:
        return None
    if name not in known_fields and name not in _READERS and name not in _NO_EFFECT:
        raise BadQuery(f"{name} is not a valid search key")
    if name in _EXACT and isinstance(condition, Mapping):
        for operator in condition.keys() - {"eq", "neq", "in", "notin"}:
            raise BadQuery(f"{operator} is not a valid search op")
    test = compile_filter(name, condition, _reader(name))
    return None if name in _NO_EFFECT else test


def _reader(name: str) -> Callable[[Fields], Any]:
    return _READERS.get(name) or (lambda fields: fields.get(name))


def _order(order: Any, known_fields: frozenset[str]) -> list[tuple[Callable[[Fields], Any], bool]]:
    if not isinstance(order, Sequence) or isinstance(order, str):
        raise BadQuery("order is not a list")
    parsed = []
    for entry in order:
        name, direction = _order_entry(entry)
        if name not in known_fields and name not in _READERS:
            raise BadQuery(f"{name} is not a valid search key")
        reader = (lambda f: f["geolocation"]) if name == "geolocation" else _reader(name)
        parsed.append((reader, direction == "desc"))
    return parsed


def _order_entry(entry: Any) -> tuple[str, str]:
    match entry:
        case [str(name), "asc" | "desc" as direction]:
            return name, direction
        case _:
            raise BadQuery(f"{entry} is not a valid order")


def _limit(limit: Any, page_cap: int) -> int:
    if limit is None:
        return page_cap
    return max(0, min(int(_amount("limit", limit)), page_cap))


def _amount(name: str, value: Any) -> float:
    try:
        amount = float(value)
    except (TypeError, ValueError):
        raise BadQuery(f"{value} is not a valid value of {name}") from None
    if not 0 <= amount < 1e9:
        raise BadQuery(f"{value} is not a valid value of {name}")
    return amount
