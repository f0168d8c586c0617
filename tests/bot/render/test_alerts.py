"""An alert: what happened, in words and figures, and what can be done about it."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import (
    alerts,
    ids,
    watch_lists,
    watch_words,
)
from bot.rules.places import Asker, Place
from bot.rules.watch_answers import WatchScope
from bot.rules.watches import Trigger
from providers.models import Offer, Price
from tests.bot.render import samples
from tests.bot.render.buttons import elements, pressed
from tests.bot.render.sample_watches import NEWS, one, page, said, told, watch
from tests.bot.render.samples import NOW
from tests.bot.render.test_hostile import FEW, OFFERS, TEXTS, assert_harmless
from tests.fakes.offers import offer


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


def test_the_news_of_the_samples_is_what_an_alert_says():
    """The samples stand for what the rules decide."""
    assert NEWS.seen.usd_per_hour == said().offer.price.usd_per_hour
    assert samples.NOW == NOW
