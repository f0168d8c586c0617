"""Available, fast and any: news at once, of what was not there before."""

from dataclasses import replace
from decimal import Decimal

from bot.rules.watches import Alert, Sighting, Trigger
from tests.bot.rules.watch_stage import (
    ANY,
    AVAILABLE,
    FAST,
    MINUTE,
    UNDER,
    Stage,
    key,
    usd,
)


def test_available_is_from_nothing_to_something():
    """More of what is there is no news."""
    stage = Stage(AVAILABLE)
    assert stage.told(3) == []
    assert stage.look(a="3.10") is None
    assert stage.look(a="3.00", b="3.20") == Alert(
        Trigger.AVAILABLE,
        Sighting(key("a"), Decimal("3.00"), stage.now),
        before=None,
        began_at=stage.now - MINUTE,
    )
    assert stage.told(60, a="3.00", b="3.20", c="1.00") == []
    assert stage.told(1) == []
    assert stage.told(2, d="3.20") == usd("3.20")


def test_available_is_no_news_when_it_was_missing_for_a_while():
    """The same machine again."""
    stage = Stage(AVAILABLE)
    stage.told(1)
    assert stage.told(2, a="3.00") == usd("3.00")
    for _ in range(10):
        assert stage.told(10) == []
        assert stage.told(3, a="3.00") == []
    assert stage.told(31) == []
    assert stage.told(2, a="3.00") == usd("3.00")


def test_fast_is_told_after_one_look():
    """For what is gone in a minute; of `available` alone."""
    stage = Stage(FAST)
    stage.told(1)
    assert stage.told(1, a="3.00") == usd("3.00")
    other = Stage(replace(UNDER, fast=True))
    other.told(1, a="0.80")
    assert other.told(1, a="0.60") == []


def test_any_tells_a_new_machine_and_a_lower_price():
    """At whatever price, and once."""
    stage = Stage(ANY)
    assert stage.told(3, a="0.74") == []
    assert stage.look(a="0.74", b="0.90") is None
    assert stage.look(a="0.74", b="0.90") == Alert(
        Trigger.ANY,
        Sighting(key("b"), Decimal("0.90"), stage.now),
        before=None,
        began_at=stage.now - MINUTE,
    )
    assert stage.told(5, a="0.74", b="0.90") == []
    assert stage.look(a="0.70", b="0.90") is None
    alert = stage.look(a="0.70", b="0.90")
    assert alert is not None
    assert (alert.seen.key, alert.before, alert.edits) == (key("a"), Decimal("0.74"), False)
    assert stage.told(5, a="0.70", b="0.90") == []


def test_any_adds_small_steps_up():
    """A thousandth less is no news; ten of them are one."""
    stage = Stage(ANY)
    assert stage.told(3, a="1.000") == []
    assert stage.told(3, a="0.996") == []
    assert stage.told(3, a="0.992") == []
    assert stage.told(3, a="0.990") == usd("0.990")


def test_any_does_not_tell_a_rise_and_tells_the_fall_after_it():
    """It costs less than it did."""
    stage = Stage(ANY)
    assert stage.told(3, a="0.70") == []
    assert stage.told(3, a="0.90") == []
    assert stage.told(2, a="0.80") == usd("0.80")


def test_any_does_not_tell_a_fall_that_is_over():
    """One look showed it."""
    stage = Stage(ANY)
    assert stage.told(3, a="0.70") == []
    assert stage.told(1, a="0.60") == []
    assert stage.told(5, a="0.70") == []


def test_any_does_not_tell_a_machine_that_is_back_within_half_an_hour():
    """Even if it is missing again and again."""
    stage = Stage(ANY)
    assert stage.told(3, a="0.70", b="0.75") == []
    for _ in range(10):
        assert stage.told(20, b="0.75") == []
        assert stage.told(3, a="0.70", b="0.75") == []
    assert stage.told(31, b="0.75") == []
    assert stage.told(2, a="0.70", b="0.75") == usd("0.70")


def test_any_says_how_many_more_there_are():
    """The cheapest, and the number of the others."""
    stage = Stage(ANY)
    assert stage.told(2, a="0.70") == []
    assert stage.look(a="0.70", b="0.90", c="0.80", d="0.95") is None
    alert = stage.look(a="0.70", b="0.90", c="0.80", e="0.60")
    assert alert is not None
    assert (alert.seen.key, alert.others) == (key("c"), 1)


def test_what_comes_into_sight_at_the_end_of_a_full_look_is_not_new():
    """A look shows twenty: when a cheap one leaves, the next is only seen now."""
    stage = Stage(ANY)
    many = {f"m{number:02}": f"0.{50 + number}" for number in range(25)}
    assert stage.told(3, **dict(list(many.items())[:20])) == []
    for first in range(1, 5):
        assert stage.told(3, **dict(list(many.items())[first : first + 20])) == []
    new = {**dict(list(many.items())[4:23]), "new": "0.55"}
    assert stage.told(2, **new) == usd("0.55")


def test_twice_the_same_machine_is_one():
    """Two offers stand on it; the cheaper one counts."""
    stage = Stage(ANY)
    assert stage.told(2, a="0.70") == []

    def look():
        stage.now += MINUTE
        return stage.see(
            Sighting(key("a"), Decimal("0.70"), stage.now),
            Sighting(key("b"), Decimal("0.80"), stage.now),
            Sighting(key("b"), Decimal("0.85"), stage.now),
        )

    assert look() is None
    alert = look()
    assert alert is not None
    assert (alert.seen.usd_per_hour, alert.others) == (Decimal("0.80"), 0)
    assert look() is None
