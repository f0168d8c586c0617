"""Placing, cancelling, lapsing; and what the policy says at both moments."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.flows.order_firing import UNTOLD
from bot.flows.ordering import NO_SUCH, OVER, TOO_OLD
from bot.flows.ports import StoreDown
from bot.rules.answers import Told
from bot.rules.dates import Deadline, InDays, Weekday
from bot.rules.orders import LAPSES_AFTER, Order, OrderDraft, OrderId, OrdersPage, OrderState
from bot.rules.policy import Policy
from bot.rules.quotes import Refusal, RefusalKind
from bot.rules.renters import Renter
from tests.ordering.acting import (
    DEAR,
    MODEL,
    drafted,
    fall,
    newest,
    pass_time,
    placed,
    tick,
    until,
)
from tests.rentals.stage import ADA, GRACE, KEY, Stage

POLICY = Policy(admins=(ADA.user_id,), machines_each=9, machines_in_all=9)


async def test_the_window_states_the_most_and_what_it_costs_now(stage: Stage) -> None:
    """Nothing is placed by it."""
    draft = await drafted(stage)
    assert isinstance(draft, OrderDraft)
    assert draft.most_usd == draft.usd_per_hour * 4
    assert draft.lowest_usd_per_hour is not None
    assert draft.lowest_usd_per_hour > draft.usd_per_hour
    assert draft.before == stage.clock.now() + LAPSES_AFTER
    assert await stage.records.orders.of_team(ADA.place.team_id, 9) == ()


async def test_a_date_is_one_of_the_policys_time_zone(stage: Stage) -> None:
    stage.policies.policy = replace(POLICY, timezone="America/New_York")
    draft = await drafted(stage, before=Deadline(Weekday(4)))
    assert isinstance(draft, OrderDraft)
    assert (draft.before.weekday(), draft.before.hour) == (4, 5)
    told = await drafted(stage, before=Deadline(InDays(0)))
    assert told == Told("That date is over: write one that is still to come.")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"admins": ()}, "Nobody can rent until there is an admin"),
        ({"users": ("U0GRACE002",)}, "You are not among those who may rent."),
        ({"channels": ("C0OTHER",)}, "Renting is not allowed here"),
        ({"max_hours": 3}, "The policy allows at most 3 h: order with `for 3h`."),
        ({"max_usd_per_hour": Decimal("4.5")}, "at most $4.5/h: order with `under 4.5`."),
        ({"forbidden_gpus": (MODEL,)}, "The policy does not allow those GPUs"),
        ({"gpus": ("A100 PCIe",)}, "The policy does not allow those GPUs"),
        ({"marketplaces": ("tensordock",)}, "The policy does not allow that marketplace"),
        ({"machines_in_all": 0}, "The policy allows no machines now."),
        ({"problems": ("Line 3: bad.",)}, "The policy file is wrong"),
    ],
)
async def test_what_the_policy_forbids_is_refused_when_it_is_asked_for(
    stage: Stage, changes: dict[str, object], words: str
) -> None:
    """And again when the window is sent: the policy may have changed while it stood open."""
    draft = await drafted(stage, under=DEAR)
    assert isinstance(draft, OrderDraft)
    stage.policies.policy = replace(POLICY, **changes)  # type: ignore[arg-type]
    refused = await drafted(stage, under=DEAR)
    assert isinstance(refused, Told)
    assert words in refused.sentence
    again = await stage.bot.ordering.place(draft.id, ADA, KEY, "")
    assert isinstance(again, Told)
    assert words in again.sentence


async def test_countries_that_are_not_allowed(stage: Stage) -> None:
    stage.policies.policy = replace(POLICY, countries=("DE",), forbidden_countries=("FR",))
    for countries, refused in ((("US",), True), (("FR",), True), (("DE", "US"), False)):
        answer = await drafted(stage, under=DEAR, countries=countries)
        assert isinstance(answer, Told) is refused, countries


class Forgetful:
    """Records of people, in a database that goes away."""

    async def get(self, _team_id: str, _user_id: str) -> Renter | None:
        raise StoreDown


async def test_an_order_that_is_placed_is_told_so_though_the_key_is_not_saved(
    stage: Stage,
) -> None:
    """Told that nothing was written, its owner would order again, and rent two machines."""
    draft = await drafted(stage)
    assert isinstance(draft, OrderDraft)
    records: Any = Forgetful()
    ordering = replace(stage.bot.ordering, renters=records)
    order = await ordering.place(draft.id, ADA, KEY, "")
    assert isinstance(order, Order)
    assert await newest(stage, order) == order


async def test_placed_twice_it_is_one_order(stage: Stage) -> None:
    """Slack sends the window again: one order, one machine."""
    draft = await drafted(stage, under=DEAR)
    assert isinstance(draft, OrderDraft)
    answers = [await stage.bot.ordering.place(draft.id, ADA, KEY, "") for _ in range(2)]
    assert answers[0] == answers[1]
    await pass_time(stage, 300)
    assert len(stage.made()) == 1
    third = await stage.bot.ordering.place(draft.id, ADA, KEY, "")
    assert isinstance(third, Order)
    assert third.id == draft.id


async def test_a_window_is_its_owners(stage: Stage) -> None:
    draft = await drafted(stage)
    assert isinstance(draft, OrderDraft)
    assert await stage.bot.ordering.place(draft.id, GRACE, KEY, "") == Told(TOO_OLD)
    assert await stage.bot.ordering.place(OrderId("x"), ADA, KEY, "") == Told(TOO_OLD)


async def test_a_window_that_stood_open_past_its_date(stage: Stage) -> None:
    draft = await drafted(stage, before=Deadline(InDays(1)))
    assert isinstance(draft, OrderDraft)
    stage.clock.advance(timedelta(days=1).total_seconds())
    assert await stage.bot.ordering.place(draft.id, ADA, KEY, "") == Told(OVER)


async def test_the_key_is_saved_for_the_next_time(stage: Stage) -> None:
    await placed(stage)
    draft = await drafted(stage)
    assert isinstance(draft, OrderDraft)
    assert draft.saved_key == KEY


async def test_it_counts_against_the_limits_while_it_waits(stage: Stage) -> None:
    """For the next order and for a press alike; cancelled, it makes place."""
    stage.policies.policy = replace(POLICY, machines_each=1)
    order = await placed(stage)
    sentence = (
        "You rent 0 machines, 1 order of yours waits, and the policy allows 1 each: end or cancel"
        " one first, see `/gpu sessions` and `/gpu orders`."
    )
    assert await drafted(stage) == Told(sentence)
    card = await stage.card()
    assert await stage.bot.quoting.quote(card.id, ADA) == Refusal(RefusalKind.LIMIT, sentence)
    await stage.bot.ordering.cancel(order.id, ADA)
    assert isinstance(await drafted(stage), OrderDraft)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"users": ("U0GRACE002",)}, "You are not among those who may rent."),
        ({"forbidden_gpus": (MODEL,)}, "The policy forbids RTX 4090"),
        ({"max_usd_per_hour": Decimal("0.01")}, "the policy allows at most $0.01/h"),
        ({"max_hours": 3}, "The policy allows at most 3 h"),
        ({"machines_in_all": 0}, "The policy allows no machines now."),
        ({"problems": ("Line 3: bad.",)}, "The policy file is wrong"),
    ],
)
async def test_the_policy_is_asked_again_when_it_fires(
    stage: Stage, changes: dict[str, object], words: str
) -> None:
    """What changed meanwhile holds: nothing is rented, the order says why and goes on waiting,
    and rents when it is allowed again."""
    order = await placed(stage, under=DEAR)
    stage.policies.policy = replace(POLICY, **changes)  # type: ignore[arg-type]
    await tick(stage)
    waiting = await newest(stage, order)
    assert (waiting.state, stage.made()) == (OrderState.WAITING, [])
    assert words in waiting.trouble
    stage.policies.policy = POLICY
    done = await until(stage, order, OrderState.DONE)
    assert done.trouble == ""


async def test_too_little_credit_is_said_before_anything_is_rented(stage: Stage) -> None:
    stage.market.vast.account.credit = 0.05
    order = await placed(stage, under=DEAR)
    await tick(stage)
    waiting = await newest(stage, order)
    assert "of credit left" in waiting.trouble
    assert stage.made() == []


async def test_while_slack_takes_no_message_nothing_is_rented(stage: Stage) -> None:
    """A machine that its owner would not hear of; the order goes on when Slack is back."""
    order = await placed(stage, under=DEAR)
    stage.can_tell = False
    await pass_time(stage, 200)
    assert (stage.made(), (await newest(stage, order)).trouble) == ([], UNTOLD)
    stage.can_tell = True
    await until(stage, order, OrderState.DONE)


async def test_that_slack_took_no_message_is_said_no_longer_than_it_is_true(stage: Stage) -> None:
    """Where no machine comes meanwhile, the order's message says so too."""
    order = await placed(stage)
    stage.can_tell = False
    await pass_time(stage, 200)
    assert (await newest(stage, order)).trouble == UNTOLD
    stage.can_tell = True
    await pass_time(stage, 200)
    waiting = await newest(stage, order)
    assert (waiting.state, waiting.trouble) == (OrderState.WAITING, "")


