"""What is news by each rule, as one machine and several come, go and change their prices."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.rules.watches import Alert, Rule, Sighting, Trigger
from tests.bot.rules.watch_stage import (
    ANY,
    AVAILABLE,
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
    key,
    usd,
)

LATER = 2 * HOUR


@pytest.fixture
def under():
    stage = Stage(UNDER)
    assert stage.told(2, a="0.74") == []
    return stage


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


@pytest.mark.parametrize("rule", [UNDER, DROP, LOWEST, AVAILABLE, FAST, ANY])
@pytest.mark.parametrize("price", ["0.0739", "0.0001", "0", "-1"])
def test_an_absurd_price_is_never_told(rule, price):
    """Below a tenth of what is usual nobody means it; no rule, no memory and no low has it."""
    stage = Stage(rule).knows((9 * DAY, "0.90"), (HOUR, "0.80"))
    prices: dict[str, Any] = {} if rule in {AVAILABLE, FAST} else {"a": "0.80"}
    assert stage.told(3, **prices) == []
    before = stage.watch.memory
    assert stage.told(5, joke=price, **prices) == []
    assert replace(stage.watch.memory, looked_at=before.looked_at) == before
    assert stage.past().low_24h == Decimal("0.80")


def test_a_tenth_of_the_usual_price_is_meant(under):
    """Cheap, and possible."""
    assert under.told(2, a="0.074") == usd("0.074")


def test_what_is_usual_is_counted_for_each_gpu_and_by_model(under):
    """Eight GPUs cost eight times as much; another model has its own price."""
    under.usual = Decimal(1)
    under.usual_of = {"RTX 4090": Decimal("0.5"), "RTX 3060": Decimal("0.06")}
    under.now += MINUTE

    def see(name, gpu, count, price):
        return Sighting(key(name, count)._replace(gpu=gpu), Decimal(price), under.now)

    under.see(
        see("joke8", "RTX 4090", 8, "0.399"),
        see("real8", "RTX 4090", 8, "0.40"),
        see("joke", "RTX 4090", 1, "0.049"),
        see("small", "RTX 3060", 1, "0.006"),
        see("else", "GTX 1080", 1, "0.099"),
    )
    assert {k.machine for k, _ in under.watch.memory.waiting} == {"real8", "small"}


def test_where_nobody_knows_the_usual_price_every_price_is_meant():
    """Of a model that is new to us."""
    stage = Stage(UNDER, usual=None)
    stage.told(1, a="9")
    for usual_of in ({}, {"H100 SXM": Decimal(2)}):
        stage.usual_of = usual_of
        assert stage.told(3, a="0") == []
    assert stage.told(2, a="0.01") == usd("0.01")


def test_offers_of_a_marketplace_that_gave_no_whole_answer_do_not_count(under):
    """Half a list is none."""
    for _ in range(3):
        under.now += MINUTE
        seen = Sighting(key("t1"), Decimal("0.50"), under.now)
        assert under.see(seen, answered=frozenset({VAST})) is None
    assert TENSORDOCK in under.watch.memory.silent


def test_after_a_break_of_two_hours_all_is_as_new(under):
    """The machines that were told are no news then either: the scene is set."""
    assert under.told(2, a="0.65") == usd("0.65")
    assert under.look(after=LATER, a="0.64") is None
    assert under.told(5, a="0.64") == []


@pytest.mark.parametrize("rule", [DROP, LOWEST])
def test_a_price_that_only_the_history_knows_is_still_news(rule):
    """Another watch that asks the same looked first, or the memory of a look was lost."""
    stage = Stage(rule).knows((2 * DAY, "0.74"))
    assert stage.told(2, a="0.74") == []
    stage.points.append((stage.now + MINUTE / 2, Decimal("0.60")))
    assert stage.told(2, a="0.60") == usd("0.60")
    assert stage.told(60, a="0.60") == []


def test_a_low_that_is_older_than_a_day_is_compared_with_no_more():
    """What is remembered of the last look does not outlive the 24 hours of the history."""
    stage = Stage(DROP).knows((DAY - 30 * MINUTE, "0.50"))
    assert stage.told(2, a="0.74") == []
    assert stage.told(3, a="0.60") == []
    stage.points = [(stage.now, Decimal("0.74"))]
    stage.look(a="0.74")
    assert stage.told(2, a="0.60") == usd("0.60")


def test_a_change_of_what_a_memory_does_not_have_is_a_mistake(under):
    """As `replace` says of every other value."""
    with pytest.raises(TypeError, match="said_todya"):
        under.watch.memory.with_changes(said_todya=1)
    before = under.watch.memory
    assert before.with_changes(said_today=1) == replace(before, said_today=1)
