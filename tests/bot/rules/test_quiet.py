"""Quiet hours and days by the wall's clock."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.rules.quiet import QuietHours, day_of, is_quiet, zone_named

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)


def at(hour, minute=0):
    return datetime(2026, 11, 25, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("quiet", "quiet_at"),
    [
        (QuietHours(time(22), time(7)), {*range(7), 22, 23}),
        (QuietHours(time(1), time(5)), {1, 2, 3, 4}),
        (QuietHours(time(18), time(0)), set(range(18, 24))),
        (None, set()),
    ],
)
def test_quiet_hours_go_over_midnight_or_not(quiet, quiet_at):
    """The first minute is quiet, and the last one is not."""
    assert {hour for hour in range(24) if is_quiet(quiet, at(hour), UTC)} == quiet_at
    assert {hour for hour in range(24) if is_quiet(quiet, at(hour, 59), UTC)} == quiet_at


@pytest.mark.parametrize(
    ("day", "minutes"),
    [
        (datetime(2026, 11, 25, tzinfo=BERLIN), 9 * 60),
        (datetime(2026, 3, 29, tzinfo=BERLIN), 8 * 60),
        (datetime(2026, 10, 25, tzinfo=BERLIN), 10 * 60),
    ],
)
def test_a_night_is_as_long_as_the_wall_says(day, minutes):
    """An hour less in the night when summer begins, one more when it ends."""
    noon = (day - timedelta(hours=12)).astimezone(UTC)
    quiet = QuietHours(time(22), time(7))
    moments = [noon + number * MINUTE for number in range(24 * 60)]
    assert sum(is_quiet(quiet, moment, BERLIN) for moment in moments) == minutes


def test_a_day_begins_at_midnight_of_its_zone():
    """And not of UTC."""
    late = datetime(2026, 11, 25, 22, 59, 59, tzinfo=UTC)
    assert (day_of(late, UTC), day_of(late, BERLIN)) == ("2026-11-25", "2026-11-25")
    late += timedelta(seconds=1)
    assert (day_of(late, UTC), day_of(late, BERLIN)) == ("2026-11-25", "2026-11-26")


def test_zones_have_names():
    """UTC is there on every machine."""
    assert (zone_named("UTC"), zone_named("Europe/Berlin")) == (UTC, BERLIN)


def test_quiet_hours_are_written_as_in_the_policy():
    """For people, and to be read again."""
    assert str(QuietHours(time(22), time(7, 5))) == "22:00-07:05"
