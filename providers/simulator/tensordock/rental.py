"""One rented machine of TensorDock and the life it leads in market time."""

from dataclasses import dataclass
from random import Random
from typing import Any

from providers.simulator.faults import Fault, FaultKind
from providers.simulator.tensordock.market import Stock

_STOPPING_S = 8.0
_STARTING_S = 20.0


@dataclass(slots=True)
class Rental:
    instance_id: str
    name: str
    stock: Stock
    v0_name: str
    gpus: int
    vcpus: int
    ram_gb: int
    storage_gb: int
    rate_hourly: float
    disk_usd_per_hour: float
    asked_ports: tuple[int, ...]
    """Internal ports to be forwarded; none with an address of its own."""
    created_at: float
    address_after_s: float
    chance: Random
    host: str
    fate: Fault | None = None
    stopped_at: float | None = None
    started_at: float | None = None
    disassociated: bool = False
    first_port: int = 20_000
    gone_at: float | None = None
    back_at: float | None = None

    def exists(self, now: float) -> bool:
        if self.back_at is not None and now >= self.back_at:
            return True
        if self.gone_at is not None and now >= self.gone_at:
            return False
        return not self._fated(FaultKind.VANISHES, now)

    def status(self, now: float) -> str:
        if self.stopped_at is not None:
            if now < self.stopped_at + _STOPPING_S:
                return "stopping"
            return "stoppeddisassociated" if self.disassociated else "stopped"
        if self._fated(FaultKind.DIES, now) or self._fated(FaultKind.GOES_OFFLINE, now):
            return "stopped"
        if self._has(FaultKind.CREATE_FAILS):
            return "error"
        if self.started_at is not None and now < self.started_at + _STARTING_S:
            return "starting"
        return "starting" if self._has(FaultKind.NEVER_STARTS) else "running"

    def address(self, now: float) -> str | None:
        """Absent at first, although the status says running."""
        if self._has(FaultKind.NO_ADDRESS) or self.status(now) != "running":
            return None
        began = self.started_at if self.started_at is not None else self.created_at
        return self.host if now >= began + self.address_after_s else None

    def forwards(self, now: float) -> list[dict[str, Any]]:
        if self.address(now) is None:
            return []
        return [
            {"internal_port": port, "external_port": self.first_port + place}
            for place, port in enumerate(self.asked_ports)
        ]

    def billed(self, now: float) -> float:
        """USD per hour now; whether a stopped machine costs the full rate is not known."""
        status = self.status(now)
        return self.disk_usd_per_hour if status == "stoppeddisassociated" else self.rate_hourly

    def stop(self, now: float, *, disassociate: bool) -> None:
        self.stopped_at, self.disassociated = now, disassociate
        if disassociate:
            self.stock.rented -= self.gpus

    def start(self, now: float) -> None:
        """Address and ports may change over a stop."""
        if self.disassociated:
            self.stock.rented += self.gpus
        self.stopped_at, self.started_at, self.disassociated = None, now, False
        self.first_port = self.chance.randrange(20_000, 60_000)

    def _has(self, kind: FaultKind) -> bool:
        return self.fate is not None and self.fate.kind is kind

    def _fated(self, kind: FaultKind, now: float) -> bool:
        if self.fate is None or self.fate.kind is not kind:
            return False
        return now >= self.created_at + self.address_after_s + self.fate.seconds
