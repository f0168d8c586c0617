"""Orders as rows: the whole value as JSON, beside the columns that are looked for."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.ports import Conflict
from bot.rules.orders import Order
from bot.store.tables import orders
from providers.models import OfferQuery

_ORDER = TypeAdapter(Order)


def columns(order: Order) -> dict[str, Any]:
    return {
        "id": order.id,
        "team_id": order.owner.place.team_id,
        "number": order.number,
        "user_id": order.owner.user_id,
        "due_at": order.created_at,
        **_moving(order),
    }


def order(row: Row[Any]) -> Order:
    """Raises `ValueError` for what another version of the program wrote."""
    return replace(_ORDER.validate_json(row.order), version=row.version)


def query(order_json: str) -> OfferQuery:
    return _ORDER.validate_json(order_json).query


async def write(
    connection: AsyncConnection, old: Order, new: Order, due: datetime | None = None
) -> Order:
    """In the caller's transaction. Raises `Conflict`."""
    changed = replace(new, version=old.version + 1)
    values = _moving(changed) | ({} if due is None else {"due_at": due})
    newest = (
        update(orders)
        .where(orders.c.id == old.id)
        .where(orders.c.version == old.version)
        .values(values)
    )
    if not (await connection.execute(newest)).rowcount:
        raise Conflict
    return changed


def _moving(order: Order) -> dict[str, Any]:
    return {
        "is_open": order.is_open,
        "session_id": order.session_id,
        "version": order.version,
        "order": _ORDER.dump_json(order, exclude={"version"}).decode(),
    }
