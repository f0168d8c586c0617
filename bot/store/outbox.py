"""Notices on their way to Slack, written in the transaction of the change that they tell about.

A row is claimed, sent, and done. One that was claimed and never concluded comes again, in doubt.
A card has one row for good, in front of whatever else is said about its session: putting it again
makes the row due anew with the next generation, and who is sending an older one does not end it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    ColumnElement,
    Row,
    Update,
    and_,
    case,
    delete,
    false,
    null,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.rules.notices import LASTING, Audience, Notice, PendingNotice, Post
from bot.rules.orphans import OrphanState
from bot.rules.sessions import LIVE
from bot.store.database import Database
from bot.store.statements import inserting, replace_row, take_rows
from bot.store.tables import orders, orphans, outbox, posts, sessions, watches

_NOTICE = TypeAdapter(Notice)
_columns = outbox.c


class StoredOutbox:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, notices: Sequence[Notice], now: datetime) -> None:
        if not notices:
            return
        async with self._database.writing() as connection:
            await put_notices(connection, notices, now)

    async def claim(
        self, now: datetime, until: datetime, limit: int, *, but: Sequence[int] = ()
    ) -> tuple[PendingNotice, ...]:
        due = (
            select(outbox)
            .where(_columns.id.not_in(but) if but else true())
            .where(_columns.done_at.is_(None))
            .where(_columns.due_at <= now)
            .where(~_stands_behind(now))
            .order_by(_columns.id)
            .limit(limit)
        )
        claim = {
            "due_at": until,
            "attempts": _columns.attempts + 1,
            "in_doubt": or_(_columns.in_doubt, _columns.claimed),
            "claimed": true(),
            "claimed_at": now,
        }
        async with self._database.writing() as connection:
            rows = await take_rows(connection, outbox, due, claim)
        return tuple(_pending(row) for row in rows)

    async def sent(self, pending: PendingNotice) -> None:
        said: dict[str, Any] = {"sent_at": _columns.claimed_at, "in_doubt": false()}
        await self._conclude(pending, **said)

    async def drop(self, pending: PendingNotice, error: str) -> None:
        await self._conclude(pending, error=error)

    async def later(self, pending: PendingNotice, at: datetime, error: str) -> None:
        async with self._database.writing() as connection:
            await connection.execute(
                _of_this_claim(pending).values(due_at=at, claimed=false(), error=error)
            )

    async def post(self, about: str, role: str) -> Post | None:
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(posts.c.channel, posts.c.ts)
                .where(posts.c.about == about)
                .where(posts.c.role == role)
            )
            row = found.one_or_none()
        return None if row is None else Post(row.channel, row.ts)

    async def posts_of(self, about: str) -> tuple[Post, ...]:
        async with self._database.reading() as connection:
            found = await connection.execute(
                select(posts.c.channel, posts.c.ts)
                .where(posts.c.about == about)
                .order_by(posts.c.role)
            )
            return tuple(Post(row.channel, row.ts) for row in found)

    async def posted(self, about: str, role: str, post: Post) -> None:
        values = {"about": about, "role": role, "channel": post.channel, "ts": post.ts}
        async with self._database.writing() as connection:
            await replace_row(connection, posts, values)

    async def sweep(self, sent_before: datetime) -> int:
        """Keeps what was said about a machine that may live: it would be said again."""
        live = (
            select(sessions.c.id)
            .where(sessions.c.id == _columns.about)
            .where(sessions.c.state.in_([state.value for state in LIVE]))
        )
        known = (
            select(orphans.c.id)
            .where(orphans.c.id == _columns.about)
            .where(orphans.c.state.in_([OrphanState.ANNOUNCED.value, OrphanState.ENDING.value]))
        )
        old = delete(outbox).where(_columns.done_at < sent_before).where(~_of_moving_order())
        async with self._database.writing() as connection:
            gone = await connection.execute(old.where(~live.exists()).where(~known.exists()))
        return int(gone.rowcount)

    async def forget_posts(self) -> int:
        live = select(sessions.c.id).where(sessions.c.state.in_([state.value for state in LIVE]))
        waiting = select(orders.c.id).where(or_(orders.c.is_open, orders.c.session_id.in_(live)))
        told_of = select(_columns.about).where(_columns.about.is_not(None))
        old = (
            delete(posts)
            .where(posts.c.about.not_in(live))
            .where(posts.c.about.not_in(waiting))
            .where(posts.c.about.not_in(told_of))
            .where(posts.c.about.not_in(select(_columns.key)))
            # What its owner was told in private is told once, whichever watch a notice is about.
            .where(posts.c.about.not_in(select(watches.c.id)))
        )
        async with self._database.writing() as connection:
            return int((await connection.execute(old)).rowcount)

    async def _conclude(self, pending: PendingNotice, **facts: Any) -> None:
        newest = (
            update(outbox)
            .where(_columns.id == pending.id)
            .where(_columns.generation == pending.generation)
            .values(done_at=_columns.claimed_at, claimed=false(), **facts)
        )
        # Put again meanwhile: due at once, unless somebody else has claimed that already.
        overtaken = (
            _of_this_claim(pending)
            .where(_columns.generation != pending.generation)
            .values(due_at=_columns.claimed_at, claimed=false(), attempts=0, **facts)
        )
        async with self._database.writing() as connection:
            if not (await connection.execute(newest)).rowcount:
                await connection.execute(overtaken)


async def put_notices(
    connection: AsyncConnection, notices: Sequence[Notice], now: datetime
) -> None:
    """In the caller's transaction."""
    for notice in notices:
        statement = inserting(connection, outbox).values(
            key=_row_key(notice),
            about=notice.about,
            lane=_lane(notice),
            notice=_NOTICE.dump_json(notice).decode(),
            created_at=now,
            due_at=now,
            generation=0,
            attempts=0,
            claimed=False,
            in_doubt=False,
        )
        if notice.kind not in LASTING:
            await connection.execute(statement.on_conflict_do_nothing(index_elements=["key"]))
            continue
        fresh = statement.excluded
        # Who sends it now keeps it until done: two edits at once may land in the wrong order.
        again = {
            "notice": fresh["notice"],
            "created_at": fresh["created_at"],
            "generation": _columns.generation + 1,
            "done_at": null(),
            "due_at": case((_columns.claimed, _columns.due_at), else_=fresh["due_at"]),
            "attempts": case((_columns.claimed, _columns.attempts), else_=0),
        }
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["key"], set_=again)
        )


