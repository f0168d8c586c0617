"""One offer of the book, and its row for one question at one moment."""

import json
from enum import StrEnum
from typing import Any

from providers.simulator.vast.machines import Machine
from providers.simulator.vast.rows import fixed_fields, price_splits, priced_fields


class Kind(StrEnum):
    ON_DEMAND = "on-demand"
    BID = "bid"
    RESERVED = "reserved"


_RESERVED_DISCOUNT = 0.2


class Row:
    """One row, looked up like a mapping and printed in two halves.

    The half that never changes is printed once for each offer: a page must not take longer than
    the marketplace's own, or it would hide what the client costs.
    """

    __slots__ = ("_fixed", "_fixed_print", "_priced", "_printed")

    def __init__(self, fixed: dict[str, Any], fixed_print: bytes, priced: dict[str, Any]) -> None:
        self._fixed = fixed
        self._fixed_print = fixed_print
        self._priced = priced
        self._printed: bytes | None = None

    def __getitem__(self, name: str) -> Any:
        return self._priced[name] if name in self._priced else self._fixed[name]

    def get(self, name: str) -> Any:
        return self._priced[name] if name in self._priced else self._fixed.get(name)

    def fields(self) -> dict[str, Any]:
        return self._fixed | self._priced | price_splits(self._priced)

    def again(self) -> "Row":
        """The same offer a second time in one answer: its score differs."""
        score = self._priced["score"] * 0.9
        return Row(self._fixed, self._fixed_print, self._priced | {"score": score})

    def printed(self) -> bytes:
        if self._printed is None:
            changing = json.dumps(self._priced | price_splits(self._priced))
            self._printed = self._fixed_print[:-1] + b", " + changing[1:].encode()
        return self._printed


class Listed:
    __slots__ = (
        "_cached",
        "_fixed",
        "_fixed_print",
        "_key",
        "bid",
        "gone",
        "gpus",
        "leaves_at",
        "machine",
        "offer_id",
        "on_demand",
        "since",
    )

    def __init__(
        self,
        offer_id: int,
        machine: Machine,
        gpus: int,
        *,
        on_demand: bool,
        bid: bool,
        since: float,
    ) -> None:
        self.offer_id = offer_id
        self.machine = machine
        self.gpus = gpus
        self.on_demand = on_demand
        self.bid = bid
        self.since = since
        self.gone = False
        """Still listed, and refused when somebody rents it."""
        self.leaves_at: float | None = None
        self._fixed: dict[str, Any] = {}
        self._fixed_print = b""
        self._key: tuple[object, ...] | None = None
        self._cached: Row | None = None

    def stands_in(self, kind: Kind) -> bool:
        return self.bid if kind is Kind.BID else self.on_demand

    def has_left(self, now: float) -> bool:
        return self.leaves_at is not None and self.leaves_at <= now

    def base_price(self, kind: Kind) -> float:
        machine = self.machine
        return machine.min_bid(self.gpus) if kind is Kind.BID else machine.base_price(self.gpus)

    def row(self, kind: Kind, storage_gb: float, now: float) -> Row:
        """The row at the whole second: asked again within it, the same object comes back."""
        machine = self.machine
        second = int(now)
        key = (kind, storage_gb, second, machine.usd_per_gpu_hour, machine.bid_factor)
        if self._cached is None or key != self._key:
            self._key, self._cached = key, self._row(kind, storage_gb, float(second))
        return self._cached

    def forget(self) -> None:
        """After the machine's facts were changed from outside."""
        self._fixed, self._cached = {}, None

    def _row(self, kind: Kind, storage_gb: float, now: float) -> Row:
        if not self._fixed:
            self._fixed = fixed_fields(self.machine, self.offer_id, self.gpus, self.since)
            self._fixed_print = json.dumps(self._fixed, ensure_ascii=False).encode()
        priced = priced_fields(
            self._fixed,
            base=self.base_price(kind),
            min_bid=self.machine.min_bid(self.gpus),
            is_bid=kind is Kind.BID,
            discount=_RESERVED_DISCOUNT if kind is Kind.RESERVED else 0.0,
            storage_gb=storage_gb,
            ends_at=self.machine.ends_at,
            now=now,
        )
        return Row(self._fixed, self._fixed_print, priced)
