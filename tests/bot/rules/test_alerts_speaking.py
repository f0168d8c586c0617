"""When news is said: cool-down, the day's messages, quiet hours, snooze and pause."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.rules.alerts import AlertSettings, alert_settings
from bot.rules.hearing import anew
from bot.rules.policy import Policy
from bot.rules.quiet import QuietHours
from bot.rules.watches import Rule, Sighting, Trigger
from tests.bot.rules.watch_stage import (
    ANY,
    DAY,
    DROP,
    FAST,
    HOUR,
    LOWEST,
    MINUTE,
    UNDER,
    Stage,
    key,
    usd,
)

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(7))


@pytest.fixture
def stage():
    """A watch of whatever comes, which has said `a` at $0.70."""
    stage = Stage(ANY)
    stage.told(1)
    assert stage.told(2, a="0.70") == usd("0.70")
    return stage


def found(stage, **prices):
    """Both looks that a price needs, and the alert of the second."""
    assert stage.look(**prices) is None
    return stage.look(**prices)


def test_within_the_cool_down_the_last_message_is_edited(stage):
    """For an hour from the message on; an edit does not make it longer."""
    assert found(stage, b="0.69").edits
    stage.rest(54 * MINUTE)
    assert found(stage, c="0.69").edits
    stage.rest(MINUTE)
    assert not found(stage, d="0.69").edits


def test_the_cool_down_is_the_watchs_own(stage):
    """Ten minutes if that is what its owner wants."""
    stage.watch = stage.watch.with_changes(cool_down=10 * MINUTE)
    stage.rest(7 * MINUTE)
    assert found(stage, b="0.69").edits
    stage.rest(MINUTE)
    assert not found(stage, c="0.69").edits


def test_a_further_fall_of_a_twentieth_is_a_new_message(stage):
    """Below what the last message said; edits in between do not move it."""
    assert found(stage, b="0.68").edits
    assert found(stage, c="0.666").edits
    assert not found(stage, d="0.665").edits
    assert found(stage, e="0.64").edits
    assert not found(stage, f="0.63").edits


@pytest.mark.parametrize(
    ("first", "second", "edits"),
    [
        ((1, "0.50"), (2, "0.96"), True),
        ((1, "0.50"), (2, "0.95"), False),
        ((4, "1.90"), (1, "0.48"), True),
        ((4, "1.90"), (1, "0.45"), False),
    ],
)
def test_a_further_fall_is_of_one_gpu_where_the_limit_is(first, second, edits):
    """A smaller machine costs less, and is no news for that."""
    stage = Stage(Rule(Trigger.UNDER, Decimal("0.50"), per_gpu=True))
    stage.told(1)

    def said(count, price):
        machine = key(f"m{count}", count)
        alerts = []
        for _ in range(2):
            stage.now += MINUTE
            alerts.append(stage.see(Sighting(machine, Decimal(price), stage.now)))
        return alerts[-1]

    assert not said(*first).edits
    stage.told(1, dear="0.90")
    assert said(*second).edits is edits


def test_the_last_message_of_the_day_says_so_and_then_all_is_silent():
    """Five a day, edits not counted; the next day begins at midnight."""
    stage = Stage(ANY, now=datetime(2026, 11, 25, 6, 0, tzinfo=UTC))
    stage.told(1)
    said = []
    for number in range(12):
        alert = found(stage, **{f"m{number}": "0.70"})
        said.append(None if alert is None else (alert.edits, alert.last_today))
        alert = found(stage, **{f"n{number}": "0.70"})
        assert (alert is not None and alert.edits) == (number < 4)
        stage.rest(HOUR)
    assert said == [(False, False)] * 4 + [(False, True)] + [None] * 7


def test_what_the_cap_held_back_is_said_after_midnight_if_it_is_still_true():
    """Midnight in the policy's time zone, and not of UTC."""
    stage = Stage(ANY, now=datetime(2026, 11, 25, 21, 0, tzinfo=UTC), zone=BERLIN)
    stage.watch = stage.watch.with_changes(daily_cap=1)
    stage.told(1)
    alert = found(stage, a="0.70")
    assert (alert.edits, alert.last_today) == (False, True)
    while stage.now < datetime(2026, 11, 25, 22, 58, tzinfo=UTC):
        assert stage.look(a="0.70", b="0.60") is None
    assert stage.look(a="0.70", b="0.60") is None
    alert = stage.look(a="0.70", b="0.60")
    assert stage.now == datetime(2026, 11, 25, 23, 0, tzinfo=UTC)
    assert alert is not None
    assert (alert.seen.usd_per_hour, alert.last_today) == (Decimal("0.60"), True)
    assert stage.watch.memory.day == "2026-11-26"


def test_a_cap_of_nothing_says_nothing():
    """Zero messages a day are none."""
    stage = Stage(ANY)
    stage.watch = stage.watch.with_changes(daily_cap=0)
    stage.told(1)
    assert stage.told(5, a="0.70") == []


