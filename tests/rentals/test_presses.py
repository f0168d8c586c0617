"""Rent, pressed in every way that people and networks press it: one machine, the right words."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.rules.quotes import Quote, Refusal, RefusalKind, Rented
from bot.rules.sessions import SessionState
from providers.models import ProviderName
from tests.rentals.stage import ADA, GRACE, VAST, Stage

TAKEN = f"This machine is already being rented by <@{ADA.user_id}>."


async def test_a_double_press_rents_one_machine(stage: Stage, provider: ProviderName) -> None:
    """The second is told who rents it."""
    quote = await stage.quote(await stage.card(provider))
    answers = await asyncio.gather(
        stage.submit(quote, delivery="one"), stage.submit(quote, delivery="two")
    )
    won = [each for each in answers if isinstance(each, Rented)]
    lost = [each for each in answers if isinstance(each, Refusal)]
    assert len(won) == 1
    assert lost == [Refusal(RefusalKind.TAKEN, TAKEN)]
    assert stage.made() == [f"shopper-{quote.session.id}"]


async def test_the_same_delivery_again_rents_one_machine(
    stage: Stage, provider: ProviderName
) -> None:
    """At once, and after the first was answered."""
    quote = await stage.quote(await stage.card(provider))
    answers = await asyncio.gather(*(stage.submit(quote, delivery="same") for _ in range(3)))
    answers.append(await stage.submit(quote, delivery="same"))
    assert sum(isinstance(each, Rented) for each in answers) == 1
    assert answers[-1] == Refusal(RefusalKind.TAKEN, TAKEN)
    assert len(stage.made()) == 1


async def test_of_two_people_on_one_card_the_first_rents(
    stage: Stage, provider: ProviderName
) -> None:
    """The other is told who."""
    card = await stage.card(provider)
    hers, theirs = await stage.quote(card), await stage.quote(card, GRACE)
    assert isinstance(await stage.submit(hers), Rented)
    assert await stage.submit(theirs, GRACE) == Refusal(RefusalKind.TAKEN, TAKEN)
    assert await stage.bot.quoting.quote(card.id, GRACE) == Refusal(RefusalKind.TAKEN, TAKEN)
    assert len(stage.made()) == 1


async def test_a_card_whose_machine_is_gone_says_so(stage: Stage) -> None:
    """It rents nothing a second time."""
    session = await stage.rent(VAST)
    await stage.bot.control.end(session.id, ADA, "e")
    await stage.until(session, SessionState.ENDED)
    sentence = f"<@{ADA.user_id}> rented from this card before. Search again with /gpu find."
    assert await stage.bot.quoting.quote(session.id, GRACE) == Refusal(RefusalKind.TAKEN, sentence)


async def test_somebody_elses_window_rents_nothing(stage: Stage) -> None:
    """A quote is for the person who was shown it."""
    quote = await stage.quote(await stage.card(VAST))
    answer = await stage.submit(quote, GRACE)
    assert isinstance(answer, Refusal)
    assert (answer.kind, stage.made()) == (RefusalKind.EXPIRED, [])


async def test_an_old_card_is_refused_by_name(stage: Stage, provider: ProviderName) -> None:
    """After a day it is swept, and after a week it is forgotten: the answer stays the same."""
    card = await stage.card(provider)
    quote = await stage.quote(card)
    stage.clock.advance(25 * 3600)
    await stage.bot.housekeeping.tick()
    assert (await stage.session(card.id)).state is SessionState.EXPIRED
    old = Refusal(
        RefusalKind.EXPIRED,
        "This offer is too old. Search again with /gpu find to see what there is.",
    )
    assert await stage.bot.quoting.quote(card.id, ADA) == old
    assert await stage.submit(quote) == old
    stage.clock.advance(8 * 24 * 3600)
    await stage.bot.housekeeping.tick()
    assert await stage.bot.quoting.quote(card.id, ADA) == old


async def test_a_price_above_the_cards_needs_a_second_yes(stage: Stage) -> None:
    """And once more when it rises between the window and the press."""
    card = await stage.card(VAST)
    dearer(stage, card, "1.2")
    quote = await stage.quote(card)
    assert quote.needs_second_yes
    assert quote.change > 0
    again = await stage.submit(quote, accepts_price=False)
    assert isinstance(again, Quote)
    assert (again.asks_again, stage.made()) == (True, [])
    dearer(stage, card, "1.5")
    stage.clock.advance(16)
    once_more = await stage.submit(again, accepts_price=True)
    assert isinstance(once_more, Quote)
    assert once_more.offer.price.usd_per_hour > again.offer.price.usd_per_hour
    assert (once_more.asks_again, stage.made()) == (True, [])
    assert isinstance(await stage.submit(once_more, accepts_price=True), Rented)
    session = await stage.session(card.id)
    assert session.rented.usd_per_hour == once_more.offer.price.usd_per_hour
    assert len(stage.made()) == 1


async def test_a_price_that_rises_while_the_window_is_open_keeps_the_wishes(stage: Stage) -> None:
    """Hours and image stay as they were chosen."""
    card = await stage.card(VAST)
    quote = await stage.quote(card)
    dearer(stage, card, "1.2")
    stage.clock.advance(16)
    again = await stage.submit(quote, hours=2, image="debian:12", note="for Ada's talk")
    assert isinstance(again, Quote)
    wishes = (again.hours, again.image, again.note, again.asks_again)
    assert wishes == (Decimal(2), "debian:12", "for Ada's talk", True)


async def test_a_price_that_was_worked_out_for_another_disk_is_read_before_it_is_rented(
    stage: Stage,
) -> None:
    """However short ago the window was opened: at that disk the marketplace said nothing yet."""
    quote = await stage.quote(await stage.card(VAST))
    wider = await stage.bot.quoting.requote(
        quote.id, ADA, hours=quote.hours, disk_gb=200, image=quote.image
    )
    assert wider is not None
    dearer(stage, quote.session, "1.2")
    again = await stage.submit(wider)
    assert isinstance(again, Quote)
    assert (again.offer.disk_gb, again.asks_again, stage.made()) == (Decimal(200), True, [])


async def test_a_price_that_fell_needs_no_second_yes(stage: Stage) -> None:
    """The lower one is rented."""
    card = await stage.card(VAST)
    dearer(stage, card, "0.8")
    quote = await stage.quote(card)
    assert not quote.needs_second_yes
    assert isinstance(await stage.submit(quote, accepts_price=False), Rented)
    session = await stage.session(card.id)
    assert session.rented.usd_per_hour < card.offer.price.usd_per_hour


async def test_a_price_above_the_ceiling_is_refused(stage: Stage) -> None:
    """At the window, and at the press; no yes helps."""
    card = await stage.card(VAST)
    quote = await stage.quote(card)
    ceiling = card.offer.price.usd_per_hour * Decimal("1.1")
    stage.policies.policy = replace(stage.policies.policy, max_usd_per_hour=ceiling)
    dearer(stage, card, "2")
    stage.clock.advance(16)
    for answer in (await stage.submit(quote), await stage.bot.quoting.quote(card.id, ADA)):
        assert isinstance(answer, Refusal)
        assert answer.kind is RefusalKind.CEILING
        assert "the policy allows at most" in answer.sentence
    assert stage.made() == []


async def test_more_hours_than_the_policy_allows_are_refused(
    stage: Stage, provider: ProviderName
) -> None:
    """With what is allowed."""
    quote = await stage.quote(await stage.card(provider))
    answer = await stage.submit(quote, hours=25)
    sentence = "The policy allows at most 24 h: choose fewer."
    assert answer == Refusal(RefusalKind.CEILING, sentence)


def dearer(stage: Stage, card, times: str) -> None:
    """The GPU costs so many times what the card says."""
    price = float(card.offer.price.gpu * Decimal(times))
    stage.market.vast.set_price(int(card.offer.offer_id), price)


@pytest.mark.parametrize(
    ("asked", "hours"), [(100 / 60, "1.75"), (5 / 60, "0.25"), (8.0, "8"), (500.0, "24")]
)
async def test_the_window_begins_with_hours_that_can_be_rented(
    stage: Stage, asked: float, hours: str
) -> None:
    """Those of the search in whole steps, rather more than less, as far as the policy goes."""
    card = await stage.card(VAST, min_hours=asked)
    assert (await stage.quote(card)).hours == Decimal(hours)
