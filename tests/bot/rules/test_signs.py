"""What a running machine's state means, where the marketplace states little."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from bot.rules.places import Asker, Place
from bot.rules.rentals import Rental
from bot.rules.watching import FINAL_AFTER, signs
from providers.instances import Instance, InstanceId, InstanceState
from providers.models import PricingKind, ProviderName

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
STOPPED = Instance(
    ProviderName("vastai"), InstanceId("1"), "shopper-k3f9-w2c7h4n6da", InstanceState.STOPPED
)


def rental(bid: Decimal | None) -> Rental:
    return Rental(
        renter=Asker("U0ANNA", Place("T0HOME", "C0GPU")),
        label="shopper-k3f9-w2c7h4n6da",
        origin="https://console.vast.ai",
        account_id=None,
        image="x",
        ssh_public_key="ssh-ed25519 AAAA",
        note="",
        pressed_at=NOW - timedelta(hours=1),
        ends_at=NOW + timedelta(hours=3),
        usd_per_hour=Decimal("0.4"),
        bid_usd_per_hour=bid,
        instance=replace(STOPPED, state=InstanceState.RUNNING),
    )


def test_a_machine_that_was_bid_for_is_outbid_though_nothing_says_how_it_is_priced():
    """It comes back when its bid wins: ended as stopped for good, its disk would be lost."""
    first = signs(rental(Decimal("0.3")), STOPPED, NOW)
    assert (first.outbid, first.stopped_for_good) == (True, False)
    later = signs(first.rental, STOPPED, NOW + FINAL_AFTER)
    assert (later.outbid, later.stopped_for_good) == (False, False)


def test_what_is_stated_counts():
    """On demand a machine that stays stopped will not run again."""
    for bid, pricing in ((Decimal("0.3"), PricingKind.ON_DEMAND), (None, None)):
        stopped = replace(STOPPED, pricing=pricing)
        first = signs(rental(bid), stopped, NOW)
        assert (first.outbid, first.stopped_for_good) == (False, False)
        assert signs(first.rental, stopped, NOW + FINAL_AFTER).stopped_for_good
