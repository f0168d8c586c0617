"""Moments, turns and facts that all processes share."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.ports import Repeated
from bot.store.database import Database
from bot.store.statements import inserted, inserting, replace_row
from bot.store.tables import deliveries, facts, marks

LONGEST_TURN = timedelta(minutes=15)
_FIRST = "first"
_TURN = "turn"


class StoredMarks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def first(self, name: str, now: datetime) -> datetime:
        found = await self._first(name)
        if found is not None:
            return found
        async with self._database.writing() as connection:
            if await inserted(connection, marks, {"kind": _FIRST, "name": name, "at": now}):
                return now
        return await self._first(name) or now

    async def earliest(self) -> datetime | None:
        async with self._database.reading() as connection:
            firsts = select(func.min(marks.c.at)).where(marks.c.kind == _FIRST)
            earliest: datetime | None = (await connection.execute(firsts)).scalar_one_or_none()
        return earliest

    async def take(self, name: str, now: datetime, until: datetime) -> bool:
        async with self._database.writing() as connection:
            statement = inserting(connection, marks).values(kind=_TURN, name=name, at=until)
            statement = statement.on_conflict_do_update(
                index_elements=["kind", "name"],
                set_={"at": statement.excluded["at"]},
                # A turn that lies far ahead was taken by a clock that was wrong.
                where=(marks.c.at <= now) | (marks.c.at > now + LONGEST_TURN),
            )
            taken = await connection.execute(statement.returning(marks.c.name))
            return taken.first() is not None

    async def handled(self, delivery: str, now: datetime) -> bool:
        async with self._database.writing() as connection:
            return not await inserted(connection, deliveries, {"id": delivery, "at": now})

    async def remember(self, name: str, fact: str) -> None:
        async with self._database.writing() as connection:
            await replace_row(connection, facts, {"name": name, "fact": fact})

    async def remembered(self, name: str) -> str | None:
        async with self._database.reading() as connection:
            found = await connection.execute(select(facts.c.fact).where(facts.c.name == name))
            return found.scalar_one_or_none()

    async def sweep(self, handled_before: datetime) -> int:
        async with self._database.writing() as connection:
            gone = await connection.execute(
                delete(deliveries).where(deliveries.c.at < handled_before)
            )
        return int(gone.rowcount)

    async def _first(self, name: str) -> datetime | None:
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(marks.c.at).where(marks.c.kind == _FIRST).where(marks.c.name == name)
            )
            return found.scalar_one_or_none()


async def handle_once(connection: AsyncConnection, delivery: str | None, now: datetime) -> None:
    """In the caller's transaction. Raises `Repeated`."""
    if delivery is None:
        return
    if not await inserted(connection, deliveries, {"id": delivery, "at": now}):
        raise Repeated
