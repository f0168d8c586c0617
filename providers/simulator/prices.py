"""Moves what a GPU model costs, at both marketplaces at once."""

from collections import defaultdict
from collections.abc import Iterator
from statistics import median

from providers import gpus
from providers.simulator.simulator import Simulator
from providers.simulator.tensordock.market import Stock
from providers.simulator.vast.listing import Kind
from providers.simulator.vast.machines import Machine

_LOWEST_USD = 0.001


def models(simulator: Simulator) -> dict[str, float]:
    """What is listed now: canonical name → median USD per hour of one GPU, before disk."""
    now, found = simulator.clock.now(), defaultdict[str, list[float]](list)
    for offer in simulator.vast.book.visible(Kind.ON_DEMAND, now):
        found[_vast_model(offer.machine)].append(offer.machine.usd_per_gpu_hour)
    for stock in _stocks(simulator):
        if stock.free:
            found[_tensordock_model(stock)].append(stock.price_per_hr)
    return {model: median(prices) for model, prices in found.items()}


def move(simulator: Simulator, model: str, factor: float) -> int:
    """Returns how many machines and stocks have another price now. Rented ones keep theirs."""
    if not 0.01 <= factor <= 100:
        raise ValueError("the factor is 0.01 to 100")
    moved = 0
    for machine in simulator.vast.book.machines():
        if _vast_model(machine) == model:
            machine.usd_per_gpu_hour = _times(machine.usd_per_gpu_hour, factor)
            moved += 1
    for stock in _stocks(simulator):
        if _tensordock_model(stock) == model:
            stock.price_per_hr = _times(stock.price_per_hr, factor)
            moved += 1
    if not moved:
        raise KeyError(f"no {model} anywhere")
    return moved


def _stocks(simulator: Simulator) -> Iterator[Stock]:
    simulator.tensordock.market.advance(simulator.clock.now())
    return (stock for _, stock in simulator.tensordock.market.entries())


def _times(usd: float, factor: float) -> float:
    return max(_LOWEST_USD, round(usd * factor, 6))


def _vast_model(machine: Machine) -> str:
    return gpus.canonical(machine.model, "vastai")[0]


def _tensordock_model(stock: Stock) -> str:
    return gpus.canonical(stock.model.v0_name, "tensordock")[0]
