"""Watches in the database: whole values as JSON, beside the columns that are looked for.

What a watch remembers is written at every look and is kept apart from what its people said.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, bindparam, delete, false, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.ports import Conflict, InUse, TooMany
from bot.flows.watch_ports import Looked
from bot.rules.notices import Notice
from bot.rules.watches import QuestionId, Watch, WatchId
from bot.store import watch_rows
from bot.store.database import Database
from bot.store.outbox import put_notices
from bot.store.statements import inserting
from bot.store.tables import watch_numbers, watches
from providers.models import OfferQuery

_LATEST_DUE = timedelta(hours=2)
"""No watch is ever due as late as that: a clock was wrong."""
_IN_ONE_GO = 100
"""Rows that are read or written out before others may run: less than 10 ms."""
_columns = watches.c


class StoredWatches:
    def __init__(
        self,
        database: Database,
        on_unreadable: Callable[[str, Exception], None] = lambda _id, _error: None,
    ) -> None:
        """A row that cannot be read is told by its id, and costs no other one its look."""
        self._database = database
        self._on_unreadable = on_unreadable

    async def add(self, watch: Watch, *, most_each: int, most_in_channel: int) -> Watch:
        place = watch.owner.place
        async with self._database.writing() as connection:
            # Who holds the team's row counts and takes a number, which is never used again.
            last = await _locked_number(connection, place.team_id)
            of_team = select(func.count()).where(_columns.team_id == place.team_id)
            theirs = of_team.where(_columns.user_id == watch.owner.user_id)
            here = of_team.where(_columns.channel_id == place.channel_id)
            counted = InUse(
                (await connection.execute(theirs)).scalar_one(),
                (await connection.execute(here)).scalar_one(),
            )
            if counted.by_renter >= most_each or counted.in_all >= most_in_channel:
                raise TooMany(counted)
            added = replace(watch, number=last + 1)
            await connection.execute(
                update(watch_numbers)
                .where(watch_numbers.c.team_id == place.team_id)
                .values(last=last + 1)
            )
            await connection.execute(insert(watches).values(watch_rows.columns(added)))
        return added

    async def ever(self) -> bool:
        async with self._database.reading() as connection:
            numbered = select(watch_numbers.c.team_id).where(watch_numbers.c.last > 0).limit(1)
            return (await connection.execute(numbered)).first() is not None

    async def get(self, watch_id: WatchId) -> Watch | None:
        return await self._one(select(watches).where(_columns.id == watch_id))

    async def numbered(self, team_id: str, number: int) -> Watch | None:
        of_team = select(watches).where(_columns.team_id == team_id)
        return await self._one(of_team.where(_columns.number == number))

    async def of_channel(self, team_id: str, channel_id: str) -> tuple[Watch, ...]:
        of_team = select(watches).where(_columns.team_id == team_id)
        return await self._all(of_team.where(_columns.channel_id == channel_id))

    async def of_team(self, team_id: str) -> tuple[Watch, ...]:
        return await self._all(select(watches).where(_columns.team_id == team_id))

    async def of_person(self, team_id: str, user_id: str) -> tuple[Watch, ...]:
        of_team = select(watches).where(_columns.team_id == team_id)
        return await self._all(of_team.where(_columns.user_id == user_id))

    async def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[Watch, ...]:
        due = (
            select(_columns.id)
            .where(_columns.paused == false())
            .where(or_(_columns.due_at <= now, _columns.due_at > now + _LATEST_DUE))
            .order_by(_columns.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claim = update(watches).where(_columns.id.in_(due)).values(due_at=until).returning(watches)
        async with self._database.writing() as connection:
            rows = (await connection.execute(claim)).all()
        return await self._readable(rows)

    async def look_again(self, looked: Sequence[Looked], at: datetime) -> None:
        if not looked:
            return
        async with self._database.writing() as connection:
            async for some in _in_goes(looked):
                values = [
                    {
                        "this_id": each.id,
                        "this_version": each.version,
                        "memory": watch_rows.memory(each.memory),
                        "due_at": at,
                    }
                    for each in some
                ]
                await connection.execute(_REMEMBER, values)

    async def change(
        self,
        old: Watch,
        new: Watch,
        notices: Sequence[Notice] = (),
        *,
        due: datetime | None = None,
        at: datetime | None = None,
    ) -> Watch:
        async with self._database.writing() as connection:
            changed = await _write(connection, old, new, due)
            await _put(connection, notices, at)
        return changed

    async def change_all(
        self,
        pairs: Sequence[tuple[Watch, Watch]],
        notices: Sequence[Notice],
        due: datetime,
        *,
        at: datetime | None = None,
    ) -> None:
        async with self._database.writing() as connection:
            # In one order everywhere, or two processes could wait for each other.
            for old, new in sorted(pairs, key=lambda pair: pair[0].id):
                await _write(connection, old, new, due)
            await _put(connection, notices, at)

    async def remove(self, watch: Watch) -> bool:
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(watches).where(_columns.id == watch.id))
        return bool(gone.rowcount)

    async def asked(self) -> Mapping[QuestionId, OfferQuery]:
        one_each = (
            select(_columns.question, func.max(_columns.watch).label("watch"))
            .where(_columns.paused == false())
            .group_by(_columns.question)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(one_each)).all()
        asked: dict[QuestionId, OfferQuery] = {}
        async for some in _in_goes(rows):
            for row in some:
                try:
                    asked[QuestionId(row.question)] = watch_rows.query(row.watch)
                except ValueError as error:
                    self._on_unreadable(row.question, error)
        return asked

    async def _one(self, statement: Select[Any]) -> Watch | None:
        found = await self._all(statement)
        return found[0] if found else None

    async def _all(self, statement: Select[Any]) -> tuple[Watch, ...]:
        async with self._database.reading() as connection:
            rows = (await connection.execute(statement.order_by(_columns.number))).all()
        return await self._readable(rows)

    async def _readable(self, rows: Sequence[Row[Any]]) -> tuple[Watch, ...]:
        found: list[Watch] = []
        async for some in _in_goes(rows):
            for row in some:
                try:
                    found.append(watch_rows.watch(row))
                except ValueError as error:
                    self._on_unreadable(str(row.id), error)
        return tuple(found)


_REMEMBER = (
    update(watches)
    .where(_columns.id == bindparam("this_id"))
    .where(_columns.version == bindparam("this_version"))
    .values(memory=bindparam("memory"), due_at=bindparam("due_at"))
)


async def _locked_number(connection: AsyncConnection, team_id: str) -> int:
    first = inserting(connection, watch_numbers).values(team_id=team_id, last=0)
    await connection.execute(first.on_conflict_do_nothing())
    here = select(watch_numbers.c.last).where(watch_numbers.c.team_id == team_id)
    return int((await connection.execute(here.with_for_update())).scalar_one())


async def _write(
    connection: AsyncConnection, old: Watch, new: Watch, due: datetime | None
) -> Watch:
    changed = replace(new, version=old.version + 1)
    values = watch_rows.changed_columns(changed) | ({} if due is None else {"due_at": due})
    newest = (
        update(watches)
        .where(_columns.id == old.id)
        .where(_columns.version == old.version)
        .values(values)
    )
    if not (await connection.execute(newest)).rowcount:
        raise Conflict
    return changed


async def _put(
    connection: AsyncConnection, notices: Sequence[Notice], at: datetime | None
) -> None:
    if not notices:
        return
    if at is None:
        raise ValueError("notices are put at a moment")
    await put_notices(connection, notices, at)


async def _in_goes(rows: Sequence[Any]) -> AsyncIterator[Sequence[Any]]:
    """Lets others run between two of them."""
    for start in range(0, len(rows), _IN_ONE_GO):
        if start:
            await asyncio.sleep(0)
        yield rows[start : start + _IN_ONE_GO]
