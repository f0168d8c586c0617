"""An order rents by itself, once, what it was asked for and no dearer."""

import asyncio
from datetime import timedelta

import pytest

from bot.rules.orders import OrderState
from bot.rules.sessions import SessionState
from providers.models import PricingKind, ProviderName
from tests.ordering.acting import DEAR, FALL, fall, newest, pass_time, placed, tick, until
from tests.rentals.stage import ADA, DOCK, GRACE, KEY, VAST, Stage


@pytest.mark.parametrize("provider", [VAST, DOCK])
async def test_it_waits_until_the_price_falls_and_rents_once(
    stage: Stage, provider: ProviderName
) -> None:
    """Nothing while everything is dearer; then one machine, with the order's key and hours, at no
    more than the limit; then nothing more, however long everything stays cheap."""
    order = await placed(stage, on=provider)
    await pass_time(stage, 200)
    assert (stage.made(), (await newest(stage, order)).state) == ([], OrderState.WAITING)
    fall(stage)
    done = await until(stage, order, OrderState.DONE)
    session = await stage.session(done.session_id)
    rental = session.rented
    assert session.state is SessionState.RUNNING
    assert rental.usd_per_hour <= order.usd_per_hour
    assert (rental.renter, rental.ssh_public_key, rental.note) == (ADA, KEY, "for tests")
    assert rental.ends_at - rental.pressed_at == timedelta(hours=4)
    await pass_time(stage, 600, step=30)
    assert stage.made() == [f"shopper-{session.id}"]
    assert await stage.heard() == [
        ("order", "card"),
        ("order fired", "renter"),
        ("order fired", "thread"),
        ("ready", "renter"),
    ]


async def test_what_is_there_already_is_rented_at_once(stage: Stage) -> None:
    order = await placed(stage, under=DEAR)
    await tick(stage)
    assert (await newest(stage, order)).state is OrderState.FIRING
    assert len(stage.made()) == 1


async def test_two_processes_and_a_double_tick_fire_it_once(stage: Stage) -> None:
    """Whoever is first; the other finds it claimed."""
    other = await stage.second()
    order = await placed(stage, under=DEAR)
    ticks = [stage.bot.order_firing.tick, other.bot.order_firing.tick] * 2
    fired = await asyncio.gather(*(each() for each in ticks))
    assert sum(each.fired for each in fired) == 1
    assert len(stage.made()) == 1
    await until(stage, order, OrderState.DONE)
    assert len(stage.made()) == 1


async def test_a_process_that_slept_through_its_claim_rents_nothing(stage: Stage) -> None:
    """Another one has fired it meanwhile: what is written late is a conflict."""
    other = await stage.second()
    order = await placed(stage, under=DEAR)
    market, woken = stage.bot.order_firing.market, asyncio.Event()
    found = market.refresh_offer

    async def sleeps(offer, **more):
        if not woken.is_set():
            woken.set()
            stage.clock.advance(400)
            assert (await other.bot.order_firing.tick()).fired == 1
        return await found(offer, **more)

    market.refresh_offer = sleeps  # type: ignore[method-assign]
    assert (await stage.bot.order_firing.tick()).fired == 0
    assert len(stage.made()) == 1
    assert (await newest(stage, order)).state is OrderState.FIRING


@pytest.mark.parametrize("kind", ["lost-answer", "refuse"])
async def test_a_lost_answer_to_the_create_call_makes_no_second_machine(
    stage: Stage, kind: str
) -> None:
    """The machine is found by its label; where none was made, the next is rented, and one in all
    stands there."""
    stage.fault(VAST, kind, "create")
    order = await placed(stage, under=DEAR)
    await until(stage, order, OrderState.DONE)
    assert len(stage.alive()) == 1
    assert len(stage.made()) == 1


async def test_two_orders_take_two_machines(stage: Stage) -> None:
    """That want the same one, in one tick."""
    orders = [await placed(stage, who, under=DEAR) for who in (ADA, GRACE)]
    await tick(stage)
    done = [await until(stage, order, OrderState.DONE) for order in orders]
    assert [each.tried for each in done] == [(), ()]
    assert len(set(stage.alive())) == 2


async def test_a_date_that_passed_meanwhile_rents_nothing(stage: Stage) -> None:
    """A marketplace took its time: after its date the order lapses, however cheap it is."""
    order = await placed(stage, under=DEAR)
    soon = order.with_changes(before=stage.clock.now() + timedelta(seconds=20))
    now = stage.clock.now()
    order = await stage.records.orders.change(order, soon, [], at=now, due=now)
    market = stage.bot.order_firing.market
    found = market.refresh_offer

    async def takes_long(offer, **more):
        stage.clock.advance(30)
        return await found(offer, **more)

    market.refresh_offer = takes_long  # type: ignore[method-assign]
    await tick(stage)
    assert (stage.made(), (await newest(stage, order)).state) == ([], OrderState.WAITING)
    await tick(stage)
    assert (stage.made(), (await newest(stage, order)).state) == ([], OrderState.LAPSED)


async def test_a_price_that_rose_meanwhile_is_not_paid(stage: Stage) -> None:
    """The offer is read again past the cache; what it costs then counts."""
    order = await placed(stage)
    market, read = stage.bot.order_firing.market, []
    look, again = market.look, market.refresh_offer

    async def cheap_at_first_sight(queries, **more):
        fall(stage)
        seen = await look(queries, **more)
        fall(stage, 1 / FALL)
        return seen

    async def reads(offer, **more):
        read.append(offer.price.usd_per_hour)
        return await again(offer, **more)

    market.look = cheap_at_first_sight  # type: ignore[method-assign]
    market.refresh_offer = reads  # type: ignore[method-assign]
    await pass_time(stage, 200)
    assert read
    assert max(read) <= order.usd_per_hour
    assert (stage.made(), (await newest(stage, order)).state) == ([], OrderState.WAITING)


async def test_spot_only_where_it_was_asked_for(stage: Stage) -> None:
    """An interruptible machine is as cheap as wanted; an order that did not say so waits."""
    plain = await placed(stage)
    await pass_time(stage, 130)
    assert stage.made() == []
    await stage.bot.ordering.cancel(plain.id, ADA)
    spot = await placed(stage, under=plain.usd_per_hour, pricing=PricingKind.INTERRUPTIBLE)
    await tick(stage)
    session = await stage.session((await newest(stage, spot)).session_id)
    assert session.offer.pricing is PricingKind.INTERRUPTIBLE
