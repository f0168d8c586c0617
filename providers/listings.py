"""Frozen values that a question comes back as: a sweep or a failure from each marketplace, and the
listing made of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from providers.models import (
    Offer,
    OfferId,
    OfferQuery,
    PricingKind,
    ProviderName,
    Verification,
)


class FailureReason(StrEnum):
    """Why a marketplace has no offers in an answer, by what has to happen next."""

    RATE_LIMITED = "rate-limited"
    TIMED_OUT = "timed-out"
    UNREACHABLE = "unreachable"
    SERVER_ERROR = "server-error"
    RESTING = "resting"
    """We stopped asking after repeated failure; it is tried again by itself."""
    BAD_ANSWER = "bad-answer"
    KEY_MISSING = "key-missing"
    KEY_REJECTED = "key-rejected"
    REFUSED = "refused"
    UNSUPPORTED = "unsupported"
    """The marketplace has no such thing, for instance no interruptible machines."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A marketplace could not be asked, as a value."""

    provider: ProviderName
    reason: FailureReason
    sentence: str
    """For a person: what happened and what happens next. Holds no foreign text."""
    retry_after_s: float | None = None


class CacheUse(StrEnum):
    FRESH = "hit"
    STALE = "stale"
    """Served at once, older than fresh, a refresh is under way."""
    MISS = "miss"


class Candidate(Protocol):
    """A row of an answer, read but not yet built into an `Offer`.

    Matching thousands of rows works on these plain floats; the `Decimal`s and texts of an `Offer`
    are made only for what is kept, since building them for every row trebles a cold search.
    """

    @property
    def provider(self) -> ProviderName: ...
    @property
    def offer_id(self) -> OfferId: ...
    @property
    def pricing(self) -> PricingKind: ...
    @property
    def machine_id(self) -> str | None: ...
    @property
    def host_id(self) -> str | None: ...
    @property
    def gpu_name(self) -> str:
        """Canonical, or raw when unknown."""
        ...

    @property
    def gpu_count(self) -> int: ...
    @property
    def vram_gib(self) -> float | None: ...
    @property
    def usd_per_hour(self) -> float:
        """All-in, finite and above zero."""
        ...

    @property
    def country(self) -> str | None: ...
    @property
    def verification(self) -> Verification | None: ...
    @property
    def datacenter(self) -> bool | None: ...
    @property
    def reliability(self) -> float | None: ...
    @property
    def vcpus(self) -> float | None: ...
    @property
    def ram_gb(self) -> float | None: ...
    @property
    def max_disk_gb(self) -> float | None: ...
    @property
    def max_cuda(self) -> float | None: ...
    @property
    def download_mbps(self) -> float | None: ...
    @property
    def upload_mbps(self) -> float | None: ...
    @property
    def available_until_s(self) -> float | None:
        """Epoch seconds."""
        ...

    @property
    def tflops(self) -> float | None: ...
    def offer(self) -> Offer: ...


@dataclass(frozen=True, slots=True)
class Sweep:
    """What one marketplace said to one query."""

    provider: ProviderName
    candidates: Sequence[Candidate]
    """Everything that could be read, not yet matched against the query."""
    as_of: datetime
    """The oldest page's moment."""
    fresh_until: datetime
    """Until then the same question needs no new answer."""
    rows: int
    """Rows of the answer, readable or not."""
    left_out: int = 0
    """Rows that could not be read or whose price is unknown."""
    complete: bool = True
    """False when the list was not read to its end."""
    read_to_usd: float | None = None
    """Per hour: all that costs less was read, and what costs more was left, since the query wants
    none of it. `None` when nothing was left for that reason."""
    cache: CacheUse = CacheUse.MISS
    seconds: float = 0.0
    """How long the marketplace took, as the caller felt it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A `Sweep` without its offers: what is told about a marketplace in an answer."""

    provider: ProviderName
    as_of: datetime
    rows: int
    left_out: int
    matched: int
    complete: bool
    cache: CacheUse
    seconds: float
    read_to_usd: float | None = None


@dataclass(frozen=True, slots=True)
class NearMiss:
    offer: Offer
    condition: str
    """Name of the one `OfferQuery` field that it fails."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The answer to a query. Always an answer: a marketplace that failed is in `failures`."""

    query: OfferQuery
    offers: tuple[Offer, ...]
    """Matching, without duplicates, ranked by `query.sort`; the first hundred or so, not cut to
    `query.limit`."""
    considered: int
    """Offers with the wanted model, count and pricing that were compared with the query: not
    those that a source with `read_to_usd` left unread. Where nothing was found, those that
    `removed` counts."""
    sources: tuple[Source, ...]
    failures: tuple[Failure, ...]
    as_of: datetime
    """The oldest source, or now when there is none."""
    removed: tuple[tuple[str, int], ...] = ()
    """(field of `OfferQuery`, offers that fail it), most first. An offer counts at each condition
    that it fails."""
    near_misses: tuple[NearMiss, ...] = ()
    """Offers that fail exactly one condition, cheapest first, one for each condition."""
    matched: int = 0
    """All that match, of which `offers` are the first."""
