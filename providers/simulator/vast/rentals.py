"""All rentals of the account: creating, ending, and the money that runs."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from providers.simulator.faults import ENDINGS, FATES, Fault, FaultKind, picked
from providers.simulator.figures import seeded
from providers.simulator.vast.account import Account
from providers.simulator.vast.book import OfferBook
from providers.simulator.vast.create import CreateRequest, Refusal
from providers.simulator.vast.listing import Kind, Listed
from providers.simulator.vast.rental import Rental

_SLICE_S = 60.0
"""Money and outbidding are looked at this often."""
_IMAGE_GB = 6.0
_MORE = 1.5


@dataclass(frozen=True, slots=True)
class Created:
    instance_id: int
    api_key: str
    stopped: bool
    """It exists and costs storage, but the answer is an error."""


class Rentals:
    def __init__(
        self, book: OfferBook, account: Account, *, seed: int, now: float, mishaps: float
    ) -> None:
        """`mishaps` is the share of machines that fail by themselves."""
        self._book = book
        self._account = account
        self._seed = seed
        self._mishaps = mishaps
        self._next_id = 33_400_000 + seed % 1000
        self._rentals: dict[int, Rental] = {}
        self._settled = now

    def create(
        self, offer_id: int, request: CreateRequest, faults: tuple[Fault, ...], now: float
    ) -> Created:
        """Raises `Refusal`; nothing was made then."""
        offer = self._book.find(offer_id, now)
        if offer is None or picked(faults, FaultKind.STALE):
            raise Refusal.no_such_ask(offer_id)
        if picked(faults, FaultKind.NO_CREDIT) or self._account.credit <= 0:
            raise Refusal(400, "insufficient_credit", "Insufficient credit for this instance")
        unavailable = self._unavailable(offer, request, now)
        request.check_disk(offer, now)
        rental = self._rental(offer, request, faults, now)
        if request.price is not None and request.price < offer.machine.min_bid(offer.gpus):
            rental.held_back = "outbid"
        elif unavailable:
            rental.held_back = "unavailable"
        else:
            self._book.take(offer, now)
        self._rentals[rental.instance_id] = rental
        key = f"{rental.secrets.getrandbits(256):064x}"
        return Created(rental.instance_id, key, stopped=rental.held_back == "outbid")

    def _unavailable(self, offer: Listed, request: CreateRequest, now: float) -> bool:
        on_demand_gone = request.price is None and not offer.on_demand
        if not offer.gone and not on_demand_gone:
            return False
        if offer.gone and offer.leaves_at is None:
            self._book.withdraw(offer, now, lingers_s=offer.machine.rng.uniform(20, 180))
        if offer.gone and offer.offer_id % 5:
            raise Refusal.no_such_ask(offer.offer_id)
        if request.cancel_unavail:
            raise Refusal.no_longer_available(offer.offer_id)
        return True

    def _rental(
        self, offer: Listed, request: CreateRequest, faults: tuple[Fault, ...], now: float
    ) -> Rental:
        self._next_id += 1 + offer.offer_id % 7
        rng = seeded(self._seed, "rental", self._next_id)
        kind = Kind.ON_DEMAND if request.price is None else Kind.BID
        row = offer.row(kind, request.disk_gb, now).fields()
        fate = picked(faults, *FATES) or self._mishap(rng.random(), rng.uniform(60, 900))
        if fate is not None and fate.kind is FaultKind.WRONG_GPU:
            row["gpu_name"], row["gpu_ram"] = "RTX 3060", 12288
        return Rental(
            instance_id=self._next_id,
            machine=offer.machine,
            gpus=offer.gpus,
            offer=row,
            label=request.label,
            image=request.image,
            disk_gb=request.disk_gb,
            request=request.document,
            bid=request.price,
            created_at=now,
            listed_at=now + rng.uniform(2, 8),
            provision_s=rng.uniform(2, 10),
            load_s=rng.uniform(28, 290),
            secrets=rng,
            fate=fate,
            intended=request.target_state,
            started_at=now,
        )

    def _mishap(self, chance: float, seconds: float) -> Fault | None:
        if chance >= self._mishaps:
            return None
        kinds = sorted(FATES - {FaultKind.OUTBID})
        kind = kinds[int(chance / self._mishaps * len(kinds))]
        return Fault(kind, "vast", "create", seconds=seconds)

    # Reading.

    def find(self, instance_id: int, now: float) -> Rental | None:
        self.settle(now)
        rental = self._rentals.get(instance_id)
        return rental if rental is not None and rental.exists(now) else None

    def ever_made(self) -> list[Rental]:
        """Also those that are gone."""
        return list(self._rentals.values())

    def existing(self, now: float) -> Iterator[Rental]:
        self.settle(now)
        return (rental for rental in self._rentals.values() if rental.exists(now))

    # Changing.

    def end(self, rental: Rental, faults: tuple[Fault, ...], now: float) -> bool:
        """False when the end was asked for before."""
        if rental.ended(now):
            return False
        ending = picked(faults, *ENDINGS)
        if ending is not None and ending.kind is FaultKind.WILL_NOT_END:
            return True
        lingers = rental.secrets.uniform(2, 9)
        if ending is not None and ending.kind is FaultKind.ENDS_LATE:
            lingers = ending.seconds
        rental.out_of_list_at = now + lingers
        rental.back_at = None
        if ending is not None and ending.kind is FaultKind.COMES_BACK:
            rental.back_at = rental.out_of_list_at + ending.seconds
        if rental.held_back is None:
            self._book.release(rental.machine, rental.gpus, now)
        return True

    def set_state(self, rental: Rental, state: str, now: float) -> None:
        if state == "running" and rental.intended != "running":
            rental.started_at, rental.load_s = now, rental.secrets.uniform(10, 40)
        rental.intended = state

    def recycle(self, rental: Rental, now: float) -> None:
        rental.started_at, rental.load_s = now, rental.secrets.uniform(15, 60)

    def change_bid(self, rental: Rental, price: float) -> None:
        rental.bid = price
        self._compete(rental)

    def outbid(self, rental: Rental) -> None:
        """Somebody pays half as much again. Raises `ValueError` where nothing was bid."""
        if rental.bid is None:
            raise ValueError("rented at a fixed price")
        base = rental.machine.base_price(rental.gpus)
        rental.machine.bid_factor = rental.bid * _MORE / base
        self._compete(rental)

    # Money.

    def settle(self, now: float) -> None:
        if not self._rentals:
            self._settled = now
        while self._settled < now:
            until = min(now, self._settled + _SLICE_S)
            for rental in self._rentals.values():
                self._bill(rental, self._settled, until)
                if rental.is_bid:
                    self._compete(rental)
            if self._account.credit <= 0:
                self._stop_all()
            self._settled = until

    def _bill(self, rental: Rental, begin: float, end: float) -> None:
        if not rental.exists(end) or rental.ended(begin):
            return
        hours = (end - begin) / 3600
        status = rental.status(end)
        if status.actual == "offline":
            return
        disk = rental.disk_usd_per_hour
        number = rental.instance_id
        self._account.bill(number, "disk", quantity=hours, amount=disk * hours, now=begin)
        if status.billed:
            amount = (rental.usd_per_hour - disk) * hours
            self._account.bill(number, "gpu", quantity=hours, amount=amount, now=begin)
        if status.actual == "running" and not rental.download_billed:
            rental.download_billed = True
            amount = _IMAGE_GB * rental.offer["inet_down_cost"]
            self._account.bill(number, "bwd", quantity=_IMAGE_GB, amount=amount, now=begin)

    def _compete(self, rental: Rental) -> None:
        """The highest bid wins; the loser stands still and resumes when its bid wins again."""
        if rental.bid is None or rental.held_back == "unavailable":
            return
        loses = rental.bid < rental.machine.min_bid(rental.gpus)
        rental.held_back = "outbid" if loses else None

    def _stop_all(self) -> None:
        for rental in self._rentals.values():
            rental.intended = "stopped"

    def snapshot(self, now: float) -> list[dict[str, Any]]:
        """For the admin path: everything ever rented, whether it is still there or not."""
        self.settle(now)
        return [
            {
                "id": rental.instance_id,
                "label": rental.label,
                "exists": rental.exists(now),
                "status": rental.status(now).actual,
                "usd_per_hour": rental.usd_per_hour,
                "usd_per_hour_now": rental.billed(now),
                "bid": rental.bid,
                "fate": None if rental.fate is None else rental.fate.kind,
            }
            for rental in self._rentals.values()
        ]
