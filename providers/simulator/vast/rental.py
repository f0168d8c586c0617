"""One rented machine of Vast.ai and the life it leads in market time."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from providers.simulator.faults import Fault, FaultKind
from providers.simulator.vast.machines import Machine

_REBOOT_S = 12.0


@dataclass(frozen=True, slots=True)
class Status:
    actual: str | None
    intended: str
    current: str
    message: str | None

    @property
    def billed(self) -> bool:
        """GPU time counts; loading counts too, as renters' invoices suggest."""
        return self.current == "running" and self.actual != "offline"


@dataclass(slots=True)
class Rental:
    instance_id: int
    machine: Machine
    gpus: int
    offer: dict[str, Any]
    """The offer's row as it was rented."""
    label: str | None
    image: str
    disk_gb: float
    request: dict[str, Any]
    bid: float | None
    """USD per hour for the whole machine; `None` on demand."""
    created_at: float
    listed_at: float
    """Before that it is missing from the list."""
    provision_s: float
    load_s: float
    secrets: Random
    fate: Fault | None = None
    intended: str = "running"
    started_at: float = 0.0
    rebooted_at: float | None = None
    held_back: str | None = None
    """Why it stands still although running is intended: `outbid`, `unavailable`."""
    out_of_list_at: float | None = None
    """Set by the renter's end: the row lingers until then."""
    back_at: float | None = None
    """A machine that returns after its end."""
    keys: list[dict[str, Any]] = field(default_factory=list)
    download_billed: bool = False

    @property
    def is_bid(self) -> bool:
        return self.bid is not None

    @property
    def usd_per_hour(self) -> float:
        base = self.bid if self.bid is not None else self.offer["dph_base"]
        return float(base) + self.disk_usd_per_hour

    @property
    def disk_usd_per_hour(self) -> float:
        return float(self.offer["storage_total_cost"])

    def billed(self, now: float) -> float:
        """USD per hour now: the disk of a machine that stands still, nothing of one that is
        offline or whose end was asked for."""
        status = self.status(now)
        if status.actual == "offline" or self.ended(now) or not self.exists(now):
            return 0.0
        return self.usd_per_hour if status.billed else self.disk_usd_per_hour

    def exists(self, now: float) -> bool:
        if self.back_at is not None and now >= self.back_at:
            return True
        if self.out_of_list_at is not None and now >= self.out_of_list_at:
            return False
        return not self._fated(FaultKind.VANISHES, now)

    def ended(self, now: float) -> bool:
        """The renter asked for its end, and it has not come back since."""
        return self.out_of_list_at is not None and not self.came_back(now)

    def came_back(self, now: float) -> bool:
        return self.back_at is not None and now >= self.back_at

    def running_since(self) -> float:
        return self.started_at + self.provision_s + self.load_s

    def status(self, now: float) -> Status:
        if self.intended == "stopped":
            return Status("exited", "stopped", "stopped", None)
        if self.held_back == "outbid" or self._fated(FaultKind.OUTBID, now):
            return Status("exited", "stopped", "stopped", None)
        if self.held_back == "unavailable":
            return Status("scheduling", "running", "stopped", None)
        return self._starting(now) or self._running(now)

    def _starting(self, now: float) -> Status | None:
        age = now - self.started_at
        if age < self.provision_s:
            return Status(None, "running", "running", None)
        if self._has(FaultKind.CREATE_FAILS):
            message = "Error: OCI runtime create failed: runc create failed: unable to start"
            return Status("created", "running", "running", message)
        if self._has(FaultKind.NEVER_STARTS) or now < self.running_since():
            return Status("loading", "running", "running", self._pulling(age))
        return None

    def _running(self, now: float) -> Status:
        if self._fated(FaultKind.DIES, now):
            return Status("exited", "running", "running", "container exited with code 137")
        if self._fated(FaultKind.GOES_OFFLINE, now):
            return Status("offline", "running", "running", None)
        if self.rebooted_at is not None and now - self.rebooted_at < _REBOOT_S:
            return Status("rebooting", "running", "running", None)
        return Status("running", "running", "running", f"success, running {self.image}/ssh")

    def _pulling(self, age: float) -> str:
        share = int(100 * min(0.99, (age - self.provision_s) / max(1.0, self.load_s)))
        return f"{self.image}: Pulling fs layer {share}%\n"

    def _has(self, kind: FaultKind) -> bool:
        return self.fate is not None and self.fate.kind is kind

    def _fated(self, kind: FaultKind, now: float) -> bool:
        if self.fate is None or self.fate.kind is not kind:
            return False
        return now >= self.running_since() + self.fate.seconds
