"""A small server that pages, filters and fails as Vast.ai does."""

import json
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from providers.listings import Sweep
from providers.models import OfferQuery
from tests.fakes.loopback import said

OPS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gte": operator.ge,
    "lte": operator.le,
    "in": lambda value, wanted: value in wanted,
}


A_4090 = OfferQuery(gpus=("RTX 4090",), verified_only=False, min_reliability=None)


def row(n: int, usd: float = 0.4, **facts: Any) -> dict[str, Any]:
    return {
        "id": n,
        "machine_id": 7000 + n,
        "gpu_name": "RTX 4090",
        "num_gpus": 1,
        "gpu_ram": 24564,
        "dph_total": usd,
        "storage_cost": 0.0,
        "verification": "verified",
        "verified": True,
        "rentable": True,
        "external": False,
        "reliability2": 0.99,
        "duration": 1e6,
        **facts,
    }


@dataclass
class Vast:
    """Pages of 64, no page token, no total."""

    rows: list[dict[str, Any]]
    page: int = 64
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    before: Callable[[int], web.Response | None] = lambda _: None
    """Called with the number of the request; moves the market or answers instead."""

    async def __call__(self, request: web.Request) -> web.Response:
        asked = json.loads(request.query["q"]) if "q" in request.query else {}
        self.asked.append(asked)
        self.headers.append(dict(request.headers))
        instead = self.before(len(self.asked))
        if instead is not None:
            return instead
        found = [r for r in self.rows if all(self._fits(r, *item) for item in asked.items())]
        found.sort(key=lambda r: (r["dph_total"], r["id"]))
        return said(200, {"offers": found[: self.page]})

    @staticmethod
    def _fits(row: dict[str, Any], name: str, wanted: Any) -> bool:
        if not isinstance(wanted, dict):
            return True
        value = row["id"] if name == "ask_contract_id" else row.get(name)
        return value is not None and all(OPS[op](value, arg) for op, arg in wanted.items())

    def borders(self) -> list[float | None]:
        return [asked.get("dph_total", {}).get("gte") for asked in self.asked]


def ids(sweep: Sweep) -> list[int]:
    return sorted(int(c.offer_id) for c in sweep.candidates)
