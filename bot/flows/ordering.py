"""What people do about orders: each checked again at the moment it acts."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from bot.flows import order_notices
from bot.flows.houses import Houses
from bot.flows.order_ports import OrderDrafts, Orders
from bot.flows.permits import Permits
from bot.flows.ports import Conflict, Ids, Market, Renters, Sessions, StoreDown, TooMany
from bot.rules.answers import Told
from bot.rules.dates import DateRefused, Deadline, last_moment
from bot.rules.order_permits import may_order, may_touch
from bot.rules.orders import LAPSES_AFTER, Order, OrderDraft, OrderId, OrdersPage, OrderState
from bot.rules.places import Asker
from bot.rules.policy import is_same_person
from bot.rules.quiet import zone_named
from bot.rules.renters import Renter
from providers.clock import Clock
from providers.models import OfferQuery

SHOWN = 25
NO_SUCH = "There is no such order. `/gpu orders` lists yours."
TOO_OLD = "This window is too old: type the order again."
BUSY = "It is being looked at just now: try again in a moment."
OVER = "Its date is over meanwhile: type the order again with a later one."
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Ordering:
    """Every method answers with a value; only `StoreDown` is raised."""

    orders: Orders
    drafts: OrderDrafts
    sessions: Sessions
    renters: Renters
    market: Market
    houses: Houses
    permits: Permits
    ids: Ids
    clock: Clock
    wake: Callable[[], None]
    """Something is due at once."""

    async def draft(
        self,
        asker: Asker,
        query: OfferQuery,
        text: str,
        *,
        hours: Decimal,
        usd_per_hour: Decimal,
        before: Deadline | None,
    ) -> OrderDraft | Told:
        """What the window says; nothing is placed yet."""
        refused = self._refusal(asker, query, hours, usd_per_hour)
        refused = refused or await self._no_place(asker)
        if refused is not None:
            return Told(refused)
        try:
            until = self._until(before)
        except DateRefused as wrong:
            return Told(wrong.sentence)
        renter = await self.renters.get(asker.place.team_id, asker.user_id)
        draft = OrderDraft(
            id=self.ids.order_id(),
            owner=asker,
            query=query,
            text=text,
            hours=hours,
            usd_per_hour=usd_per_hour,
            before=until,
            saved_key=None if renter is None else renter.ssh_public_key,
            lowest_usd_per_hour=await self._lowest(query),
        )
        await self.drafts.save(draft, self.clock.now())
        return draft

    async def drafted(self, draft_id: OrderId, asker: Asker) -> OrderDraft | None:
        """As it was shown to this person."""
        draft = await self.drafts.get(draft_id)
        is_theirs = draft is not None and is_same_person(draft.owner, asker)
        return draft if is_theirs else None

    async def place(
        self, draft_id: OrderId, asker: Asker, ssh_public_key: str, note: str
    ) -> Order | Told:
        """Once, whatever is repeated."""
        draft = await self.drafted(draft_id, asker)
        if draft is None:
            return Told(TOO_OLD)
        now = self.clock.now()
        if draft.before <= now:
            return Told(OVER)
        owner = draft.owner
        refused = self._refusal(owner, draft.query, draft.hours, draft.usd_per_hour)
        if refused is not None:
            return Told(refused)
        order = _born(draft, ssh_public_key, note, now)
        policy = self.permits.policies.current()
        try:
            placed = await self.orders.place(
                order,
                [order_notices.card(order)],
                most_each=policy.machines_each,
                most_in_all=policy.machines_in_all,
            )
        except TooMany as many:
            limit = self.permits.limit(many.in_use)
            return Told(BUSY if limit is None else limit.sentence)
        self.wake()
        await self._remember(owner, ssh_public_key)
        return placed

    async def listed(self, asker: Asker, *, everyone: bool) -> OrdersPage | Told:
        team_id = asker.place.team_id
        if everyone:
            refused = self.permits.may_look(asker)
            if refused is not None:
                return Told(refused)
            found = await self.orders.of_team(team_id, SHOWN)
        else:
            found = await self.orders.of_person(team_id, asker.user_id, SHOWN)
        mine = frozenset(order.id for order in found if self._not_theirs(asker, order) is None)
        return OrdersPage(found, everyone, mine, self.clock.now())

    async def cancel_numbered(self, number: int, asker: Asker) -> Told:
        order = await self.orders.numbered(asker.place.team_id, number)
        return Told(NO_SUCH) if order is None else await self.cancel(order.id, asker)

    async def cancel(self, order_id: OrderId, asker: Asker) -> Told:
        """It rents nothing more. A machine that it rents already goes on."""
        for _ in range(_ATTEMPTS):
            order = await self.orders.get(order_id)
            if order is None or order.owner.place.team_id != asker.place.team_id:
                return Told(NO_SUCH)
            refused = self._not_theirs(asker, order)
            if refused is not None:
                return Told(refused)
            if not order.is_open:
                return Told(f"Order {order.number} is over already.")
            now = self.clock.now()
            cancelled = order.with_changes(state=OrderState.CANCELLED, ended_at=now, trouble="")
            try:
                await self.orders.change(order, cancelled, order_notices.over(cancelled), at=now)
            except Conflict:
                continue
            self.wake()
            return Told(_cancelled(order))
        return Told(BUSY)

    def _refusal(
        self, asker: Asker, query: OfferQuery, hours: Decimal, usd_per_hour: Decimal
    ) -> str | None:
        policy, home_team = self.permits.policies.current(), self.permits.home_team
        refused = may_order(policy, asker, home_team, query, hours, usd_per_hour)
        return refused or self._no_key(query)

    def _no_key(self, query: OfferQuery) -> str | None:
        named = [each for each in query.providers if each in self.houses] or list(self.houses)
        rents = [self.houses[name].rents for name in named]
        if any(each.has_key for each in rents):
            return None
        settings = " or ".join(each.key_setting for each in rents)
        return f"Renting wants a key: whoever runs this bot has to set {settings}."

    async def _no_place(self, asker: Asker) -> str | None:
        in_use = await self.sessions.in_use(asker.place.team_id, asker.user_id)
        limit = self.permits.limit(in_use)
        return None if limit is None else limit.sentence

    def _until(self, before: Deadline | None) -> datetime:
        now = self.clock.now()
        if before is None:
            return now + LAPSES_AFTER
        return last_moment(before, now, zone_named(self.permits.policies.current().timezone))

    async def _lowest(self, query: OfferQuery) -> Decimal | None:
        """Of what the policy allows, whatever it costs."""
        wide = query.with_changes(max_usd_per_hour=None, max_usd_per_gpu_hour=None)
        listing = await self.market.search(wide)
        prices = [o.price.usd_per_hour for o in listing.offers if self.permits.allows(o)]
        return min(prices, default=None)

    async def _remember(self, owner: Asker, ssh_public_key: str) -> None:
        """Never worth an error: the order is placed."""
        with suppress(StoreDown):
            known = await self.renters.get(owner.place.team_id, owner.user_id)
            renter = known or Renter(owner.place.team_id, owner.user_id)
            await self.renters.save(replace(renter, ssh_public_key=ssh_public_key))

    def _not_theirs(self, asker: Asker, order: Order) -> str | None:
        policy = self.permits.policies.current()
        return may_touch(policy, asker, order, self.permits.home_team)


def _born(draft: OrderDraft, ssh_public_key: str, note: str, now: datetime) -> Order:
    return Order(
        id=draft.id,
        number=0,
        owner=draft.owner,
        query=draft.query,
        text=draft.text,
        hours=draft.hours,
        usd_per_hour=draft.usd_per_hour,
        before=draft.before,
        created_at=now,
        ssh_public_key=ssh_public_key,
        note=note,
    )


def _cancelled(order: Order) -> str:
    said = f"Order {order.number} is cancelled: it rents nothing any more."
    if order.session_id is None:
        return said
    return (
        f"{said} The machine that it was renting is not ended by that:"
        f" `/gpu session {order.session_id}` shows it, with End."
    )
