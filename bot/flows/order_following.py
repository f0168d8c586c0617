"""After an order asked for a machine: it runs, or the next one is looked for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flows import order_notices
from bot.flows.looking import NOT_FOUND
from bot.flows.order_ports import Orders
from bot.flows.ports import Conflict, Sessions
from bot.flows.quoting import GONE
from bot.rules.notices import Notice
from bot.rules.orders import Order, OrderState, Tried, host_of, in_words
from bot.rules.rentals import EndReason
from bot.rules.sessions import Session, SessionState
from providers.clock import Clock

FOLLOWED_EVERY = timedelta(seconds=5)
AGAIN_AFTER = timedelta(minutes=10)
"""A marketplace refused to rent at all: its next machine would be refused too."""
ENDED_BY_HAND = "Its machine was ended by hand while it started."
_WHY = {
    EndReason.NOT_READY: "It was not ready in time.",
    EndReason.START_FAILED: "It failed while it started.",
    EndReason.CAME_STOPPED: "It came stopped.",
    EndReason.NOT_AS_AGREED: "It was not the machine that was offered.",
    EndReason.LOST: "The marketplace showed it no more.",
    EndReason.TIME_UP: "Its time was up before it was ready.",
}
_OF_THE_MACHINE = frozenset({GONE, NOT_FOUND})
"""Why nothing was made, where another machine may well be."""


@dataclass(frozen=True, slots=True)
class Following:
    orders: Orders
    sessions: Sessions
    clock: Clock

    async def follow(self, order: Order, *, refused_machine: bool = False) -> None:
        """`refused_machine`: nothing was made, and that speaks of this machine alone. Changed
        meanwhile, it is looked at again."""
        session = None
        if order.session_id is not None:
            session = await self.sessions.get(order.session_id)
        now = self.clock.now()
        if session is None:
            found = order.with_changes(state=OrderState.WAITING, session_id=None)
            await self._write(order, found, now, due=now)
        elif session.rented.ready_at is not None:
            done = order.with_changes(state=OrderState.DONE, ended_at=now)
            await self._write(order, done, now)
        elif _ended_by_hand(session):
            cancelled = order.with_changes(
                state=OrderState.CANCELLED, ended_at=now, trouble=ENDED_BY_HAND
            )
            await self._write(order, cancelled, now, over=True)
        elif not session.is_live or (session.state is SessionState.ENDING and order.before <= now):
            await self._failed(order, session, now, refused_machine=refused_machine)
        else:
            await self.orders.look_again([order.id], now + FOLLOWED_EVERY)

    async def lapse(self, order: Order) -> None:
        now = self.clock.now()
        lapsed = order.with_changes(state=OrderState.LAPSED, ended_at=now, session_id=None)
        await self._write(order, lapsed, now, over=True)

    async def _failed(
        self, order: Order, session: Session, now: datetime, *, refused_machine: bool
    ) -> None:
        """It is gone, so that what it cost is known and its place is free."""
        rental = session.rented
        is_refusal = session.state is SessionState.FAILED and not refused_machine
        if is_refusal and rental.failure not in _OF_THE_MACHINE:
            waits = order.with_changes(
                state=OrderState.WAITING, session_id=None, trouble=rental.failure
            )
            await self._write(order, waits, now, due=now + AGAIN_AFTER)
            return
        tried = (*order.tried, _tried(session, now))
        waits = order.with_changes(
            state=OrderState.WAITING, session_id=None, tried=tried, trouble=""
        )
        if order.before <= now or waits.left_usd_per_hour <= 0:
            lapsed = waits.with_changes(state=OrderState.LAPSED, ended_at=now)
            await self._write(order, lapsed, now, over=True)
            return
        await self._write(order, waits, now, due=now, tries_next=True)

    async def _write(
        self,
        old: Order,
        new: Order,
        now: datetime,
        *,
        due: datetime | None = None,
        over: bool = False,
        tries_next: bool = False,
    ) -> None:
        notices: tuple[Notice, ...] = (order_notices.card(new),)
        if over:
            notices = order_notices.over(new)
        elif tries_next:
            notices = order_notices.tries_next(new)
        try:
            await self.orders.change(old, new, notices, at=now, due=due)
        except Conflict:
            await self.orders.look_again([old.id], now)


def _ended_by_hand(session: Session) -> bool:
    ending = session.rented.ending
    return ending is not None and ending.reason is EndReason.ASKED


def _tried(session: Session, now: datetime) -> Tried:
    rental, offer = session.rented, session.offer
    ended = None if rental.ending is None else _WHY.get(rental.ending.reason)
    return Tried(
        provider=offer.provider,
        machine=in_words(offer),
        session_id=session.id,
        at=now,
        why=ended or rental.failure or "It did not start.",
        host=host_of(offer),
        cost_usd=rental.cost_until(now),
    )
