"""What is remembered about people."""

from pydantic import TypeAdapter
from sqlalchemy import select

from bot.rules.renters import Renter
from bot.store.database import Database
from bot.store.statements import replace_row
from bot.store.tables import renters

_RENTER = TypeAdapter(Renter)


class StoredRenters:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, team_id: str, user_id: str) -> Renter | None:
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(renters.c.renter)
                .where(renters.c.team_id == team_id)
                .where(renters.c.user_id == user_id)
            )
            text = found.scalar_one_or_none()
        return None if text is None else _RENTER.validate_json(text)

    async def save(self, renter: Renter) -> None:
        values = {
            "team_id": renter.team_id,
            "user_id": renter.user_id,
            "renter": _RENTER.dump_json(renter).decode(),
        }
        async with self._database.writing() as connection:
            await replace_row(connection, renters, values)
