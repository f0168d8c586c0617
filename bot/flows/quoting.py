"""Rent, pressed: the offer is read again, and what stands in the window is kept."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.flows.houses import Houses
from bot.flows.permits import Permits
from bot.flows.ports import Hosts, Ids, Market, Quotes, Renters, Sessions
from bot.rules.places import Asker
from bot.rules.quotes import NEAREST, Quote, QuoteId, Refusal, RefusalKind, RentForm
from bot.rules.rentals import DEFAULT_HOURS, in_steps
from bot.rules.renters import HostKey, HostRecord, Renter
from bot.rules.sessions import Session, SessionId, SessionState
from providers.base import Priority
from providers.clock import Clock
from providers.errors import ProviderError
from providers.models import Offer, OfferQuery, Price, Verification

ALTERNATIVES = 3
GONE = "This offer is gone: somebody else was faster, or the host took it back."
TOO_OLD = "This offer is too old. Search again with /gpu find to see what there is."


@dataclass(frozen=True, slots=True)
class Quoting:
    market: Market
    houses: Houses
    sessions: Sessions
    quotes: Quotes
    renters: Renters
    hosts: Hosts
    permits: Permits
    ids: Ids
    clock: Clock

    async def quote(self, session_id: SessionId, asker: Asker) -> Quote | Refusal:
        """Reads the offer again, past every cache. Never raises for a marketplace's fault."""
        session = await self.sessions.get(session_id)
        if session is not None:
            asker = _at_the_card(asker, session)
        refusal = await self.not_rentable(session, asker)
        if session is None or refusal is not None:
            return refusal or Refusal(RefusalKind.EXPIRED, TOO_OLD)
        now_offer = await self.read_again(session.offer, asker)
        if isinstance(now_offer, Refusal):
            return now_offer
        return await self._opened(session, now_offer, asker)

    async def requote(
        self, quote_id: QuoteId, asker: Asker, *, hours: Decimal, disk_gb: int, image: str
    ) -> Quote | None:
        """The same window with other wishes."""
        quote = await self.quotes.get(quote_id)
        if quote is None or not is_for(quote, asker):
            return None
        quote = rewished(quote, hours=hours, disk_gb=disk_gb, image=image)
        await self.quotes.save(quote)
        return quote

    async def not_rentable(self, session: Session | None, asker: Asker) -> Refusal | None:
        """Who may rent nothing hears that first, of an old card too."""
        who = self.permits.who(asker)
        if who is not None:
            return who
        if session is None or session.state is SessionState.EXPIRED:
            return Refusal(RefusalKind.EXPIRED, TOO_OLD)
        if session.state is not SessionState.OFFERED:
            return _taken(session)
        return await self.permits.refusal(asker, session.offer)

    async def read_again(self, offer: Offer, asker: Asker) -> Offer | Refusal:
        """As the marketplace has it this moment; with alternatives when it is gone."""
        try:
            found = await self.market.refresh_offer(offer)
        except ProviderError as error:
            return Refusal(RefusalKind.TROUBLE, error.sentence)
        if found is None:
            self.market.evict(offer)
            return await self.gone(offer, asker)
        return found

    async def gone(self, offer: Offer, asker: Asker, sentence: str = GONE) -> Refusal:
        nearest = await self.nearest(offer, asker)
        if not nearest:
            sentence = f"{sentence} Nothing like it costs at most 10 % more right now."
        return Refusal(RefusalKind.GONE, sentence, nearest)

    async def nearest(self, offer: Offer, asker: Asker) -> tuple[Session, ...]:
        """The same GPUs at no more than a tenth above, each with a session to press."""
        query = OfferQuery(
            gpus=(offer.gpu.name,),
            min_gpus=offer.gpu.count,
            max_gpus=offer.gpu.count,
            max_usd_per_hour=offer.price.usd_per_hour * NEAREST,
            pricing=offer.pricing,
            verified_only=offer.verification in {None, Verification.VERIFIED},
            disk_gb=int(offer.disk_gb),
        )
        listing = await self.market.search(query, priority=Priority.PRESS, refresh=True)
        others = [
            other
            for other in listing.offers
            if other.identity != offer.identity and self.permits.allows(other)
        ]
        now = self.clock.now()
        opened = tuple(
            Session(self.ids.session_id(), SessionState.OFFERED, other, asker, now)
            for other in others[:ALTERNATIVES]
        )
        await self.sessions.open(opened)
        return opened

    async def host_record(self, offer: Offer) -> HostRecord | None:
        key = host_key(offer)
        return None if key is None else (await self.hosts.records([key])).get(key)

    async def again(self, session: Session, offer: Offer, asker: Asker, form: RentForm) -> Quote:
        """The price rose between the window and the press: it is asked for once more."""
        quote = await self._made(session, offer, asker)
        quote = replace(quote, hours=form.hours, image=form.image, note=form.note, asks_again=True)
        await self.quotes.save(quote)
        return quote

    async def _opened(self, session: Session, offer: Offer, asker: Asker) -> Quote | Refusal:
        refusal = await self.permits.refusal(asker, offer)
        if refusal is not None:
            return refusal
        quote = await self._made(session, offer, asker)
        await self.quotes.save(quote)
        return quote

    async def _made(self, session: Session, offer: Offer, asker: Asker) -> Quote:
        rents = self.houses[offer.provider].rents
        renter = await self.renters.get(asker.place.team_id, asker.user_id)
        now = self.clock.now()
        chosen = renter.images.get(offer.provider) if renter else None
        hours = self._hours(session, renter)
        return Quote(
            id=self.ids.quote_id(),
            session=session,
            offer=offer,
            shown_to=asker,
            quoted_at=now,
            hours=min(hours, _promised(offer, now) or hours),
            image=chosen or rents.images[0].name,
            images=rents.images,
            min_disk_gb=rents.min_disk_gb,
            saved_key=renter.ssh_public_key if renter else None,
            host=await self.host_record(offer),
        )

    def _hours(self, session: Session, renter: Renter | None) -> Decimal:
        """What the search asked for, or what was chosen last, as far as the policy allows it."""
        chosen = renter.hours if renter else None
        wanted = Decimal(str(session.wanted_hours or chosen or DEFAULT_HOURS))
        return min(in_steps(wanted), Decimal(self.permits.policies.current().max_hours))


