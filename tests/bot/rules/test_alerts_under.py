"""Under a limit: what is news as one machine and several come, go and change their prices."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.rules.watches import Alert, Rule, Sighting, Trigger
from tests.bot.rules.watch_stage import (
    DROP,
    HOUR,
    LOWEST,
    MINUTE,
    NOW,
    Stage,
    key,
    usd,
)


def test_under_is_told_when_two_looks_show_it(under):
    """One look is a rumour; the second says what it cost before and what it costs now."""
    assert under.look(a="0.61") is None
    assert under.look(a="0.60") == Alert(
        Trigger.UNDER,
        Sighting(key("a"), Decimal("0.60"), NOW + 4 * MINUTE),
        before=Decimal("0.74"),
        began_at=NOW + 3 * MINUTE,
    )
    assert under.told(60, a="0.60") == []


@pytest.mark.parametrize(
    ("looks", "told", "before"),
    [
        ([{1: "0.60"}, {8: "3.20"}, {8: "3.20"}], 8, "4.80"),
        ([{1: "0.60"}, {8: "3.20"}, {2: "0.70"}, {2: "0.70"}], 2, "1.20"),
    ],
)
def test_the_price_before_is_that_of_as_many_gpus(looks, told, before):
    """Of the cheapest GPU then, for the machine that waits and for one that joins it."""
    stage = Stage(Rule(Trigger.UNDER, Decimal("0.50"), per_gpu=True))
    said = None
    for look in looks:
        stage.now += MINUTE
        said = stage.see(
            *(Sighting(key(f"m{n}", n), Decimal(price), stage.now) for n, price in look.items())
        )
    assert said is not None
    assert (said.seen.key.count, said.before) == (told, Decimal(before))


@pytest.mark.parametrize(
    ("rule", "hours", "young"), [(LOWEST, 23, True), (LOWEST, 25, False), (DROP, 23, False)]
)
def test_a_history_that_is_too_short_is_remembered(rule, hours, young):
    """Whoever asks is told why `lowest` is silent."""
    stage = Stage(rule).knows((hours * HOUR, "0.74"))
    stage.look(a="0.74")
    assert stage.watch.memory.young == young


def test_exactly_the_limit_is_under_it(under):
    """As in a search, and a tenth of a cent more is not."""
    assert under.told(2, a="0.701") == []
    assert under.told(2, a="0.70") == usd("0.70")


def test_one_cached_answer_is_one_sighting(under):
    """However often it is looked at: the marketplace's own moment counts."""
    assert under.look(a="0.61") is None
    for seconds in (15, 30, 59):
        ago = timedelta(seconds=seconds)
        assert under.look(after=timedelta(seconds=15), a="0.61", seen_ago=ago) is None
    assert under.look(after=timedelta(seconds=15), a="0.61") is not None


def test_two_sightings_nearer_than_a_minute_are_not_enough(under):
    """Nor are three of them, before the minute is over."""
    assert under.look(a="0.61") is None
    assert under.look(after=timedelta(seconds=30), a="0.61") is None
    assert under.look(after=timedelta(seconds=29), a="0.61") is None
    assert under.look(after=timedelta(seconds=1), a="0.61") is not None


def test_flapping_round_the_limit_is_told_once(under):
    """A twentieth above it is where the watch is armed again."""
    assert under.told(2, a="0.69") == usd("0.69")
    for _ in range(40):
        assert under.told(3, a="0.734") == []
        assert under.told(3, a="0.69") == []
    assert under.told(1, a="0.735") == []
    assert under.told(2, a="0.69") == usd("0.69")


def test_another_machine_below_the_limit_is_no_news_while_one_is(under):
    """Not when the first one leaves either."""
    assert under.told(2, a="0.69") == usd("0.69")
    assert under.told(3, a="0.69", b="0.50") == []
    assert under.told(90, b="0.50") == []


def test_a_machine_that_is_missing_for_a_while_is_no_news_when_it_returns(under):
    """Marketplaces leave out a sixth of what they have."""
    assert under.told(2, a="0.65", b="0.80") == usd("0.65")
    for _ in range(20):
        assert under.told(29, b="0.80") == []
        assert under.told(3, a="0.65", b="0.80") == []


def test_a_machine_that_was_away_for_long_is_news_again(under):
    """Somebody had rented it."""
    assert under.told(2, a="0.65", b="0.80") == usd("0.65")
    assert under.told(31, b="0.80") == []
    assert under.told(2, a="0.65", b="0.80") == usd("0.65")


def test_a_machine_that_returns_for_much_less_is_news(under):
    """A twentieth less."""
    assert under.told(2, a="0.65", b="0.80") == usd("0.65")
    assert under.told(5, b="0.80") == []
    assert under.told(2, a="0.6175", b="0.80") == usd("0.6175")


def test_a_machine_just_above_the_limit_is_still_the_one_that_was_told(under):
    """It went up a little, was left out by an answer, and is down again."""
    assert under.told(2, a="0.65", b="0.80") == usd("0.65")
    assert under.told(2, a="0.72", b="0.80") == []
    assert under.told(5, b="0.80") == []
    assert under.told(5, a="0.65", b="0.80") == []


def test_the_price_before_is_that_before_the_first_sighting_of_all(under):
    """Another machine was seen once, and gone when this one came."""
    assert under.told(1, a="0.60") == []
    assert under.look(b="0.61") is None
    alert = under.look(b="0.61")
    assert alert is not None
    assert alert.before == Decimal("0.74")


def test_another_machine_is_news_once_all_is_above_the_limit(under):
    """The first one was taken; that some other is to be had is worth a message."""
    assert under.told(2, a="0.65", b="0.80") == usd("0.65")
    assert under.told(1, b="0.80") == []
    assert under.told(2, c="0.66", b="0.80") == usd("0.66")


def test_under_for_each_gpu_counts_gpus():
    """$0.30 for each GPU is $1.20 for four, and the cheapest is the one of the least for each."""
    stage = Stage(Rule(Trigger.UNDER, Decimal("0.30"), per_gpu=True))
    stage.see(Sighting(key("a", 4), Decimal("1.28"), stage.now))

    def look():
        stage.now += MINUTE
        return stage.see(
            Sighting(key("single"), Decimal("0.30"), stage.now),
            Sighting(key("a", 4), Decimal("1.19"), stage.now),
            Sighting(key("b", 2), Decimal("0.61"), stage.now),
        )

    assert look() is None
    alert = look()
    assert alert is not None
    assert (alert.seen.key, alert.others) == (key("a", 4), 1)
