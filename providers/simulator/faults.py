"""What can be made to go wrong, where, and how often."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import count
from typing import Any, Final

VAST: Final = "vast"
TENSORDOCK: Final = "tensordock"
MARKETPLACES: Final = (VAST, TENSORDOCK)


class FaultKind(StrEnum):
    # The request has no effect:
    RATE_LIMIT = "rate-limit"
    """429; `form` picks one of the five bodies, `seconds` fills `retry_after`."""
    STATUS = "status"
    """Status `status`, with a JSON error in the marketplace's words, or `text` as the body."""
    BAD_GATEWAY = "bad-gateway"
    """502 with an HTML body."""
    UNAUTHORIZED = "unauthorized"
    """401 although the key is good."""
    ERROR_IN_200 = "error-in-200"
    HTML = "html"
    """200 with a web page."""
    EMPTY = "empty"
    NULL = "null"
    REDIRECT = "redirect"
    """302 to `text`, by default a foreign host."""
    HUGE = "huge"
    """`megabytes` of JSON."""
    REFUSE = "refuse"
    """The connection is closed without an answer."""
    HANG = "hang"
    """No answer for `seconds`, then the connection is closed."""
    # The request has its effect:
    SLOW = "slow"
    """The effect at once, the answer after `seconds`."""
    CUT = "cut"
    """The connection breaks in the middle of the answer."""
    LOST_ANSWER = "lost-answer"
    """The effect, and then the connection breaks without an answer."""
    ERROR_AFTER = "error-after"
    """The effect, and then an answer with status `status` as if nothing had happened."""
    TRUNCATED = "truncated"
    """The JSON ends in the middle, the length fits."""
    WRONG_TYPES = "wrong-types"
    """Some rows hold texts for numbers, numbers for texts, nulls, lists."""
    NAN = "nan"
    """Some rows hold NaN, Infinity and numbers beyond all measure."""
    DOUBLED_IDS = "doubled-ids"
    """Each row twice, the second with another price; some objects with doubled keys."""
    HOSTILE = "hostile"
    """Some rows hold texts meant to harm whoever prints them."""
    LEAK = "leak"
    """Rows come that the filters exclude."""
    # What becomes of a machine; asked when it is created, or when it is ended:
    STALE = "stale"
    """Creating is refused as the offer is gone."""
    NO_CREDIT = "no-credit"
    NO_PUBLIC_IP = "no-public-ip"
    WRONG_GPU = "wrong-gpu"
    NEVER_STARTS = "never-starts"
    CREATE_FAILS = "create-fails"
    """Provisioned, and the container cannot be created."""
    DIES = "dies"
    """Runs, and stops for good after `seconds`."""
    GOES_OFFLINE = "goes-offline"
    VANISHES = "vanishes"
    """Runs, and is gone from every answer after `seconds`."""
    OUTBID = "outbid"
    NO_ADDRESS = "no-address"
    """Runs, and never gets an address or ports."""
    COMES_BACK = "comes-back"
    """Gone after it was ended, and there again after `seconds`."""
    WILL_NOT_END = "will-not-end"
    """Ending answers well and does nothing."""
    ENDS_LATE = "ends-late"
    """Ending takes `seconds`."""


FATES: Final = frozenset(
    {
        FaultKind.WRONG_GPU,
        FaultKind.NEVER_STARTS,
        FaultKind.CREATE_FAILS,
        FaultKind.DIES,
        FaultKind.GOES_OFFLINE,
        FaultKind.VANISHES,
        FaultKind.OUTBID,
        FaultKind.NO_ADDRESS,
    }
)
"""Kinds that a created machine takes with it."""

ENDINGS: Final = frozenset({FaultKind.COMES_BACK, FaultKind.WILL_NOT_END, FaultKind.ENDS_LATE})

ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Fault:
    kind: FaultKind
    marketplace: str
    endpoint: str = ANY
    """`search`, `create`, `list`, `detail`, `destroy`, …: the names of the README; `*` is all."""
    times: int | None = 1
    """How many requests it meets; `None` is until cleared."""
    seconds: float = 60.0
    """Real seconds for slow answers and hangs, market seconds for what becomes of a machine."""
    status: int = 500
    form: str = "mixed"
    text: str = ""
    megabytes: int = 50
    number: int = field(default=0, compare=False)
    """Given by the book; clears it."""


class FaultBook:
    def __init__(self) -> None:
        self._numbers = count(1)
        self._faults: dict[int, Fault] = {}

    def add(self, fault: Fault) -> Fault:
        if fault.marketplace not in MARKETPLACES:
            raise ValueError(f"unknown marketplace {fault.marketplace!r}")
        if fault.times is not None and fault.times < 1:
            raise ValueError("times is at least 1, or null for until cleared")
        numbered = replace(fault, number=next(self._numbers))
        self._faults[numbered.number] = numbered
        return numbered

    def clear(self, number: int | None = None) -> None:
        """One by its number, or all."""
        if number is None:
            self._faults.clear()
        else:
            self._faults.pop(number, None)

    def active(self) -> list[Fault]:
        return list(self._faults.values())

    def take(self, marketplace: str, endpoint: str) -> tuple[Fault, ...]:
        """What meets this request; each that is counted is used up by one."""
        taken = tuple(self._matching(marketplace, endpoint))
        for fault in taken:
            if fault.times is None:
                continue
            if fault.times > 1:
                self._faults[fault.number] = replace(fault, times=fault.times - 1)
            else:
                del self._faults[fault.number]
        return taken

    def _matching(self, marketplace: str, endpoint: str) -> Iterator[Fault]:
        for fault in self._faults.values():
            if fault.marketplace == marketplace and fault.endpoint in (ANY, endpoint):
                yield fault


def fault_from(document: dict[str, Any]) -> Fault:
    """A fault from the admin path's JSON; raises `ValueError` or `TypeError` with a reason."""
    known = {name for name in Fault.__dataclass_fields__ if name != "number"}
    if unknown := document.keys() - known:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    return Fault(**{**document, "kind": FaultKind(document.get("kind", ""))})


def picked(faults: tuple[Fault, ...], *kinds: FaultKind) -> Fault | None:
    return next((fault for fault in faults if fault.kind in kinds), None)