async def test_without_a_date_it_lapses_after_seven_days(stage: Stage) -> None:
    """It is told once, in a direct message and in its thread, and rents nothing any more."""
    order = await placed(stage)
    stage.clock.advance((LAPSES_AFTER - timedelta(minutes=2)).total_seconds())
    await stage.bot.order_firing.tick()
    assert (await newest(stage, order)).state is OrderState.WAITING
    over = await until(stage, order, OrderState.LAPSED, within_s=180)
    assert over.ended_at is not None
    assert order.before <= over.ended_at < order.before + timedelta(seconds=30)
    fall(stage)
    await pass_time(stage, 200)
    assert stage.made() == []
    heard = await stage.heard()
    assert [each for each in heard if each[0] == "order over"] == [
        ("order over", "renter"),
        ("order over", "thread"),
    ]


async def test_cancelled_it_rents_nothing_any_more(stage: Stage) -> None:
    order = await placed(stage)
    told = await stage.bot.ordering.cancel(order.id, ADA)
    assert told == Told("Order 1 is cancelled: it rents nothing any more.")
    again = await stage.bot.ordering.cancel_numbered(1, ADA)
    assert again == Told("Order 1 is over already.")
    fall(stage)
    await pass_time(stage, 200)
    assert stage.made() == []


async def test_only_its_owner_and_admins_cancel_it(stage: Stage) -> None:
    order = await placed(stage, GRACE)
    stranger = replace(GRACE, user_id="U0LINUS003")
    refused = await stage.bot.ordering.cancel(order.id, stranger)
    assert refused == Told(f"Only <@{GRACE.user_id}> and the admins can cancel order 1.")
    elsewhere = replace(ADA, place=replace(ADA.place, team_id="T0OTHER"), team_id="T0OTHER")
    assert await stage.bot.ordering.cancel(order.id, elsewhere) == Told(NO_SUCH)
    assert await stage.bot.ordering.cancel_numbered(7, ADA) == Told(NO_SUCH)
    assert "is cancelled" in (await stage.bot.ordering.cancel(order.id, ADA)).sentence


