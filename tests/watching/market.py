"""Weeks of the simulated market, looked at without HTTP: what each question's look shows."""

from collections import deque
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from bot.rules.watches import SIGHTINGS_IN_LOOK, MachineKey, Past, Sighting
from providers import gpus
from providers.models import ProviderName
from providers.simulator.figures import seeded, tensordock_figures, vast_figures
from providers.simulator.tensordock.market import Market
from providers.simulator.vast.book import OfferBook
from providers.simulator.vast.listing import Kind

VAST = ProviderName("vastai")
TENSORDOCK = ProviderName("tensordock")
BOTH = frozenset({VAST, TENSORDOCK})
Question = tuple[str, int]
"""GPU model and count."""
QUESTIONS: Sequence[Question] = (
    ("RTX 4090", 1),
    ("RTX 4090", 2),
    ("RTX 5090", 1),
    ("RTX 3090", 1),
    ("RTX 3060", 1),
    ("A100 SXM", 1),
    ("H100 SXM", 8),
    ("L40S", 4),
)


class SimulatedMarket:
    """Both marketplaces' own books; for one seed the same at every moment."""

    def __init__(self, seed: int, start: datetime) -> None:
        moment = start.timestamp()
        self._book = OfferBook(
            vast_figures(), seed=seed, machines=440, now=moment, evolving=True, stale_share=0.05
        )
        self._places = Market(
            tensordock_figures(), seed=seed, now=moment, evolving=True, stale_share=0.05
        )
        self._chance = seeded(seed, "jokes")

    def look(self, now: datetime) -> Mapping[Question, tuple[Sighting, ...]]:
        """Of verified machines, the cheapest first; now and then one that nobody means."""
        found: dict[Question, list[Sighting]] = {question: [] for question in QUESTIONS}
        for offer in self._book.visible(Kind.ON_DEMAND, now.timestamp()):
            machine = offer.machine
            name = _VAST_NAMES.get(machine.model)
            if (name, offer.gpus) in found and machine.facts["verification"] == "verified":
                assert name is not None
                key = MachineKey(VAST, str(machine.machine_id), name, offer.gpus)
                price = _usd(offer.base_price(Kind.ON_DEMAND))
                found[name, offer.gpus].append(Sighting(key, price, now))
        self._places.advance(now.timestamp())
        for place, stock in self._places.entries():
            name = _TENSORDOCK_NAMES.get(stock.model.v0_name)
            for question, sightings in found.items():
                if question[0] == name and question[1] <= stock.free:
                    key = MachineKey(TENSORDOCK, place.hostnode_id, *question)
                    price = _usd(stock.price_per_hr * question[1])
                    sightings.append(Sighting(key, price, now))
        if self._chance.random() < 0.01:
            question = self._chance.choice(QUESTIONS)
            key = MachineKey(VAST, f"joke{self._chance.randrange(3)}", *question)
            found[question].append(Sighting(key, Decimal("0.001"), now))
        return {
            question: tuple(sorted(each, key=_price)[:SIGHTINGS_IN_LOOK])
            for question, each in found.items()
        }


def usual(gpu: str) -> Decimal:
    """Per GPU: the median that the market is drawn from."""
    (model,) = (m for name, m in vast_figures().models.items() if _VAST_NAMES[name] == gpu)
    return _usd(model.usd_per_gpu_hour("verified").at(0.5))


class History:
    """The lowest of trailing days, as a history of prices tells it."""

    def __init__(self, gpu: str) -> None:
        self._usual = usual(gpu)
        self._since: datetime | None = None
        self._lows = {days: _Trailing(timedelta(days=days)) for days in (1, 7, 30)}

    def past(self, now: datetime) -> Past:
        lows = {days: trailing.lowest(now) for days, trailing in self._lows.items()}
        return Past(self._since, lows[1], lows[7], lows[30], None, self._usual)

    def record(self, at: datetime, price: Decimal | None) -> None:
        self._since = self._since or at
        if price is not None:
            for trailing in self._lows.values():
                trailing.add(at, price)


class _Trailing:
    def __init__(self, length: timedelta) -> None:
        self._length = length
        self._rising: deque[tuple[datetime, Decimal]] = deque()

    def add(self, at: datetime, price: Decimal) -> None:
        while self._rising and self._rising[-1][1] >= price:
            self._rising.pop()
        self._rising.append((at, price))

    def lowest(self, now: datetime) -> Decimal | None:
        while self._rising and self._rising[0][0] < now - self._length:
            self._rising.popleft()
        return self._rising[0][1] if self._rising else None


def _usd(amount: float) -> Decimal:
    return Decimal(f"{amount:.6f}")


def _price(seen: Sighting) -> Decimal:
    return seen.usd_per_hour


_VAST_NAMES = {name: gpus.canonical(name, "vastai")[0] for name in vast_figures().models}
_TENSORDOCK_NAMES = {
    name: gpus.canonical(name, "tensordock")[0] for name in tensordock_figures().models
}
