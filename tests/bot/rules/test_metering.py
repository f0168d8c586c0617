"""What a machine has cost, whose price changes."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.rules.rentals import Rental, cost
from providers.instances import Instance, InstanceId, InstanceState
from providers.models import ProviderName
from tests.fakes.rentals import NOW, a_rental

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
_ROUNDING = Decimal("1e-20")
RUNNING = Instance(
    ProviderName("vastai"),
    InstanceId("1"),
    "shopper-k3f9-w2c7h4n6da",
    InstanceState.RUNNING,
    usd_per_hour=Decimal("0.4"),
    stopped_usd_per_hour=Decimal("0.02"),
)
PAUSED = replace(RUNNING, state=InstanceState.STOPPED)
RAISED = replace(RUNNING, usd_per_hour=Decimal("0.6"))


def made() -> Rental:
    return a_rental(made_at=NOW, seen_at=NOW, instance=RUNNING, ends_at=NOW + 10 * HOUR)


def test_a_raised_price_holds_from_when_it_was_raised() -> None:
    """Not for the time before; the time between the two looks counts at the dearer price."""
    rental = made().seen(RUNNING, NOW + 2 * HOUR).seen(RAISED, NOW + 3 * HOUR)
    assert rental.cost_until(NOW + 3 * HOUR) == Decimal("1.4")  # 2 x 0.4 + 0.6
    assert rental.cost_until(NOW + 5 * HOUR) == Decimal("2.6")
    assert rental.forecast(NOW + 5 * HOUR) == Decimal("5.6")


def test_a_paused_machine_costs_what_its_marketplace_states() -> None:
    """The forecast takes it to run again at once."""
    rental = made().seen(PAUSED, NOW + HOUR)
    assert rental.cost_until(NOW + 6 * HOUR) == Decimal("0.5")  # 0.4 + 5 x 0.02
    assert rental.forecast(NOW + 6 * HOUR) == Decimal("2.1")
    again = rental.seen(PAUSED, NOW + 5 * HOUR).seen(RUNNING, NOW + 6 * HOUR)
    assert again.cost_until(NOW + 7 * HOUR) == Decimal("1.28")  # 0.4 + 4 x 0.02 + 2 x 0.4


def test_without_that_price_a_paused_machine_costs_the_whole() -> None:
    """Rather too much than too little."""
    rental = made().seen(replace(PAUSED, stopped_usd_per_hour=None), NOW + HOUR)
    assert rental.cost_until(NOW + 6 * HOUR) == Decimal("2.4")


def test_the_first_price_that_is_stated_is_no_change() -> None:
    """Until then the agreed one was taken for it."""
    unpriced = a_rental(made_at=NOW, instance=replace(RUNNING, usd_per_hour=None))
    rental = unpriced.seen(RAISED, NOW + HOUR)
    assert (rental.metered_to, rental.cost_until(NOW + 2 * HOUR)) == (None, Decimal("1.2"))


def test_a_price_that_is_never_stated_is_the_agreed_one() -> None:
    """Also of a machine that is paused later, at a price that is."""
    agreed = a_rental(made_at=NOW, instance=replace(RUNNING, usd_per_hour=None))
    rental = agreed.seen(replace(PAUSED, usd_per_hour=None), NOW + 10 * HOUR)
    assert rental.cost_until(NOW + 15 * HOUR) == Decimal("4.1")  # 10 x 0.4 + 5 x 0.02


def test_prices_that_move_at_every_look_lose_no_second() -> None:
    """However short the time between two looks is."""
    rental, at = made(), NOW
    for nth in range(1, 1001):
        at += timedelta(seconds=0.999)
        rental = rental.seen(replace(RUNNING, usd_per_hour=Decimal("0.4") + nth % 2), at)
    assert rental.cost_until(at) >= Decimal("0.4") * Decimal(999) / 3600


PRICES = st.sampled_from([RUNNING, PAUSED, RAISED, replace(RAISED, state=InstanceState.OFFLINE)])
MINUTES = st.integers(1, 600)


@given(st.lists(st.tuples(MINUTES, MINUTES, PRICES), max_size=6), MINUTES)
def test_a_cost_is_never_too_low_and_at_most_a_look_too_high(
    changes: list[tuple[int, int, Instance]], rest: int
) -> None:
    """Whenever between two looks a price changed."""
    rental, at, now = made(), NOW, made().usd_per_hour_now
    true, doubt = Decimal(0), Decimal(0)
    for before, after, seen in changes:
        rental = rental.seen(rental.instance or RUNNING, at)
        changed, looked = at + before * MINUTE, at + (before + after) * MINUTE
        rental = rental.seen(seen, looked)
        then = rental.usd_per_hour_now
        true += cost(now, changed - at) + cost(then, looked - changed)
        doubt += cost(abs(now - then), looked - at)
        at, now = looked, then
    end = at + rest * MINUTE
    true += cost(now, end - at)
    assert true - _ROUNDING <= rental.cost_until(end) <= true + doubt + _ROUNDING
