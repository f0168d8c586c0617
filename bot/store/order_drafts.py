"""What stands in the windows of orders, until it is placed."""

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import delete, select

from bot.rules.orders import OrderDraft, OrderId
from bot.store.database import Database
from bot.store.statements import replace_row
from bot.store.tables import order_drafts

_DRAFT = TypeAdapter(OrderDraft)


class StoredOrderDrafts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, draft: OrderDraft, now: datetime) -> None:
        values = {
            "id": draft.id,
            "drafted_at": now,
            "draft": _DRAFT.dump_json(draft).decode(),
        }
        async with self._database.writing() as connection:
            await replace_row(connection, order_drafts, values)

    async def get(self, order_id: OrderId) -> OrderDraft | None:
        wanted = select(order_drafts.c.draft).where(order_drafts.c.id == order_id)
        async with self._database.reading() as connection:
            text = (await connection.execute(wanted)).scalar_one_or_none()
        return None if text is None else _DRAFT.validate_json(text)

    async def sweep(self, drafted_before: datetime) -> int:
        old = delete(order_drafts).where(order_drafts.c.drafted_at < drafted_before)
        async with self._database.writing() as connection:
            return int((await connection.execute(old)).rowcount)
