"""The Vast.ai offer book: what is listed now, and how it comes and goes.

Figures of movement, measured on daily and five-minute recordings: from one day to the next about
44 % of the machines and 25 % of the offer ids are still there, a tenth of the ids that stay change
their price, and in each five minutes roughly a sixth of the offers is missing from the answer
without having gone.
"""

import heapq
from collections.abc import Iterator
from random import Random

from providers.simulator.figures import VastFigures, VastModel, seeded
from providers.simulator.vast.listing import Kind, Listed
from providers.simulator.vast.machines import Machine, draw_machine, draw_sizes
from providers.simulator.vast.oddities import plant

_DAY_S = 86_400.0
_LEAVES_A_DAY = 1.2
_RETURNS_A_DAY = 1.14
_REPRICED_A_DAY = 0.11
_LISTED_SHARE = _RETURNS_A_DAY / (_LEAVES_A_DAY + _RETURNS_A_DAY)
_REPLACED = 0.03
"""Share of returns where another machine comes instead."""

FLICKER_S = 300.0
_FLICKER_SHARE = 0.18

_BID_BESIDE = 0.58
"""Share of machines in the on-demand list that stand in the bid list too."""
_BID_ALONE = 0.57
"""Share of the other machines that stand in the bid list."""


class OfferBook:
    def __init__(
        self,
        figures: VastFigures,
        *,
        seed: int,
        machines: int,
        now: float,
        evolving: bool,
        stale_share: float,
    ) -> None:
        """`machines` stand in the on-demand list at a time, about 1.3 offers on each.

        `stale_share` of the offers are listed although they are gone.
        """
        self._figures = figures
        self._rng = seeded(seed, "vast")
        self._salt = self._rng.getrandbits(32)
        self._evolving = evolving
        self._stale_share = stale_share
        self._next_id = 47_100_000
        self._offers: dict[int, Listed] = {}
        self._by_machine: dict[int, list[Listed]] = {}
        self._events: list[tuple[float, int]] = []
        self._machines: list[Machine] = []
        self._doubled: set[int] = set()
        self._began = now
        self._filling = True
        self._fill(machines, now)
        self._filling = False

    # What others ask.

    def visible(self, kind: Kind, now: float) -> Iterator[Listed]:
        """What an answer holds at this moment, in no order; an id may come twice."""
        self.advance(now)
        slot = int((now - self._began) // FLICKER_S)
        for offer in self._offers.values():
            if not offer.stands_in(kind) or offer.has_left(now):
                continue
            if self._flickers(offer.machine, kind, slot):
                continue
            yield offer
            if offer.offer_id in self._doubled:
                yield offer

    def find(self, offer_id: int, now: float) -> Listed | None:
        self.advance(now)
        offer = self._offers.get(offer_id)
        return None if offer is None or offer.has_left(now) else offer

    def machines(self) -> list[Machine]:
        """All that are listed or may be again."""
        listed = (offer.machine for offer in self._offers.values())
        return list({id(machine): machine for machine in (*self._machines, *listed)}.values())

    def withdraw(self, offer: Listed, now: float, lingers_s: float) -> None:
        """Gone at once, out of the answers after `lingers_s`."""
        offer.gone = True
        offer.leaves_at = now + lingers_s

    def take(self, offer: Listed, now: float) -> None:
        """Rents the chunk: what no longer fits on the machine goes from the on-demand list."""
        machine = offer.machine
        machine.taken_gpus += offer.gpus
        free = machine.gpus - machine.taken_gpus
        for other in self._by_machine[machine.machine_id]:
            if other is offer or (other.on_demand and other.gpus > free):
                self.withdraw(other, now, lingers_s=machine.rng.uniform(5, 90))

    def release(self, machine: Machine, gpus: int, now: float) -> None:
        """A rental ended: the machine is listed again under new ids."""
        machine.taken_gpus = max(0, machine.taken_gpus - gpus)
        if machine.listed:
            self._list(machine, now)

    # How it moves.

    def advance(self, now: float) -> None:
        while self._evolving and self._events and self._events[0][0] <= now:
            moment, index = heapq.heappop(self._events)
            self._move(index, moment)
        for offer in [o for o in self._offers.values() if o.has_left(now)]:
            self._drop(offer)

    def _move(self, index: int, moment: float) -> None:
        machine = self._machines[index]
        if not machine.listed:
            self._come(index, moment)
        elif machine.rng.random() < _REPRICED_A_DAY / (_REPRICED_A_DAY + _LEAVES_A_DAY):
            machine.usd_per_gpu_hour = round(
                machine.usd_per_gpu_hour * machine.rng.uniform(0.85, 1.14), 6
            )
        else:
            self._leave(machine, moment)
        self._schedule(index, moment)

    def _schedule(self, index: int, moment: float) -> None:
        machine = self._machines[index]
        rate = _LEAVES_A_DAY + _REPRICED_A_DAY if machine.listed else _RETURNS_A_DAY
        heapq.heappush(self._events, (moment + machine.rng.expovariate(rate) * _DAY_S, index))

    def _come(self, index: int, moment: float) -> None:
        machine = self._machines[index]
        if machine.rng.random() < _REPLACED and not machine.taken_gpus:
            self._unlist(machine)
            model = self._figures.models[machine.model]
            machine = self._draw(model, machine.rng, moment)
            self._machines[index] = machine
        machine.listed = True
        machine.ends_at = max(machine.ends_at, round(moment + 2 * _DAY_S))
        self._list(machine, moment)

    def _leave(self, machine: Machine, moment: float) -> None:
        machine.listed = False
        for offer in self._by_machine[machine.machine_id]:
            self.withdraw(offer, moment, lingers_s=machine.rng.uniform(10, 180))
        if machine.rng.random() < _BID_ALONE:
            self._list_bids(machine, moment)

    # How it is filled.

    def _fill(self, machines: int, now: float) -> None:
        odd = plant(self._figures, self._rng, now)
        drawn = max(1, machines - len(odd))
        if self._evolving:
            drawn = round(drawn / (1 - _FLICKER_SHARE))
        self._machines = self._draw_pool(round(drawn / _LISTED_SHARE), now)
        for machine in self._rng.sample(self._machines, drawn):
            machine.listed = True
        for index, machine in enumerate(self._machines):
            if machine.listed:
                self._list(machine, now)
            elif machine.rng.random() < _BID_ALONE:
                self._list_bids(machine, now)
            self._schedule(index, now)
        for planted in odd:
            planted.machine.listed = True
            self._by_machine[planted.machine.machine_id] = []
            offers = self._list(planted.machine, now)
            if planted.twice:
                self._doubled.add(offers[0].offer_id)

    def _draw_pool(self, size: int, now: float) -> list[Machine]:
        models = list(self._figures.models.values())
        total = sum(model.mean_offers for model in models)
        drawn = []
        carried = 0.0
        for model in models:
            carried += size * model.mean_offers / total
            while carried >= 1.0:
                carried -= 1.0
                drawn.append(self._draw(model, seeded(self._rng.random()), now))
        return drawn

    def _draw(self, model: VastModel, rng: Random, now: float) -> Machine:
        machine = draw_machine(self._figures, model, rng, now)
        while machine.machine_id in self._by_machine:
            machine.machine_id = rng.randrange(838, 146_713)
        self._by_machine[machine.machine_id] = []
        return machine

    def _list(self, machine: Machine, now: float) -> list[Listed]:
        self._unlist(machine)
        rng = machine.rng
        largest = max(1, min(machine.sizes[0], machine.gpus - machine.taken_gpus))
        if not machine.pinned:
            machine.sizes = draw_sizes(rng, largest)
        with_bids = rng.random() < _BID_BESIDE
        offers = [
            self._add(machine, gpus, now, on_demand=True, bid=with_bids) for gpus in machine.sizes
        ]
        if with_bids and rng.random() < 0.4:
            self._add(machine, min(machine.gpus, largest * 2), now, on_demand=False, bid=True)
        return offers

    def _list_bids(self, machine: Machine, now: float) -> None:
        for gpus in draw_sizes(machine.rng, machine.sizes[0]):
            self._add(machine, gpus, now, on_demand=False, bid=True)
            if machine.rng.random() < 0.15:  # the bid list may hold a chunk twice
                self._add(machine, gpus, now, on_demand=False, bid=True)

    def _add(
        self, machine: Machine, gpus: int, now: float, *, on_demand: bool, bid: bool
    ) -> Listed:
        offer = Listed(
            self._new_id(machine), machine, gpus, on_demand=on_demand, bid=bid, since=now
        )
        if not machine.pinned and machine.rng.random() < self._stale_share:
            offer.gone = True
        self._offers[offer.offer_id] = offer
        self._by_machine[machine.machine_id].append(offer)
        return offer

    def _new_id(self, machine: Machine) -> int:
        if self._filling:  # listed some time ago
            old = max(6_300_000, int(47_000_000 - machine.rng.expovariate(1 / 5_000_000)))
            while old in self._offers:
                old += 1
            return old
        self._next_id += machine.rng.randrange(1, 900)
        return self._next_id

    def _unlist(self, machine: Machine) -> None:
        for offer in list(self._by_machine[machine.machine_id]):
            self._drop(offer)

    def _drop(self, offer: Listed) -> None:
        self._offers.pop(offer.offer_id, None)
        self._by_machine[offer.machine.machine_id].remove(offer)

    def _flickers(self, machine: Machine, kind: Kind, slot: int) -> bool:
        if machine.pinned or not self._evolving:
            return False
        mixed = (machine.machine_id * 2_654_435_761 + slot * 40_503 + self._salt) & 0xFFFFFFFF
        mixed = ((mixed ^ (mixed >> 16)) * (0x45D9F3B + 2 * len(kind))) & 0xFFFFFFFF
        return ((mixed ^ (mixed >> 16)) & 0xFFFF) / 0x10000 < _FLICKER_SHARE
