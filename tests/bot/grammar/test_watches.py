"""Watches: what is asked, when it is told, and the commands about them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import (
    Find,
    Help,
    PauseWatch,
    ResumeWatch,
    SnoozeWatch,
    Unwatch,
    UsageError,
    WatchCommand,
    WatchForm,
    WatchList,
    parse,
    watch_commands,
    watch_parameters,
    watch_text,
    whole_query,
    written,
)
from bot.grammar.commands import READERS
from bot.grammar.parser import read_line, understand
from bot.rules.watch_answers import WatchScope
from bot.rules.watches import Rule, Trigger
from providers.models import OfferQuery

DROP = Rule(Trigger.DROP, percent=Decimal(10))
AVAILABLE, ANY = Rule(Trigger.AVAILABLE), Rule(Trigger.ANY)
Q = OfferQuery(gpus=("RTX 4090",))
HOUR = timedelta(hours=1)


def under(usd, *, per_gpu=False):
    return Rule(Trigger.UNDER, Decimal(usd), per_gpu=per_gpu)


def lowest(days):
    return Rule(Trigger.LOWEST, days=days)


def watch(rule, text, query=Q, cool_down=HOUR, cap=5):
    return WatchCommand(query, rule, text, cool_down, cap)


TWO = Q.with_changes(min_gpus=2, max_gpus=2)
CHEAP = Q.with_changes(max_usd_per_hour=Decimal("0.7"))
UNDERSTOOD = {
    "watch 2x 4090 under 0.70": watch(under("0.7"), "2x 4090 under 0.70", TWO),
    "watch for two 4090 < $0.70/h": watch(under("0.7"), "2x 4090 under 0.70", TWO),
    "/gpu watch 4090 under 35 cents per gpu": watch(
        under("0.35", per_gpu=True), "4090 under 0.35 per gpu"
    ),
    "watch 4090": watch(DROP, "4090 drop 10%"),
    "alert me 4090 drop": watch(DROP, "4090 drop 10%"),
    "watch drop 10% 4090": watch(DROP, "4090 drop 10%"),
    "watch 4090 drops by 10 percent": watch(DROP, "4090 drop 10%"),
    "watch 4090 10% cheaper": watch(DROP, "4090 drop 10%"),
    "watch 4090 drop 12.5": watch(Rule(Trigger.DROP, percent=Decimal("12.5")), "4090 drop 12.5%"),
    "watch drop 4090": watch(DROP, "4090 drop 10%"),
    "watch drop 2x 4090": watch(DROP, "2x 4090 drop 10%", TWO),
    "watch 4090 under 0.70 drop 10%": watch(DROP, "4090 under 0.70 drop 10%", CHEAP),
    "watch 4090 lowest in 7d": watch(lowest(7), "4090 lowest in 7d"),
    "WATCH 4090, LOWEST IN A WEEK!": watch(lowest(7), "4090 lowest in 7d"),
    "watch 4090 lowest in 7": watch(lowest(7), "4090 lowest in 7d"),
    "watch 4090 lowest price of the last 30 days": watch(lowest(30), "4090 lowest in 30d"),
    "watch 4090 cheapest in a month": watch(lowest(30), "4090 lowest in 30d"),
    "watch 4090 30-day low": watch(lowest(30), "4090 lowest in 30d"),
    "watch cheapest 4090 top 5": watch(DROP, "4090 drop 10%"),
    "watch 4090 sort value": watch(DROP, "4090 drop 10%"),
    "watch 4090 available": watch(AVAILABLE, "4090 available"),
    "watch 4090 back in stock": watch(AVAILABLE, "4090 available"),
    "tell me when 4090 available under 0.7": watch(AVAILABLE, "4090 under 0.70 available", CHEAP),
    "watch 4090 available fast": watch(
        Rule(Trigger.AVAILABLE, fast=True), "4090 available fast"
    ),
    "watch 4090 available for 8h": watch(
        DROP, "4090 for 8h drop 10%", Q.with_changes(min_hours=8.0)
    ),
    "watch 4090 any": watch(ANY, "4090 any"),
    "watch 4090 any under 0.70": watch(ANY, "4090 under 0.70 any", CHEAP),
    "watch 4090 any new offer": watch(ANY, "4090 any"),
    "watch any 4090": watch(DROP, "4090 drop 10%"),
    "watch any gpu any": watch(ANY, "any gpu any", OfferQuery()),
    "watch 4090 any host": watch(
        DROP, "4090 any host drop 10%", Q.with_changes(verified_only=False)
    ),
    "watch 4090 cool down 2h": watch(DROP, "4090 drop 10% cool down 2h", cool_down=2 * HOUR),
    "watch 4090 cooldown 1h 30m": watch(
        DROP, "4090 drop 10% cool down 90m", cool_down=1.5 * HOUR
    ),
    "watch 4090 at most every 2 hours": watch(
        DROP, "4090 drop 10% cool down 2h", cool_down=2 * HOUR
    ),
    "watch 4090 once a day": watch(DROP, "4090 drop 10% cool down 1d", cool_down=24 * HOUR),
    "watch 4090 cap 3": watch(DROP, "4090 drop 10% cap 3", cap=3),
    "watch 4090 24gb at most 3 a day": watch(
        DROP,
        "4090 24gb drop 10% cap 3",
        Q.with_changes(min_vram_gib=24.0, max_vram_gib=24.0),
        cap=3,
    ),
    "watch 4090 3 messages per day any": watch(ANY, "4090 any cap 3", cap=3),
    "watch 4090 cap 5 cool down 60 min": watch(DROP, "4090 drop 10%"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD.items())
def test_what_is_watched_and_when_it_is_told(text, command):
    """Triggers, limits, cool-down and cap in any order among the words of a search."""
    assert parse(text) == command
    assert parse(f"watch {command.text}") == command


@pytest.mark.parametrize(
    "text",
    [
        "alert me when 4090 is below 0.3",
        "alert when it is under 0.30 4090",
        "tell me when a 4090 is under 0.3",
        "tell me if 4090 gets cheaper than 0.30",
        "notify me when 4090 falls below 0.3",
        "notify when a 4090 costs less than 0.30",
        "let me know if the price of a 4090 drops under $0.30",
        "watch tell me when 4090 is at most 0.3",
    ],
)
def test_a_watch_in_a_sentence(text):
    """The small words around it change nothing."""
    assert parse(text) == parse("watch 4090 under 0.30")


@pytest.mark.parametrize(
    ("text", "command"),
    {
        "watch": WatchForm(),
        "alert me when": WatchForm(),
        "watch, please.": WatchForm(),
        "watches": WatchList(WatchScope.HERE),
        "watches here": WatchList(WatchScope.HERE),
        "list watches": WatchList(WatchScope.HERE),
        "Watches ALL": WatchList(WatchScope.ALL),
        "watches mine": WatchList(WatchScope.MINE),
        "unwatch 3": Unwatch(3),
        "unwatch #3.": Unwatch(3),
        "stop watching 3": Unwatch(3),
        "remove watch 12": Unwatch(12),
        "snooze 3 8h": SnoozeWatch(3, 8 * HOUR),
        "snooze #3 for 7 days": SnoozeWatch(3, 168 * HOUR),
        "mute watch 3 an hour": SnoozeWatch(3, HOUR),
        "pause 3": PauseWatch(3),
        "resume watch 3": ResumeWatch(3),
        "unsnooze 3": ResumeWatch(3),
        "help watch": Help("watch"),
        "help drop": Help("drop"),
        "help cool down": Help("cool down"),
        "help unwatch": Help("unwatch"),
    }.items(),
)
def test_commands_about_watches(text, command):
    """Numbers with and without a hash; `watch` alone asks for the form."""
    assert parse(text) == command


WHICH = "Say which one by its number, as in “/gpu {} 3”; “/gpu watches” lists them."
MISTAKES = {
    "watch 4090 lowest": (
        "“lowest” needs a number of days, 7 or 30.",
        "lowest",
        ("watch 4090 lowest in 7d", "watch 4090 lowest in 30d"),
    ),
    "watch 4090 lowest in 20 days": (
        "I know the lowest of 7 or 30 days, unlike “lowest in 20 days”.",
        "lowest in 20 days",
        ("watch 4090 lowest in 30d", "watch 4090 lowest in 7d"),
    ),
    "watch 4090 drop 95%": (
        "A drop must be 1% to 90%, one decimal at most, unlike “drop 95%”.",
        "drop 95%",
        ("watch 4090 drop 90%",),
    ),
    "watch 4090 drop $0.10": (
        "A drop is a share of the price, as in “drop 10%”, unlike “drop $0.10”.",
        "drop $0.10",
        ("watch 4090 drop 10%",),
    ),
    "watch 4090 cool down 2": (
        "“cool down 2” needs a time with its unit, as in “cool down 2h”.",
        "cool down 2",
        ("watch 4090 drop 10% cool down 2h",),
    ),
    "watch 4090 cool down 1 min": (
        "The cool-down must be 5 minutes to 7 days, not “cool down 1 min”.",
        "cool down 1 min",
        ("watch 4090 drop 10% cool down 5m",),
    ),
    "watch 4090 cap": (
        "“cap” needs a number, as in “cap 3”.", "cap", ("watch 4090 drop 10% cap 3",),
    ),
    "watch 4090 999 a day": (
        "The daily cap must be 1 to 50, not “999 a day”.",
        "999 a day",
        ("watch 4090 drop 10% cap 50",),
    ),
    "watch 4090 drop 10% any": (
        "The trigger is given twice: “drop 10%” and “any”.",
        "any",
        ("watch 4090 drop 10%", "watch 4090 any"),
    ),
    "watch 4090 drop 10% drop 20%": (
        "The drop is given twice: “drop 10%” and “drop 20%”.",
        "drop 20%",
        ("watch 4090 drop 10%", "watch 4090 drop 20%"),
    ),
    "watch 4090 fast": (
        "“fast” belongs to “available” alone.",
        "4090 fast",
        ("watch 4090 available fast", "watch 4090 drop 10%", "help watch"),
    ),
    "watch drop 10%": (
        "Say what to watch as well, such as a GPU.",
        "drop 10%",
        ("watch 4090 drop 10%", "watch any gpu drop 10%", "help watch"),
    ),
    "watch 4090 undr 0.70": (
        "I do not understand “undr 0.70”.", "undr 0.70", ("watch 4090 under 0.70",),
    ),
    "watch foo": ("I do not understand “foo”.", "foo", ("help watch",)),
    "wach 4090 under 0.4": (
        "I do not understand “wach”.", "wach", ("watch 4090 under 0.40", "find 4090 under 0.40"),
    ),
    "watches foo": (
        "“watches” lists those of this channel, not “foo”.",
        "foo",
        ("watches", "watches all", "watches mine"),
    ),
    "edit 3": (
        "A watch is changed with its Edit button: press it in the list of “/gpu watches”.",
        "3",
        ("watches", "watches all", "watches mine"),
    ),
    "alert me when 4090 is undr 0.70": (
        "I do not understand “undr 0.70”.", "undr 0.70", ("watch 4090 under 0.70",),
    ),
    "unwatch": (WHICH.format("unwatch"), "", ("watches", "help unwatch")),
    "unwatch 0": (WHICH.format("unwatch"), "0", ("watches", "help unwatch")),
    "unwatch 4090 under 1": (
        WHICH.format("unwatch"), "4090 under 1", ("watches", "help unwatch"),
    ),
    "unwatch all": (
        "Watches are stopped one at a time; each has a Stop button in the list.",
        "all",
        ("watches mine", "watches"),
    ),
    "snooze 3": (
        "Say for how long, as in “/gpu snooze 3 8h”.",
        "3",
        ("snooze 3 1h", "snooze 3 8h", "snooze 3 7d"),
    ),
    "snooze 3 99 days": (
        "A watch can be snoozed for 5 minutes to 30 days.",
        "3 99 days",
        ("snooze 3 1h", "snooze 3 8h", "snooze 3 7d"),
    ),
    "snooze": (
        "Say which one by its number, as in “/gpu snooze 3 8h”; “/gpu watches” lists them.",
        "",
        ("watches", "help snooze"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES.items())
def test_a_wrong_watch_is_told_with_what_would_be_right(text, expected):
    """The asker's own watch with the nearest fix in place, never a search instead of it."""
    assert parse(text) == UsageError(*expected)


