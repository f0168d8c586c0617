"""The tick of orders: whichever finds a machine rents it, once, and is followed until it runs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.flows import order_notices
from bot.flows.order_following import Following
from bot.flows.order_ports import Orders
from bot.flows.ports import Change, Conflict, Ids, Renters, Sessions, StoreDown, TooMany
from bot.flows.renting import Renting
from bot.flows.saying import card
from bot.flows.watch_pace import WatchPace, next_look
from bot.flows.watch_ports import WatchMarket
from bot.rules.orders import Firing, Order, OrderState, host_of
from bot.rules.quotes import Refusal, RefusalKind, RentForm
from bot.rules.sessions import Session, SessionState
from providers import matching
from providers.clock import Clock
from providers.errors import ProviderError, RequestRefused
from providers.market import Round
from providers.models import Offer, OfferQuery, ProviderName

AT_ONCE = 200
CLAIMED_FOR = timedelta(minutes=5)
"""Longer than a round and a create call take. One that was cut off comes again then."""
CREATED_WITHIN = timedelta(minutes=3)
"""After that somebody else looks what became of the machine."""
UNTOLD = "Slack did not take messages, and nothing is rented that you would not hear of."
UNTOLD_FOR = timedelta(minutes=1)
_SEEN = 50
_REREADS = 5
"""Machines of one order that are read again in one tick; the rest has time until the next."""
_ORDERS_OWN = frozenset({RefusalKind.NOT_ALLOWED, RefusalKind.POLICY_WRONG, RefusalKind.LIMIT})
"""Refusals that hold for every machine."""
_SELLERS_OWN = frozenset(
    {
        RefusalKind.NO_KEY,
        RefusalKind.WRONG_KEY,
        RefusalKind.NO_CREDIT,
        RefusalKind.TROUBLE,
        RefusalKind.UNSUPPORTED,
    }
)
"""Refusals that hold for every machine of the marketplace."""

OnError = Callable[[str, Exception], None]
Host = tuple[ProviderName, str]


@dataclass(frozen=True, slots=True)
class OrdersTicked:
    orders: int = 0
    fired: int = 0


@dataclass(slots=True)
class _Try:
    """Of one order in one tick."""

    order: Order
    skipped: set[ProviderName] = field(default_factory=set)
    reads: int = 0
    trouble: str = ""
    """The first reason why a match was not rented."""
    is_over: bool = False
    """No other machine could be rented either."""

    def refused(self, refusal: Refusal, offer: Offer) -> None:
        self.trouble = self.trouble or refusal.sentence
        if refusal.kind in _ORDERS_OWN:
            self.is_over = True
        if refusal.kind in _SELLERS_OWN:
            self.skipped.add(offer.provider)


@dataclass(frozen=True, slots=True)
class OrderFiring:
    orders: Orders
    sessions: Sessions
    renters: Renters
    market: WatchMarket
    renting: Renting
    following: Following
    pace: WatchPace
    ids: Ids
    clock: Clock
    can_tell: Callable[[], bool]
    """Nothing is rented that its owner would not hear of."""
    on_error: OnError

    async def tick(self) -> OrdersTicked:
        """Raises `StoreDown`; whatever it had claimed comes again by itself."""
        now = self.clock.now()
        due = await self.orders.claim_due(now, now + CLAIMED_FOR, AT_ONCE)
        waiting: list[Order] = []
        for order in due:
            if order.state is OrderState.FIRING:
                await self._guarded(order, self.following.follow(order))
            elif order.before <= now or order.left_usd_per_hour <= 0:
                await self._guarded(order, self.following.lapse(order))
            else:
                waiting.append(order)
        if not self.can_tell():
            for order in waiting:
                # Its message, put into the outbox, is what finds out when Slack is back.
                await self._waits(_Try(order, trouble=UNTOLD), now + UNTOLD_FOR)
            return OrdersTicked(len(due))
        fired = await self._look(waiting) if waiting else 0
        return OrdersTicked(len(due), fired)

    async def _look(self, waiting: Sequence[Order]) -> int:
        interval_s = await self.pace.interval_s()
        queries = list(dict.fromkeys(order.query for order in waiting))
        newer_than = self.clock.now() - timedelta(seconds=interval_s / 2)
        seen = await self.market.look(queries, newer_than=newer_than)
        again = next_look(self.clock.now(), await self.pace.settle())
        taken: set[Host] = set()
        # None is cut off by what another meets: its create call may be under way.
        fired = await asyncio.gather(
            *(self._fired(order, seen, taken, again) for order in waiting), return_exceptions=True
        )
        for met in fired:
            if isinstance(met, BaseException):
                raise met
        return sum(each is True for each in fired)

    async def _fired(self, order: Order, seen: Round, taken: set[Host], again: datetime) -> bool:
        """One order's fault costs no other one its machine."""
        try:
            attempt = _Try(order)
            if await self._try(attempt, seen, taken):
                return True
            await self._waits(attempt, again)
        except StoreDown:
            raise
        except Exception as error:  # noqa: BLE001  told, and looked at again
            self.on_error(order.id, error)
            await self.orders.look_again([order.id], again)
        return False

    async def _try(self, attempt: _Try, seen: Round, taken: set[Host]) -> bool:
        """From the cheapest up, until one is rented."""
        order = attempt.order
        tried = {(each.provider, each.host) for each in order.tried}
        for candidate in seen.seen(order.query, _SEEN).candidates:
            if attempt.is_over or attempt.reads >= _REREADS:
                return False
            if candidate.provider in attempt.skipped:
                continue
            offer = seen.offer(order.query, candidate)
            if offer is None or not _within(order, offer):
                continue
            host = (offer.provider, host_of(offer))
            if host in tried or host in taken:
                continue
            taken.add(host)
            won = await self._rent(attempt, offer)
            if won is not None:
                await self._create(won)
                return True
            taken.discard(host)
        return False

    async def _rent(self, attempt: _Try, offer: Offer) -> tuple[Order, Session] | None:
        """Every check is made again here, with the offer as it is this moment."""
        order = attempt.order
        permits = self.renting.quoting.permits
        refusal = await permits.refusal(order.owner, offer, order.hours, order.id)
        if refusal is not None:
            attempt.refused(refusal, offer)
            return None
        attempt.reads += 1
        now_offer = await self._read_again(attempt, offer)
        if now_offer is None or not _is_wanted(order, now_offer, self.clock.now()):
            return None
        refusal = await permits.refusal(order.owner, now_offer, order.hours, order.id)
        refusal = refusal or await self.renting.credit(now_offer, order.hours)
        if refusal is not None:
            attempt.refused(refusal, now_offer)
            return None
        return await self._won(attempt, now_offer)

    async def _read_again(self, attempt: _Try, offer: Offer) -> Offer | None:
        least = self.renting.houses[offer.provider].rents.min_disk_gb
        offer = replace(offer, disk_gb=max(offer.disk_gb, Decimal(least)))
        try:
            found = await self.market.refresh_offer(offer)
        except ProviderError as error:
            attempt.refused(Refusal(RefusalKind.TROUBLE, error.sentence), offer)
            return None
        if found is None:
            self.market.evict(offer)
        return found

    async def _won(self, attempt: _Try, offer: Offer) -> tuple[Order, Session] | None:
        """The order names its session in the transaction that begins it: whoever writes that has
        won, and nobody rents for this order again while that session lives."""
        order, now = attempt.order, self.clock.now()
        if now >= order.before:  # passed while the marketplaces were asked
            attempt.is_over = True
            return None
        form = await self._form(order, offer)
        session = Session(self.ids.session_id(), SessionState.OFFERED, offer, order.owner, now)
        try:
            begun = await self.renting.begun(session, offer, order.owner, form)
            begun = begun.noting(order_id=order.id)
        except ProviderError as error:
            attempt.refused(Refusal(RefusalKind.TROUBLE, error.sentence), offer)
            return None
        firing = order.with_changes(state=OrderState.FIRING, session_id=session.id, trouble="")
        policy = self.renting.quoting.permits.policies.current()
        await self.sessions.open([session])
        try:
            won = await self.sessions.begin(
                session,
                begun,
                Change(now, "order", f"order {order.number} rents for {order.hours:g} h"),
                [card(begun), *order_notices.fired(firing, session.id)],
                most_each=policy.machines_each,
                most_in_all=policy.machines_in_all,
                firing=Firing(order, firing, now + CREATED_WITHIN),
            )
        except Conflict:  # cancelled, or another process was faster
            attempt.is_over = True
            return None
        except TooMany as many:
            limit = self.renting.quoting.permits.limit(many.in_use)
            sentence = "The last place was just taken." if limit is None else limit.sentence
            attempt.refused(Refusal(RefusalKind.LIMIT, sentence), offer)
            return None
        self.renting.wake()
        return replace(firing, version=order.version + 1), won

    async def _create(self, won: tuple[Order, Session]) -> None:
        order, session = won
        made = await self.renting.create(session)
        await self.following.follow(order, refused_machine=isinstance(made, RequestRefused))

    async def _form(self, order: Order, offer: Offer) -> RentForm:
        """The renter's usual image of that marketplace, and the disk that the price contains."""
        owner, rents = order.owner, self.renting.houses[offer.provider].rents
        renter = await self.renters.get(owner.place.team_id, owner.user_id)
        usual = "" if renter is None else renter.images.get(offer.provider, "")
        image = order.image or usual
        if not image or rents.image_problem(image) is not None:
            image = rents.images[0].name
        disk_gb = int(offer.disk_gb)
        return RentForm(order.hours, disk_gb, image, order.ssh_public_key, order.note)

    async def _waits(self, attempt: _Try, again: datetime) -> None:
        order = attempt.order
        due = min(again, order.before)
        # Why the last match was not rented stays; that Slack was away is over with this look.
        trouble = attempt.trouble or ("" if order.trouble == UNTOLD else order.trouble)
        if trouble == order.trouble:
            await self.orders.look_again([order.id], due)
            return
        changed = order.with_changes(trouble=trouble)
        now = self.clock.now()
        try:
            notices = [order_notices.card(changed)]
            await self.orders.change(order, changed, notices, at=now, due=due)
        except Conflict:
            await self.orders.look_again([order.id], now)

    async def _guarded(self, order: Order, work: Awaitable[None]) -> None:
        try:
            await work
        except StoreDown:
            raise
        except Exception as error:  # noqa: BLE001  told; due again when its claim has run out
            self.on_error(order.id, error)


def _within(order: Order, offer: Offer) -> bool:
    return offer.price.usd_per_hour <= order.left_usd_per_hour


def _is_wanted(order: Order, offer: Offer, now: datetime) -> bool:
    """As it was read again: what was asked for, and no dearer."""
    query: OfferQuery = order.query
    candidate = matching.as_candidate(offer)
    return _within(order, offer) and not matching.failing(candidate, query, now.timestamp())
