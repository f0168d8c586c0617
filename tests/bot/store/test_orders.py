import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import update

from bot.flows import order_notices
from bot.flows.ports import Conflict, InUse, TooMany
from bot.rules.notices import Notice, Post
from bot.rules.orders import Firing, Order, OrderDraft, OrderId, OrderState, Tried
from bot.rules.places import Asker, Place
from bot.rules.sessions import Session, SessionId, SessionState
from bot.store import (
    Database,
    StoredOrderDrafts,
    StoredOrders,
    StoredOutbox,
    StoredSessions,
)
from bot.store.tables import orders as table
from providers.models import OfferQuery, ProviderName
from tests.bot.store.samples import ADA, BOB, NOW, PRESS, after, pressed, session

UNTIL = after(minutes=5)
LATER = timedelta(seconds=30)


def an_order(number: int = 1, **changes: object) -> Order:
    found = Order(
        id=OrderId(f"test-order{number:05d}"),
        number=0,
        owner=ADA,
        query=OfferQuery(gpus=("RTX 4090",), max_usd_per_hour=Decimal("0.35"), min_hours=4.0),
        text="4090 under 0.35 for 4h",
        hours=Decimal(4),
        usd_per_hour=Decimal("0.35"),
        before=after(days=7),
        created_at=NOW,
        ssh_public_key="ssh-ed25519 AAAA",
    )
    return replace(found, **changes)  # type: ignore[arg-type]


TRIED = Tried(
    ProviderName("vastai"),
    "RTX 4090",
    SessionId("test-1"),
    NOW,
    "Not ready.",
    "m-1",
    Decimal("0.1"),
)


async def place(database: Database, *new: Order, each: int = 99, in_all: int = 99) -> list[Order]:
    store = StoredOrders(database)
    return [
        await store.place(order, [order_notices.card(order)], most_each=each, most_in_all=in_all)
        for order in new
    ]


async def live(database: Database, number: int, who: Asker = ADA) -> Session:
    """A session that is renting."""
    store, card = StoredSessions(database), session(number)
    await store.open([card])
    return await store.begin(card, pressed(card, who), PRESS, [], most_each=99, most_in_all=99)


async def said(database: Database) -> list[Notice]:
    pending = await StoredOutbox(database).claim(after(hours=1), after(hours=2), 99)
    return [each.notice for each in pending]


def numbers(found: Sequence[Order]) -> list[int]:
    return [each.number for each in found]


async def test_an_order_comes_back_as_it_was(database: Database) -> None:
    """Every value survives the database; its card waits in the outbox with it."""
    odd = an_order(
        tried=(TRIED,),
        trouble="No credit.",
        note="training",
        image="ubuntu",
        hours=Decimal("0.25"),
    )
    (placed,) = await place(database, odd)
    store = StoredOrders(database)
    assert placed == replace(odd, number=1)
    assert await store.get(odd.id) == placed
    assert await store.numbered("T1", 1) == placed
    assert await store.numbered("T2", 1) is None
    assert await store.get(OrderId("test-unknown")) is None
    assert await said(database) == [order_notices.card(odd)]


async def test_placed_again_it_is_the_same_order(database: Database) -> None:
    """However often its window is sent: one number, one place, one card."""
    first, again = await place(database, an_order(), an_order(note="again"), each=1)
    assert again == first
    assert len(await said(database)) == 1


async def test_it_is_listed_open_ones_first_the_newest_first(database: Database) -> None:
    elsewhere = Asker("U1", Place("T2", "C1"))
    one, two, three, four = await place(
        database, an_order(4), an_order(3), an_order(2, owner=BOB), an_order(1, owner=elsewhere)
    )
    store = StoredOrders(database)
    over = two.with_changes(state=OrderState.DONE, ended_at=NOW)
    await store.change(two, over, at=NOW)
    assert (numbers([one, two, three]), four.number) == ([1, 2, 3], 1)
    assert numbers(await store.of_person("T1", "U1", 9)) == [1, 2]
    assert numbers(await store.of_team("T1", 9)) == [3, 1, 2]
    assert numbers(await store.of_team("T1", 1)) == [3]


