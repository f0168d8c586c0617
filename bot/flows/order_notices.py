"""What is said about an order: its own message, and news in its thread and to its owner."""

from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.orders import Order
from bot.rules.sessions import SessionId


def card(order: Order) -> Notice:
    return Notice(NoticeKind.ORDER, Audience.CARD, f"order:{order.id}", order.id)


def fired(order: Order, session_id: SessionId) -> tuple[Notice, ...]:
    return _to_both(order, NoticeKind.ORDER_FIRED, session_id, session=session_id)


def tries_next(order: Order) -> tuple[Notice, ...]:
    """After the last of `tried`."""
    count = str(len(order.tried))
    return _to_both(order, NoticeKind.ORDER_NEXT, count, tried=count)


def over(order: Order) -> tuple[Notice, ...]:
    return _to_both(order, NoticeKind.ORDER_OVER, order.state)


def _to_both(order: Order, kind: NoticeKind, at: str, **facts: str) -> tuple[Notice, ...]:
    key = f"{order.id}:{kind}:{at}"
    beside = (Audience.RENTER,)
    return (
        card(order),
        Notice(kind, Audience.THREAD, f"{key}:thread", order.id, facts, beside=beside),
        Notice(kind, Audience.RENTER, f"{key}:renter", order.id, facts),
    )
