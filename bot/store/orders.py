"""Standing orders in the database. While one waits it holds a place among the machines."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.ports import TooMany
from bot.rules.notices import Notice
from bot.rules.orders import Order, OrderId
from bot.store import order_rows
from bot.store.database import Database
from bot.store.machine_places import in_use, lock_places
from bot.store.outbox import put_notices
from bot.store.statements import inserted, inserting, take_rows
from bot.store.tables import order_numbers, orders
from providers.models import OfferQuery

_LATEST_DUE = timedelta(hours=2)
"""No order is ever due as late as that: a clock was wrong."""
_columns = orders.c


class StoredOrders:
    def __init__(
        self,
        database: Database,
        on_unreadable: Callable[[str, Exception], None] = lambda _id, _error: None,
    ) -> None:
        """A row that cannot be read is told by its id, and costs no other one its look. It keeps
        its place among the machines."""
        self._database = database
        self._on_unreadable = on_unreadable

    async def place(
        self, order: Order, notices: Sequence[Notice], *, most_each: int, most_in_all: int
    ) -> Order:
        owner = order.owner
        team_id = owner.place.team_id
        async with self._database.writing() as connection:
            await lock_places(connection)
            known = await self._one(connection, select(orders).where(_columns.id == order.id))
            if known is not None:
                return known
            before = await in_use(connection, team_id, owner.user_id)
            if before.by_renter >= most_each or before.in_all >= most_in_all:
                raise TooMany(before)
            placed = replace(order, number=await _next_number(connection, team_id))
            await inserted(connection, orders, order_rows.columns(placed))
            await put_notices(connection, notices, order.created_at)
        return placed

    async def get(self, order_id: OrderId) -> Order | None:
        async with self._database.reading() as connection:
            return await self._one(connection, select(orders).where(_columns.id == order_id))

    async def numbered(self, team_id: str, number: int) -> Order | None:
        of_team = select(orders).where(_columns.team_id == team_id)
        async with self._database.reading() as connection:
            return await self._one(connection, of_team.where(_columns.number == number))

    async def of_person(self, team_id: str, user_id: str, limit: int) -> tuple[Order, ...]:
        of_team = select(orders).where(_columns.team_id == team_id)
        return await self._listed(of_team.where(_columns.user_id == user_id), limit)

    async def of_team(self, team_id: str, limit: int) -> tuple[Order, ...]:
        return await self._listed(select(orders).where(_columns.team_id == team_id), limit)

    async def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[Order, ...]:
        due = (
            select(orders)
            .where(_columns.is_open)
            .where(or_(_columns.due_at <= now, _columns.due_at > now + _LATEST_DUE))
            .order_by(_columns.due_at, _columns.number)
            .limit(limit)
        )
        async with self._database.writing() as connection:
            rows = await take_rows(connection, orders, due, {"due_at": until})
        found = self._readable(rows)
        return tuple(sorted(found, key=lambda order: (order.created_at, order.id)))

    async def change(
        self,
        old: Order,
        new: Order,
        notices: Sequence[Notice] = (),
        *,
        at: datetime,
        due: datetime | None = None,
    ) -> Order:
        async with self._database.writing() as connection:
            changed = await order_rows.write(connection, old, new, due)
            await put_notices(connection, notices, at)
        return changed

    async def look_again(self, order_ids: Sequence[OrderId], at: datetime) -> None:
        if not order_ids:
            return
        async with self._database.writing() as connection:
            await connection.execute(
                update(orders).where(_columns.id.in_(order_ids)).values(due_at=at)
            )

    async def asked(self) -> tuple[OfferQuery, ...]:
        waiting = select(orders).where(_columns.is_open).where(_columns.session_id.is_(None))
        async with self._database.reading() as connection:
            rows = (await connection.execute(waiting)).all()
        return tuple(dict.fromkeys(order.query for order in self._readable(rows)))

    async def _one(self, connection: AsyncConnection, statement: Select[Any]) -> Order | None:
        row = (await connection.execute(statement)).one_or_none()
        return None if row is None else order_rows.order(row)

    async def _listed(self, of: Select[Any], limit: int) -> tuple[Order, ...]:
        newest = of.order_by(_columns.is_open.desc(), _columns.number.desc()).limit(limit)
        async with self._database.reading() as connection:
            rows = (await connection.execute(newest)).all()
        return tuple(self._readable(rows))

    def _readable(self, rows: Sequence[Row[Any]]) -> list[Order]:
        found: list[Order] = []
        for row in rows:
            try:
                found.append(order_rows.order(row))
            except ValueError as error:
                self._on_unreadable(str(row.id), error)
        return found


async def _next_number(connection: AsyncConnection, team_id: str) -> int:
    """Never used again. Whoever calls holds the lock of the places."""
    first = inserting(connection, order_numbers).values(team_id=team_id, last=0)
    await connection.execute(first.on_conflict_do_nothing())
    taken = (
        update(order_numbers)
        .where(order_numbers.c.team_id == team_id)
        .values(last=order_numbers.c.last + 1)
        .returning(order_numbers.c.last)
    )
    return int((await connection.execute(taken)).scalar_one())
