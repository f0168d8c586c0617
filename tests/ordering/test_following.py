"""When the first machine does not start: the next one, within the limit, each named."""

from datetime import timedelta

import pytest

from bot.flows.looking import NOT_FOUND
from bot.flows.quoting import GONE
from bot.rules.orders import OrderState
from bot.rules.rentals import EndReason
from bot.rules.sessions import SessionState
from providers.models import ProviderName
from tests.ordering.acting import DEAR, newest, pass_time, placed, tick, until
from tests.rentals.stage import ADA, DOCK, VAST, Stage


@pytest.mark.parametrize("provider", [VAST, DOCK])
async def test_a_machine_that_fails_is_followed_by_the_next(
    stage: Stage, provider: ProviderName
) -> None:
    """The first one is gone before the second is made; it is named, and its host not tried again;
    what it cost is counted, so that all in all no more is spent than was agreed."""
    stage.fault(provider, "create-fails", "create")
    order = await placed(stage, on=provider, under=DEAR)
    done = await until(stage, order, OrderState.DONE)
    (tried,) = done.tried
    first, second = await stage.session(tried.session_id), await stage.session(done.session_id)
    assert (first.state, second.state) == (SessionState.ENDED, SessionState.RUNNING)
    assert first.rented.gone_at is not None
    assert first.rented.gone_at <= second.rented.pressed_at
    assert first.offer.machine_id != second.offer.machine_id
    assert (tried.why, tried.host) == ("It failed while it started.", first.offer.machine_id)
    assert tried.machine.startswith(first.offer.gpu.name)
    assert tried.cost_usd == first.rented.cost_until(first.rented.gone_at) > 0
    assert second.rented.agreed_forecast + tried.cost_usd <= order.most_usd
    assert len(stage.alive()) == 1
    heard = await stage.heard()
    for kind, count in (("order fired", 2), ("order next", 1), ("order over", 0)):
        assert heard.count((kind, "renter")) == heard.count((kind, "thread")) == count, kind


async def test_no_host_is_tried_twice(stage: Stage) -> None:
    """Though it is on the market again, the cheapest of all."""
    stage.bot.order_firing.market.evict = lambda offer: None  # type: ignore[method-assign]
    stage.fault(VAST, "create-fails", "create", times=2)
    order = await placed(stage, under=DEAR)
    done = await until(stage, order, OrderState.DONE)
    hosts = [each.host for each in done.tried]
    hosts.append(str((await stage.session(done.session_id)).offer.machine_id))
    assert len(set(hosts)) == len(hosts) == 3


async def test_one_place_is_enough_for_all_of_them(stage: Stage) -> None:
    """The order's own: neither the machine that is being ended nor itself is in its way."""
    stage.policies.policy = stage.policies.policy.__class__(
        admins=(ADA.user_id,), machines_each=1, machines_in_all=1
    )
    stage.fault(VAST, "create-fails", "create")
    order = await placed(stage, under=DEAR)
    done = await until(stage, order, OrderState.DONE)
    assert (len(done.tried), done.trouble) == (1, "")


async def test_what_was_spent_lowers_the_price_of_the_next(stage: Stage) -> None:
    order = await placed(stage, under=DEAR)
    stage.fault(VAST, "never-starts", "create")
    await until(stage, order, OrderState.FIRING)
    waiting = await until(stage, order, OrderState.WAITING, OrderState.DONE, within_s=4000)
    assert len(waiting.tried) == 1
    left = (order.most_usd - waiting.spent_usd) / order.hours
    assert waiting.left_usd_per_hour == left < order.usd_per_hour


async def test_a_machine_that_never_came_counts_as_tried(stage: Stage) -> None:
    """No answer to the create call, and no machine under the label: the next one."""
    stage.fault(VAST, "refuse", "create")
    order = await placed(stage, under=DEAR)
    done = await until(stage, order, OrderState.DONE)
    assert [each.why for each in done.tried] in ([], [NOT_FOUND])


async def test_somebody_was_faster(stage: Stage) -> None:
    """The offer went between the second look and the create call: the next at once."""
    stage.fault(VAST, "status", "create", status=404, text='{"error": "no_such_ask"}')
    order = await placed(stage, under=DEAR)
    await tick(stage)
    await tick(stage)
    now = await newest(stage, order)
    assert now.state is OrderState.FIRING
    assert [each.why for each in now.tried] == [GONE]
    assert len(stage.made()) == 1


async def test_a_marketplace_that_rents_nothing_is_asked_seldom(stage: Stage) -> None:
    """Its refusal speaks of no machine: none is blamed, the order says why it waits, and ten
    minutes pass before the next try."""
    stage.fault(VAST, "rate-limit", "create", times=1000)
    order = await placed(stage, under=DEAR)
    await pass_time(stage, 300)
    now = await newest(stage, order)
    assert (now.state, now.tried) == (OrderState.WAITING, ())
    assert now.trouble
    sessions = await stage.records.sessions.recent(99)
    assert [each.state for each in sessions] == [SessionState.FAILED]
    stage.market.clear_faults()
    await until(stage, order, OrderState.DONE)


async def test_end_pressed_while_it_starts_ends_the_order(stage: Stage) -> None:
    """Whoever wants no machine gets no other one by itself."""
    order = await placed(stage, under=DEAR)
    await tick(stage)
    firing = await newest(stage, order)
    await stage.bot.control.end(firing.session_id, ADA, "end")  # type: ignore[arg-type]
    over = await until(stage, order, OrderState.CANCELLED)
    assert over.trouble == "Its machine was ended by hand while it started."
    await pass_time(stage, 300)
    assert (len(stage.made()), stage.alive()) == (1, [])


async def test_a_machine_that_ran_and_was_ended_is_not_replaced(stage: Stage) -> None:
    """Even if nobody looked between the two."""
    order = await placed(stage, under=DEAR)
    await tick(stage)
    session = await stage.session((await newest(stage, order)).session_id)
    await stage.until(session, SessionState.RUNNING)
    await stage.bot.control.end(session.id, ADA, "end")
    await stage.until(session, SessionState.ENDED)
    await pass_time(stage, 200)
    assert (await newest(stage, order)).state is OrderState.DONE
    assert len(stage.made()) == 1


async def test_a_machine_that_was_not_ready_in_time(stage: Stage) -> None:
    """The renter is asked, says nothing, and the next one comes."""
    stage.fault(VAST, "never-starts", "create")
    order = await placed(stage, under=DEAR)
    done = await until(stage, order, OrderState.DONE, within_s=6000, step=30)
    (tried,) = done.tried
    session = await stage.session(tried.session_id)
    assert session.rented.ending is not None
    assert session.rented.ending.reason is EndReason.NOT_READY
    assert tried.why == "It was not ready in time."


async def test_after_its_date_no_next_one_is_tried(stage: Stage) -> None:
    """A machine that was asked for before the date may still come; one that fails is the last."""
    stage.fault(VAST, "never-starts", "create")
    order = await placed(stage, under=DEAR)
    await tick(stage)
    firing = await newest(stage, order)
    soon = firing.with_changes(before=stage.clock.now() + timedelta(minutes=10))
    await stage.records.orders.change(firing, soon, at=stage.clock.now())
    over = await until(stage, order, OrderState.LAPSED, within_s=6000, step=30)
    assert len(over.tried) == 1
    await pass_time(stage, 300)
    assert len(stage.made()) == 1
    assert (await stage.heard()).count(("order over", "renter")) == 1
