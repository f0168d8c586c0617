"""The TensorDock market: places, models, free GPUs, and how they change."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from providers.simulator.figures import TensorDockFigures, TensorDockModel, seeded

_TICK_S = 300.0
_PRICE_MOVES = 0.0015
"""Chance of a new price for each entry in a tick: about one in three a day."""
_STOCK_MOVES = 0.02


@dataclass(slots=True)
class Stock:
    """One model at one place."""

    model: TensorDockModel
    price_per_hr: float
    max_count: int
    max_vcpus: int
    max_ram_gb: int
    max_storage_gb: int
    dedicated_ip: bool
    port_forwarding: bool
    stale: bool
    """Listed, and never to be had."""
    rented: int = 0

    @property
    def free(self) -> int:
        return max(0, self.max_count - self.rented)


@dataclass(slots=True)
class Place:
    location_id: str
    hostnode_id: str
    city: str
    stateprovince: str
    country: str
    tier: int
    uptime: float
    speed_gbps: float
    stock: dict[str, Stock] = field(default_factory=dict)


class Market:
    def __init__(
        self,
        figures: TensorDockFigures,
        *,
        seed: int,
        now: float,
        evolving: bool,
        stale_share: float,
    ) -> None:
        self._figures = figures
        self._rng = seeded(seed, "tensordock")
        self._evolving = evolving
        self._stale_share = stale_share
        self._settled = now
        self.places = [self._place(facts) for facts in figures.places]
        self._fill()

    @property
    def rates(self) -> dict[str, float]:
        return dict(self._figures.rates)

    def advance(self, now: float) -> None:
        while self._evolving and self._settled + _TICK_S <= now:
            self._settled += _TICK_S
            for _, stock in self.entries():
                self._move(stock)

    def entries(self) -> Iterator[tuple[Place, Stock]]:
        for place in self.places:
            for stock in place.stock.values():
                yield place, stock

    def place(self, location_id: str) -> Place | None:
        return next((p for p in self.places if p.location_id == location_id), None)

    def hostnode(self, hostnode_id: str) -> Place | None:
        return next((p for p in self.places if p.hostnode_id == hostnode_id), None)

    def _move(self, stock: Stock) -> None:
        if self._rng.random() < _PRICE_MOVES:
            moved = stock.price_per_hr * self._rng.uniform(0.88, 1.12)
            stock.price_per_hr = round(
                min(max(moved, stock.model.low_usd * 0.8), stock.model.high_usd * 1.2), 4
            )
        if self._rng.random() < _STOCK_MOVES:
            stock.max_count = self._rng.randint(1, stock.model.most_gpus)

    def _place(self, facts: Any) -> Place:
        rng = self._rng
        return Place(
            location_id=_uuid(rng),
            hostnode_id=_uuid(rng),
            city=facts["city"],
            stateprovince=facts["stateprovince"],
            country=facts["country"],
            tier=facts["tier"],
            uptime=round(rng.uniform(96.5, 99.99), 2),
            speed_gbps=rng.choice((1.0, 2.5, 10.5)),
        )

    def _fill(self) -> None:
        """Every model once, every place once, then by the models' shares."""
        wanted = self._rng.randint(*self._figures.entries)
        models = list(self._figures.models.values())
        for number, model in enumerate(models):
            self._stock(self.places[number % len(self.places)], model)
        for place in self.places:
            if not place.stock:
                self._stock(place, self._rng.choice(models))
        while sum(1 for _ in self.entries()) < wanted:
            place = self._rng.choice(self.places)
            model = self._rng.choices(models, weights=[model.share for model in models])[0]
            if model.v0_name not in place.stock:
                self._stock(place, model)

    def _stock(self, place: Place, model: TensorDockModel) -> None:
        rng = self._rng
        most = rng.randint(1, model.most_gpus)
        place.stock[model.v0_name] = Stock(
            model=model,
            price_per_hr=round(rng.uniform(model.low_usd, model.high_usd), 4),
            max_count=most,
            max_vcpus=rng.choice((16, 32, 56, 96, 128)),
            max_ram_gb=rng.choice((64, 128, 331, 512)),
            max_storage_gb=rng.choice((500, 1000, 2000, 30_200)),
            dedicated_ip=place.tier >= 2 or rng.random() < 0.4,
            port_forwarding=place.tier < 4 or rng.random() < 0.7,
            stale=rng.random() < self._stale_share,
        )
        stock = place.stock[model.v0_name]
        if not stock.dedicated_ip:
            stock.port_forwarding = True


def _uuid(rng: Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def new_uuid(*parts: object) -> str:
    return _uuid(seeded(*parts))
