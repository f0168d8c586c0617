"""What a running machine's state means, where the marketplace states little."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from bot.rules.rentals import Rental
from bot.rules.watching import FINAL_AFTER, RAISED_FOR, signs
from providers.instances import Instance, InstanceId, InstanceState
from providers.models import PricingKind, ProviderName
from tests.fakes.rentals import NOW, a_rental

STOPPED = Instance(
    ProviderName("vastai"), InstanceId("1"), "shopper-k3f9-w2c7h4n6da", InstanceState.STOPPED
)


def rental(bid: Decimal | None) -> Rental:
    return a_rental(bid_usd_per_hour=bid, instance=replace(STOPPED, state=InstanceState.RUNNING))


def test_a_machine_that_was_bid_for_is_outbid_though_nothing_says_how_it_is_priced():
    """It comes back when its bid wins: ended as stopped for good, its disk would be lost."""
    first = signs(rental(Decimal("0.3")), STOPPED, NOW)
    assert (first.outbid, first.stopped_for_good) == (True, False)
    later = signs(first.rental, STOPPED, NOW + FINAL_AFTER)
    assert (later.outbid, later.stopped_for_good) == (False, False)


def test_a_bid_was_raised_in_vain_when_more_is_asked_for_minutes_later():
    """Also one that is high enough, which the marketplace may not have; not while the host is
    offline."""
    at_a_bid = replace(STOPPED, pricing=PricingKind.INTERRUPTIBLE)
    raised = a_rental(
        bid_usd_per_hour=Decimal("0.3"), instance=at_a_bid, troubled_since=NOW, raised_at=NOW
    )
    later = NOW + RAISED_FOR

    def outbid(least: str | None, now: datetime) -> bool:
        bid = None if least is None else Decimal(least)
        return signs(raised, replace(at_a_bid, least_bid_usd_per_hour=bid), now).outbid

    assert [outbid("0.4", NOW), outbid("0.4", later), outbid("0.3", later)] == [False, True, True]
    assert outbid(None, later)
    told = signs(raised, at_a_bid, later).rental
    assert (told.troubled_since, told.raised_at) == (later, None)
    offline = replace(raised, instance=replace(at_a_bid, state=InstanceState.OFFLINE))
    assert not signs(offline, replace(at_a_bid, state=InstanceState.OFFLINE), later).offline


def test_what_is_stated_counts():
    """On demand a machine that stays stopped will not run again."""
    for bid, pricing in ((Decimal("0.3"), PricingKind.ON_DEMAND), (None, None)):
        stopped = replace(STOPPED, pricing=pricing)
        first = signs(rental(bid), stopped, NOW)
        assert (first.outbid, first.stopped_for_good) == (False, False)
        assert signs(first.rental, stopped, NOW + FINAL_AFTER).stopped_for_good