def _of_moving_order() -> ColumnElement[bool]:
    """What was said of it is edited as its machine ends."""
    live = select(sessions.c.id).where(sessions.c.state.in_([state.value for state in LIVE]))
    moves = or_(orders.c.is_open, orders.c.session_id.in_(live))
    return select(orders.c.id).where(orders.c.id == _columns.about).where(moves).exists()


def _lane(notice: Notice) -> str | None:
    """A thread that Slack refuses keeps neither the way in from the renter nor an alarm from the
    admins."""
    if notice.audience is Audience.CHANNEL:
        return f"channel {notice.facts.get('channel', notice.about)}"
    if notice.about is None:
        return None
    threaded = notice.audience in {Audience.CARD, Audience.THREAD}
    return f"{notice.about} {Audience.THREAD if threaded else notice.audience}"


def _row_key(notice: Notice) -> str:
    if notice.kind in LASTING and notice.about is not None:
        return f"the card of {notice.about}"
    return notice.key


def _stands_behind(now: datetime) -> ColumnElement[bool]:
    """Something about the same session was put earlier and is not out yet.

    A card that is already in Slack is only edited: that does not keep others waiting while Slack
    refuses it, nor once it was sent after they were put, however often it changes.
    """
    earlier = outbox.alias("earlier")
    only_an_edit = and_(
        earlier.c.sent_at.is_not(None),
        or_(
            earlier.c.sent_at > _columns.created_at,
            and_(~earlier.c.claimed, earlier.c.due_at > now),
        ),
    )
    return (
        select(earlier.c.id)
        .where(earlier.c.lane == _columns.lane)
        .where(earlier.c.id < _columns.id)
        .where(earlier.c.done_at.is_(None))
        .where(~only_an_edit)
        .exists()
    )


def _of_this_claim(pending: PendingNotice) -> Update:
    """Whose claim ran out has nothing more to say about when it is due."""
    return (
        update(outbox)
        .where(_columns.id == pending.id)
        .where(_columns.attempts == pending.attempt)
        .where(_columns.claimed)
    )


def _pending(row: Row[Any]) -> PendingNotice:
    return PendingNotice(
        id=row.id,
        notice=_NOTICE.validate_json(row.notice),
        attempt=row.attempts + 1,
        created_at=row.created_at,
        in_doubt=row.in_doubt or row.claimed,
        generation=row.generation,
    )
