"""A create call without a clear answer: no machine of it is lost, and none is rented twice."""

from datetime import timedelta

import pytest

from bot.rules.quotes import Rented
from bot.rules.rentals import EndReason, Outcome
from bot.rules.sessions import SessionState
from providers.models import PricingKind, ProviderName
from tests.rentals.stage import ADA, VAST, Stage

DONE = ("lost-answer", "cut", "error-after", "truncated", "slow")
"""The machine is made, and the answer does not say so."""
NOT_DONE = ("refuse", "hang", "bad-gateway", "html", "empty", "null")


@pytest.mark.parametrize("kind", DONE)
async def test_a_machine_without_an_answer_is_adopted_within_a_minute(
    stage: Stage, provider: ProviderName, kind: str
) -> None:
    """It stays `renting`, and is found by its label."""
    card = await stage.card(provider)
    stage.fault(provider, kind, "create", seconds=1.0)
    answer = await stage.submit(await stage.quote(card))
    assert isinstance(answer, Rented), answer
    session = await stage.session(card.id)
    assert (session.state, session.rented.outcome) == (SessionState.RENTING, Outcome.UNKNOWN)
    await stage.pass_time(60)
    adopted = await stage.session(card.id)
    assert adopted.state in {SessionState.STARTING, SessionState.RUNNING}
    assert stage.alive() == [(f"shopper-{card.id}", adopted.rented.instance_id)]
    await stage.until(session, SessionState.RUNNING)
    assert stage.made() == [f"shopper-{card.id}"]


@pytest.mark.parametrize("kind", NOT_DONE)
async def test_nothing_made_is_concluded_after_ten_minutes_and_not_before(
    stage: Stage, provider: ProviderName, kind: str
) -> None:
    """Only then `failed`, and told in the thread."""
    card = await stage.card(provider)
    stage.fault(provider, kind, "create", seconds=1.0)
    assert isinstance(await stage.submit(await stage.quote(card)), Rented)
    await stage.pass_time(590)
    waiting = await stage.session(card.id)
    assert waiting.state is SessionState.RENTING
    failed = await stage.until(waiting, SessionState.FAILED, 120)
    assert failed.rented.looks >= 2
    assert failed.rented.failure.startswith("The marketplace gave no clear answer")
    assert await stage.heard() == [("nothing made", "thread")]
    assert stage.made() == []


async def test_nothing_is_concluded_while_the_list_fails(
    stage: Stage, provider: ProviderName
) -> None:
    """However long that takes; two complete listings half a minute apart are needed after it."""
    card = await stage.card(provider)
    stage.fault(provider, "refuse", "create")
    await stage.submit(await stage.quote(card))
    stage.fault(provider, "bad-gateway", "list", times=None)
    await stage.pass_time(3600, step=60)
    waiting = await stage.session(card.id)
    assert (waiting.state, waiting.rented.looks) == (SessionState.RENTING, 0)
    stage.market.clear_faults()
    back = stage.clock.now()
    failed = await stage.until(waiting, SessionState.FAILED, 300)
    assert failed.rented.gone_at is not None
    assert failed.rented.gone_at - back >= timedelta(seconds=30)


async def test_a_machine_that_appears_late_is_still_adopted(
    stage: Stage, provider: ProviderName
) -> None:
    """A list that fails for nine minutes hides it, and is not taken for an empty one."""
    card = await stage.card(provider)
    stage.fault(provider, "lost-answer", "create")
    await stage.submit(await stage.quote(card))
    stage.fault(provider, "bad-gateway", "list", times=None)
    await stage.pass_time(900, step=30)
    stage.market.clear_faults()
    await stage.until(await stage.session(card.id), SessionState.RUNNING)
    assert stage.made() == [f"shopper-{card.id}"]


