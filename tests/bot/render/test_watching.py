"""Alerts, watches and orders: what they say, and what their buttons carry."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.grammar import WatchField
from bot.render import (
    alerts,
    home,
    ids,
    order_window,
    orders,
    watch_forms,
    watch_lists,
    watch_words,
)
from bot.render.message import Layouts, Message
from bot.rules.answers import HomePage
from bot.rules.orders import OrderState
from bot.rules.places import Asker, Place
from bot.rules.watch_answers import Snooze, WatchScope
from bot.rules.watches import Trigger, WatchId
from providers.models import Offer, Price
from tests.bot.render import sample_orders, sample_sessions, samples
from tests.bot.render.sample_watches import LOOKED, NEWS, one, page, said, some, told, watch
from tests.bot.render.samples import NOW
from tests.bot.render.test_hostile import FEW, OFFERS, TEXTS, assert_harmless
from tests.fakes.offers import offer

VALUE = re.compile(r"v1:([a-z0-9]{4}-[a-z2-7]{10})(?::([a-z]{1,20}))?")
"""What `slack.payloads` reads."""


def elements(message: Message) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for block in message.blocks:
        cards = block["elements"] if block["type"] == "carousel" else []
        in_actions = block["elements"] if block["type"] == "actions" else []
        in_cards = [each for card in cards for each in card["actions"]]
        found += [*in_actions, *in_cards, *filter(None, [block.get("accessory")])]
    return found


def pressed(message: Message) -> dict[str, str]:
    """Words of each button → its action."""
    return {
        (each.get("text") or each["placeholder"])["text"]: each["action_id"]
        for each in elements(message)
    }


def at(usd: str, **changes: object) -> Offer:
    return offer(1, price=Price(Decimal(usd), Decimal(0), Decimal(0)), **changes)


@pytest.mark.parametrize(
    ("text", "news", "words"),
    [
        (
            "4090 drop 10%",
            said(at("0.61"), trigger=Trigger.DROP),
            "RTX 4090 from $0.74 to $0.61/h, lowest in 9 days",
        ),
        (
            "4090 under 0.61",
            said(at("0.61"), lowest_since=None),
            "RTX 4090 from $0.74 to $0.61/h, at the limit of $0.61/h",
        ),
        (
            "4090 under 0.7 per gpu",
            said(at("0.61"), before=None, lowest_since=NOW - timedelta(minutes=9)),
            "RTX 4090 at $0.61/h, under the limit of $0.70/h per GPU",
        ),
        ("4090 under 0.5", said(at("0.61"), lowest_since=None), "RTX 4090 from $0.74 to $0.61/h"),
        (
            "4090 drop 1%",
            said(at("0.738"), trigger=Trigger.DROP, lowest_since=None),
            "RTX 4090 at $0.74/h",
        ),
        (
            "4090 drop 1%",
            said(at("0.80"), trigger=Trigger.DROP, lowest_since=None),
            "RTX 4090 at $0.80/h",
        ),
        (
            "4090 lowest in 7d",
            said(at("0.61"), trigger=Trigger.LOWEST, lowest_since=None),
            "RTX 4090 from $0.74 to $0.61/h, lowest in 7 days or more",
        ),
        (
            "4090 available",
            said(at("0.61"), trigger=Trigger.AVAILABLE, before=None),
            "RTX 4090 available at $0.61/h, nothing matched before",
        ),
        (
            "4090 any",
            said(at("0.61"), trigger=Trigger.ANY, before=None, lowest_since=None),
            "RTX 4090 new at $0.61/h",
        ),
    ],
)
def test_what_happened_in_words_and_figures(text, news, words):
    """From what it cost to what it costs, and how rare that is, as far as it is known."""
    assert watch_words.news(watch(text), news) == words


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


def test_an_alert_offers_what_can_be_done():
    """Both layouts: rent it, see it whole, and silence, change or stop the watch."""
    shown = alerts.alert([told()], NOW)
    for message in (shown.rich, shown.classic):
        assert pressed(message) == {
            "Rent": ids.RENT,
            "Details": ids.DETAILS,
            "Snooze": ids.WATCH_SNOOZE,
            "Edit": ids.WATCH_EDIT,
            "Stop": ids.WATCH_STOP,
        }


def test_the_rent_button_of_an_alert_is_that_of_its_own_session():
    """Each card of a merged message rents its own offer."""
    both = [told(), told("4090 any", 4, news=said(offer(3), 1, trigger=Trigger.ANY))]
    shown = alerts.alert(both, NOW)
    rents = [each["value"] for each in elements(shown.rich) if each["action_id"] == ids.RENT]
    assert rents == ["v1:k3f9-alertaaaaa", "v1:k3f9-alertbaaaa"]


def test_an_edit_is_another_block_for_its_menu():
    """A client does not send the choice that it still shows."""
    first, second = said(), replace(said(edits=True), at=NOW + timedelta(minutes=1))
    blocks = [
        {block["block_id"] for block in alerts.alert([told(news=news)], NOW).rich.blocks}
        for news in (first, second)
    ]
    assert len(blocks[0] & blocks[1]) == len(blocks[0]) - 1


@pytest.mark.parametrize("count", [2, 5, 6, 40, 200])
def test_a_merged_message_holds_five_cards_and_counts_the_rest(count):
    """However many fall at once."""
    many = [
        told("4090 drop 10%", n, news=said(offer(n % 7), n % 10, trigger=Trigger.DROP))
        for n in range(count)
    ]
    shown = alerts.alert(many, NOW)
    rents = [each for each in elements(shown.rich) if each["action_id"] == ids.RENT]
    assert len(rents) == min(count, 5)
    assert f"{count} watches of this channel have news" in shown.rich.text
    assert ("more watch" in shown.rich.text) == (count > 5)
    assert_harmless(shown)


@FEW
@given(OFFERS, TEXTS, st.booleans(), st.integers(0, 99), st.sampled_from(Trigger))
def test_any_offer_makes_a_harmless_alert(each, text, edits, others, trigger):
    """Whatever a host writes, alone and merged."""
    news = said(each, edits=edits, others=others, last_today=edits, trigger=trigger)
    strange = told(news=news).with_changes(
        text=text, owner=Asker(f"<{text}", Place("T01", f"<{text}"))
    )
    assert_harmless(alerts.alert([strange], NOW))
    assert_harmless(alerts.alert([strange] * 6, NOW))
    assert_harmless(watch_lists.watch(one(strange, "Changed.")))
    assert_harmless(watch_lists.watches(page((strange,), WatchScope.ALL)))


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


def test_a_mistake_stands_at_a_field_that_is_shown():
    """The trigger takes what belongs to a field that is not there yet."""
    mistakes = {WatchField.QUERY: "Say <what>.", WatchField.DAYS: "Choose a number of days."}
    shown = {WatchField.QUERY, WatchField.TRIGGER}
    assert watch_forms.errors(mistakes, shown) == {
        ids.WATCH_QUERY: "Say ‹what›.",
        ids.WATCH_TRIGGER: "Choose a number of days.",
    }


@FEW
@given(st.dictionaries(st.sampled_from(WatchField), TEXTS))
def test_any_typed_values_make_a_window(values):
    """What was typed comes back in a window that Slack takes."""
    assert_harmless(watch_forms.rewritten(values, ids.form_in(HERE)))


@given(
    st.decimals("0.000001", 10_000, places=6), st.integers(1, 35_136).map(lambda n: Decimal(n) / 4)
)
def test_the_button_of_an_order_names_the_most_where_it_fits(usd, hours):
    """The most is the cap times the hours."""
    draft = replace(sample_orders.DRAFT, usd_per_hour=usd, hours=hours)
    assert draft.most_usd == usd * hours
    assert order_window.submit(draft).startswith("Order")
    assert_harmless(order_window.confirm(draft))


@pytest.mark.parametrize("state", OrderState)
def test_an_order_can_be_cancelled_while_it_is_open(state):
    """One press away, and no longer than it is of use."""
    order = sample_orders.order(state)
    expected = ["Cancel"] if state in {OrderState.WAITING, OrderState.FIRING} else []
    shown: list[Layouts] = [
        orders.card(order, NOW),
        orders.orders(sample_orders.page(order)),
    ]
    assert [list(pressed(each.rich)) for each in shown] == [expected] * 2


def test_each_tried_host_is_named():
    """The newest ten; earlier ones are counted."""
    order = sample_orders.order(
        tried=tuple(replace(sample_orders.FAILED_HOST, machine=f"host {n}") for n in range(12))
    )
    text = orders.card(order, NOW).rich.text
    assert re.findall(r"• host (\d+) at Vast.ai", text) == [str(n) for n in range(2, 12)]
    assert "… 2 earlier" in text


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


def test_the_news_of_the_samples_is_what_an_alert_says():
    """The samples stand for what the rules decide."""
    assert NEWS.seen.usd_per_hour == said().offer.price.usd_per_hour
    assert samples.NOW == NOW