RULES = st.one_of(
    st.tuples(st.decimals("0.01", 9_999, places=2), st.booleans()).map(
        lambda parts: Rule(Trigger.UNDER, parts[0].normalize(), per_gpu=parts[1])
    ),
    st.decimals(1, 90, places=1).map(lambda share: Rule(Trigger.DROP, percent=share.normalize())),
    st.sampled_from([7, 30]).map(lambda days: Rule(Trigger.LOWEST, days=days)),
    st.booleans().map(lambda fast: Rule(Trigger.AVAILABLE, fast=fast)),
    st.just(ANY),
)
QUERIES = st.sampled_from(
    [
        Q,
        TWO,
        OfferQuery(),
        OfferQuery(gpus=("Warp 9",), verified_only=False, min_hours=8.0),
        OfferQuery(gpus=("H100 SXM", "RTX 4090"), min_vram_gib=24.0, disk_gb=200, min_gpus=2),
        OfferQuery(countries=("DE", "US"), min_reliability=None, datacenter_only=True),
    ]
)


@given(QUERIES, RULES, st.integers(5, 10_080), st.integers(1, 50))
def test_every_watch_is_written_back_as_itself(query, rule, minutes, cap):
    """Whatever a form or the database holds has a text that means the same when it is typed."""
    cool_down = timedelta(minutes=minutes)
    text = watch_text(query, rule, cool_down, cap)
    assert parse(f"watch {text}") == WatchCommand(query, rule, text, cool_down, cap)


