"""First looks, outages, restarts and clocks that jump: what sets the scene, and what is kept."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.rules.alerts import AlertSettings, decide
from bot.rules.watches import Look, Memory, Past, Sighting
from providers.models import ProviderName
from tests.bot.rules.watch_stage import (
    ANY,
    AVAILABLE,
    BOTH,
    DAY,
    DROP,
    FAST,
    HOUR,
    LOWEST,
    MINUTE,
    NOW,
    TENSORDOCK,
    UNDER,
    VAST,
    Stage,
    a_watch,
    key,
    usd,
)

ONLY_VAST = frozenset({VAST})
NOBODY: frozenset[ProviderName] = frozenset()
RULES = [UNDER, DROP, LOWEST, AVAILABLE, FAST, ANY]


@pytest.mark.parametrize("rule", RULES)
def test_the_first_look_sets_the_scene(rule):
    """What is cheap already when a watch begins is no news, in any later look either."""
    stage = Stage(rule).knows((2 * DAY, "0.90"), (HOUR, "0.80"))
    assert stage.told(10, a="0.30", t1="0.35") == []
    assert stage.watch.memory.scene_set


def test_a_scene_is_what_the_memory_says():
    """The whole of it, after the first look."""
    stage = Stage(UNDER)
    stage.look(a="0.65", b="0.72", t1="0.90")
    assert stage.watch.memory == Memory(
        scene_set=True,
        looked_at=stage.now,
        heard=BOTH,
        armed=False,
        matched=True,
        lowest=Decimal("0.65"),
        known=((key("a"), Decimal("0.65")),),
    )


def test_between_the_limit_and_a_twentieth_more_a_new_watch_is_armed():
    """It was not below yet."""
    stage = Stage(UNDER)
    stage.told(3, a="0.72")
    assert stage.told(2, a="0.69") == usd("0.69")


def test_a_marketplace_that_answers_later_sets_its_own_scene():
    """Its first answer is not all new; the other one's news is told meanwhile."""
    stage = Stage(ANY)
    assert stage.look(answered=ONLY_VAST, a="0.80") is None
    assert stage.look(answered=ONLY_VAST, a="0.80", b="0.90") is None
    alert = stage.look(a="0.80", b="0.90", t1="0.20", t2="0.30")
    assert alert is not None
    assert (alert.seen.key, alert.others) == (key("b"), 0)
    assert stage.told(5, a="0.80", b="0.90", t1="0.20", t2="0.30") == []


