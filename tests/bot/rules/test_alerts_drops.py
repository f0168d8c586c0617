"""A drop, and the lowest for days: what is compared, and what is told twice by nobody."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.rules.watches import Alert, Sighting, Trigger
from tests.bot.rules.watch_stage import (
    DAY,
    DROP,
    HOUR,
    LOWEST,
    MINUTE,
    VAST,
    Stage,
    key,
    usd,
)


@pytest.fixture
def drop():
    stage = Stage(DROP).knows((30 * HOUR, "0.40"), (20 * HOUR, "0.74"), (HOUR, "0.80"))
    assert stage.told(2, a="0.80") == []
    return stage


def test_a_drop_is_a_tenth_below_the_lowest_of_a_day(drop):
    """Not below the last price, and what was cheap longer ago does not count."""
    assert drop.told(3, a="0.667") == []
    assert drop.look(after=5 * MINUTE, b="0.66") is None


def test_a_drop_that_two_looks_show_is_told_once(drop):
    """The history knows the first of the two already; it is compared with what was before."""
    assert drop.look(a="0.66") is None
    assert drop.look(a="0.665") == Alert(
        Trigger.DROP,
        Sighting(key("a"), Decimal("0.665"), drop.now),
        before=Decimal("0.74"),
        began_at=drop.now - MINUTE,
    )
    assert drop.told(60, a="0.66") == []
    assert drop.told(2, a="0.59") == usd("0.59")


def test_a_drop_of_one_look_is_not_told(drop):
    """And raises what is compared with for a day, since it was a price."""
    assert drop.told(1, a="0.66") == []
    assert drop.told(20, a="0.74") == []
    assert drop.told(5, a="0.66") == []


def test_a_machine_that_an_answer_leaves_out_goes_on_waiting(drop):
    """It comes back within minutes: that is the second sighting."""
    assert drop.told(1, a="0.66", b="0.8") == []
    assert drop.told(5, b="0.8") == []
    assert drop.told(1, a="0.66", b="0.8") == usd("0.66")


def test_another_machine_joins_the_one_that_waits(drop):
    """The fall is true for both, though the first alone was below the day's lowest."""
    assert drop.told(1, a="0.61") == []
    assert drop.told(1, b="0.62", c="0.80") == []
    alert = drop.look(b="0.62")
    assert alert is not None
    assert (alert.seen.usd_per_hour, alert.before) == (Decimal("0.62"), Decimal("0.74"))


def test_what_an_outage_hid_does_not_join_a_machine_that_waits(drop):
    """The marketplace's return sets its scene: later looks know the price, and so do others."""
    assert drop.told(1, t1="0.80", a="0.80") == []
    assert drop.look(answered=frozenset({VAST}), a="0.80") is None
    assert drop.look(answered=frozenset({VAST}), a="0.66") is None
    drop.now -= MINUTE - timedelta(seconds=20)
    assert drop.look(a="0.66", t1="0.50") is None
    assert drop.told(1, a="0.66", t1="0.50", b="0.55") == usd("0.66")
    assert drop.told(30, a="0.66", t1="0.50", b="0.55") == []


def test_what_an_outage_hid_is_compared_with_by_later_machines(drop):
    """Even while one that was there before it still waits."""
    seconds = timedelta(seconds=20)
    assert drop.told(1, t1="0.80", a="0.80") == []
    assert drop.look(answered=frozenset({VAST}), a="0.66") is None
    assert drop.look(after=seconds, a="0.66", t1="0.50") is None
    assert drop.look(after=seconds, b="0.55", t1="0.50") is None
    assert drop.told(30, b="0.55", t1="0.50") == []


def test_a_machine_that_is_told_next_is_below_all_that_was_known(drop):
    """The one that was told first had been cheaper at its first sighting."""
    assert drop.told(1, a="0.61") == []
    assert drop.told(1, a="0.62", b="0.555") == usd("0.62")
    assert drop.told(5, a="0.62", b="0.555") == []


def test_a_history_that_is_some_minutes_old_tells_nothing_twice(drop):
    """The last look's own price counts as well."""
    drop.remembers = False
    assert drop.told(2, a="0.66") == usd("0.66")
    assert drop.told(10, a="0.66") == []


def test_a_machine_that_is_far_below_the_one_that_is_told_is_told_next(drop):
    """It was seen for the first time when the other was told, and is compared with that."""
    assert drop.told(1, a="0.66") == []
    assert drop.told(1, a="0.66", b="0.55", c="0.60") == usd("0.66")
    alert = drop.look(a="0.66", b="0.55", c="0.60")
    assert alert is not None
    assert (alert.seen.key, alert.before, alert.others) == (key("b"), Decimal("0.66"), 0)
    assert drop.told(30, a="0.66", b="0.55", c="0.60") == []


def test_without_a_price_of_the_last_day_nothing_dropped():
    """Nobody knows what it usually costs."""
    stage = Stage(DROP).knows((40 * HOUR, "0.80"))
    assert stage.told(1) == []
    assert stage.told(5, a="0.10") == []


def test_cents_down_are_a_drop_when_they_make_a_tenth_of_a_day():
    """A price that slides within the day is compared with its own last step."""
    stage = Stage(DROP).knows((HOUR, "1.00"))
    assert stage.told(2, a="1.00") == []
    for cents in range(99, 60, -1):
        assert stage.told(3, a=f"0.{cents}") == []


@pytest.fixture
def lowest():
    stage = Stage(LOWEST).knows((9 * DAY, "0.40"), (6 * DAY, "0.70"), (HOUR, "0.80"))
    assert stage.told(2, a="0.80") == []
    return stage


def test_lowest_is_below_everything_of_its_days(lowest):
    """As low as it was is not lower; what was longer ago does not count."""
    assert lowest.told(3, a="0.70") == []
    alert = [lowest.look(a="0.69"), lowest.look(a="0.69")][1]
    assert alert is not None
    assert (alert.seen.usd_per_hour, alert.before) == (Decimal("0.69"), Decimal("0.70"))
    assert lowest.told(60, a="0.69") == []


def test_lowest_of_thirty_days_looks_back_thirty_days():
    """The same falls, with a longer memory."""
    stage = Stage(replace(LOWEST, days=30))
    stage.knows((40 * DAY, "0.30"), (9 * DAY, "0.40"), (HOUR, "0.80"))
    assert stage.told(5, a="0.80") == []
    assert stage.told(5, a="0.41") == []
    assert stage.told(2, a="0.39") == usd("0.39")


def test_lowest_needs_a_day_of_history():
    """Nothing is the lowest in a week after an hour of looking."""
    stage = Stage(LOWEST).knows((23 * HOUR, "0.80"))
    assert stage.told(3, a="0.80") == []
    assert stage.told(3, a="0.70") == []
    stage.look(after=HOUR, a="0.80")
    assert stage.told(3, a="0.60") == usd("0.60")


def test_cents_down_are_one_message_and_its_edits(lowest):
    """Each cent is the lowest again; a twentieth below what was said is a new message."""
    found = []
    for cents in range(69, 60, -1):
        found += [lowest.look(a=f"0.{cents}") for _ in range(2)]
    alerts = [alert for alert in found if alert is not None]
    assert [(str(alert.seen.usd_per_hour), alert.edits) for alert in alerts] == [
        ("0.69", False), ("0.68", True), ("0.67", True), ("0.66", True), ("0.65", False),
        ("0.64", True), ("0.63", True), ("0.62", True), ("0.61", False),
    ]  # fmt: skip
