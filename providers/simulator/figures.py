"""The figures that a market is drawn from: `market.json`, and how to draw."""

import json
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution given by a few of its quantiles, straight lines in between."""

    levels: Sequence[float]
    values: Sequence[float]

    def at(self, level: float) -> float:
        high = min(max(bisect_left(self.levels, level), 1), len(self.levels) - 1)
        low = high - 1
        share = (level - self.levels[low]) / (self.levels[high] - self.levels[low])
        return self.values[low] + share * (self.values[high] - self.values[low])

    def draw(self, rng: Random, lowest: float = 0.0, highest: float = 1.0) -> float:
        """`lowest` and `highest` cut the tails off: absurd rows are planted, not drawn."""
        return self.at(rng.uniform(lowest, highest))


def seeded(*parts: object) -> Random:
    """A source of chance that gives the same for the same parts on every machine."""
    return Random(":".join(str(part) for part in parts))  # noqa: S311  a market, not a secret


def weighted(rng: Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


@dataclass(frozen=True, slots=True)
class VastModel:
    name: str
    mean_offers: float
    mean_bid_offers: float
    gpu_ram_mb: Mapping[str, float]
    num_gpus: Mapping[str, float]
    verification: Mapping[str, float]
    tflops_per_gpu: float
    price: Quantiles
    verified_price: Quantiles | None
    other_price: Quantiles | None

    def usd_per_gpu_hour(self, verification: str) -> Quantiles:
        apart = self.verified_price if verification == "verified" else self.other_price
        return apart or self.price


@dataclass(frozen=True, slots=True)
class VastFigures:
    models: Mapping[str, VastModel]
    drivers: Sequence[tuple[str, float, int]]
    """Driver version, newest CUDA, weight."""
    reliability: Mapping[str, Quantiles]
    hosting_type: Mapping[str, Mapping[str, float]]
    static_ip: Mapping[str, float]
    geolocation: Mapping[str, float]
    gpu_types: Mapping[str, int | None]
    """Every name the marketplace knows, with the commonest memory in MB."""
    inet_down: Quantiles
    inet_up: Quantiles
    inet_down_cost: Quantiles
    inet_up_cost: Quantiles
    storage_cost: Quantiles
    duration_s: Quantiles
    min_bid_over_dph_base: Quantiles


@dataclass(frozen=True, slots=True)
class TensorDockModel:
    v0_name: str
    display_name: str
    low_usd: float
    high_usd: float
    most_gpus: int
    share: float


@dataclass(frozen=True, slots=True)
class TensorDockFigures:
    models: Mapping[str, TensorDockModel]
    places: Sequence[Mapping[str, Any]]
    entries: tuple[int, int]
    rates: Mapping[str, float]
    images: Sequence[str]


@cache
def _read() -> dict[str, Any]:
    text = files("providers.simulator").joinpath("market.json").read_text(encoding="utf-8")
    figures: dict[str, Any] = json.loads(text)
    return figures


def _vast_model(name: str, raw: Mapping[str, Any], levels: Sequence[float]) -> VastModel:
    def quantiles(key: str) -> Quantiles | None:
        return Quantiles(levels, raw[key]) if raw[key] else None

    return VastModel(
        name=name,
        mean_offers=raw["mean_offers"],
        mean_bid_offers=raw["mean_bid_offers"],
        gpu_ram_mb=raw["gpu_ram_mb"],
        num_gpus=raw["num_gpus"],
        verification=raw["verification"],
        tflops_per_gpu=raw["tflops_per_gpu"],
        price=Quantiles(levels, raw["usd_per_gpu_hour"]),
        verified_price=quantiles("verified_usd_per_gpu_hour"),
        other_price=quantiles("other_usd_per_gpu_hour"),
    )


_QUANTILES = (
    "inet_down",
    "inet_up",
    "inet_down_cost",
    "inet_up_cost",
    "storage_cost",
    "duration_s",
    "min_bid_over_dph_base",
)


@cache
def vast_figures() -> VastFigures:
    raw = _read()["vast"]
    levels = raw["levels"]
    return VastFigures(
        models={name: _vast_model(name, model, levels) for name, model in raw["models"].items()},
        drivers=[(version, cuda, weight) for version, cuda, weight in raw["drivers"]],
        reliability={word: Quantiles(levels, v) for word, v in raw["reliability"].items()},
        hosting_type=raw["hosting_type"],
        static_ip=raw["static_ip"],
        geolocation=raw["geolocation"],
        gpu_types=raw["gpu_types"],
        **{name: Quantiles(levels, raw[name]) for name in _QUANTILES},
    )


@cache
def tensordock_figures() -> TensorDockFigures:
    raw = _read()["tensordock"]
    low, high = raw["entries"]
    return TensorDockFigures(
        models={name: TensorDockModel(name, *row) for name, row in raw["models"].items()},
        places=raw["places"],
        entries=(low, high),
        rates=raw["rates"],
        images=raw["images"],
    )