async def test_cancelled_while_it_fires_it_ends_no_machine(stage: Stage) -> None:
    """The machine goes on and is ended by itself; should it fail, no next one is rented."""
    order = await placed(stage, under=DEAR)
    await tick(stage)
    session = await stage.session((await newest(stage, order)).session_id)
    told = await stage.bot.ordering.cancel(order.id, ADA)
    assert f"`/gpu session {session.id}`" in told.sentence
    await pass_time(stage, 600)
    assert [label for label, _ in stage.alive()] == [f"shopper-{session.id}"]
    assert (await newest(stage, order)).state is OrderState.CANCELLED


async def test_cancelled_at_the_last_moment_it_rents_nothing(stage: Stage) -> None:
    """Between the decision and the rental: whoever writes first has won."""
    order = await placed(stage, under=DEAR)
    market = stage.bot.order_firing.market
    found = market.refresh_offer

    async def cancels(offer, **more):
        await stage.bot.ordering.cancel(order.id, ADA)
        return await found(offer, **more)

    market.refresh_offer = cancels  # type: ignore[method-assign]
    await tick(stage)
    await pass_time(stage, 100)
    assert (stage.made(), (await newest(stage, order)).state) == ([], OrderState.CANCELLED)


async def test_lists_and_the_home_page(stage: Stage) -> None:
    """One's own, or those of everybody; Home shows what is open."""
    stage.policies.policy = replace(POLICY, admins=(GRACE.user_id,))
    mine, theirs = await placed(stage), await placed(stage, GRACE)
    page = await stage.bot.ordering.listed(ADA, everyone=True)
    own = await stage.bot.ordering.listed(ADA, everyone=False)
    assert isinstance(page, OrdersPage)
    assert isinstance(own, OrdersPage)
    assert (page.orders, page.may_act) == ((theirs, mine), frozenset({mine.id}))
    assert own.orders == (mine,)
    assert (await stage.bot.people.home(ADA)).orders == (mine,)
    await stage.bot.ordering.cancel(mine.id, ADA)
    assert (await stage.bot.people.home(ADA)).orders == ()
