"""Machines with our label that no live session knows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, select, update

from bot.flows.ports import Conflict
from bot.rules.notices import Notice
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.sessions import LIVE, SessionId
from bot.store.database import Database
from bot.store.outbox import put_notices
from bot.store.statements import inserted
from bot.store.tables import orphans, outbox, sessions
from providers.models import ProviderName

_ORPHAN = TypeAdapter(Orphan)


class StoredOrphans:
    def __init__(
        self,
        database: Database,
        on_unreadable: Callable[[str, Exception], None] = lambda _id, _error: None,
    ) -> None:
        """A row that cannot be read is told by its id, and costs no other one its end."""
        self._database = database
        self._on_unreadable = on_unreadable

    async def open(self, orphan: Orphan, notices: Sequence[Notice]) -> None:
        async with self._database.writing() as connection:
            if not await inserted(connection, orphans, {"id": orphan.id, **_columns(orphan)}):
                raise Conflict
            await put_notices(connection, notices, _moment(orphan))

    async def get(self, orphan_id: SessionId) -> Orphan | None:
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(orphans.c.orphan).where(orphans.c.id == orphan_id)
            )
            text = found.scalar_one_or_none()
        return None if text is None else _ORPHAN.validate_json(text)

    async def known(self, provider: ProviderName) -> tuple[Orphan, ...]:
        not_gone = (
            select(orphans.c.id, orphans.c.orphan)
            .where(orphans.c.provider == provider)
            .where(orphans.c.state != OrphanState.GONE.value)
            .order_by(orphans.c.id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(not_gone)).all()
        return tuple(self._readable(rows))

    async def change(self, old: Orphan, new: Orphan, notices: Sequence[Notice] = ()) -> Orphan:
        stored = replace(new, version=old.version + 1)
        this = (
            update(orphans)
            .where(orphans.c.id == old.id)
            .where(orphans.c.version == old.version)
            .values(_columns(stored))
        )
        async with self._database.writing() as connection:
            if not (await connection.execute(this)).rowcount:
                raise Conflict
            await put_notices(connection, notices, _moment(stored))
        return stored

    async def forget_over(self) -> int:
        live = select(sessions.c.id).where(sessions.c.state.in_([state.value for state in LIVE]))
        told_of = select(outbox.c.about).where(outbox.c.about.is_not(None))
        decided = [OrphanState.GONE.value, OrphanState.KEPT.value]
        old = (
            delete(orphans)
            .where(orphans.c.state.in_(decided))
            .where(orphans.c.id.not_in(live))
            .where(orphans.c.id.not_in(told_of))
        )
        async with self._database.writing() as connection:
            return int((await connection.execute(old)).rowcount)

    def _readable(self, rows: Iterable[Any]) -> Iterator[Orphan]:
        for row in rows:
            try:
                yield _ORPHAN.validate_json(row.orphan)
            except ValueError as error:
                self._on_unreadable(str(row.id), error)


def _columns(orphan: Orphan) -> dict[str, object]:
    return {
        "provider": orphan.provider,
        "origin": orphan.origin,
        "instance_id": orphan.instance_id,
        "state": orphan.state.value,
        "version": orphan.version,
        "orphan": _ORPHAN.dump_json(orphan).decode(),
    }


def _moment(orphan: Orphan) -> datetime:
    """The newest that the orphan knows of: its changes carry no moment of their own."""
    return max(orphan.found_at, orphan.seen_at, orphan.told_at or orphan.found_at)
