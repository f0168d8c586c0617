"""What is said about an order: its own message, and news in its thread and to its owner."""

from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.orders import Order, OrderId
from bot.rules.sessions import SessionId


def card(order: Order) -> Notice:
    return _card(order.id)


def fired(order: Order, session_id: SessionId) -> tuple[Notice, ...]:
    return told_of(order.id, session_id)


def told_of(order_id: OrderId, session_id: SessionId) -> tuple[Notice, ...]:
    """All that tells what the order rented, its own message first."""
    return _to_both(order_id, NoticeKind.ORDER_FIRED, session_id, session=session_id)


def tries_next(order: Order) -> tuple[Notice, ...]:
    """After the last of `tried`."""
    count = str(len(order.tried))
    return _to_both(order.id, NoticeKind.ORDER_NEXT, count, tried=count)


def over(order: Order) -> tuple[Notice, ...]:
    return _to_both(order.id, NoticeKind.ORDER_OVER, order.state)


def _card(order_id: OrderId) -> Notice:
    return Notice(NoticeKind.ORDER, Audience.CARD, f"order:{order_id}", order_id)


def _to_both(order_id: OrderId, kind: NoticeKind, at: str, **facts: str) -> tuple[Notice, ...]:
    key = f"{order_id}:{kind}:{at}"
    beside = (Audience.RENTER,)
    return (
        _card(order_id),
        Notice(kind, Audience.THREAD, f"{key}:thread", order_id, facts, beside=beside),
        Notice(kind, Audience.RENTER, f"{key}:renter", order_id, facts),
    )