@pytest.mark.parametrize("minutes", [1, 5, 120, 3000])
@pytest.mark.parametrize("rule", RULES)
def test_an_outage_is_not_all_gone_and_its_end_not_all_new(rule, minutes):
    """As long as one marketplace is silent, and when it comes back with lower prices."""
    stage = Stage(rule).knows((2 * DAY, "0.90"), (HOUR, "0.80"))
    assert stage.told(3, a="0.80", t1="0.60", t2="0.61") == []
    for _ in range(minutes // 5 + 1):
        assert stage.look(after=5 * MINUTE, answered=ONLY_VAST, a="0.80") is None
    assert stage.told(5, a="0.80", t1="0.50", t2="0.61", t3="0.52") == []


@pytest.mark.parametrize("rule", RULES)
def test_all_marketplaces_down_is_no_news(rule):
    """Nobody knows anything, for five minutes or five hours."""
    for minutes in (5, 300):
        stage = Stage(rule).knows((2 * DAY, "0.90"), (HOUR, "0.80"))
        assert stage.told(3, a="0.80", t1="0.70") == []
        for _ in range(minutes // 5):
            assert stage.look(after=5 * MINUTE, answered=NOBODY) is None
        assert stage.watch.memory.lowest == Decimal("0.70")
        assert stage.told(5, a="0.60", t1="0.50", b="0.55") == []


def test_news_after_an_outage_is_told_again():
    """The scene is set once; then everything is as before."""
    stage = Stage(UNDER)
    stage.told(2, a="0.80", t1="0.80")
    stage.look(answered=ONLY_VAST, a="0.80")
    stage.told(2, a="0.80", t1="0.80")
    assert stage.told(2, a="0.80", t1="0.60") == usd("0.60")


def test_what_is_below_the_limit_at_the_end_of_an_outage_is_known():
    """It is armed again when that one, too, has gone above."""
    stage = Stage(UNDER)
    stage.told(2, a="0.80", t1="0.80")
    stage.look(answered=ONLY_VAST, a="0.80")
    assert stage.told(3, a="0.80", t1="0.60") == []
    assert stage.told(3, a="0.65", t1="0.60") == []
    assert stage.told(1, a="0.80", t1="0.80") == []
    assert stage.told(2, a="0.65", t1="0.80") == usd("0.65")


def test_a_silent_marketplace_keeps_a_watch_from_being_armed():
    """What it showed below the limit may still be there."""
    stage = Stage(UNDER)
    stage.told(1, a="0.80", t1="0.80")
    assert stage.told(2, a="0.80", t1="0.60") == usd("0.60")
    assert stage.look(answered=ONLY_VAST, a="0.80") is None
    for _ in range(3):
        assert stage.look(answered=ONLY_VAST, a="0.60") is None
    stage.told(1, a="0.80", t1="0.80")
    assert stage.told(2, a="0.60", t1="0.80") == usd("0.60")


def test_a_marketplace_that_stays_silent_for_a_day_is_forgotten():
    """Perhaps nobody asks it any more: its machines do not hold the watch for ever."""
    stage = Stage(AVAILABLE)
    stage.told(1, t1="0.60")
    for _ in range(24 * 6):
        stage.look(after=10 * MINUTE, answered=ONLY_VAST)
    assert not stage.watch.memory.armed
    for _ in range(5):
        stage.look(after=10 * MINUTE, answered=ONLY_VAST)
    alerts = [stage.look(answered=ONLY_VAST, a="0.90") for _ in range(2)]
    assert [alert is not None for alert in alerts] == [False, True]
    assert stage.watch.memory.heard == ONLY_VAST
    assert stage.told(5, a="0.90", t9="0.10") == []


@pytest.mark.parametrize("rule", [UNDER, DROP, LOWEST, ANY])
def test_a_machine_that_waited_before_an_outage_is_told_after_it(rule):
    """It was news before; the second sighting comes late."""
    stage = Stage(rule).knows((2 * DAY, "0.90"), (HOUR, "0.80"))
    stage.told(2, a="0.80", t1="0.80")
    assert stage.look(a="0.80", t1="0.60") is None
    for _ in range(5):
        assert stage.look(after=5 * MINUTE, answered=ONLY_VAST, a="0.80") is None
    assert stage.told(2, a="0.80", t1="0.60") == usd("0.60")


@pytest.mark.parametrize("rule", [UNDER, DROP, LOWEST, ANY])
def test_a_machine_that_waited_before_a_long_outage_is_scene_after_it(rule):
    """More than half an hour later its end is a beginning."""
    for answered in (ONLY_VAST, NOBODY):
        stage = Stage(rule).knows((2 * DAY, "0.90"), (HOUR, "0.80"))
        stage.told(2, a="0.80", t1="0.80")
        assert stage.look(a="0.80", t1="0.60") is None
        for _ in range(7):
            assert stage.look(after=5 * MINUTE, answered=answered, a="0.80") is None
        assert stage.told(5, a="0.80", t1="0.60") == []


@pytest.mark.parametrize("minutes", [2, 10, 30])
def test_a_restart_loses_nothing(minutes):
    """The memory is all that counts: what waited is told, what was said is not said again."""
    stage = Stage(UNDER)
    stage.told(2, a="0.80")
    stage.told(1, a="0.60")
    alert = stage.look(after=minutes * MINUTE, a="0.60")
    assert alert is not None
    assert stage.look(after=minutes * MINUTE, a="0.60") is None
    assert stage.told(3, a="0.60") == []
    stage.told(1, a="0.80")
    stage.look(after=minutes * MINUTE, a="0.60")
    assert stage.told(1, a="0.60") == usd("0.60")


def test_after_more_than_half_an_hour_without_a_look_the_scene_is_set_anew():
    """What happened meanwhile is not told; what was said and the day's count are kept."""
    stage = Stage(UNDER)
    stage.told(1, a="0.80")
    assert stage.told(2, a="0.69") == usd("0.69")
    said = stage.watch.memory
    stage.told(1, a="0.80")
    assert stage.look(after=31 * MINUTE, a="0.60") is None
    assert stage.told(5, a="0.60") == []
    memory = stage.watch.memory
    assert (memory.said_at, memory.said_usd, memory.day, memory.said_today) == (
        said.said_at, said.said_usd, said.day, said.said_today,
    )  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_a_clock_that_jumps_ahead_sets_the_scene(rule):
    """It looks like a long break."""
    stage = Stage(rule).knows((2 * DAY, "0.90"), (HOUR, "0.80"))
    stage.told(3, a="0.80")
    assert stage.look(after=5 * HOUR, a="0.60", b="0.50") is None
    assert stage.told(5, a="0.60", b="0.50") == []


def test_a_clock_that_goes_back_keeps_what_waits_waiting():
    """Its minute begins again, and is over after a minute."""
    stage = Stage(UNDER)
    stage.told(2, a="0.80")
    stage.told(1, a="0.60")
    assert stage.look(after=-5 * HOUR, a="0.60") is None
    assert stage.told(1, a="0.60") == usd("0.60")


def test_a_clock_that_goes_back_does_not_stretch_the_cool_down():
    """An hour from now on at most."""
    stage = Stage(ANY)
    stage.told(1)
    assert stage.told(2, a="0.70") == usd("0.70")
    stage.look(after=-20 * HOUR, a="0.70")
    stage.rest(58 * MINUTE)
    alerts = [stage.look(a="0.70", b="0.80"), stage.look(a="0.70", b="0.80")]
    assert alerts[1] is not None
    assert not alerts[1].edits


def test_a_clock_that_goes_back_over_midnight_gives_no_messages_more():
    """The day that was counted goes on; the one after it begins anew."""
    stage = Stage(ANY, now=datetime(2026, 11, 26, 0, 5, tzinfo=UTC))
    stage.watch = stage.watch.with_changes(daily_cap=1)
    stage.told(1)
    assert stage.told(2, a="0.70") == usd("0.70")
    stage.look(after=-2 * HOUR, a="0.70")
    assert stage.told(3, a="0.70", b="0.50") == []
    stage.rest(datetime(2026, 11, 27, tzinfo=UTC) - stage.now)
    stage.told(1, a="0.70")
    assert stage.told(2, a="0.70", c="0.50") == usd("0.50")


def test_a_day_far_ahead_does_not_silence_a_watch():
    """A clock that was years ahead for a moment."""
    stage = Stage(ANY)
    stage.told(1)
    stage.watch = stage.watch.with_changes(
        memory=replace(stage.watch.memory, day="2031-01-01", said_today=5)
    )
    assert stage.told(2, a="0.70") == usd("0.70")


def test_the_same_look_again_leaves_the_same_memory():
    """The very object, so that nothing needs to be written."""
    watch = a_watch(DROP)
    look = Look(NOW, (Sighting(key("a"), Decimal("0.60"), NOW),), BOTH)
    once = decide(watch, look, Past(), AlertSettings())
    watch = watch.with_changes(memory=once.memory)
    twice = decide(watch, look, Past(), AlertSettings())
    assert twice.memory is once.memory
    assert (once.alert, twice.alert) == (None, None)


def test_when_it_last_cost_as_little_is_said_where_it_is_known():
    """Whoever asks the history first hands it in."""
    stage = Stage(UNDER)
    stage.told(1, a="0.80", t1="0.90")
    stage.told(1, a="0.60", t1="0.90")
    stage.lower_at = NOW - 9 * DAY
    alert = stage.look(a="0.60", t1="0.90")
    assert alert is not None
    assert (alert.lowest_since, alert.seen.key.provider) == (NOW - 9 * DAY, VAST)
    assert TENSORDOCK in stage.watch.memory.heard
