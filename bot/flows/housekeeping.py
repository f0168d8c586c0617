"""What is done about old cards and searches while nobody asks."""

from dataclasses import dataclass

from bot.flows.ports import Searches, Sessions
from bot.rules.searches import KEPT_FOR
from bot.rules.sessions import OFFERED_FOR, REMEMBERED_FOR
from providers.clock import Clock


@dataclass(frozen=True, slots=True)
class Swept:
    expired: int
    forgotten: int
    searches: int


@dataclass(frozen=True, slots=True)
class Housekeeping:
    searches: Searches
    sessions: Sessions
    clock: Clock

    async def tick(self) -> Swept:
        now = self.clock.now()
        expired = forgotten = 0
        while batch := await self.sessions.expire(now - OFFERED_FOR, now):
            expired += batch
        while batch := await self.sessions.forget(now - REMEMBERED_FOR):
            forgotten += batch
        return Swept(expired, forgotten, await self.searches.sweep(now - KEPT_FOR))
