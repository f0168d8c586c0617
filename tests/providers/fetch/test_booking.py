"""The reservation of slots, as arithmetic."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.fetch.booking import Booking, SlotState, closed, later, reserve, settled
from providers.settings import Pace

PACE = Pace(interval_s=9.0, burst=3)
START = 1_800_000_000.0


def waits(state: SlotState, moments: list[float], pace: Pace = PACE) -> list[float]:
    seen = []
    for moment in moments:
        booking, state = reserve(state, moment, pace, 1000.0)
        seen.append(round(booking.wait_s, 6))
    return seen


def test_a_burst_goes_at_once_then_one_each_interval() -> None:
    """After a quiet time three calls go at once, the next ones nine seconds apart."""
    assert waits(SlotState(), [START] * 5) == [0.0, 0.0, 0.0, 9.0, 18.0]


def test_quiet_time_earns_the_burst_back_one_by_one() -> None:
    """Each quiet interval earns one call at once."""
    assert waits(SlotState(), [START] * 3 + [START + 9.0, START + 9.0]) == [0, 0, 0, 0, 9]


def test_a_wait_beyond_patience_books_nothing() -> None:
    """Who cannot wait that long leaves no trace, and learns how long it would be."""
    state = SlotState()
    for _ in range(3):
        _, state = reserve(state, START, PACE, 0.0)
    booking, after = reserve(state, START, PACE, 8.9)
    assert (booking, after) == (Booking(9.0, made=False), state)


def test_closing_holds_everybody_and_leaves_no_burst() -> None:
    """After a 429 of 30 s the next calls come at 30, 39 and 48 s."""
    state = closed(SlotState(), START, PACE, 30.0)
    assert waits(state, [START] * 3) == [30.0, 39.0, 48.0]


def test_a_shorter_429_does_not_open_what_a_longer_one_closed() -> None:
    """The later end counts."""
    state = closed(closed(SlotState(), START, PACE, 30.0), START, PACE, 2.0)
    assert state.closed_until_s == START + 30.0


def test_clock_set_back_an_hour_stops_nobody() -> None:
    """A clock that goes back an hour leaves waits as they were."""
    state = SlotState()
    for _ in range(4):
        _, state = reserve(state, START, PACE, 100.0)
    assert waits(state, [START - 3600.0]) == [18.0]


def test_damage_is_not_a_booking() -> None:
    """A moment far in the future is taken for damage, not for a queue of days."""
    assert waits(SlotState(arrival_s=START + 1e9, seen_s=START), [START]) == [0.0]


def test_two_keepers_know_the_later_of_everything() -> None:
    """Joining loses no booking and no 429."""
    one, other = SlotState(5.0, 1.0, 2.0), SlotState(4.0, 3.0, 1.0)
    assert later(one, other) == SlotState(5.0, 3.0, 2.0)


def test_no_pace_is_no_wait() -> None:
    """An interval of zero or less lets everybody through."""
    assert waits(SlotState(), [START] * 3, Pace(0.0)) == [0.0] * 3
    assert waits(SlotState(), [START] * 3, Pace(-1.0, burst=0)) == [0.0] * 3


@given(
    interval=st.floats(0.02, 60.0),
    burst=st.integers(1, 5),
    gaps=st.lists(st.floats(0.0, 120.0), min_size=1, max_size=40),
)
def test_never_more_than_allowed_in_any_window(
    interval: float, burst: int, gaps: list[float]
) -> None:
    """Whenever the bookings come, no window holds more slots than burst plus its length allows."""
    state, now, slots = SlotState(), START, []
    pace = Pace(interval, burst)
    for gap in gaps:
        now += gap
        booking, state = reserve(state, now, pace, 1e9)
        slots.append(now + booking.wait_s)
        state = replace(state, seen_s=now)
    for first in range(len(slots)):
        for last in range(first, len(slots)):
            window = slots[last] - slots[first]
            assert last - first + 1 <= burst + window / interval + 1e-3


@pytest.mark.parametrize("back", [0.0005, 0.9])
def test_a_little_back_is_two_clocks_not_a_jump(back: float) -> None:
    """Small steps back change no moment."""
    state = SlotState(START + 9.0, START, START)
    assert settled(state, START - back) == state
