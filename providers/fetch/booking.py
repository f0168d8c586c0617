"""Pure: the reservation of the next slot of a rate limit, and the port that keeps it.

A slot is booked before anybody sleeps, so the limit holds exactly and nobody overtakes, whoever
wakes first. It is the generic cell rate algorithm: one moment per lane, the theoretical arrival
time of the next call, is all that must be stored.
"""

from dataclasses import dataclass, replace
from typing import Final, Protocol

from providers.settings import Pace

_JUMP_S: Final = 1.0
"""Going back further than this is a clock that was set, not two clocks read at once."""
_HORIZON_S: Final = 3600.0
"""Further ahead than patience and the longest 429 together: damage, not a booking."""


@dataclass(frozen=True, slots=True)
class Booking:
    wait_s: float
    """Until the slot."""
    made: bool
    """False when the wait is longer than was offered: then nothing was booked."""


@dataclass(frozen=True, slots=True)
class SlotState:
    """All moments are epoch seconds of the wall clock, the only one that processes share."""

    arrival_s: float = 0.0
    closed_until_s: float = 0.0
    seen_s: float = 0.0
    """When this was last written: tells that the clock was set back."""


class Slots(Protocol):
    """Keeps the booked slots of each lane for everybody who shares the limit. Never raises."""

    async def book(self, lane: str, pace: Pace, patience_s: float) -> Booking: ...

    async def close(self, lane: str, pace: Pace, wait_s: float) -> None:
        """The marketplace said 429: no slot before `wait_s` from now, for anybody."""
        ...

    async def closed_for(self, lane: str) -> float:
        """Seconds for which slots booked earlier must not be used; zero in good times."""
        ...


def reserve(
    state: SlotState, now_s: float, pace: Pace, patience_s: float
) -> tuple[Booking, SlotState]:
    state = settled(state, now_s)
    interval = max(0.0, pace.interval_s)
    slot = max(now_s, state.arrival_s - _allowance(pace), state.closed_until_s)
    if slot - now_s > patience_s:
        return Booking(slot - now_s, made=False), state
    arrival = max(slot, state.arrival_s) + interval
    return Booking(slot - now_s, made=True), replace(state, arrival_s=arrival)


def closed(state: SlotState, now_s: float, pace: Pace, wait_s: float) -> SlotState:
    """Afterwards there is no burst: the calls that were held back go out one by one."""
    state = settled(state, now_s)
    until = max(state.closed_until_s, now_s + wait_s)
    return replace(
        state, closed_until_s=until, arrival_s=max(state.arrival_s, until + _allowance(pace))
    )


def settled(state: SlotState, now_s: float) -> SlotState:
    """The state as of now: moved along when the clock was set back, emptied when damaged."""
    back = state.seen_s - now_s
    if back > _JUMP_S:
        state = SlotState(state.arrival_s - back, state.closed_until_s - back)
    if max(state.arrival_s, state.closed_until_s) - now_s > _HORIZON_S:
        state = SlotState()
    return replace(state, seen_s=max(now_s, state.seen_s) if back <= _JUMP_S else now_s)


def later(one: SlotState, other: SlotState) -> SlotState:
    """What two keepers of the same lane know together."""
    return SlotState(
        max(one.arrival_s, other.arrival_s),
        max(one.closed_until_s, other.closed_until_s),
        max(one.seen_s, other.seen_s),
    )


def _allowance(pace: Pace) -> float:
    return max(0.0, pace.interval_s) * (max(1, pace.burst) - 1)
