"""The outbox in memory, with the promises of the stored one."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from bot.rules.notices import Audience, Notice, PendingNotice, Post

Fate = Literal["waiting", "sent", "dropped"]


@dataclass
class Row:
    pending: PendingNotice
    due_at: datetime
    fate: Fate = "waiting"
    claimed: bool = False
    error: str = ""
    puts: int = 1
    claimed_puts: int = 0


class FakeOutbox:
    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.posts: dict[tuple[str, str], Post] = {}
        self._ids = itertools.count(1)

    async def put(self, notices: Sequence[Notice], now: datetime) -> None:
        for notice in notices:
            row = self.rows.get(notice.key)
            if row is None:
                pending = PendingNotice(next(self._ids), notice, 0, now)
                self.rows[notice.key] = Row(pending, now)
            elif notice.audience is Audience.CARD:
                row.puts += 1
                row.fate = "waiting"
                if not row.claimed:
                    row.due_at = now
                    row.pending = replace(row.pending, attempt=0)

    async def claim(
        self, now: datetime, until: datetime, limit: int, *, but: Sequence[int] = ()
    ) -> tuple[PendingNotice, ...]:
        taken: list[PendingNotice] = []
        before: set[str] = set()
        for row in self.rows.values():
            if row.fate != "waiting":
                continue
            about = row.pending.notice.about
            first = about is None or about not in before
            if about is not None:
                before.add(about)
            mine = row.pending.id in but
            if first and not mine and row.due_at <= now and len(taken) < limit:
                taken.append(self._take(row, until))
        return tuple(taken)

    def _take(self, row: Row, until: datetime) -> PendingNotice:
        """A claim that nobody answered was left by somebody who died, or fell asleep."""
        row.pending = replace(row.pending, attempt=row.pending.attempt + 1, in_doubt=row.claimed)
        row.claimed, row.due_at, row.claimed_puts = True, until, row.puts
        return row.pending

    async def sent(self, pending: PendingNotice) -> None:
        row = self._answered(pending)
        if row.puts > row.claimed_puts:
            row.due_at = row.pending.created_at
            return
        row.fate = "sent"

    async def later(self, pending: PendingNotice, at: datetime, error: str) -> None:
        row = self._answered(pending)
        row.due_at, row.error = at, error

    async def drop(self, pending: PendingNotice, error: str) -> None:
        row = self._answered(pending)
        row.fate, row.error = "dropped", error

    def _answered(self, pending: PendingNotice) -> Row:
        row = next(row for row in self.rows.values() if row.pending.id == pending.id)
        row.claimed = False
        return row

    async def post(self, about: str, role: str) -> Post | None:
        return self.posts.get((about, role))

    async def posts_of(self, about: str) -> tuple[Post, ...]:
        return tuple(post for place, post in sorted(self.posts.items()) if place[0] == about)

    async def posted(self, about: str, role: str, post: Post) -> None:
        self.posts[about, role] = post

    async def sweep(self, sent_before: datetime) -> int:
        old = [
            key
            for key, row in self.rows.items()
            if row.fate != "waiting" and row.pending.created_at < sent_before
        ]
        for key in old:
            del self.rows[key]
        return len(old)

    async def forget_posts(self) -> int:
        told_of = {row.pending.notice.about for row in self.rows.values()} | self.rows.keys()
        old = [place for place in self.posts if place[0] not in told_of]
        for place in old:
            del self.posts[place]
        return len(old)

    def fates(self) -> dict[str, Fate]:
        return {key: row.fate for key, row in self.rows.items()}
