"""Sessions in the database. Every change is one transaction with its event and its notices."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.flows.ports import Change, Conflict, Event, InUse, TooMany
from bot.rules.notices import Notice
from bot.rules.orders import Firing, OrderId
from bot.rules.sessions import LIVE, Session, SessionId, SessionState, check_change
from bot.store import order_rows, session_rows
from bot.store.database import Database
from bot.store.machine_places import LIVE_SESSIONS, in_use, lock_places
from bot.store.marks import handle_once
from bot.store.outbox import put_notices
from bot.store.statements import chunks, inserted, take_rows
from bot.store.tables import session_events, sessions
from providers.models import ProviderName

_LATEST_DUE = timedelta(minutes=20)
_SWEPT_AT_ONCE = 1000
"""So that nobody waits long for the lock."""
_LIVE = LIVE_SESSIONS
_NOT_OTHERS = sessions.c.state.not_in(sorted(state.value for state in set(SessionState) - LIVE))
"""The same in words that SQLite takes from no index: it goes by the moment then, and sorts
nothing."""
_OVER = sessions.c.state.in_([SessionState.ENDED.value, SessionState.FAILED.value])
_RENTED = sessions.c.pressed_at.is_not(None)


class StoredSessions:
    def __init__(
        self,
        database: Database,
        on_unreadable: Callable[[str, Exception], None] = lambda _id, _error: None,
    ) -> None:
        """A row that cannot be read is told by its id, and costs no other one its place."""
        self._database = database
        self._on_unreadable = on_unreadable

    async def open(self, new: Sequence[Session]) -> None:
        if not new:
            return
        async with self._database.writing() as connection:
            await connection.execute(
                insert(sessions), [session_rows.columns(session) for session in new]
            )
            await connection.execute(
                insert(session_events), [_shown_on_a_card(session) for session in new]
            )

    async def get(self, session_id: SessionId) -> Session | None:
        async with self._database.reading() as connection:
            found = await connection.execute(select(sessions).where(sessions.c.id == session_id))
            row = found.one_or_none()
        return None if row is None else session_rows.session(row)

    async def change(
        self,
        old: Session,
        new: Session,
        change: Change,
        notices: Sequence[Notice] = (),
        *,
        delivery: str | None = None,
    ) -> Session:
        async with self._database.writing() as connection:
            await handle_once(connection, delivery, change.at)
            return await _write(connection, old, new, change, notices)

    async def begin(
        self,
        old: Session,
        new: Session,
        change: Change,
        notices: Sequence[Notice],
        *,
        most_each: int,
        most_in_all: int,
        delivery: str | None = None,
        firing: Firing | None = None,
    ) -> Session:
        renter = new.rented.renter
        async with self._database.writing() as connection:
            await lock_places(connection)
            await handle_once(connection, delivery, change.at)
            own = None if firing is None else firing.old.id
            before = await in_use(connection, renter.place.team_id, renter.user_id, own)
            if firing is not None:
                await order_rows.write(connection, firing.old, firing.new, firing.due)
            begun = await _write(connection, old, new, change, notices)
            if before.by_renter >= most_each or before.in_all >= most_in_all:
                raise TooMany(before)
        return begun

    async def adopt(self, born: Session, change: Change, notices: Sequence[Notice]) -> Session:
        check_change(born.id, None, born.state)
        async with self._database.writing() as connection:
            if not await inserted(connection, sessions, session_rows.columns(born)):
                raise Conflict
            await _record(connection, born.id, change, None, born.state)
            await put_notices(connection, notices, change.at)
        return born

    async def claim_due(self, now: datetime, until: datetime, limit: int) -> tuple[Session, ...]:
        # No live session is ever due as late as that: a clock was wrong.
        moments = (sessions.c.due_at <= now, sessions.c.due_at > now + _LATEST_DUE)
        rows: list[Row[Any]] = []
        async with self._database.writing() as connection:
            for is_due in moments:
                due = (
                    select(sessions)
                    .where(_NOT_OTHERS)
                    .where(is_due)
                    .order_by(sessions.c.due_at)
                    .limit(limit)
                )
                rows += await take_rows(connection, sessions, due, {"due_at": until})
        return tuple(session.due(until) for session in self._readable(rows))

    async def hurry(self, session_id: SessionId, at: datetime) -> None:
        sooner = (
            update(sessions)
            .where(sessions.c.id == session_id)
            .where(_LIVE)
            .where(sessions.c.due_at.is_(None) | (sessions.c.due_at > at))
            .values(due_at=at)
        )
        async with self._database.writing() as connection:
            await connection.execute(sooner)

    async def live(self, provider: ProviderName | None = None) -> tuple[Session, ...]:
        found = select(sessions).where(_LIVE).order_by(sessions.c.pressed_at, sessions.c.id)
        if provider is not None:
            found = found.where(sessions.c.provider == provider)
        async with self._database.reading() as connection:
            return await self._read(connection, found)

    async def rented_by(self, team_id: str, user_id: str, limit: int) -> tuple[Session, ...]:
        theirs = (
            select(sessions)
            .where(sessions.c.renter_team_id == team_id)
            .where(sessions.c.renter_user_id == user_id)
        )
        return await self._newest(theirs, limit)

    async def recent(self, limit: int) -> tuple[Session, ...]:
        return await self._newest(select(sessions), limit)

    async def of_labels(self, labels: Sequence[str]) -> Mapping[str, Session]:
        found: dict[str, Session] = {}
        if not labels:
            return found
        async with self._database.reading() as connection:
            for some in chunks(list(dict.fromkeys(labels))):
                rented = (
                    select(sessions)
                    .where(sessions.c.label.in_(some))
                    .where(_RENTED)
                    .order_by(case((_LIVE, 1), else_=0), sessions.c.pressed_at)
                )  # the last of a label counts
                for session in await self._read(connection, rented):
                    found[session.rented.label] = session
        return found

    async def events(self, session_id: SessionId) -> tuple[Event, ...]:
        theirs = (
            select(session_events)
            .where(session_events.c.session_id == session_id)
            .order_by(session_events.c.id)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(theirs)).all()
        return tuple(session_rows.event(row) for row in rows)

    async def in_use(self, team_id: str, user_id: str, but: OrderId | None = None) -> InUse:
        async with self._database.reading() as connection:
            return await in_use(connection, team_id, user_id, but)

    async def expire(self, opened_before: datetime, now: datetime) -> int:
        unpressed = (
            select(sessions.c.id)
            .where(sessions.c.state == SessionState.OFFERED)
            .where(sessions.c.opened_at < opened_before)
            .order_by(sessions.c.opened_at)
            .limit(_SWEPT_AT_ONCE)
        )
        expired = {"state": SessionState.EXPIRED.value, "version": sessions.c.version + 1}
        swept = Change(now, "sweeper", "nobody pressed the card")
        async with self._database.writing() as connection:
            rows = await take_rows(connection, sessions, unpressed, expired)
            for row in rows:
                check_change(row.id, SessionState.OFFERED, SessionState.EXPIRED)
            if rows:
                events = [
                    session_rows.event_columns(
                        row.id, swept, SessionState.OFFERED, SessionState.EXPIRED
                    )
                    for row in rows
                ]
                await connection.execute(insert(session_events), events)
        return len(rows)

    async def forget(self, opened_before: datetime) -> int:
        """Whatever was rented stays: its receipt is asked for later."""
        old = (
            select(sessions.c.id)
            .where(sessions.c.state == SessionState.EXPIRED)
            .where(sessions.c.opened_at < opened_before)
            .where(sessions.c.rental.is_(None))
            .limit(_SWEPT_AT_ONCE)
        )
        async with self._database.writing() as connection:
            gone = await connection.execute(delete(sessions).where(sessions.c.id.in_(old)))
        return int(gone.rowcount)

    async def _read(
        self, connection: AsyncConnection, statement: Select[Any]
    ) -> tuple[Session, ...]:
        return tuple(self._readable((await connection.execute(statement)).all()))

    def _readable(self, rows: Sequence[Row[Any]]) -> Iterator[Session]:
        for row in rows:
            try:
                yield session_rows.session(row)
            except ValueError as error:
                self._on_unreadable(str(row.id), error)

    async def _newest(self, of: Select[Any], limit: int) -> tuple[Session, ...]:
        """Two questions, each answered from an index, instead of all rentals ever sorted."""
        newest = of.where(_RENTED).order_by(sessions.c.pressed_at.desc(), sessions.c.id.desc())
        async with self._database.reading() as connection:
            live = await self._read(connection, newest.where(_LIVE).limit(limit))
            if len(live) >= limit:
                return live
            over = await self._read(connection, newest.where(_OVER).limit(limit - len(live)))
        return live + over


async def _write(
    connection: AsyncConnection,
    old: Session,
    new: Session,
    change: Change,
    notices: Sequence[Notice],
) -> Session:
    if new.state is not old.state:
        check_change(old.id, old.state, new.state)
    newest = (
        update(sessions)
        .where(sessions.c.id == old.id)
        .where(sessions.c.version == old.version)
        .values(session_rows.changed_columns(old, new))
    )
    if not (await connection.execute(newest)).rowcount:
        raise Conflict
    if new.state is not old.state or change.why:
        await _record(connection, old.id, change, old.state, new.state)
    # After the session's row is ours: notices of one session get their numbers in its order.
    await put_notices(connection, notices, change.at)
    return replace(new, version=old.version + 1)


async def _record(
    connection: AsyncConnection,
    session_id: SessionId,
    change: Change,
    old: SessionState | None,
    new: SessionState,
) -> None:
    event = session_rows.event_columns(session_id, change, old, new)
    await connection.execute(insert(session_events), [event])


def _shown_on_a_card(session: Session) -> dict[str, object]:
    shown = Change(session.opened_at, session.opened_for.user_id, "shown on a card")
    return session_rows.event_columns(session.id, shown, None, SessionState.OFFERED)
