"""Watches: how they are worded and listed, their buttons and their window."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import WatchField
from bot.render import (
    alerts,
    home,
    ids,
    orders,
    watch_forms,
    watch_lists,
    watch_words,
)
from bot.rules.answers import HomePage
from bot.rules.places import Place
from bot.rules.watch_answers import Snooze, WatchScope
from bot.rules.watches import WatchId
from tests.bot.render import sample_orders, sample_sessions
from tests.bot.render.buttons import elements, pressed
from tests.bot.render.sample_watches import LOOKED, one, page, some, told, watch
from tests.bot.render.samples import NOW
from tests.bot.render.test_hostile import FEW, TEXTS, assert_harmless

VALUE = re.compile(r"v1:([a-z0-9]{4}-[a-z2-7]{10})(?::([a-z]{1,20}))?")
"""What `slack.payloads` reads."""


@pytest.mark.parametrize(
    ("text", "words"),
    {
        "4090 under 0.70": "when the machine costs $0.70/h or less",
        "4090 under 0.35 per gpu": "when it costs $0.35/h per GPU or less",
        "4090 drop 12.5%": "when it falls 12.5% below the lowest of the last 24 h",
        "4090 lowest in 30d": "when it is the lowest in 30 days",
        "4090 available": "when something matches and nothing did before",
        "4090 available fast": "when something matches and nothing did before, after one look",
        "4090 any": "of every machine that is new or got cheaper",
        "4090 under 0.70 any": (
            "of every machine that is new or got cheaper, among machines at $0.70/h or less"
        ),
        "4090 under 0.35 per gpu drop 10%": (
            "when it falls 10% below the lowest of the last 24 h,"
            " among machines at $0.35/h per GPU or less"
        ),
    }.items(),
)
def test_a_rule_in_words(text, words):
    """Behind “this channel is told”."""
    assert watch_words.when(watch(text)) == words


@pytest.mark.parametrize(
    ("text", "memory", "words"),
    [
        (
            "4090 under 0.70",
            {"armed": False},
            "It is that cheap already: told after it was dearer by a twentieth.",
        ),
        (
            "4090 under 0.60",
            {"armed": False},
            "It was that cheap: told after it was dearer by a twentieth.",
        ),
        (
            "b200 available",
            {"armed": False},
            "Something matches already: told after nothing did.",
        ),
        ("4090 lowest in 7d", {"young": True}, "It speaks once a day of prices is known."),
        ("4090 lowest in 7d", {"scene_set": False}, "It speaks once a day of prices is known."),
        ("4090 under 0.70", {"armed": False, "scene_set": False}, ""),
        ("4090 under 0.70", {"armed": False, "matched": False, "lowest": None}, ""),
        ("4090 under 0.70", {}, ""),
        ("b200 available", {}, ""),
        ("4090 lowest in 7d", {}, ""),
        ("4090 drop 10%", {}, ""),
        ("4090 any", {}, ""),
    ],
)
def test_a_condition_that_holds_already_is_said(text, memory, words):
    """In the answer and in the list; nothing of a watch that looks no more."""
    quiet = watch(text, memory=replace(LOOKED, **memory))
    paused = quiet.with_changes(paused_at=NOW)
    assert watch_words.silence(quiet) == words
    shown = [watch_lists.watch(one(quiet)), watch_lists.watches(page((quiet,)))]
    assert [words in each.rich.text for each in shown] == [True, True]
    hidden = [watch_lists.watch(one(paused)), watch_lists.watches(page((paused,)))]
    assert not words or [words in each.rich.text for each in hidden] == [False, False]


def test_what_was_told_and_still_holds_is_told_again_later():
    """After it was away or dearer."""
    unarmed = replace(LOOKED, armed=False)
    assert [
        watch_words.silence(told(text, memory=unarmed))
        for text in ("4090 under 1", "h100 available")
    ] == [
        "It is that cheap still: told again after it was dearer by a twentieth.",
        "Something matches still: told again after nothing did.",
    ]


def test_the_lowest_of_a_limit_per_gpu_is_that_of_one_gpu():
    shown = watch_lists.watch(one(watch("h100 under 2 per gpu")))
    assert "Lowest now $0.62/h per GPU" in shown.rich.text


@pytest.mark.parametrize("count", [0, 1, 20, 21, 27])
def test_every_watch_stands_on_one_page(count):
    """Pressing Next from the first page on shows each once, and Previous leads back."""
    watches = some(count)
    seen: list[str] = []
    first: WatchId | None = None
    for _ in range(3):
        shown = watch_lists.watches(page(watches), first)
        seen += re.findall(r"^Watch (\d+):", shown.rich.text, re.MULTILINE)
        turns = {
            each["text"]["text"]: each["value"]
            for each in elements(shown.rich)
            if ids.base(each["action_id"]) == ids.WATCHES_TURN
        }
        assert ("Previous" in turns) == (first is not None)
        if "Next" not in turns:
            break
        found = VALUE.fullmatch(turns["Next"])
        assert found is not None
        assert found[2] == WatchScope.HERE
        first = WatchId(found[1])
    assert seen == [str(each.number) for each in watches]


def test_a_page_whose_first_watch_is_gone_is_the_first_page():
    """Somebody stopped it meanwhile."""
    shown = watch_lists.watches(page(some(3)), watch(number=99).id)
    assert shown == watch_lists.watches(page(some(3)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ["Snooze", "Pause", "Edit", "Stop"]),
        ({"snoozed_until": NOW + timedelta(hours=1)}, ["Speak again", "Pause", "Edit", "Stop"]),
        ({"snoozed_until": NOW}, ["Snooze", "Pause", "Edit", "Stop"]),
        ({"paused_at": NOW}, ["Resume", "Edit", "Stop"]),
    ],
)
def test_the_buttons_of_a_watch_are_those_that_work(changes, words):
    """And there are none for who may not act."""
    each = watch(**changes)
    assert list(pressed(watch_lists.watch(one(each)).rich)) == words
    assert pressed(watch_lists.watch(one(each, may_act=False)).rich) == {}


def test_a_button_carries_an_id_and_nothing_else():
    """As the reader of payloads takes it; a choice is one word more."""
    order = sample_orders.order()
    shown = (
        alerts.alert([told()], NOW).rich,
        watch_lists.watch(one(watch())).rich,
        watch_lists.watch(one(watch(paused_at=NOW))).rich,
        watch_lists.watches(page(some(27))).rich,
        orders.orders(sample_orders.page(order)).rich,
    )
    for message in shown:
        for each in elements(message):
            options = [option["value"] for option in each.get("options", [])]
            for value in options or [each["value"]]:
                assert VALUE.fullmatch(value), value


def test_each_snooze_has_its_word():
    """Which is read back as the same length."""
    values = [ids.snooze_value(watch().id, snooze) for snooze in Snooze]
    words = [VALUE.fullmatch(value) for value in values]
    assert [ids.SNOOZES[found[2]] for found in words if found] == list(Snooze)


HERE = Place("T01", "C01")


def test_the_window_knows_what_it_is_about():
    """A new watch has a channel, a changed one its id; anything else is not ours."""
    each = watch()
    for place in (HERE, Place("T01", "C01", is_private=True), Place("T01", "")):
        target = ids.FormTarget(place.channel_id, place.is_private, None)
        assert ids.form_target(ids.form_in(place)) == target
    assert ids.form_target(ids.form_of(each.id)) == ids.FormTarget("", False, each.id)
    for foreign in ("", "v1:new:c 1", "v1:edit:x", "v2:new:C01", f"{ids.form_in(HERE)}\n"):
        assert ids.form_target(foreign) is None


def test_a_mistake_stands_at_its_field():
    """Slack finds it by its block."""
    mistakes = {WatchField.QUERY: "Say <what>.", WatchField.DAYS: "Choose a number of days."}
    assert watch_forms.errors(mistakes) == {
        ids.WATCH_QUERY: "Say ‹what›.",
        ids.WATCH_DAYS: "Choose a number of days.",
    }


@FEW
@given(st.dictionaries(st.sampled_from(WatchField), TEXTS))
def test_any_typed_values_make_a_window(values):
    """What was typed comes back in a window that Slack takes."""
    assert_harmless(watch_forms.rewritten(values, ids.form_in(HERE)))


def test_a_home_tab_of_everything_fits():
    """As many machines, orders and watches as are shown, and what is counted instead."""
    full = HomePage(
        None,
        sample_sessions.many(26),
        "You may not rent.",
        NOW,
        watches=some(27),
        orders=tuple(sample_orders.order() for _ in range(26)),
    )
    shown = home.home(full)
    assert_harmless(shown)
    text = str(shown.payload)
    assert "17 more: `/gpu watches mine`" in text
    assert "16 more: `/gpu orders`" in text
