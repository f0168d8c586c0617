"""Frozen values of renting: what is asked for, the machine that came, and whose key it is."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from providers.models import Gpu, Location, Offer, PricingKind, ProviderName

InstanceId = NewType("InstanceId", str)


class InstanceState(StrEnum):
    STARTING = "starting"
    RUNNING = "running"
    """The marketplace says so; SSH may still refuse."""
    STOPPED = "stopped"
    """Off, and still costing money."""
    BROKEN = "broken"
    """Will not become running."""
    OFFLINE = "offline"
    """The host cannot be reached; the marketplace still keeps the machine for us."""
    UNKNOWN = "unknown"
    """The marketplace used a word that nobody knows; neither fine nor gone."""


class StartPhase(StrEnum):
    """How far a machine that is starting has come, as far as the marketplace tells."""

    MADE = "made"
    LOADING = "loading"
    """The image is fetched."""
    BOOTING = "booting"
    """The marketplace calls it running; its address or SSH is still missing."""


@dataclass(frozen=True, slots=True)
class SshEndpoint:
    host: str
    port: int
    user: str


@dataclass(frozen=True, slots=True)
class Image:
    """What can be installed on a machine."""

    name: str
    """As the marketplace takes it."""
    title: str
    """For people."""


@dataclass(frozen=True, slots=True)
class RentRequest:
    offer: Offer
    """As it was just read again, priced with the disk that is rented."""
    label: str
    """`shopper-<session id>`: the only way to find the machine again."""
    ssh_public_key: str
    """Type and base64 alone, no comment: it passes through a shell."""
    image: str
    bid_usd_per_hour: Decimal | None = None
    """Of the whole machine, without disk; for interruptible offers, and only for those."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A rented machine as the marketplace reports it. Foreign facts: any may be missing."""

    provider: ProviderName
    instance_id: InstanceId
    label: str | None
    state: InstanceState
    phase: StartPhase | None = None
    """While `state` is starting, and while it is running without an address."""
    usd_per_hour: Decimal | None = None
    """Of the whole machine while it runs, disk included."""
    stopped_usd_per_hour: Decimal | None = None
    """As it is billed now, where it is stopped and that price is stated."""
    gpu: Gpu | None = None
    location: Location | None = None
    machine_id: str | None = None
    pricing: PricingKind | None = None
    least_bid_usd_per_hour: Decimal | None = None
    """On interruptible machines: below it the machine is paused. Without disk, like a bid."""
    ssh: tuple[SshEndpoint, ...] = field(default=())
    """Ways in, the best first."""
    message: str | None = None
    """The marketplace's own words; foreign text."""
    ends_at: datetime | None = None
    """The host takes the machine back then."""

    @property
    def usd_per_hour_now(self) -> Decimal | None:
        """In the state that it is in; rather too much than too little."""
        stopped = self.stopped_usd_per_hour
        if self.state is InstanceState.STOPPED and stopped is not None:
            return stopped
        return self.usd_per_hour


@dataclass(frozen=True, slots=True)
class Account:
    """Whose key it is. A listing proves something about machines of this account alone."""

    account_id: str | None
    """`None` where the marketplace does not say."""
    credit_usd: Decimal | None
    """What can still be spent; `None` where the marketplace does not say."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a marketplace has to show before a machine of ours counts as gone.

    Its own word about the single machine is always needed; `lists` complete lists without it,
    the first and the last of them `apart_s` seconds apart, where that word alone is worth little.
    """

    lists: int = 0
    apart_s: float = 0.0
