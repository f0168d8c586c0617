"""Sessions in the database. Every change of state is one transaction with its event row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, delete, insert, select, update

from bot.rules.places import Asker, Place
from bot.rules.sessions import Session, SessionId, SessionState, check_change
from bot.store.database import Database
from bot.store.tables import session_events, sessions
from providers.models import Offer

_OFFER = TypeAdapter(Offer)
_SWEPT_AT_ONCE = 1000
"""So that nobody waits long for the lock."""


class StoredSessions:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, new: Sequence[Session]) -> None:
        if not new:
            return
        async with self._database.writing() as connection:
            await connection.execute(insert(sessions), [_columns(session) for session in new])
            await connection.execute(
                insert(session_events),
                [
                    _event(session.id, session.opened_at, session.opened_for.user_id, None)
                    for session in new
                ],
            )

    async def get(self, session_id: SessionId) -> Session | None:
        async with self._database.reading() as connection:
            found = await connection.execute(select(sessions).where(sessions.c.id == session_id))
            row = found.one_or_none()
        return None if row is None else _session(row)

    async def expire(self, opened_before: datetime, now: datetime) -> int:
        async with self._database.writing() as connection:
            due = (
                select(sessions.c.id)
                .where(sessions.c.state == SessionState.OFFERED)
                .where(sessions.c.opened_at < opened_before)
                .order_by(sessions.c.opened_at)
                .limit(_SWEPT_AT_ONCE)
                .with_for_update(skip_locked=True)
            )
            ids = list((await connection.execute(due)).scalars())
            if not ids:
                return 0
            for session_id in ids:
                check_change(session_id, SessionState.OFFERED, SessionState.EXPIRED)
            await connection.execute(
                update(sessions)
                .where(sessions.c.id.in_(ids))
                .values(state=SessionState.EXPIRED.value)
            )
            await connection.execute(
                insert(session_events),
                [_event(session_id, now, "sweeper", SessionState.OFFERED) for session_id in ids],
            )
        return len(ids)

    async def forget(self, opened_before: datetime) -> int:
        old = (
            select(sessions.c.id)
            .where(sessions.c.state == SessionState.EXPIRED)
            .where(sessions.c.opened_at < opened_before)
            .limit(_SWEPT_AT_ONCE)
        )
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(sessions).where(sessions.c.id.in_(old)))
        return int(gone.rowcount)


def _event(
    session_id: SessionId, at: datetime, who: str, old: SessionState | None
) -> dict[str, object]:
    new = SessionState.OFFERED if old is None else SessionState.EXPIRED
    why = "shown on a card" if old is None else "nobody pressed the card"
    return {
        "session_id": session_id,
        "at": at,
        "who": who,
        "from_state": None if old is None else old.value,
        "to_state": new.value,
        "why": why,
    }


def _columns(session: Session) -> dict[str, object]:
    return {
        "id": session.id,
        "state": session.state.value,
        "team_id": session.opened_for.place.team_id,
        "channel_id": session.opened_for.place.channel_id,
        "user_id": session.opened_for.user_id,
        "opened_at": session.opened_at,
        "provider": session.offer.provider,
        "offer": _OFFER.dump_json(session.offer).decode(),
    }


def _session(row: Row[Any]) -> Session:
    return Session(
        id=SessionId(row.id),
        state=SessionState(row.state),
        offer=_OFFER.validate_json(row.offer),
        opened_for=Asker(row.user_id, Place(row.team_id, row.channel_id)),
        opened_at=row.opened_at,
    )
