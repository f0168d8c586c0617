"""All machines of the organisation: creating, ending, and the balance."""

from collections.abc import Iterator
from typing import Any

from providers.simulator.faults import ENDINGS, FATES, Fault, FaultKind, picked
from providers.simulator.figures import seeded
from providers.simulator.tensordock.create import CreateRequest, Refused
from providers.simulator.tensordock.market import Market, Place, Stock, new_uuid
from providers.simulator.tensordock.rental import Rental

_LEAST_BALANCE_USD = 1.0
_GRACE_S = 96 * 3600.0
"""So long a machine is kept while the balance is below zero."""
_SLICE_S = 60.0


class Rentals:
    def __init__(
        self, market: Market, *, seed: int, now: float, balance: float, host: str, mishaps: float
    ) -> None:
        """`host` is the address that machines get."""
        self.balance = balance
        self._market = market
        self._seed = seed
        self._host = host
        self._mishaps = mishaps
        self._made = 0
        self._settled = now
        self._below_since: float | None = None
        self._rentals: dict[str, Rental] = {}

    def create(self, request: CreateRequest, faults: tuple[Fault, ...], now: float) -> Rental:
        """Raises `Refused`; nothing was made then."""
        self.settle(now)
        place = self._place(request)
        stock = place.stock.get(request.v0_name) if place else None
        if stock is None:
            raise Refused("No available nodes found")
        self._check(stock, request, faults)
        self._made += 1
        rng = seeded(self._seed, "td", self._made)
        stock.rented += request.gpus
        rental = Rental(
            instance_id=new_uuid(self._seed, "machine", self._made),
            name=request.name,
            stock=stock,
            v0_name=request.v0_name,
            gpus=request.gpus,
            vcpus=request.vcpus,
            ram_gb=request.ram_gb,
            storage_gb=request.storage_gb,
            rate_hourly=self._rate(stock, request),
            disk_usd_per_hour=request.storage_gb * self._market.rates["per_gb_storage_hr"],
            asked_ports=() if request.dedicated_ip else request.ports,
            created_at=now,
            address_after_s=rng.uniform(5, 30),
            chance=rng,
            host=self._host,
            fate=picked(faults, *FATES) or self._mishap(rng.random(), rng.uniform(30, 900)),
            first_port=rng.randrange(20_000, 59_000),
        )
        if rental.fate is not None and rental.fate.kind is FaultKind.WRONG_GPU:
            rental.v0_name = "l4-pcie-24gb"
        self._rentals[rental.instance_id] = rental
        return rental

    def _place(self, request: CreateRequest) -> Place | None:
        if request.location_id is not None:
            return self._market.place(request.location_id)
        return self._market.hostnode(str(request.hostnode_id))

    def _check(self, stock: Stock, request: CreateRequest, faults: tuple[Fault, ...]) -> None:
        if picked(faults, FaultKind.NO_CREDIT) or self.balance < _LEAST_BALANCE_USD:
            raise Refused("You need at least $1.00 of balance to deploy a server")
        if picked(faults, FaultKind.STALE) or stock.stale or request.gpus > stock.free:
            raise Refused("No available nodes found")
        fits = request.vcpus <= stock.max_vcpus and request.ram_gb <= stock.max_ram_gb
        if not fits or request.storage_gb > stock.max_storage_gb:
            raise Refused("No available nodes found")
        if request.dedicated_ip and (
            not stock.dedicated_ip or picked(faults, FaultKind.NO_PUBLIC_IP)
        ):
            raise Refused("No available public IPs on hostnode")

    def _rate(self, stock: Stock, request: CreateRequest) -> float:
        """The sum of the parts in binary floats, with the noise that the service shows."""
        rates = self._market.rates
        return (
            request.gpus * stock.price_per_hr
            + request.vcpus * rates["per_vcpu_hr"]
            + request.ram_gb * rates["per_gb_ram_hr"]
            + request.storage_gb * rates["per_gb_storage_hr"]
        )

    def _mishap(self, chance: float, seconds: float) -> Fault | None:
        if chance >= self._mishaps:
            return None
        kinds = (FaultKind.DIES, FaultKind.NO_ADDRESS, FaultKind.VANISHES)
        kind = kinds[int(chance / self._mishaps * len(kinds))]
        return Fault(kind, "tensordock", "create", seconds=seconds)

    def find(self, instance_id: str, now: float) -> Rental | None:
        self.settle(now)
        rental = self._rentals.get(instance_id)
        return rental if rental is not None and rental.exists(now) else None

    def ever_made(self) -> list[Rental]:
        """Also those that are gone."""
        return list(self._rentals.values())

    def existing(self, now: float) -> Iterator[Rental]:
        self.settle(now)
        return (rental for rental in self._rentals.values() if rental.exists(now))

    def end(self, rental: Rental, faults: tuple[Fault, ...], now: float) -> None:
        ending = picked(faults, *ENDINGS)
        if ending is not None and ending.kind is FaultKind.WILL_NOT_END:
            return
        late = ending is not None and ending.kind is FaultKind.ENDS_LATE
        self._release(rental, now + (ending.seconds if ending is not None and late else 0.0))
        if ending is not None and ending.kind is FaultKind.COMES_BACK:
            rental.back_at = now + ending.seconds

    def _release(self, rental: Rental, gone_at: float) -> None:
        first = rental.gone_at is None or rental.back_at is not None
        rental.gone_at, rental.back_at = gone_at, None
        if first and not rental.disassociated:
            rental.stock.rented -= rental.gpus

    def modify(self, rental: Rental, asked: dict[str, Any]) -> bool:
        """False when a size is not one of the allowed; the price follows the sizes."""
        cores = asked.get("cpuCores", rental.vcpus)
        ram = asked.get("ramGb", rental.ram_gb)
        disk = asked.get("diskGb", rental.storage_gb)
        if not all(isinstance(size, int) for size in (cores, ram, disk)):
            return False
        if cores < 2 or cores % 2 or not 2 <= ram <= 512 or disk < rental.storage_gb:
            return False
        rates = self._market.rates
        rental.rate_hourly += (
            (cores - rental.vcpus) * rates["per_vcpu_hr"]
            + (ram - rental.ram_gb) * rates["per_gb_ram_hr"]
            + (disk - rental.storage_gb) * rates["per_gb_storage_hr"]
        )
        rental.vcpus, rental.ram_gb, rental.storage_gb = cores, ram, disk
        rental.disk_usd_per_hour = disk * rates["per_gb_storage_hr"]
        return True

    def settle(self, now: float) -> None:
        self._market.advance(now)
        if not self._rentals:
            self._settled = now
        while self._settled < now:
            until = min(now, self._settled + _SLICE_S)
            alive = [rental for rental in self._rentals.values() if rental.exists(until)]
            hours = (until - self._settled) / 3600
            self.balance -= sum(rental.billed(until) for rental in alive) * hours
            self._enforce(alive, until)
            self._settled = until

    def _enforce(self, alive: list[Rental], now: float) -> None:
        """Below zero machines are stopped, and deleted after 96 hours there."""
        if self.balance >= 0:
            self._below_since = None
            return
        self._below_since = now if self._below_since is None else self._below_since
        for rental in alive:
            if rental.stopped_at is None:
                rental.stop(now, disassociate=True)
            if now - self._below_since >= _GRACE_S:
                self._release(rental, now)

    def snapshot(self, now: float) -> list[dict[str, Any]]:
        """For the admin path: everything ever rented, whether it is still there or not."""
        self.settle(now)
        return [
            {
                "id": rental.instance_id,
                "label": rental.name,
                "exists": rental.exists(now),
                "status": rental.status(now),
                "usd_per_hour": rental.rate_hourly,
                "usd_per_hour_now": rental.billed(now),
                "fate": None if rental.fate is None else rental.fate.kind,
            }
            for rental in self._rentals.values()
        ]
