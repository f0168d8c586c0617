"""Says what happens to an order: its one message, its thread, and its owner."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog

from bot.flows.order_ports import Orders
from bot.flows.ports import Outbox, Sessions
from bot.render.message import Layouts, Message
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.orders import Order, OrderId
from bot.rules.sessions import Session, SessionId
from bot.slack.errors import Cause, SlackTrouble
from bot.slack.lasting import Lasting
from bot.slack.poster import Draw, Poster
from bot.slack.standing import Standing
from providers.clock import Clock

ORDER = "order"
"""The role of an order's one message."""
_DIRECT = "D"
"""How Slack's ids of direct messages begin."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class OrderDrawing:
    """The renderers; `wiring` hands them in."""

    card: Callable[[Order, datetime, Session | None], Layouts]
    fired: Callable[[Order, Session], Layouts]
    next_one: Callable[[Order], Layouts]
    over: Callable[[Order], Layouts]


class OrderDelivery:
    """`send` raises `SlackTrouble`, and `StoreDown`."""

    def __init__(
        self,
        orders: Orders,
        sessions: Sessions,
        outbox: Outbox,
        drawing: OrderDrawing,
        poster: Poster,
        clock: Clock,
    ) -> None:
        self._orders = orders
        self._sessions = sessions
        self._outbox = outbox
        self._drawing = drawing
        self._poster = poster
        self._lasting = Lasting(outbox, poster)
        self._standing = Standing(outbox, poster)
        self._clock = clock

    async def send(self, notice: Notice) -> None:
        order = await self._orders.get(OrderId(notice.about or ""))
        if order is None:
            raise SlackTrouble(Cause.NOBODY, "it is about no order")
        draw = self._draw(notice, order)
        if (edited := notice.facts.get("edits")) is not None:
            await self._standing.edit(edited, draw)
            return
        match notice.audience:
            case Audience.CARD:
                await self._card(order, draw)
            case Audience.THREAD:
                await self._thread(notice, order, draw)
            case _:
                post = await self._poster.post_to_person(order.owner.user_id, draw)
                await self._standing.keep(notice, post)

    async def _card(self, order: Order, draw: Draw) -> None:
        """Where it was placed; to its owner where the bot may not write."""
        anew = partial(self._poster.post_for, order.owner, draw)
        await self._lasting.say(order.id, ORDER, draw, anew)

    async def _thread(self, notice: Notice, order: Order, draw: Draw) -> None:
        """The owner is told in a direct message besides: not twice there."""
        card = await self._outbox.post(order.id, ORDER)
        if card is not None and not card.channel.startswith(_DIRECT):
            post = await self._poster.post_under(card, draw)
            if post is not None:
                await self._standing.keep(notice, post)

    # --- what is said ---

    def _draw(self, notice: Notice, known: Order) -> Draw:
        async def draw() -> Layouts:
            order = await self._orders.get(known.id) or known
            session_id = notice.facts.get("session") or order.session_id
            session = None
            if session_id is not None:
                session = await self._sessions.get(SessionId(session_id))
            try:
                return self._drawn(notice, order, session)
            except Exception:  # noqa: BLE001  the bare news is told instead, and it is logged
                _log.exception("an order cannot be drawn")
                return Layouts(Message(_bare(notice, order)))

        return draw

    def _drawn(self, notice: Notice, order: Order, session: Session | None) -> Layouts:
        match notice.kind:
            case NoticeKind.ORDER_FIRED if session is not None:
                return self._drawing.fired(order, session)
            case NoticeKind.ORDER_NEXT:
                count = int(notice.facts["tried"])
                return self._drawing.next_one(order.with_changes(tried=order.tried[:count]))
            case NoticeKind.ORDER_OVER:
                return self._drawing.over(order)
            case _:
                return self._drawing.card(order, self._clock.now(), session)


def _bare(notice: Notice, order: Order) -> str:
    return (
        f"News of order {order.number}: {notice.kind}. It could not be drawn; the log says why."
        f" `/gpu orders` lists it, `/gpu cancel {order.number}` cancels it."
    )
