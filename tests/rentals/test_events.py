"""What the marketplace says about a machine that runs becomes news, each told once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.rules.notices import NoticeKind
from bot.rules.rentals import EndReason
from bot.rules.sessions import Session, SessionState
from providers.instances import InstanceState
from providers.models import PricingKind, ProviderName
from tests.rentals.stage import ADA, VAST, Stage

USED = ("gpu", "disk")
"""Kinds of charges without traffic."""


async def test_offline_and_back_are_each_said_once(stage: Stage) -> None:
    """The machine is kept: it is ours, and comes back."""
    session = await running(stage, VAST)
    stage.doom(session, "goes-offline")
    await stage.pass_time(300)
    assert await stage.heard() == both("offline")
    assert (await stage.session(session.id)).state is SessionState.RUNNING
    heal(stage)
    await stage.pass_time(120)
    assert await stage.heard() == both("back")
    stage.doom(session, "goes-offline")
    await stage.pass_time(120)
    assert await stage.heard() == both("offline")


async def test_stopped_for_good_is_ended(stage: Stage, provider: ProviderName) -> None:
    """After two minutes of it; it would go on costing its disk."""
    session = await running(stage, provider)
    stage.doom(session, "dies")
    ended = await stage.until(session, SessionState.ENDED, 400)
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.LOST
    assert "" not in await seen_before_lost(stage)
    assert stage.alive() == []


async def test_stopped_for_a_moment_is_kept(stage: Stage, provider: ProviderName) -> None:
    """A restart of the host is no end."""
    session = await running(stage, provider)
    stage.doom(session, "dies")
    await stage.pass_time(60)
    heal(stage)
    await stage.pass_time(300)
    assert (await stage.session(session.id)).state is SessionState.RUNNING


async def test_outbid_is_told_with_the_bid_that_wins_and_raise_raises(stage: Stage) -> None:
    """The machine stands still, and goes on."""
    session = await running(stage, VAST, pricing=PricingKind.INTERRUPTIBLE)
    least = outbid(stage, "0.5")
    await stage.pass_time(60)
    said = await stage.notices()
    assert sorted((each.kind, each.audience) for each in said) == [
        ("outbid", "renter"),
        ("outbid", "thread"),
    ]
    assert (said[0].facts["least_bid"], least) == ("0.525", Decimal("0.5"))
    stopped = await stage.session(session.id)
    assert stopped.rented.instance is not None
    assert stopped.rented.instance.state is InstanceState.STOPPED
    told = await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "r")
    assert told.sentence == (
        "The bid is $0.525/h now, disk on top. The machine goes on when it wins."
    )
    await stage.pass_time(120)
    assert await stage.heard() == both("back")
    raised = await stage.session(session.id)
    assert raised.rented.bid_usd_per_hour == Decimal("0.525")


async def test_a_raise_that_was_not_enough_is_told(stage: Stage) -> None:
    """Somebody bid more meanwhile: five minutes later there is a new message with a new bid."""
    session = await running(stage, VAST, pricing=PricingKind.INTERRUPTIBLE)
    outbid(stage, "0.5")
    await stage.pass_time(60)
    await stage.notices()
    outbid(stage, "0.8")
    await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "r")
    await stage.pass_time(240)
    assert await stage.heard() == []
    await stage.pass_time(120)
    said = [(str(each.kind), each.facts.get("least_bid")) for each in await stage.notices()]
    assert said == 2 * [("outbid", "0.840")]
    await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "s")
    await stage.pass_time(600)
    assert await stage.heard() == both("back")


async def test_a_raise_that_never_left_is_offered_again(stage: Stage) -> None:
    """The bot was killed between its record and its call: five minutes later the same bid can be
    sent once more, and not a lower one."""
    session = await running(stage, VAST, pricing=PricingKind.INTERRUPTIBLE)
    outbid(stage, "0.5")
    await stage.pass_time(60)
    await stage.notices()
    (machine,) = stage.market.vast.rentals.ever_made()
    before = machine.bid
    await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "r")
    machine.bid = before
    outbid(stage, "0.45")
    await stage.pass_time(400)
    said = [(str(each.kind), each.facts.get("least_bid")) for each in await stage.notices()]
    assert said == 2 * [("outbid", "0.525")]
    await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "s")
    await stage.pass_time(120)
    assert await stage.heard() == both("back")
    assert machine.bid == 0.525


async def test_what_a_bid_cost_is_what_was_billed(stage: Stage) -> None:
    """Two hours at the first bid, an hour paused, two hours at the raised one: less the minute
    between two looks, the marketplace billed as much."""
    session = await running(stage, VAST, hours=6, pricing=PricingKind.INTERRUPTIBLE)
    await stage.pass_time(7200, step=60)
    outbid(stage, "0.5")
    await stage.pass_time(3600, step=60)
    await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "r")
    await stage.pass_time(7200, step=60)
    await stage.bot.control.end(session.id, ADA, "e")
    rental = (await stage.until(session, SessionState.ENDED)).rented
    cost = rental.cost_until(stage.clock.now())
    charges = stage.market.vast.account.charges(0, 10**6)
    amounts = [item["amount"] for day in charges for item in day["items"] if item["type"] in USED]
    billed = Decimal(sum(amounts))
    assert billed < cost < billed + Decimal("0.03")


async def test_a_raise_that_failed_can_be_pressed_again(stage: Stage) -> None:
    """The marketplace stumbled: nobody knows whether it took the bid, and the same one does no
    harm."""
    session = await running(stage, VAST, pricing=PricingKind.INTERRUPTIBLE)
    outbid(stage, "0.5")
    await stage.pass_time(60)
    stage.fault(VAST, "bad-gateway", "bid", times=None)
    told = await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "r")
    assert told.sentence.endswith(
        "Whether the bid was raised shows in a minute; if not, press Raise again."
    )
    stage.market.clear_faults()
    await stage.pass_time(60)
    told = await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "s")
    assert told.sentence.startswith("The bid is $0.525/h now")
    await stage.pass_time(120)
    assert ("back", "renter") in await stage.heard()


async def test_a_machine_that_is_back_by_itself_needs_no_higher_bid(stage: Stage) -> None:
    """The button from before would only make it dearer."""
    session = await running(stage, VAST, pricing=PricingKind.INTERRUPTIBLE)
    outbid(stage, "0.5")
    await stage.pass_time(60)
    outbid(stage, "0.001")
    await stage.pass_time(120)
    assert ("back", "renter") in await stage.heard()
    told = await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "r")
    assert told.sentence == "It was not outbid, or the bid was raised already."
    (machine,) = stage.market.vast.rentals.ever_made()
    assert machine.bid == float(session.offer.price.gpu)


async def test_a_raise_above_the_ceiling_is_refused(stage: Stage) -> None:
    """And the bid stays as it was."""
    session = await running(stage, VAST, pricing=PricingKind.INTERRUPTIBLE)
    outbid(stage, "6")
    await stage.pass_time(60)
    told = await stage.bot.keys_and_bids.raise_bid(session.id, ADA, "r")
    assert "the policy allows at most $5.00/h" in told.sentence
    (machine,) = stage.market.vast.rentals.ever_made()
    assert machine.bid == float(session.offer.price.gpu)


async def test_a_machine_that_stays_outbid_is_ended_on_time(stage: Stage) -> None:
    """It costs its disk until then."""
    session = await running(stage, VAST, hours=1, pricing=PricingKind.INTERRUPTIBLE)
    outbid(stage, "6")
    await stage.pass_time(3300, step=30)
    assert (await stage.session(session.id)).state is SessionState.RUNNING
    await stage.until(session, SessionState.ENDED, 600)
    assert stage.alive() == []


async def test_a_price_that_changed_is_said_with_both(stage: Stage) -> None:
    """More than one per cent, once."""
    session = await running(stage, VAST)
    (machine,) = stage.market.vast.rentals.ever_made()
    machine.offer["dph_base"] *= 0.5
    await stage.pass_time(300)
    said = await stage.notices()
    kinds = [(str(each.kind), str(each.audience)) for each in said]
    assert sorted(kinds) == both("price changed")
    assert Decimal(said[0].facts["now"]) < Decimal(said[0].facts["before"])
    now = await stage.session(session.id)
    assert now.rented.billed_usd_per_hour == Decimal(said[0].facts["now"])


async def test_a_host_that_ends_before_us_is_said(stage: Stage) -> None:
    """Once, with the moment."""
    session = await running(stage, VAST)
    (machine,) = stage.market.vast.rentals.ever_made()
    ends = session.rented.pressed_at + timedelta(hours=2)
    machine.offer["end_date"] = ends.timestamp()
    await stage.pass_time(300)
    said = await stage.notices()
    assert [(str(each.kind), each.facts) for each in said] == [
        ("host ends", {"at": ends.isoformat()})
    ] * 2


async def test_low_credit_is_said_once_a_day(stage: Stage) -> None:
    """To the admins and to whoever has a machine there."""
    await running(stage, VAST, hours=24)
    stage.market.vast.account.credit = 0.05
    await stage.pass_time(600, step=30)
    assert await stage.heard() == [("credit low", "admins"), ("credit low", "renter")]
    await stage.restart()
    stage.market.vast.account.credit = 0.05
    await stage.pass_time(900, step=30)
    assert await stage.heard() == []
    stage.market.vast.account.credit = 0.2
    stage.clock.advance(12 * 3600)
    stage.market.vast.account.credit = 0.05
    await stage.pass_time(60)
    kinds = await stage.heard()
    assert kinds.count(("credit low", "admins")) == 1


async def test_vanished_needs_two_complete_listings_and_its_own_word(
    stage: Stage, provider: ProviderName
) -> None:
    """Then it is lost: told, and proved gone."""
    session = await running(stage, provider)
    await stage.pass_time(60)
    stage.doom(session, "vanishes")
    stage.fault(provider, "bad-gateway", "list", times=None)
    await stage.pass_time(300, step=30)
    assert (await stage.session(session.id)).state is SessionState.RUNNING
    stage.market.clear_faults()
    stage.fault(provider, "bad-gateway", "detail", times=None)
    await stage.pass_time(300, step=30)
    assert (await stage.session(session.id)).state is SessionState.RUNNING
    assert await stage.heard() == []
    stage.market.clear_faults()
    ended = await stage.until(session, SessionState.ENDED, 300)
    assert ended.rented.ending is not None
    assert ended.rented.ending.reason is EndReason.LOST
    assert await seen_before_lost(stage) == {""}


async def test_one_listing_without_it_is_nothing(stage: Stage, provider: ProviderName) -> None:
    """A machine that is missing once and there again is not lost."""
    session = await running(stage, provider)
    await stage.pass_time(60)
    stage.doom(session, "vanishes")
    await stage.pass_time(30)
    heal(stage)
    await stage.pass_time(300, step=30)
    kept = await stage.session(session.id)
    assert (kept.state, kept.rented.absent_since) == (SessionState.RUNNING, None)
    assert await stage.heard() == []


def both(kind: str) -> list[tuple[str, str]]:
    return [(kind, "renter"), (kind, "thread")]


async def seen_before_lost(stage: Stage) -> set[str]:
    """The state that the news of it names; empty where it vanished."""
    said = await stage.notices()
    heard = sorted((str(each.kind), str(each.audience)) for each in said)
    assert heard == [*both("lost"), ("receipt", "thread")]
    return {each.facts.get("stopped", "") for each in said if each.kind is NoticeKind.LOST}


def outbid(stage: Stage, least: str) -> Decimal:
    """Somebody else bids for the machine: the least bid that wins is `least`."""
    (machine,) = stage.market.vast.rentals.ever_made()
    wanted = float(least) / machine.gpus / machine.machine.bid_factor
    machine.machine.usd_per_gpu_hour = wanted
    return Decimal(least)


def heal(stage: Stage) -> None:
    for machine in (
        *stage.market.vast.rentals.ever_made(),
        *stage.market.tensordock.rentals.ever_made(),
    ):
        machine.fate = None  # type: ignore[attr-defined]  # of either kind


async def running(
    stage: Stage, provider: ProviderName, *, hours: int = 4, **wishes: Any
) -> Session:
    session = await stage.rent(provider, hours=hours, **wishes)
    await stage.until(session, SessionState.RUNNING)
    await stage.notices()
    return await stage.session(session.id)
