"""Both marketplaces as one thing that tests and the admin path hold."""

from dataclasses import dataclass, field
from secrets import token_urlsafe
from typing import Any

from providers.clock import Clock
from providers.simulator.clock import SimulatedClock
from providers.simulator.faults import Fault, FaultBook, FaultKind
from providers.simulator.journal import Journal
from providers.simulator.tensordock.app import TensorDockServer
from providers.simulator.vast.app import VastServer
from providers.simulator.vast.search import PAGE


@dataclass(frozen=True, slots=True)
class Options:
    seed: int = 1
    speed: float = 1.0
    """Market seconds in a real second; 0 moves by `step` alone."""
    start: float | None = None
    """First moment of the market in epoch seconds; now by default."""
    vast_machines: int = 440
    """Machines in the on-demand list at a time; about 1.3 offers stand on each."""
    page_cap: int = PAGE
    """Most offers in one Vast.ai answer."""
    rate_limits: bool = True
    vast_key: str | None = None
    tensordock_token: str | None = None
    evolving: bool = True
    """Offers come, go, flicker and change their prices."""
    stale_share: float = 0.05
    """Share of offers that are listed although they are gone."""
    mishaps: float = 0.0
    """Share of rented machines that fail by themselves."""
    credit: float = 25.0
    """USD on either account."""
    ssh_answers: bool = False
    """TensorDock's machines can be reached too; Vast.ai's always can."""
    latency: bool = False
    """TensorDock takes the seconds that it takes in life."""
    port_vast: int = 0
    port_tensordock: int = 0
    port_admin: int = 0
    clock: Clock | None = None
    """Where time comes from; the system's by default."""


@dataclass(slots=True)
class Simulator:
    """Both marketplaces while they are open."""

    clock: SimulatedClock
    faults: FaultBook
    vast: VastServer
    tensordock: TensorDockServer
    journal: Journal
    vast_url: str
    tensordock_url: str
    admin_url: str = ""
    """With the token in its path."""
    admin_token: str = field(default_factory=lambda: token_urlsafe(24))

    def fault(
        self,
        marketplace: str,
        kind: FaultKind | str,
        *,
        endpoint: str = "*",
        times: int | None = 1,
        **details: Any,
    ) -> Fault:
        """Makes the next `times` requests go wrong; `details` are further fields of `Fault`."""
        fault = Fault(FaultKind(kind), marketplace, endpoint, times, **details)
        return self.faults.add(fault)

    def clear_faults(self) -> None:
        self.faults.clear()

    def step(self, seconds: float) -> None:
        """Moves the market, and what rate limits count by."""
        self.clock.step(seconds)
        self.vast.rentals.settle(self.clock.now())
        self.tensordock.rentals.settle(self.clock.now())