async def test_a_machine_after_its_session_failed_is_an_orphan(
    stage: Stage, provider: ProviderName
) -> None:
    """Announced, and ended ten minutes later."""
    card = await stage.card(provider)
    stage.fault(provider, "refuse", "create")
    await stage.submit(await stage.quote(card))
    await stage.until(await stage.session(card.id), SessionState.FAILED)
    await stage.notices()
    stranger = await stage.unrecorded(provider, card)
    await stage.pass_time(60)
    assert await stage.heard() == [("orphan", "admins")]
    assert stage.alive() == [stranger]
    await stage.pass_time(780, step=30)
    assert stage.alive() == []


async def test_too_many_requests_is_repeated_and_rents_once(
    stage: Stage, provider: ProviderName
) -> None:
    """It proves that nothing was made."""
    card = await stage.card(provider)
    stage.fault(provider, "rate-limit", "create", times=2, seconds=2.0)
    assert isinstance(await stage.submit(await stage.quote(card)), Rented)
    session = await stage.session(card.id)
    assert session.state is SessionState.STARTING
    assert stage.made() == [f"shopper-{card.id}"]


async def test_end_before_the_machine_is_known_ends_it_as_soon_as_it_is(
    stage: Stage, provider: ProviderName
) -> None:
    """Asked for while `renting`."""
    card = await stage.card(provider)
    stage.fault(provider, "lost-answer", "create")
    await stage.submit(await stage.quote(card))
    told = await stage.bot.control.end(card.id, ADA, "e1")
    assert told.sentence.startswith("Ending it.")
    session = await stage.session(card.id)
    assert (session.state, session.rented.instance_id) == (SessionState.ENDING, None)
    ended = await stage.until(session, SessionState.ENDED)
    assert (stage.alive(), stage.made()) == ([], [f"shopper-{card.id}"])
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.ASKED
    assert ("receipt", "thread") in await stage.heard()


async def test_end_where_nothing_was_made_is_over_only_after_ten_minutes(
    stage: Stage, provider: ProviderName
) -> None:
    """Until then a machine might still turn up."""
    card = await stage.card(provider)
    stage.fault(provider, "refuse", "create")
    await stage.submit(await stage.quote(card))
    await stage.bot.control.end(card.id, ADA, "e1")
    await stage.pass_time(590)
    session = await stage.session(card.id)
    assert session.state is SessionState.ENDING
    ended = await stage.until(session, SessionState.ENDED, 120)
    assert ended.rented.outcome is Outcome.NOTHING


async def test_of_two_machines_under_one_label_one_is_kept(
    stage: Stage, provider: ProviderName
) -> None:
    """The other one is destroyed without asking, and said."""
    session = await stage.rent(provider)
    await stage.until(session, SessionState.RUNNING)
    await stage.notices()
    twin = await stage.unrecorded(provider, session)
    await stage.pass_time(180)
    kept = await stage.session(session.id)
    assert kept.state is SessionState.RUNNING
    assert stage.alive() == [(f"shopper-{session.id}", kept.rented.instance_id)]
    assert twin not in stage.alive()
    assert await stage.heard() == [("orphan", "admins"), ("orphan ended", "admins")]


async def test_a_bid_below_the_least_comes_stopped_and_is_destroyed(
    stage: Stage,
) -> None:
    """Vast.ai makes such a machine, bills its disk, and answers with an error that names it."""
    card = await stage.card(VAST, pricing=PricingKind.INTERRUPTIBLE)
    quote = await stage.quote(card)
    stage.market.vast.set_price(int(card.offer.offer_id), 4.0)
    assert isinstance(await stage.submit(quote), Rented)
    session = await stage.session(card.id)
    assert session.rented.bid_usd_per_hour == quote.offer.price.gpu
    assert stage.alive() == [(f"shopper-{card.id}", session.rented.instance_id)]
    ended = await stage.until(session, SessionState.ENDED, 120)
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.CAME_STOPPED
    assert stage.alive() == []


async def test_a_bid_is_sent_as_it_was_shown(stage: Stage) -> None:
    """Without `price` Vast.ai would rent on demand."""
    session = await stage.rent(VAST, pricing=PricingKind.INTERRUPTIBLE)
    (machine,) = stage.market.vast.rentals.ever_made()
    assert machine.request["price"] == float(session.offer.price.gpu)
    await stage.until(session, SessionState.RUNNING)
