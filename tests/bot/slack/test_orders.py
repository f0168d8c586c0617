"""What is said of an order: its one message, its thread, its owner, and where it cannot be."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.rules.notices import Audience, NoticeKind
from bot.rules.orders import Order, OrderId, OrderState, Tried
from bot.rules.places import Asker, Place
from bot.rules.sessions import SessionId
from bot.slack.notify import Notifier
from providers.models import OfferQuery, ProviderName
from tests.bot.slack.newsroom import NOW, Newsroom, open_newsroom

Stage = tuple[Newsroom, Notifier]
POST, EDIT = "chat.postMessage", "chat.update"


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with open_newsroom() as opened:
        yield opened


def place(room: Newsroom, channel: str = "general") -> Order:
    where = Place(room.slack.team_id, room.slack.channel(channel).id if channel else "")
    order = Order(
        id=OrderId("k3f9-order23456"),
        number=3,
        owner=Asker(room.slack.user("ada").id, where),
        query=OfferQuery(),
        text="4090 under 0.35",
        hours=Decimal(4),
        usd_per_hour=Decimal("0.35"),
        before=NOW + timedelta(days=7),
        created_at=NOW,
        ssh_public_key="ssh-ed25519 AAAA",
    )
    room.orders.kept[order.id] = order
    return order


def change(room: Newsroom, order: Order, **changes: object) -> None:
    room.orders.kept[order.id] = room.orders.kept[order.id].with_changes(**changes)


async def card(room: Newsroom, order: Order) -> None:
    await room.tell(NoticeKind.ORDER, Audience.CARD, order.id)


async def told(room: Newsroom, order: Order, kind: NoticeKind, **facts: str) -> None:
    for audience in (Audience.THREAD, Audience.RENTER):
        await room.tell(kind, audience, order.id, facts=facts)


async def all_said(notifier: Notifier) -> None:
    while await notifier.tick():
        pass


async def test_its_message_is_edited_as_it_moves(stage: Stage) -> None:
    """One message in the channel, whatever happens to the order."""
    room, notifier = stage
    order = place(room)
    await card(room, order)
    await all_said(notifier)
    change(room, order, state=OrderState.DONE)
    await card(room, order)
    await all_said(notifier)
    (message,) = room.said("general")
    assert (message.text, bool(message.edited)) == ("order 3 is done", True)


async def test_news_stand_in_its_thread_and_come_to_its_owner(stage: Stage) -> None:
    """Each as it was then: a second machine that failed does not change what is said of the
    first."""
    room, notifier = stage
    order, session = place(room), room.rent()
    await card(room, order)
    await told(room, order, NoticeKind.ORDER_FIRED, session=session.id)
    await told(room, order, NoticeKind.ORDER_NEXT, tried="1")
    await told(room, order, NoticeKind.ORDER_OVER)
    seller = ProviderName("vastai")
    tried = [Tried(seller, name, SessionId("x"), NOW, "No.") for name in ("one", "two")]
    change(room, order, state=OrderState.LAPSED, tried=tuple(tried))
    await all_said(notifier)
    said = [f"order 3 rents {session.id}", "order 3 tried one", "order 3 is over: lapsed"]
    first, *others = room.said("general")
    assert [each.text for each in others] == said
    assert {each.thread_ts for each in others} == {first.ts}
    assert room.texts("@ada") == said


@pytest.mark.parametrize("channel", ["random", ""])
async def test_where_the_bot_may_not_write_its_owner_is_told_once(
    stage: Stage, channel: str
) -> None:
    room, notifier = stage
    order, session = place(room, channel), room.rent()
    await card(room, order)
    await told(room, order, NoticeKind.ORDER_FIRED, session=session.id)
    await all_said(notifier)
    assert room.texts("@ada") == ["order 3 is waiting", f"order 3 rents {session.id}"]
    assert {row.fate for row in room.outbox.rows.values()} == {"sent"}


@pytest.mark.parametrize("word", ["message_not_found", "not_in_channel", "channel_not_found"])
async def test_a_message_that_cannot_be_edited_is_said_anew(stage: Stage, word: str) -> None:
    room, notifier = stage
    order = place(room)
    await card(room, order)
    await all_said(notifier)
    change(room, order, state=OrderState.CANCELLED)
    await card(room, order)
    room.slack.faults.error(EDIT, word)
    await all_said(notifier)
    assert room.texts("general")[-1] == "order 3 is cancelled"


async def test_an_order_without_a_record_is_dropped(stage: Stage) -> None:
    room, notifier = stage
    order = place(room)
    await card(room, order)
    room.orders.kept.clear()
    await all_said(notifier)
    assert [row.fate for row in room.outbox.rows.values()] == ["dropped"]


async def test_what_cannot_be_drawn_is_told_barely(stage: Stage) -> None:
    room, notifier = stage
    order = place(room)
    room.pen.defect = ValueError("a defect")
    await card(room, order)
    await all_said(notifier)
    assert "`/gpu cancel 3` cancels it" in room.texts("general")[0]