async def test_limits_count_machines_and_orders_together(database: Database) -> None:
    """Of the owner and of everybody; one that is over holds no place."""
    await live(database, 1)
    (first,) = await place(database, an_order(1), each=2)
    with pytest.raises(TooMany) as each:
        await place(database, an_order(2), each=2)
    assert each.value.in_use == InUse(2, 2, orders=1, orders_in_all=1)
    with pytest.raises(TooMany) as in_all:
        await place(database, an_order(2, owner=BOB), in_all=2)
    assert in_all.value.in_use == InUse(0, 2, orders=0, orders_in_all=1)
    lapsed = first.with_changes(state=OrderState.LAPSED, ended_at=NOW)
    await StoredOrders(database).change(first, lapsed, at=NOW)
    assert numbers(await place(database, an_order(2), each=2)) == [2]


async def test_an_order_takes_the_place_of_a_machine(database: Database) -> None:
    """Who presses Rent meets it at the last moment."""
    await place(database, an_order())
    store, card = StoredSessions(database), session(1)
    await store.open([card])
    with pytest.raises(TooMany) as full:
        await store.begin(card, pressed(card), PRESS, [], most_each=1, most_in_all=9)
    assert full.value.in_use == InUse(1, 1, orders=1, orders_in_all=1)
    assert await store.get(card.id) == card


async def test_the_last_place_is_taken_once(database: Database, other: Database) -> None:
    """By an order or by a machine, in two processes at the same moment."""
    store, card = StoredSessions(other), session(1)
    await store.open([card])
    met = await asyncio.gather(
        place(database, an_order(), each=1),
        store.begin(card, pressed(card), PRESS, [], most_each=1, most_in_all=9),
        return_exceptions=True,
    )
    assert sum(isinstance(each, TooMany) for each in met) == 1


async def fire(database: Database, order: Order, number: int = 1) -> Session:
    store, card = StoredSessions(database), session(number)
    await store.open([card])
    firing = order.with_changes(state=OrderState.FIRING, session_id=card.id)
    return await store.begin(
        card,
        pressed(card),
        PRESS,
        order_notices.fired(firing, card.id),
        most_each=1,
        most_in_all=1,
        firing=Firing(order, firing, UNTIL),
    )


async def test_fired_it_uses_its_own_place(database: Database) -> None:
    """And names its session, which is counted from then on in its stead."""
    (order,) = await place(database, an_order())
    begun = await fire(database, order)
    assert await StoredOrders(database).get(order.id) == order.with_changes(
        state=OrderState.FIRING, session_id=begun.id, version=1
    )
    in_use = await StoredSessions(database).in_use("T1", "U1")
    assert in_use == InUse(1, 1, orders=0, orders_in_all=0)


async def test_when_its_machine_is_over_it_holds_a_place_again(database: Database) -> None:
    (order,) = await place(database, an_order())
    begun = await fire(database, order)
    failed = begun.to(SessionState.FAILED)
    await StoredSessions(database).change(begun, failed, PRESS)
    in_use = await StoredSessions(database).in_use("T1", "U1")
    assert in_use == InUse(1, 1, orders=1, orders_in_all=1)


async def test_an_order_that_changed_meanwhile_rents_nothing(database: Database) -> None:
    """Cancelled, or fired by another process: neither the session nor a word is written."""
    (order,) = await place(database, an_order())
    cancelled = order.with_changes(state=OrderState.CANCELLED, ended_at=NOW)
    await StoredOrders(database).change(order, cancelled, at=NOW)
    await said(database)
    with pytest.raises(Conflict):
        await fire(database, order)
    found = await StoredSessions(database).get(session(1).id)
    assert found is not None
    assert found.state is SessionState.OFFERED
    assert await said(database) == []


async def test_two_processes_fire_it_once(database: Database, other: Database) -> None:
    (order,) = await place(database, an_order())
    met = await asyncio.gather(
        fire(database, order, 1), fire(other, order, 2), return_exceptions=True
    )
    assert sum(isinstance(each, Conflict | TooMany) for each in met) == 1
    live_ones = await StoredSessions(database).live()
    assert len(live_ones) == 1


async def test_due_orders_are_claimed_once(database: Database, other: Database) -> None:
    """The oldest first; whoever died over one leaves it to the next when its claim has run out;
    one that is over is never due."""
    await place(database, an_order(2, created_at=after(seconds=1)), an_order(1), an_order(3))
    store, second = StoredOrders(database), StoredOrders(other)
    over = await store.get(OrderId("test-order00003"))
    assert over is not None
    await store.change(over, over.with_changes(state=OrderState.DONE), at=NOW)
    now = after(seconds=2)
    claims = await asyncio.gather(store.claim_due(now, UNTIL, 9), second.claim_due(now, UNTIL, 9))
    assert sorted(map(numbers, claims)) == [[], [2, 1]]
    assert await store.claim_due(UNTIL - LATER, UNTIL, 9) == ()
    assert numbers(await store.claim_due(UNTIL, UNTIL + LATER, 9)) == [2, 1]
    await store.look_again([OrderId("test-order00002")], UNTIL)
    assert numbers(await store.claim_due(UNTIL, UNTIL + LATER, 9)) == [1]