def rewished(quote: Quote, *, hours: Decimal, disk_gb: int, image: str) -> Quote:
    """With other wishes; the disk's share of the price is worked out."""
    return replace(quote, hours=hours, image=image, offer=with_disk(quote.offer, disk_gb))


def is_for(quote: Quote, asker: Asker) -> bool:
    """Whether this is the person who was shown it."""
    shown_to = quote.shown_to
    return (shown_to.user_id, shown_to.team_id) == (asker.user_id, asker.team_id)


def _at_the_card(asker: Asker, session: Session) -> Asker:
    """A window is in no channel: the one of the card that led to it counts."""
    if asker.place.channel_id:
        return asker
    return replace(asker, place=session.opened_for.place)


def host_key(offer: Offer) -> HostKey | None:
    return None if offer.machine_id is None else (offer.provider, offer.machine_id)


def with_disk(offer: Offer, disk_gb: int) -> Offer:
    """At the same price for each GB; the marketplace is asked again before anything is rented."""
    if offer.disk_gb <= 0:
        return offer
    disk = offer.price.disk * disk_gb / offer.disk_gb
    price = Price(
        offer.price.gpu,
        offer.price.cpu_ram,
        disk,
        offer.price.download_usd_per_gb,
        offer.price.upload_usd_per_gb,
    )
    return replace(offer, disk_gb=Decimal(disk_gb), price=price)


def _promised(offer: Offer, now: datetime) -> Decimal | None:
    """Whole hours for which the host promises the machine, where that is at least one."""
    if offer.available_until is None:
        return None
    left = offer.available_until - now
    hours = int(left / timedelta(hours=1))
    return Decimal(hours) if hours >= 1 else None


def _taken(session: Session) -> Refusal:
    renter = session.rented.renter.user_id
    if session.is_live:
        return Refusal(RefusalKind.TAKEN, f"This machine is already being rented by <@{renter}>.")
    sentence = f"<@{renter}> rented from this card before. Search again with /gpu find."
    return Refusal(RefusalKind.TAKEN, sentence)
