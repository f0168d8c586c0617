"""What is done about old cards, searches, quotes, notices and orphans while nobody asks."""

from dataclasses import dataclass
from datetime import timedelta

from bot.flows.history_ports import ModelPrices
from bot.flows.order_ports import OrderDrafts
from bot.flows.ports import Marks, Orphans, Outbox, Quotes, Searches, Sessions
from bot.rules.searches import KEPT_FOR
from bot.rules.sessions import OFFERED_FOR, REMEMBERED_FOR
from providers.clock import Clock

QUOTES_KEPT_FOR = timedelta(days=1)
DELIVERIES_KEPT_FOR = timedelta(days=1)
"""Slack repeats what it sent within the hour."""
NOTICES_KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Swept:
    expired: int
    forgotten: int
    searches: int
    quotes: int
    deliveries: int
    notices: int
    posts: int
    orphans: int
    prices: int
    order_drafts: int


@dataclass(frozen=True, slots=True)
class Housekeeping:
    searches: Searches
    sessions: Sessions
    quotes: Quotes
    marks: Marks
    outbox: Outbox
    orphans: Orphans
    clock: Clock
    prices: ModelPrices
    order_drafts: OrderDrafts

    async def tick(self) -> Swept:
        now = self.clock.now()
        expired = forgotten = 0
        while batch := await self.sessions.expire(now - OFFERED_FOR, now):
            expired += batch
        while batch := await self.sessions.forget(now - REMEMBERED_FOR):
            forgotten += batch
        return Swept(
            expired=expired,
            forgotten=forgotten,
            searches=await self.searches.sweep(now - KEPT_FOR),
            quotes=await self.quotes.sweep(now - QUOTES_KEPT_FOR),
            deliveries=await self.marks.sweep(now - DELIVERIES_KEPT_FOR),
            notices=await self.outbox.sweep(now - NOTICES_KEPT_FOR),
            posts=await self.outbox.forget_posts(),
            orphans=await self.orphans.forget_over(),
            prices=await self.prices.sweep(now),
            order_drafts=await self.order_drafts.sweep(now - QUOTES_KEPT_FOR),
        )