async def test_a_clock_that_was_wrong_delays_nothing(database: Database) -> None:
    await place(database, an_order())
    store = StoredOrders(database)
    await store.look_again([OrderId("test-order00001")], after(days=300))
    assert numbers(await store.claim_due(NOW, UNTIL, 9)) == [1]


async def test_a_change_of_what_is_no_longer_newest_is_refused(database: Database) -> None:
    (order,) = await place(database, an_order())
    store = StoredOrders(database)
    changed = await store.change(order, order.with_changes(trouble="One."), at=NOW)
    with pytest.raises(Conflict):
        await store.change(order, order.with_changes(trouble="Two."), at=NOW)
    assert await store.get(order.id) == changed == replace(order, trouble="One.", version=1)


async def test_only_what_waits_is_asked(database: Database) -> None:
    """Each question once."""
    first, _, third = await place(
        database, an_order(1), an_order(2), an_order(3, query=OfferQuery(gpus=("A100",)))
    )
    store = StoredOrders(database)
    assert set(await store.asked()) == {first.query, third.query}
    await store.change(third, third.with_changes(state=OrderState.CANCELLED), at=NOW)
    assert await store.asked() == (first.query,)


async def test_an_unreadable_row_costs_no_other_one_its_look(database: Database) -> None:
    """It is told by its id, and keeps its place."""
    told: list[str] = []
    await place(database, an_order(1), an_order(2))
    broken = update(table).where(table.c.number == 1).values(order="{}")
    async with database.writing() as connection:
        await connection.execute(broken)
    store = StoredOrders(database, lambda an_id, _error: told.append(an_id))
    assert numbers(await store.claim_due(NOW, UNTIL, 9)) == [2]
    assert told == ["test-order00001"]
    assert (await StoredSessions(database).in_use("T1", "U1")).orders == 2


async def test_a_draft_is_kept_until_it_is_swept(database: Database) -> None:
    store = StoredOrderDrafts(database)
    order = an_order()
    draft = OrderDraft(
        order.id, ADA, order.query, order.text, order.hours, order.usd_per_hour, order.before, None
    )
    await store.save(draft, NOW)
    assert await store.get(draft.id) == draft
    assert await store.sweep(NOW) == 0
    assert await store.sweep(after(seconds=1)) == 1
    assert await store.get(draft.id) is None


async def test_the_message_of_an_open_order_is_never_forgotten(database: Database) -> None:
    """It is edited as long as the order waits; afterwards it goes with what was said."""
    (order,) = await place(database, an_order())
    outbox = StoredOutbox(database)
    for pending in await outbox.claim(NOW, UNTIL, 9):
        await outbox.sent(pending)
    await outbox.posted(order.id, "order", Post("C1", "1.1"))
    assert (await outbox.sweep(after(days=9)), await outbox.forget_posts()) == (0, 0)
    done = order.with_changes(state=OrderState.DONE)
    await StoredOrders(database).change(order, done, at=NOW)
    assert (await outbox.sweep(after(days=9)), await outbox.forget_posts()) == (1, 1)


async def test_what_was_said_of_a_filled_order_is_kept_while_its_machine_lives(
    database: Database,
) -> None:
    """It is edited as the machine ends, however long that takes."""
    sessions, outbox = StoredSessions(database), StoredOutbox(database)
    (order,) = await place(database, an_order())
    begun = await fire(database, order)
    firing = await StoredOrders(database).get(order.id)
    assert firing is not None
    done = firing.with_changes(state=OrderState.DONE, ended_at=NOW)
    await StoredOrders(database).change(firing, done, at=NOW)
    await outbox.posted(order.id, "order", Post("C1", "1.1"))
    while pending := await outbox.claim(after(hours=1), after(hours=2), 99):
        for each in pending:
            await outbox.sent(each)
    assert (await outbox.sweep(after(days=9)), await outbox.forget_posts()) == (0, 0)
    ending = await sessions.change(begun, begun.to(SessionState.ENDING), PRESS)
    await sessions.change(ending, ending.to(SessionState.ENDED), PRESS)
    assert (await outbox.sweep(after(days=9)), await outbox.forget_posts()) == (3, 1)
