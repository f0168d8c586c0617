"""Whether somebody may, asked again at the moment of each act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.flows.houses import Houses
from bot.flows.ports import InUse, Marks, Policies, Sessions
from bot.rules import policy as rules
from bot.rules.allowed import extension_refusal, hours_refusal, offer_refusal
from bot.rules.limits import limit_sentence
from bot.rules.orders import OrderId
from bot.rules.places import Asker
from bot.rules.quotes import Refusal, RefusalKind
from bot.rules.rentals import Rental
from bot.rules.sessions import Session
from providers.clock import Clock
from providers.models import Offer, ProviderName

UNWATCHED_AFTER = timedelta(minutes=10)
_LOOK_S, _LOOKS = 0.25, 16
"""How long a press waits for a list that it asked for."""
_RESCUED = (
    "The record of this machine was lost and the admins own it now; messages from before that are"
    " out of date."
)


def watched(name: ProviderName) -> str:
    """The fact that tells when a complete list of its machines was last seen."""
    return f"watched {name}"


@dataclass(frozen=True, slots=True)
class Permits:
    policies: Policies
    sessions: Sessions
    houses: Houses
    home_team: str
    clock: Clock
    marks: Marks
    look_now: Callable[[ProviderName], None]
    """Asks for a list of its machines; nothing happens where another process makes the lists."""

    async def refusal(
        self,
        asker: Asker,
        offer: Offer,
        hours: Decimal | None = None,
        order_id: OrderId | None = None,
    ) -> Refusal | None:
        """Why this person may not rent this, as things stand; for an order, which uses its own
        place."""
        policy = self.policies.current()
        who = self.who(asker)
        if who is not None:
            return who
        what = offer_refusal(policy, offer)
        if what is None and hours is not None:
            what = hours_refusal(policy, offer, hours, self.clock.now())
        if what is not None:
            return Refusal(RefusalKind.CEILING, what)
        return (
            self._no_key(offer)
            or await self._unwatched(offer, waits=order_id is None)
            or self.limit(await self.sessions.in_use(asker.place.team_id, asker.user_id, order_id))
        )

    def against(self, offer: Offer, next_step: str) -> str | None:
        """Why the policy does not allow this machine, which is rented already."""
        return offer_refusal(self.policies.current(), offer, next_step)

    def who(self, asker: Asker) -> Refusal | None:
        """Why this person may rent nothing at all."""
        why = self.may_rent(asker)
        if why is None:
            return None
        wrong = self.policies.current().problems
        return Refusal(RefusalKind.POLICY_WRONG if wrong else RefusalKind.NOT_ALLOWED, why)

    def allows(self, offer: Offer) -> bool:
        return offer_refusal(self.policies.current(), offer) is None

    def limit(self, in_use: InUse) -> Refusal | None:
        why = limit_sentence(in_use, self.policies.current())
        return None if why is None else Refusal(RefusalKind.LIMIT, why)

    def may_rent(self, asker: Asker) -> str | None:
        return rules.may_rent(self.policies.current(), asker, self.home_team)

    def against_acting(self, asker: Asker, session: Session) -> str | None:
        """Only the renter and admins; a wrong policy file stops nobody from ending. Whoever
        rented a machine that was rescued hears why it is theirs no longer."""
        rental, policy = session.rented, self.policies.current()
        refused = rules.may_act(policy, asker, rental.renter, self.home_team)
        return f"{_RESCUED} {refused}" if refused and rental.rescued else refused

    def acts_on(self, asker: Asker, session: Session) -> bool:
        """Nobody does on one that nobody rented."""
        return session.rental is not None and self.against_acting(asker, session) is None

    def may_look(self, asker: Asker) -> str | None:
        """At machines and orders of others."""
        return rules.may_look(self.policies.current(), asker, self.home_team)

    def is_admin(self, asker: Asker) -> bool:
        return rules.is_admin(self.policies.current(), asker, self.home_team)

    def extension(self, rental: Rental, hours: Decimal) -> str | None:
        policy = self.policies.current()
        return extension_refusal(policy, rental, hours, self.clock.now())

    async def _unwatched(self, offer: Offer, *, waits: bool) -> Refusal | None:
        """A machine that nobody would see, or end, is not rented: `serve` alone ends none.

        After this machine slept the last list is old, and the next may be half a minute away: a
        person waits for one that is made now, and an order is tried again anyway.
        """
        name, since = offer.provider, self.clock.now() - UNWATCHED_AFTER
        if await self._seen(name, since) or (waits and await self._seen_soon(name, since)):
            return None
        title = self.houses[offer.provider].rents.title
        sentence = (
            f"Machines at {title} cannot be watched just now, so none is rented there: it gave no"
            " complete list for a while, or neither `python -m bot run` nor `work` is running."
            " Press Rent again in half a minute."
        )
        return Refusal(RefusalKind.TROUBLE, sentence)

    async def _seen_soon(self, name: ProviderName, since: datetime) -> bool:
        self.look_now(name)
        for _ in range(_LOOKS):
            await self.clock.sleep(_LOOK_S)
            if await self._seen(name, since):
                return True
        return False

    async def _seen(self, name: ProviderName, since: datetime) -> bool:
        """A complete list that was asked for at that time or after it."""
        fact = await self.marks.remembered(watched(name))
        return fact is not None and datetime.fromisoformat(fact) >= since

    def _no_key(self, offer: Offer) -> Refusal | None:
        house = self.houses.get(offer.provider)
        if house is not None and house.rents.has_key:
            return None
        if house is None:
            return Refusal(RefusalKind.UNSUPPORTED, "Nothing can be rented there from here.")
        rents = house.rents
        sentence = (
            f"{rents.title} is searched without a key, and renting wants one: whoever runs this"
            f" bot has to set {rents.key_setting}."
        )
        return Refusal(RefusalKind.NO_KEY, sentence)
