"""What holds for every sequence of looks, with prices, outages and breaks at random."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.alerts import AlertSettings, Verdict, decide
from bot.rules.quiet import QuietHours, day_of, is_quiet
from bot.rules.watches import Look, MachineKey, Past, Rule, Sighting, Trigger, Watch
from providers.models import ProviderName
from tests.bot.rules.watch_stage import BOTH, a_watch, key

USUAL = Decimal("0.70")
ABSURD = USUAL / 10
ZONES = [UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("Australia/Lord_Howe")]
RULES = [
    Rule(Trigger.UNDER, Decimal("0.60")),
    Rule(Trigger.UNDER, Decimal("0.60"), per_gpu=True),
    Rule(Trigger.DROP, percent=Decimal(10)),
    Rule(Trigger.LOWEST, days=7),
    Rule(Trigger.LOWEST, days=30),
    Rule(Trigger.AVAILABLE),
    Rule(Trigger.AVAILABLE, fast=True),
    Rule(Trigger.ANY),
]


@dataclass(frozen=True)
class Step:
    after: timedelta
    prices: dict[str, Decimal]
    answered: frozenset[ProviderName]
    cached_for: timedelta
    past: Past


MOVES = st.sampled_from([0, 0, 0, 1, 1, 2])
"""Machines that change between two looks."""
PRICES = st.integers(400, 900).map(lambda mills: Decimal(mills) / 1000) | st.sampled_from(
    [None, None, Decimal("0.60"), Decimal("0.61"), Decimal("0.63"), Decimal("0.03")]
)
ANSWERED = st.sampled_from([BOTH] * 12 + [frozenset({one}) for one in BOTH] + [frozenset()])
SECONDS = st.sampled_from([20, *[60] * 6, 61, 180, 600, 1700, 4000])
CACHED = st.sampled_from([0] * 5 + [30, 59])


@st.composite
def stories(draw):
    """A watch, its settings, a start, and a market that moves a little from look to look."""
    start = draw(starts)
    now = start
    points = {
        start - timedelta(days=days): Decimal(draw(st.integers(650, 900))) / 1000
        for days in draw(st.sampled_from([(), (0.5,), (0.5, 6, 20)]))
    }
    prices: dict[str, Decimal] = {}
    steps = []
    for _ in range(draw(st.integers(2, 25))):
        for _ in range(draw(MOVES)):
            machine, price = draw(st.sampled_from(["a", "b", "c", "t1", "t2"])), draw(PRICES)
            prices = {name: old for name, old in prices.items() if name != machine}
            prices |= {} if price is None else {machine: price}
        after = timedelta(seconds=draw(SECONDS))
        now += after
        steps.append(
            Step(after, prices, draw(ANSWERED), timedelta(seconds=draw(CACHED)), past(points, now))
        )
        if lows := [price for price in prices.values() if price >= ABSURD]:
            points[now] = min(lows)
    return draw(watches), draw(settings_), start, steps


def past(points, now):
    def low(days):
        since = now - timedelta(days=days)
        return min((price for at, price in points.items() if at >= since), default=None)

    return Past(min(points, default=None), low(1), low(7), low(30), None, USUAL)


settings_ = st.builds(
    AlertSettings,
    quiet=st.sampled_from([None, QuietHours(time(22), time(7)), QuietHours(time(1), time(3))]),
    zone=st.sampled_from(ZONES),
)  # fmt: skip
watches = st.builds(
    lambda rule, cool_down, cap: a_watch(rule, cool_down=cool_down, daily_cap=cap),
    st.sampled_from(RULES),
    st.sampled_from([timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6)]),
    st.integers(1, 5),
)
starts = st.sampled_from(
    [
        datetime(2026, 10, 24, 21, 30, tzinfo=UTC),  # the last night of summer in Berlin
        datetime(2026, 10, 3, 14, 0, tzinfo=UTC),
        datetime(2026, 11, 25, 12, 0, tzinfo=UTC),
    ]
)


def looks(start, story):
    now = start
    for step in story:
        now += step.after
        shown = sorted(
            (Sighting(key(machine), price, now - step.cached_for)
             for machine, price in step.prices.items()),
            key=lambda seen: seen.usd_per_hour,
        )  # fmt: skip
        yield Look(now, tuple(shown), step.answered), step.past


def told(watch: Watch, settings, start, story):
    """(look, verdict) of each look; the watch goes on with each verdict's memory."""
    for look, past in looks(start, story):
        verdict = decide(watch, look, past, settings)
        watch = watch.with_changes(memory=verdict.memory)
        yield look, verdict


def alerts(story):
    return [
        (look.now, verdict.alert) for look, verdict in told(*story) if verdict.alert is not None
    ]


@given(stories())
def test_within_the_cool_down_a_message_is_an_edit_or_a_twentieth_lower(story):
    """Measured from the last message that was posted; of one GPU, where the limit is."""
    posted = None

    def gpus(seen: Sighting) -> int:
        return seen.key.count if story[0].rule.per_gpu else 1

    for now, alert in alerts(story):
        if posted is not None and now - posted[0] < story[0].cool_down:
            said, seen = posted[1], alert.seen
            most = said.usd_per_hour * Decimal("0.95") * gpus(seen)
            assert alert.edits or seen.usd_per_hour * gpus(said) <= most
        else:
            assert not alert.edits
        if not alert.edits:
            posted = now, alert.seen


