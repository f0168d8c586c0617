"""The moment that a date means."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.dates import (
    MOST_DAYS,
    CalendarDay,
    DateRefused,
    Deadline,
    InDays,
    Weekday,
    last_moment,
)

BERLIN, CAIRO = ZoneInfo("Europe/Berlin"), ZoneInfo("Africa/Cairo")
THURSDAY = datetime(2026, 11, 26, 10, 30, tzinfo=UTC)


def at(year, month, day, zone=BERLIN):
    return datetime(year, month, day, tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("deadline", "moment"),
    [
        (Deadline(Weekday(4)), at(2026, 11, 27)),
        (Deadline(Weekday(4), inclusive=True), at(2026, 11, 28)),
        (Deadline(Weekday(3)), at(2026, 12, 3)),
        (Deadline(Weekday(3), inclusive=True), at(2026, 11, 27)),
        (Deadline(Weekday(2)), at(2026, 12, 2)),
        (Deadline(InDays(0), inclusive=True), at(2026, 11, 27)),
        (Deadline(InDays(1)), at(2026, 11, 27)),
        (Deadline(InDays(3), inclusive=True), at(2026, 11, 30)),
        (Deadline(CalendarDay(12, 4)), at(2026, 12, 4)),
        (Deadline(CalendarDay(12, 4, 2026), inclusive=True), at(2026, 12, 5)),
        (Deadline(CalendarDay(11, 26), inclusive=True), at(2026, 11, 27)),
        (Deadline(CalendarDay(1, 31)), at(2027, 1, 31)),
        (Deadline(CalendarDay(12, 31), inclusive=True), at(2027, 1, 1)),
    ],
)
def test_a_date_means_a_midnight_of_the_zone(deadline, moment):
    """`before` ends when the day begins, `by` when it is over; a weekday is the next one."""
    assert last_moment(deadline, THURSDAY, BERLIN) == moment


def test_the_zone_decides_which_day_it_is():
    """Late in the evening of UTC the next day has begun further east."""
    late = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
    by_today = Deadline(InDays(0), inclusive=True)
    assert last_moment(by_today, late, UTC) == at(2026, 11, 27, zone=UTC)
    assert last_moment(by_today, late, BERLIN) == at(2026, 11, 28)


def test_a_midnight_that_the_clocks_leave_out_is_the_moment_after():
    """In Cairo summer time begins at midnight."""
    now = datetime(2027, 4, 28, 9, tzinfo=UTC)
    found = last_moment(Deadline(CalendarDay(4, 30)), now, CAIRO)
    assert found == datetime(2027, 4, 29, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("deadline", "sentence"),
    [
        (Deadline(CalendarDay(11, 26, 2026)), "over"),
        (Deadline(CalendarDay(11, 25, 2026), inclusive=True), "over"),
        (Deadline(InDays(0)), "over"),
        (Deadline(CalendarDay(2, 30)), "over"),
        (Deadline(CalendarDay(6, 1)), "too far"),
        (Deadline(CalendarDay(2, 29)), "too far"),
        (Deadline(InDays(10**9), inclusive=True), "too far"),
    ],
)
def test_a_date_that_is_past_or_too_far_is_refused(deadline, sentence):
    """With one sentence that says which."""
    with pytest.raises(DateRefused) as refused:
        last_moment(deadline, THURSDAY, BERLIN)
    assert sentence in refused.value.sentence


ZONES = st.sampled_from([UTC, BERLIN, CAIRO, ZoneInfo("Pacific/Kiritimati")])
DAYS = st.one_of(
    st.integers(0, 6).map(Weekday),
    st.integers(0, MOST_DAYS).map(InDays),
    st.builds(CalendarDay, st.integers(1, 12), st.integers(1, 31)),
)


@given(
    st.builds(Deadline, DAYS, st.booleans()),
    st.integers(0, 14 * 365 * 24).map(lambda hours: THURSDAY + timedelta(hours=hours)),
    ZONES,
)
def test_what_is_not_refused_is_still_to_come(deadline, now, zone):
    """After now, and no later than the end of the last day that may be named."""
    try:
        moment = last_moment(deadline, now, zone)
    except DateRefused:
        return
    assert now < moment <= now + timedelta(days=MOST_DAYS + 1, hours=2)
