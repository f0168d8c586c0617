"""What every marketplace adapter can do, and how it says what it cannot."""

from collections.abc import Hashable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from providers.models import (
    Instance,
    InstanceId,
    Offer,
    OfferQuery,
    ProviderName,
    RentRequest,
    Sweep,
)


class Capability(StrEnum):
    ON_DEMAND = "on-demand machines"
    INTERRUPTIBLE = "interruptible machines"
    VERIFICATION = "verification of hosts"
    RELIABILITY = "reliability of hosts"
    CUDA_VERSION = "CUDA version"
    NETWORK_SPEED = "network speed"
    TRAFFIC_PRICE = "traffic price"
    AVAILABLE_UNTIL = "how long a machine is promised"


class Priority(StrEnum):
    """Who goes first in the rate limiter, first to last."""

    END = "end"
    PRESS = "press"
    SEARCH = "search"
    WATCH = "watch"


@runtime_checkable
class Provider(Protocol):
    """Speaks to one marketplace. Its methods raise `errors.ProviderError` and nothing else."""

    name: ProviderName
    title: str
    """For people: `Vast.ai`."""
    default_disk_gb: Decimal
    cannot: Mapping[Capability, str]
    """What the marketplace does not have or does not state, with the reason as a sentence."""

    def scope(self, query: OfferQuery) -> Hashable:
        """The part of the query that reaches the marketplace: one scope, one answer."""
        ...

    async def search(
        self, query: OfferQuery, *, priority: Priority = Priority.SEARCH, refresh: bool = False
    ) -> Sweep:
        """Asks for what may match; may come from the cache. The caller matches again.

        With `refresh` a cached answer will not do unless it is a few seconds old.
        """
        ...

    async def refresh_offer(self, offer: Offer) -> Offer | None:
        """The offer as it is now, past the cache; `None` when it is no longer listed."""
        ...

    async def check_key(self) -> str:
        """A sentence about the account when the key works; raises `FixTheKey` otherwise."""
        ...


class Rents(Protocol):
    """The renting half of an adapter. Nothing here is ever cached."""

    async def rent(self, request: RentRequest) -> Instance:
        """Creates once.

        Raises `ChooseAnother` when the offer is gone, `OutcomeUnknown` when a machine may exist.
        """
        ...

    async def instances(self) -> tuple[Instance, ...]:
        """Every machine of the account, complete; raises rather than return a part."""
        ...

    async def instance(self, instance_id: InstanceId) -> Instance:
        """Raises `InstanceGone` only when the marketplace itself says so."""
        ...

    async def end(self, instance_id: InstanceId) -> None:
        """Asks for the end; ending what is gone succeeds. Proves nothing about being gone."""
        ...