@pytest.mark.parametrize("rule", [UNDER, DROP, LOWEST, FAST, ANY])
def test_what_is_still_true_after_the_quiet_hours_is_said_then(rule):
    """At the first look after them; the price before is that before the night."""
    stage = Stage(rule, now=datetime(2026, 11, 25, 21, 0, tzinfo=UTC), quiet=NIGHT)
    stage.knows((2 * DAY, "0.80"), (HOUR, "0.80"))
    prices: dict[str, Any] = {} if rule == FAST else {"a": "0.80"}
    while stage.now < datetime(2026, 11, 25, 23, 0, tzinfo=UTC):
        assert stage.look(**prices) is None
    while stage.now < datetime(2026, 11, 26, 6, 59, tzinfo=UTC):
        assert stage.look(a="0.60") is None
    alert = stage.look(a="0.60")
    assert alert is not None
    assert alert.before == (None if rule == FAST else Decimal("0.80"))
    assert alert.began_at == datetime(2026, 11, 25, 23, 1, tzinfo=UTC)
    assert stage.told(5, a="0.60") == []


@pytest.mark.parametrize("rule", [UNDER, DROP, LOWEST, FAST, ANY])
def test_what_was_true_in_the_quiet_hours_alone_is_not_said(rule):
    """It came and went."""
    stage = Stage(rule, now=datetime(2026, 11, 25, 21, 0, tzinfo=UTC), quiet=NIGHT)
    stage.knows((2 * DAY, "0.80"), (HOUR, "0.80"))
    prices: dict[str, Any] = {} if rule == FAST else {"a": "0.80"}
    while stage.now < datetime(2026, 11, 25, 23, 0, tzinfo=UTC):
        stage.look(**prices)
    while stage.now < datetime(2026, 11, 26, 6, 0, tzinfo=UTC):
        assert stage.look(**prices, b="0.60") is None
    while stage.now < datetime(2026, 11, 26, 8, 0, tzinfo=UTC):
        assert stage.look(**prices) is None


def test_in_the_spring_the_quiet_hours_end_by_the_wall_clock():
    """In Berlin the night of 29 March 2026 has no hour from two to three."""
    stage = Stage(UNDER, now=datetime(2026, 3, 28, 23, 0, tzinfo=UTC), zone=BERLIN, quiet=NIGHT)
    stage.told(1, a="0.80")
    while stage.now < datetime(2026, 3, 29, 4, 59, tzinfo=UTC):
        assert stage.look(a="0.60") is None
    assert stage.look(a="0.60") is not None
    assert stage.now.astimezone(BERLIN).hour == 7


def test_in_the_autumn_the_quiet_hours_end_by_the_wall_clock():
    """In Berlin the night of 25 October 2026 has that hour twice."""
    stage = Stage(UNDER, now=datetime(2026, 10, 24, 22, 0, tzinfo=UTC), zone=BERLIN, quiet=NIGHT)
    stage.told(1, a="0.80")
    while stage.now < datetime(2026, 10, 25, 5, 59, tzinfo=UTC):
        assert stage.look(a="0.60") is None
    assert stage.look(a="0.60") is not None
    assert stage.now.astimezone(BERLIN).hour == 7


@pytest.mark.parametrize("length", [timedelta(hours=1), timedelta(hours=8), timedelta(days=7)])
def test_a_snoozed_watch_says_afterwards_what_is_still_news(stage, length):
    """What was told before is none, and the memory stays true meanwhile."""
    end = stage.now + length
    stage.watch = stage.watch.with_changes(snoozed_until=end)
    while stage.now + 10 * MINUTE < end:
        assert stage.look(after=10 * MINUTE, a="0.70", b="0.90") is None
    alert = stage.look(after=end - stage.now, a="0.70", b="0.90")
    assert alert is not None
    assert (alert.seen.usd_per_hour, alert.others) == (Decimal("0.90"), 0)


def test_a_drop_that_is_older_than_a_day_when_the_snooze_ends_is_none():
    """It is no longer below the lowest of the last 24 hours."""
    for hours, alerts in ((23, 1), (25, 0)):
        stage = Stage(DROP).knows((HOUR, "0.80"))
        stage.told(2, a="0.80")
        stage.watch = stage.watch.with_changes(snoozed_until=stage.now + hours * HOUR)
        said = [stage.look(after=10 * MINUTE, a="0.60") for _ in range(26 * 6)]
        assert len([alert for alert in said if alert is not None]) == alerts


def test_a_paused_watch_says_nothing_and_sets_its_scene_when_it_goes_on(stage):
    """However short the pause was; what was said and how often is kept."""
    said = stage.watch.memory
    stage.watch = stage.watch.with_changes(paused_at=stage.now)
    assert stage.told(2, b="0.10") == []
    assert stage.watch.memory == anew(said)
    stage.watch = stage.watch.with_changes(paused_at=None)
    assert stage.told(5, b="0.60") == []
    assert found(stage, b="0.60", c="0.69").edits
    assert stage.watch.memory.said_today == said.said_today


def test_what_waited_before_a_pause_is_scene_after_it():
    """`anew` is what a flow leaves in a watch that goes on, or that was changed."""
    stage = Stage(UNDER)
    stage.told(1, a="0.80")
    stage.told(1, a="0.60")
    stage.watch = stage.watch.with_changes(memory=anew(stage.watch.memory))
    assert stage.told(5, a="0.60") == []


def test_the_settings_come_from_the_policy():
    """Quiet hours and the time zone; UTC needs no table of time zones."""
    assert alert_settings(Policy()) == AlertSettings(MINUTE, None, UTC)
    policy = Policy(quiet_hours=NIGHT, timezone="Europe/Berlin")
    assert alert_settings(policy, 2 * MINUTE) == AlertSettings(2 * MINUTE, NIGHT, BERLIN)
