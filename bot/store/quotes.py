"""What stood in Rent windows. A quote is one JSON: it is written once and read once or twice."""

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import delete, select

from bot.rules.quotes import Quote, QuoteId
from bot.store.database import Database
from bot.store.statements import replace_row
from bot.store.tables import quotes

_QUOTE = TypeAdapter(Quote)


class StoredQuotes:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, quote: Quote) -> None:
        values = {
            "id": quote.id,
            "quoted_at": quote.quoted_at,
            "quote": _QUOTE.dump_json(quote).decode(),
        }
        async with self._database.writing() as connection:
            await replace_row(connection, quotes, values)

    async def get(self, quote_id: QuoteId) -> Quote | None:
        async with self._database.reading() as connection:
            found = await connection.execute(select(quotes.c.quote).where(quotes.c.id == quote_id))
            text = found.scalar_one_or_none()
        return None if text is None else _QUOTE.validate_json(text)

    async def sweep(self, quoted_before: datetime) -> int:
        async with self._database.writing() as connection:
            gone = await connection.execute(
                delete(quotes).where(quotes.c.quoted_at < quoted_before)
            )
        return int(gone.rowcount)
