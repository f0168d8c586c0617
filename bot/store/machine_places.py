"""Places of machines: taken by live sessions, and by orders that wait."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.ports import InUse
from bot.rules.orders import OrderId
from bot.rules.sessions import LIVE, SessionState
from bot.store.tables import locks, orders, sessions

LIVE_SESSIONS = sessions.c.state.in_(sorted(state.value for state in LIVE))
_PLACES = select(locks.c.name).where(locks.c.name == "rentals")
"""Who holds this row counts and takes a place; on SQLite the whole transaction is the lock."""


async def lock_places(connection: AsyncConnection) -> None:
    await connection.execute(_PLACES.with_for_update())


async def in_use(
    connection: AsyncConnection, team_id: str, user_id: str, but: OrderId | None = None
) -> InUse:
    """An order whose machine is counted takes no place beside it. `but`: an order that is about
    to use its own place."""
    theirs = (sessions.c.renter_team_id == team_id) & (sessions.c.renter_user_id == user_id)
    being_ended = theirs & (sessions.c.state == SessionState.ENDING.value)
    ending = func.coalesce(func.sum(case((being_ended, 1), else_=0)), 0)
    rented = _counted(theirs).add_columns(ending).where(LIVE_SESSIONS)
    machines, in_all, ended = (await connection.execute(rented)).one()
    live = select(sessions.c.id).where(LIVE_SESSIONS)
    own = (orders.c.team_id == team_id) & (orders.c.user_id == user_id)
    waiting = (
        _counted(own)
        .where(orders.c.is_open)
        .where(orders.c.session_id.is_(None) | orders.c.session_id.not_in(live))
    )
    if but is not None:
        waiting = waiting.where(orders.c.id != but)
    ordered, ordered_in_all = (await connection.execute(waiting)).one()
    return InUse(
        by_renter=int(machines) + int(ordered),
        in_all=int(in_all) + int(ordered_in_all),
        orders=int(ordered),
        orders_in_all=int(ordered_in_all),
        ending=int(ended),
    )


def _counted(theirs: ColumnElement[bool]) -> Select[Any]:
    return select(func.coalesce(func.sum(case((theirs, 1), else_=0)), 0), func.count())
