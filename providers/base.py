"""What every marketplace adapter can do, and how it says what it cannot."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, runtime_checkable

from providers.instances import Account, Image, Instance, InstanceId, Proof, RentRequest
from providers.listings import Sweep
from providers.models import Offer, OfferQuery, ProviderName


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
    ALERT = "alert"
    """What is about to be told is read once more."""
    WATCH = "watch"
    """Asks for the whole list, however many pages that takes."""


@dataclass(frozen=True, slots=True)
class Poll:
    """One question that answers several queries."""

    query: OfferQuery
    """To be searched for with `Priority.WATCH`."""
    calls: int
    """As many as it took the last time, or is thought to take; 0: the answer to a question before
    it, seconds old, holds what is asked."""
    answers: tuple[OfferQuery, ...]


class Rents(Protocol):
    """The renting half of an adapter. Nothing here is ever cached.

    Every method raises `errors.ProviderError` and nothing else. `TryLater` promises that nothing
    happened; it is never raised for a create whose outcome nobody knows.
    """

    name: ProviderName
    title: str
    """For people: `Vast.ai`."""
    origin: str
    """Where it is asked, such as `https://console.vast.ai`: with the account, whose machines a
    listing speaks of."""
    has_key: bool
    key_print: str
    """Tells one key from another, and tells nothing of it: one key is one account's."""
    key_setting: str
    """The name of the setting that is missing where `has_key` is false: `VASTAI_API_KEY`."""
    console_url: str
    """Where a person ends a machine by hand."""
    images: tuple[Image, ...]
    """A short list, the default first."""
    proof: Proof
    start_limit_s: float
    """How long a machine may take to be ready before somebody is asked."""
    min_disk_gb: int

    def image_problem(self, image: str) -> str | None:
        """Why this is no image of the marketplace, as a sentence with the next step."""
        ...

    async def account(self) -> Account:
        """Whose key it is; raises `FixTheKey` when it is nobody's."""
        ...

    async def rent(self, request: RentRequest) -> InstanceId:
        """Creates once, and is never repeated by itself unless the marketplace said that nothing
        was made.

        Raises `OutcomeUnknown` when a machine may exist, with its id where the answer named one.
        Every other error proves that nothing was made: `ChooseAnother` when the offer is gone,
        `FixTheKey`, `FixTheAccount`, `RequestRefused`, `TryLater`.
        """
        ...

    async def attach_key(self, instance_id: InstanceId, ssh_public_key: str) -> None:
        """Opens this one machine, never the account. What is attached already is no error.

        Raises `Unsupported` where the marketplace cannot.
        """
        ...

    async def instances(self) -> tuple[Instance, ...]:
        """Every machine of the account, complete; raises rather than return a part."""
        ...

    async def instance(self, instance_id: InstanceId) -> Instance:
        """Raises `InstanceGone` only when the marketplace itself says so; see `proof`."""
        ...

    async def end(self, instance_id: InstanceId) -> None:
        """Asks for the end; ending what is gone succeeds. Proves nothing about being gone."""
        ...

    async def raise_bid(self, instance_id: InstanceId, usd_per_hour: Decimal) -> None:
        """The whole machine's bid, without disk. Raises `Unsupported` where there is none."""
        ...


@runtime_checkable
class Provider(Rents, Protocol):
    """Speaks to one marketplace. Its methods raise `errors.ProviderError` and nothing else."""

    default_disk_gb: Decimal
    search_interval_s: float
    """Between two searches in the long run, as the marketplace's limit is kept."""
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

    def polls(self, queries: Sequence[OfferQuery]) -> Sequence[Poll]:
        """The fewest calls that answer all of these."""
        ...

    async def refresh_offer(
        self, offer: Offer, *, priority: Priority = Priority.PRESS
    ) -> Offer | None:
        """The offer as it is now, past the cache; `None` when it is no longer listed."""
        ...

    async def check_key(self) -> str:
        """A sentence about the account when the key works; raises `FixTheKey` otherwise."""
        ...
