"""The second press: one winner, one create call, and what is known after it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from bot.flows.changes import Step, change_it
from bot.flows.houses import Houses
from bot.flows.ports import (
    Change,
    Conflict,
    Quotes,
    Renters,
    Repeated,
    Sessions,
    StoreDown,
    TooMany,
)
from bot.flows.quoting import GONE, TOO_OLD, Quoting, host_key, is_for
from bot.flows.saying import card, to_thread_and_renter
from bot.rules import rentals
from bot.rules.notices import NoticeKind
from bot.rules.places import Asker
from bot.rules.quotes import (
    NOTHING,
    QUOTED_FOR_S,
    Quote,
    QuoteId,
    Refusal,
    RefusalKind,
    RentAnswer,
    Rented,
    RentForm,
)
from bot.rules.rentals import LOOKS_S, Outcome, Rental
from bot.rules.renters import Renter
from bot.rules.sessions import Session, SessionState, label_of
from providers.clock import Clock
from providers.errors import (
    ChooseAnother,
    FixTheAccount,
    FixTheKey,
    OutcomeUnknown,
    ProviderError,
)
from providers.instances import InstanceId, RentRequest
from providers.models import Offer, PricingKind

IN_DOUBT = (
    "The bot cannot reach its database, so it cannot say whether the machine was made. It is"
    " looked for as soon as the database is back: `/gpu sessions` tells. Rent no other before."
)
_KINDS: tuple[tuple[type[ProviderError], RefusalKind], ...] = (
    (FixTheKey, RefusalKind.WRONG_KEY),
    (FixTheAccount, RefusalKind.NO_CREDIT),
    (ChooseAnother, RefusalKind.GONE),
)


@dataclass(frozen=True, slots=True)
class Renting:
    quoting: Quoting
    quotes: Quotes
    sessions: Sessions
    renters: Renters
    houses: Houses
    clock: Clock
    wake: Callable[[], None]
    """The guard looks at once."""

    async def submit(
        self, quote_id: QuoteId, asker: Asker, form: RentForm, delivery: str
    ) -> RentAnswer:
        """Rents at most one machine, whatever is repeated. Every check is made again here."""
        quote = await self.quotes.get(quote_id)
        if quote is None or not is_for(quote, asker):
            return Refusal(RefusalKind.EXPIRED, TOO_OLD)
        asker = quote.shown_to
        session = await self.sessions.get(quote.session.id)
        refusal = await self.quoting.not_rentable(session, asker)
        if session is None or refusal is not None:
            return refusal or Refusal(RefusalKind.EXPIRED, TOO_OLD)
        offer = await self._offer_now(quote, form, asker)
        if isinstance(offer, Refusal):
            return offer
        refusal = await self.quoting.permits.refusal(asker, offer, form.hours)
        refusal = refusal or await self.credit(offer, form.hours)
        if refusal is not None:
            return refusal
        if offer.price.usd_per_hour > _accepted(quote, form) or _traffic_rose(quote, offer):
            return await self.quoting.again(session, offer, asker, form)
        return await self._win(session, offer, asker, form, delivery)

    async def _offer_now(self, quote: Quote, form: RentForm, asker: Asker) -> Offer | Refusal:
        # Of another disk than the card's the price was worked out, not read.
        was_read = form.disk_gb == quote.offer.disk_gb == quote.session.offer.disk_gb
        recent = self.clock.now() - quote.offer.seen_at < timedelta(seconds=QUOTED_FOR_S)
        if was_read and recent:
            return quote.offer
        wanted = replace(quote.offer, disk_gb=Decimal(form.disk_gb))
        return await self.quoting.read_again(wanted, asker)

    async def credit(self, offer: Offer, hours: Decimal) -> Refusal | None:
        """Said before anything is rented, where the marketplace states what is left."""
        house = self.houses[offer.provider]
        try:
            account = await house.account(newer_than=self.clock.now() - timedelta(seconds=30))
        except ProviderError as error:
            return Refusal(_kind(error), error.sentence)
        needed = rentals.most(offer.price.usd_per_hour, hours)
        if account.credit_usd is None or account.credit_usd >= needed:
            return None
        sentence = (
            f"{house.rents.title} has ${max(Decimal(0), account.credit_usd):.2f} of credit left,"
            f" and {hours:g} h cost up to ${needed:.2f}. Rent for fewer hours, or add credit at"
            f" {house.rents.console_url}."
        )
        return Refusal(RefusalKind.NO_CREDIT, sentence)

    async def _win(
        self, session: Session, offer: Offer, asker: Asker, form: RentForm, delivery: str
    ) -> RentAnswer:
        """`renting` is written before the create call leaves; whoever writes it has won."""
        policy = self.quoting.permits.policies.current()
        begun = await self.begun(session, offer, asker, form)
        change = Change(self.clock.now(), asker.user_id, f"pressed Rent for {form.hours:g} h")
        try:
            won = await self.sessions.begin(
                session,
                begun,
                change,
                [card(begun)],
                most_each=policy.machines_each,
                most_in_all=policy.machines_in_all,
                delivery=delivery,
            )
        except (Conflict, Repeated):
            taken = await self.quoting.not_rentable(await self.sessions.get(session.id), asker)
            return taken or Refusal(RefusalKind.EXPIRED, TOO_OLD)
        except TooMany as many:
            limit = self.quoting.permits.limit(many.in_use)
            return limit or Refusal(RefusalKind.LIMIT, "The last place was just taken.")
        self.wake()
        try:
            came = await self.create(won)
            if isinstance(came, Session):
                return Rented(came)
            return await self._told_nothing(won, came, asker)
        except StoreDown:
            return Refusal(RefusalKind.TROUBLE, IN_DOUBT)
        finally:
            await self._remember(asker, offer, form)

    async def begun(self, session: Session, offer: Offer, asker: Asker, form: RentForm) -> Session:
        """What it becomes when it is won. Raises `ProviderError` where the marketplace does not
        say whose key it is."""
        now = self.clock.now()
        whose = await self.houses[offer.provider].whose()
        spot = offer.pricing is PricingKind.INTERRUPTIBLE
        rental = Rental(
            renter=asker,
            label=label_of(session.id),
            origin=whose.origin,
            account_id=whose.account_id,
            image=form.image,
            ssh_public_key=form.ssh_public_key,
            note=form.note,
            pressed_at=now,
            ends_at=now + timedelta(hours=1) * float(form.hours),
            usd_per_hour=offer.price.usd_per_hour,
            bid_usd_per_hour=offer.price.gpu if spot else None,
        )
        return replace(
            session,
            state=SessionState.RENTING,
            offer=offer,
            rental=rental,
            due_at=now + timedelta(seconds=LOOKS_S[0]),
        )

    async def _remember(self, asker: Asker, offer: Offer, form: RentForm) -> None:
        """What the next window begins with: never worth an error."""
        with suppress(StoreDown):
            await self._kept(asker, offer, form)

    async def _kept(self, asker: Asker, offer: Offer, form: RentForm) -> None:
        known = await self.renters.get(asker.place.team_id, asker.user_id)
        renter = known or Renter(asker.place.team_id, asker.user_id)
        hours = int(form.hours) if form.hours in rentals.HOURS_TO_CHOOSE else renter.hours
        await self.renters.save(
            replace(
                renter,
                ssh_public_key=form.ssh_public_key,
                hours=hours,
                images={**renter.images, offer.provider: form.image},
            )
        )

    async def create(self, session: Session) -> Session | ProviderError:
        """Once. A process that dies here leaves `renting`, and the guard looks for the label.

        Returns the newest record, or why the marketplace made nothing. Raises `StoreDown`.
        """
        rental, offer = session.rented, session.offer
        request = RentRequest(
            offer=offer,
            label=rental.label,
            ssh_public_key=rental.ssh_public_key,
            image=rental.image,
            bid_usd_per_hour=rental.bid_usd_per_hour,
        )
        rents = self.houses[offer.provider].rents
        try:
            instance_id = await rents.rent(request)
        except OutcomeUnknown as error:
            return await self._unclear(session, error)
        except ProviderError as error:
            await self._nothing_made(session, error)
            return error
        return await self._changed(session, lambda now: made(now, instance_id, self))

    async def _unclear(self, session: Session, error: OutcomeUnknown) -> Session:
        named = error.instance_id
        if named is not None:
            return await self._changed(session, lambda now: made(now, named, self))

        def decide(now: Session) -> Step | None:
            if now.rented.outcome is not Outcome.PENDING:
                return None
            change = Change(self.clock.now(), "renting", f"no clear answer: {error.sentence}")
            return Step(now.noting(outcome=Outcome.UNKNOWN), change)

        return await self._changed(session, decide)

    async def _nothing_made(self, session: Session, error: ProviderError) -> None:
        sentence = GONE if isinstance(error, ChooseAnother) else error.sentence
        await self._changed(session, lambda now: nothing_made(now, sentence, self.clock))
        self.wake()
        if isinstance(error, ChooseAnother):
            self.quoting.market.evict(session.offer)
            if (host := host_key(session.offer)) is not None:
                await self.quoting.hosts.note(host, started=False, at=self.clock.now())

    async def _told_nothing(self, session: Session, error: ProviderError, asker: Asker) -> Refusal:
        if isinstance(error, ChooseAnother):
            return await self.quoting.gone(session.offer, asker)
        return Refusal(_kind(error), error.sentence)

    async def _changed(
        self, session: Session, decide: Callable[[Session], Step | None]
    ) -> Session:
        changed = await change_it(self.sessions, session.id, decide)
        self.wake()
        return changed or session

    def start_by(self, session: Session) -> timedelta:
        return timedelta(seconds=self.houses[session.offer.provider].rents.start_limit_s)


def made(session: Session, instance_id: InstanceId, renting: Renting) -> Step | None:
    """The machine is known. Whoever pressed End meanwhile has it ended."""
    now = renting.clock.now()
    if session.rented.instance_id is not None:
        return None  # found by its label already; a second machine under it is ended as a twin
    facts = {"instance_id": instance_id, "made_at": now, "outcome": Outcome.MADE}
    change = Change(now, "renting", f"the marketplace made machine {instance_id}")
    if session.state is SessionState.RENTING:
        start_by = now + renting.start_by(session)
        started = session.to(SessionState.STARTING, start_by=start_by, **facts)
        return Step(started.due(now), change)
    if session.state is SessionState.ENDING:
        return Step(session.noting(**facts).due(now), change)
    return None


def nothing_made(session: Session, sentence: str, clock: Clock) -> Step | None:
    """The marketplace itself has shown that there is no machine."""
    now = clock.now()
    facts = {"outcome": Outcome.NOTHING, "failure": sentence, "gone_at": now}
    change = Change(now, "renting", f"nothing was made: {sentence}")
    if session.state is SessionState.RENTING:
        failed = session.to(SessionState.FAILED, **facts).due(None)
        return Step(failed, change, to_thread_and_renter(failed, NoticeKind.NOTHING_MADE)[:1])
    if session.state is SessionState.ENDING and session.rented.instance_id is None:
        return Step(session.to(SessionState.ENDED, **facts).due(None), change)
    return None


def _accepted(quote: Quote, form: RentForm) -> Decimal:
    """The highest price that this person has said yes to, at the wanted disk."""
    shown = quote.offer.price
    disk = shown.disk * form.disk_gb / quote.offer.disk_gb if quote.offer.disk_gb else shown.disk
    at_form = shown.gpu + shown.cpu_ram + disk
    if quote.needs_second_yes and not form.accepts_price:
        return Decimal(0)
    return at_form + NOTHING


def _traffic_rose(quote: Quote, offer: Offer) -> bool:
    """Since the window was opened; what was not stated then may be anything."""
    shown, now = quote.offer.price, offer.price
    pairs = (
        (shown.download_usd_per_gb, now.download_usd_per_gb),
        (shown.upload_usd_per_gb, now.upload_usd_per_gb),
    )
    return any(new is not None and (old is None or new > old) for old, new in pairs)


def _kind(error: ProviderError) -> RefusalKind:
    kinds = (kind for error_type, kind in _KINDS if isinstance(error, error_type))
    return next(kinds, RefusalKind.TROUBLE)