@given(stories())
def test_no_day_has_more_messages_than_its_cap(story):
    """The last of a day says so, and nothing follows it, not even an edit."""
    watch, settings, *_ = story
    posts: Counter[str] = Counter()
    for now, alert in alerts(story):
        day = day_of(now, settings.zone)
        assert posts[day] < watch.daily_cap
        posts[day] += not alert.edits
        assert alert.last_today == (not alert.edits and posts[day] == watch.daily_cap)


@given(stories())
def test_nothing_is_said_in_quiet_hours(story):
    """By the clock on the wall."""
    for now, _ in alerts(story):
        assert not is_quiet(story[1].quiet, now, story[1].zone)


@given(stories())
def test_an_absurd_price_is_neither_told_nor_remembered(story):
    """In no field."""
    for _, verdict in told(*story):
        memory, alert = verdict.memory, verdict.alert
        remembered = [price for _, price in memory.known]
        remembered += [candidate.usd_per_hour for _, candidate in memory.waiting]
        remembered += [] if memory.lowest is None else [memory.lowest]
        remembered += [] if alert is None else [alert.seen.usd_per_hour]
        assert all(price >= ABSURD for price in remembered)


@given(stories())
def test_absurd_prices_change_no_decision(story):
    """With them and without them the same is said and remembered."""
    watch, settings, start, steps_ = story
    plain = [
        replace(step, prices={m: price for m, price in step.prices.items() if price >= ABSURD})
        for step in steps_
    ]
    with_them = [verdict for _, verdict in told(*story)]
    assert with_them == [verdict for _, verdict in told(watch, settings, start, plain)]


@given(stories())
def test_no_machine_is_told_after_a_single_sighting(story):
    """Two answers of its marketplace, a minute apart, show it; one if the watch is fast."""
    watch, settings, *_ = story
    seen_at: dict[MachineKey, set[datetime]] = {}
    for look, verdict in told(*story):
        for seen in look.sightings:
            if seen.key.provider in look.answered and seen.usd_per_hour >= ABSURD:
                seen_at.setdefault(seen.key, set()).add(seen.seen_at)
        if verdict.alert is not None and not watch.rule.fast:
            moments = seen_at[verdict.alert.seen.key]
            assert max(moments) - min(moments) >= settings.confirm_after


@given(stories())
def test_what_is_told_is_what_this_look_shows(story):
    """Never a price of the past, nor one of a marketplace that did not answer."""
    for look, verdict in told(*story):
        if verdict.alert is not None:
            assert verdict.alert.seen in look.sightings
            assert verdict.alert.seen.key.provider in look.answered


@given(stories())
def test_what_is_told_keeps_the_rules_word(story):
    """Below the limit; a tenth below; lower; lower than the machine itself was."""
    rule = story[0].rule
    for _, alert in alerts(story):
        price, before = alert.seen.usd_per_hour, alert.before
        if rule.trigger is Trigger.UNDER:
            assert price <= rule.usd_per_hour
        elif rule.trigger is Trigger.DROP:
            assert price <= before * Decimal("0.9")
        elif rule.trigger is Trigger.LOWEST:
            assert price < before
        elif rule.trigger is Trigger.AVAILABLE:
            assert before is None
        else:
            assert before is None or price <= before * Decimal("0.99")


@given(stories())
def test_the_same_look_again_changes_nothing(story):
    """Neither a word nor a byte, whatever came before."""
    watch, settings, start, steps_ = story
    for look, past in looks(start, steps_):
        verdict = decide(watch, look, past, settings)
        watch = watch.with_changes(memory=verdict.memory)
        again = decide(watch, look, past, settings)
        assert again == Verdict(verdict.memory)
        assert again.memory is verdict.memory


@given(stories())
def test_the_first_look_and_the_first_of_a_marketplace_say_nothing_about_it(story):
    """Nor does one after more than half an hour, or after its silence."""
    heard: set[ProviderName] = set()
    last = None
    for look, verdict in told(*story):
        if last is not None and look.now - last > timedelta(minutes=30):
            heard = set()
        fresh = look.answered - heard
        alert = verdict.alert
        if alert is not None and alert.seen.key.provider in fresh:
            # It waited before the silence: a first look never finds somebody waiting.
            assert alert.began_at is not None
            assert alert.began_at < look.now
        heard = set(look.answered)
        last = look.now


@given(stories())
def test_a_snoozed_or_paused_watch_never_speaks(story):
    """Whatever the looks show."""
    watch, settings, start, steps_ = story
    for silent in (
        watch.with_changes(snoozed_until=start + timedelta(days=30)),
        watch.with_changes(paused_at=start),
    ):
        assert alerts((silent, settings, start, steps_)) == []


@given(stories())
def test_the_memory_stays_small(story):
    """It holds machines that were just shown, no more."""
    for _, verdict in told(*story):
        memory = verdict.memory
        assert len(memory.known) <= 80
        assert len({k for k, _ in memory.waiting}) == len(memory.waiting)
        assert {k for k, _ in memory.away} <= {k for k, _ in memory.known}
