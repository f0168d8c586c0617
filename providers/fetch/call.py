"""What is asked of `FetchClient`, what comes back, and what is told while it happens."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr

from providers.base import Priority
from providers.clock import Clock
from providers.errors import BadAnswer
from providers.fetch.policy import FreshRules
from providers.listings import CacheUse
from providers.models import ProviderName
from providers.settings import Pace

if TYPE_CHECKING:
    from providers.fetch.boarding import Boarding

MIB: Final = 1024 * 1024
ORDER: Final = {priority: place for place, priority in enumerate(Priority)}
"""The rate limiter serves the smaller number first."""


@dataclass(frozen=True, slots=True)
class Call:
    """One question to one marketplace, with its wishes. Its repr shows neither keys nor body."""

    provider: ProviderName
    title: str
    """`Vast.ai`, for sentences."""
    endpoint: str
    """`search`, `account`: circuit and fresh time are kept for each, and the pace too unless
    `pace_group` says otherwise."""
    method: str
    url: str
    """Full, with the query that may be logged and keyed; never a credential."""
    pace: Pace
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """`Authorization` lives here: in no cache key and no log."""
    secret_params: Mapping[str, SecretStr] = field(default_factory=dict, repr=False)
    """Added to the URL below the cache, the events and httpx's own log line."""
    json_body: object | None = field(default=None, repr=False)
    cacheable: bool = False
    """Only a plausible 200 is ever kept."""
    plausible: Callable[[bytes], bool] | None = field(default=None, repr=False)
    """A cheap look at the body of a 200."""
    safe: bool = True
    """May be repeated after a time-out, a cut connection or a 5xx. A 429 may be for all calls."""
    priority: Priority = Priority.SEARCH
    read_timeout_s: float = 30.0
    connect_timeout_s: float = 10.0
    max_body_bytes: int = 32 * MIB
    """Of the body as decompressed."""
    refresh: bool = False
    """Past the cache; the answer still goes into it."""
    always: bool = False
    """Goes out although the circuit is open: for listing and ending machines."""
    trusted_suffixes: tuple[str, ...] = ()
    """Host endings such as `.vast.ai` that a redirect may lead to, besides the host itself."""
    pace_group: str | None = None
    """Calls of one group share one pace: for a marketplace that counts all calls together."""

    @property
    def lane(self) -> str:
        """What shares one circuit and one fresh time, in all processes."""
        return self._lane(self.endpoint)

    @property
    def pace_lane(self) -> str:
        """What shares one pace, in all processes."""
        return self._lane(self.pace_group or self.endpoint)

    def _lane(self, name: str) -> str:
        parts = urlsplit(self.url)
        return f"{self.provider}/{name}@{parts.scheme}://{parts.netloc}"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    """Names in lower case; the last of doubled ones."""
    body: bytes = field(repr=False)
    received_at: datetime
    """When the marketplace said it; a cached reply keeps its moment."""
    fresh_until: datetime
    cache: CacheUse
    seconds: float
    """As the caller felt it."""


EventKind = Literal[
    "hit", "stale", "miss", "wait", "retry", "429", "failure", "circuit-open", "circuit-closed",
    "cache-trouble",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FetchEvent:
    """One thing that happened, for metrics and logs: holds no URL, no key, no foreign text."""

    provider: ProviderName
    """`-` for trouble with the cache, which belongs to no marketplace."""
    endpoint: str
    kind: EventKind
    seconds: float = 0.0
    """How long it took, or how long is waited because of it."""
    detail: str = ""


Emit = Callable[[FetchEvent], None]


class CutShort(BadAnswer):
    """The connection broke after the request had left: a read may be repeated, and whether a
    create did anything is unknown."""


@dataclass(frozen=True, slots=True)
class FetchSettings:
    fresh: FreshRules = field(default_factory=FreshRules)
    tries: int = 4
    patience_s: Mapping[Priority, float] = field(
        default_factory=lambda: {
            Priority.END: 120.0,
            Priority.PRESS: 20.0,
            Priority.SEARCH: 15.0,
            Priority.ALERT: 30.0,
            Priority.WATCH: 60.0,
        }
    )
    """How long a call may wait for its turn and between tries, in all; its time on the network
    is bounded by its own time-outs."""
    pace_margin: float = 0.05
    """Intervals are kept this much longer than asked: the marketplace's clock is not ours."""
    circuit_failures: int = 5
    """In a row. One more than the tries of one call, which alone must not open a circuit."""
    circuit_rest_s: float = 20.0
    circuit_max_rest_s: float = 300.0
    cache_bytes: int = 256 * MIB
    memory_bytes: int = 64 * MIB
    """Of answers that are on their way to the disk, or that it does not take."""
    lock_timeout_s: float = 0.5
    """How long SQLite waits for another process; after that this process goes on by itself."""
    disk_patience_s: float = 2.0
    """How long an answer waits for a disk that hangs."""
    poll_s: float = 0.02
    """First pause of a process that waits for another one's fetch; grows to ten times this."""
    store_after_s: float = 0.2
    """An answer is stored so long after it was given, since the thread that stores ten megabytes
    takes the interpreter from the one that reads them, which takes 60 ms and on a busy machine
    twice that. Meanwhile this process has it in memory."""


@dataclass(slots=True, eq=False)
class Trip:
    """One call on its way through the transports: the one thing there that changes."""

    call: Call
    content: bytes | None
    key: str
    priority: Priority
    deadline: float
    """On the monotonic clock: no wait for a turn or between tries may end later."""
    began_s: float
    """Epoch seconds."""
    attempt: int = 1
    asked_wait_s: float = 0.0
    """What the last 429 asked for."""
    boarding: "Boarding | None" = None
    """What the look for an answer has brought besides, until it is used."""
    on_hurry: Callable[[], None] | None = None
    """Set by the rate limiter, which looks again who can wait how long."""
    _lane: str = ""

    @property
    def lane(self) -> str:
        """Every layer asks; it is worked out once."""
        self._lane = self._lane or self.call.lane
        return self._lane

    @property
    def is_bare(self) -> bool:
        """Without a body; of other methods also an empty one is told."""
        return self.content is None and self.call.method == "GET"

    def hurry(self, priority: Priority, deadline: float) -> None:
        """Somebody in more of a hurry waits for the same answer."""
        if ORDER[priority] < ORDER[self.priority]:
            self.priority = priority
            self.deadline = min(self.deadline, deadline)
            if self.on_hurry is not None:
                self.on_hurry()


def trip_for(call: Call, clock: Clock, patience_s: float) -> Trip:
    content = None
    if call.json_body is not None:
        content = json.dumps(call.json_body, allow_nan=False, separators=(",", ":")).encode()
    return Trip(
        call,
        content,
        _key(call, content),
        call.priority,
        deadline=clock.monotonic() + patience_s,
        began_s=clock.now().timestamp(),
    )


def _key(call: Call, content: bytes | None) -> str:
    """Method, URL and body; never headers, so never a credential."""
    digest = hashlib.sha256()
    for part in (call.method.upper().encode(), call.url.encode(), content or b""):
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.hexdigest()
