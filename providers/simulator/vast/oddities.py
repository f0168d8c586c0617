"""Rows that every real listing holds and every client has to survive."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from providers.simulator.figures import VastFigures, seeded
from providers.simulator.vast.machines import Machine, draw_machine

_DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class _Oddity:
    model: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    gpus: int | None = None
    price: float | None = None
    bid_factor: float | None = None
    lasts_s: float | None = None
    twice: bool = False


_ODDITIES: Sequence[_Oddity] = (
    _Oddity("RTX 3090", {"geolocation": None}),
    _Oddity("RTX 5070", {"geolocation": ", US"}),
    _Oddity("RTX 3070", {"geolocation": "Türkiye, TR", "public_ipaddr": "203.0.113.9\n"}),
    _Oddity("RTX 3060", {"geolocation": "Tanzania, TZ", "cpu_name": "Xeon® Gold™ 6330 "}),
    _Oddity("RTX 4090", {"gpu_ram": 24564}),
    _Oddity("RTX 4090", {"gpu_ram": 49140}),
    _Oddity("RTX 3080", {"inet_down": 0.0, "inet_up": 0.0}),
    _Oddity("RTX 3090", {"cpu_cores": None}),
    _Oddity("RTX 5090", {"hosting_type": 2}),
    _Oddity("RTX 3060", lasts_s=0.2 * _DAY_S),
    _Oddity("RTX A5000", lasts_s=12 * 366 * _DAY_S),
    _Oddity("RTX 4090", gpus=3),
    _Oddity("RTX 3090", gpus=5),
    _Oddity("RTX 4090", gpus=7),
    _Oddity("RTX 4090", gpus=14),
    _Oddity("RTX 5090", gpus=16),
    _Oddity("RTX A4000", bid_factor=8.0),
    _Oddity("RTX 3090", gpus=1, price=16.0),
    _Oddity("RTX 4090", {"verification": "unverified", "vericode": 0}, gpus=1, price=0.01),
    _Oddity("RTX 3090", twice=True),
)


@dataclass(frozen=True, slots=True)
class OddMachine:
    machine: Machine
    twice: bool
    """Its offer stands twice in one answer, with different scores."""


def plant(figures: VastFigures, rng: Random, now: float) -> list[OddMachine]:
    """Machines that never leave the list."""
    return [
        OddMachine(_odd_machine(figures, oddity, seeded(rng.random()), now), oddity.twice)
        for oddity in _ODDITIES
    ]


def _odd_machine(figures: VastFigures, oddity: _Oddity, rng: Random, now: float) -> Machine:
    machine = draw_machine(figures, figures.models[oddity.model], rng, now)
    machine.facts.update(oddity.facts)
    machine.pinned = True
    if oddity.gpus is not None:
        machine.gpus = oddity.gpus
        machine.gpu_ids = [rng.randrange(1, 400_000) for _ in range(oddity.gpus)]
        machine.sizes = (oddity.gpus,)
    if oddity.price is not None:
        machine.usd_per_gpu_hour = oddity.price
    if oddity.bid_factor is not None:
        machine.bid_factor = oddity.bid_factor
    if oddity.lasts_s is not None:
        machine.ends_at = round(now + oddity.lasts_s)
    return machine