def test_the_limit_of_a_watch_is_no_condition_of_its_query():
    """What is above the limit is seen too; only what is told about is below it."""
    found = parse("watch 4090 under 0.70")
    assert isinstance(found, WatchCommand)
    assert found.query == Q
    assert whole_query(found.query, found.rule) == CHEAP
    assert whole_query(Q, DROP) == Q


@pytest.mark.parametrize("phrase", READERS)
def test_no_verb_hides_a_search(phrase):
    """What begins a command means nothing in a search."""
    read = understand(read_line(phrase))
    assert not read.is_sound or read.is_empty


@pytest.mark.parametrize("text", ["order by price 4090", "order by value", "ordered by vram 4090"])
def test_an_order_of_results_is_no_standing_order(text):
    """The longer phrase wins."""
    assert isinstance(parse(text), Find)


@pytest.mark.parametrize(
    "row", [*watch_commands(), *watch_parameters()], ids=lambda row: row.topic
)
def test_every_form_of_the_tables_is_a_command(row):
    """What help shows is understood as it is meant, and each topic has its help."""
    for form in row.forms:
        command = parse(form)
        assert not isinstance(command, UsageError | Find | Help), form
        assert parse(written(command)) == command
    assert parse(f"help {row.topic}") == Help(row.topic)


@pytest.mark.parametrize("word", ["any ", "drop ", "lowest ", "cool down ", "2h ", "1 a day "])
def test_a_watch_of_one_word_takes_no_long_time(word):
    """The same word as often as fits is answered like every other text."""
    assert isinstance(parse("watch " + word * (990 // len(word))), WatchCommand | UsageError)
