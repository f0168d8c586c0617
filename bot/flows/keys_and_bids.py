"""What a renter has done to a machine at its marketplace: a key put there, a bid raised."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from bot.flows.changes import Step, change_it, change_once
from bot.flows.control import ALREADY, NO_SUCH, OVER
from bot.flows.houses import Houses
from bot.flows.permits import Permits
from bot.flows.ports import Change, Renters, Sessions
from bot.rules.answers import Told
from bot.rules.places import Asker
from bot.rules.sessions import Session, SessionId, SessionState
from providers.clock import Clock
from providers.errors import ProviderError, Unsupported

_BID_STAYS = "wait until your bid wins again, or end the machine."


@dataclass(frozen=True, slots=True)
class KeysAndBids:
    sessions: Sessions
    renters: Renters
    houses: Houses
    permits: Permits
    clock: Clock
    wake: Callable[[], None]

    async def try_key(self, session_id: SessionId, asker: Asker) -> Told:
        """The renter's saved key once more, onto this machine."""
        session = await self.sessions.get(session_id)
        if session is None or session.rental is None or session.rented.instance_id is None:
            return Told(NO_SUCH)
        if session.rented.renter.user_id != asker.user_id:
            return Told("Only the renter's own key goes onto this machine.")
        if session.state not in {SessionState.STARTING, SessionState.RUNNING}:
            return Told(OVER.get(session.state, NO_SUCH))
        renter = await self.renters.get(asker.place.team_id, asker.user_id)
        saved = None if renter is None else renter.ssh_public_key
        rents = self.houses[session.offer.provider].rents
        try:
            await rents.attach_key(
                session.rented.instance_id, saved or session.rented.ssh_public_key
            )
        except Unsupported:
            return Told(
                f"{rents.title} takes a key only when a machine is made. Take another machine"
                " with the right key."
            )
        except ProviderError as error:
            return Told(f"{error.sentence} Try again in a minute.")
        return Told("Your key was sent to the machine again. It works within 15 seconds.")

    async def raise_bid(self, session_id: SessionId, asker: Asker, delivery: str) -> Told:
        session = await self.sessions.get(session_id)
        if session is None or session.rental is None:
            return Told(NO_SUCH)
        refused = self.permits.against_acting(asker, session)
        refused = refused or self._against_raising(session)
        bid, instance_id = session.rented.raise_to, session.rented.instance_id
        if refused is not None or bid is None or instance_id is None:
            return Told(refused or "The marketplace does not say which bid would be enough.")
        raising = self._raising(asker, bid)
        noted = await change_once(self.sessions, session_id, raising, delivery)
        self.wake()
        if noted is None or noted.rented.bid_usd_per_hour != bid:
            return Told(ALREADY)
        try:
            await self.houses[session.offer.provider].rents.raise_bid(instance_id, bid)
        except ProviderError as error:
            await change_it(self.sessions, session_id, self._offered_again(asker, bid))
            return Told(
                f"{error.sentence} Whether the bid was raised shows in a minute; if not, press"
                " Raise again."
            )
        return Told(f"The bid is ${bid}/h now, disk on top. The machine goes on when it wins.")

    def _raising(self, asker: Asker, bid: Decimal) -> Callable[[Session], Step | None]:
        """Written before the call leaves: what it costs then is no news."""

        def decide(newest: Session) -> Step | None:
            if newest.state is not SessionState.RUNNING or newest.rented.raise_to != bid:
                return None
            now = self.clock.now()
            price = replace(newest.offer.price, gpu=bid)
            raised = newest.noting(
                bid_usd_per_hour=bid,
                usd_per_hour=price.usd_per_hour,
                raise_to=None,
                raised_at=now,
            )
            return Step(raised.due(now), Change(now, asker.user_id, f"bids ${bid}/h"))

        return decide

    def _offered_again(self, asker: Asker, bid: Decimal) -> Callable[[Session], Step | None]:
        """Nobody knows whether the marketplace took it, and the same bid twice does no harm."""

        def decide(newest: Session) -> Step | None:
            if newest.rented.bid_usd_per_hour != bid or newest.rented.troubled_since is None:
                return None
            again = newest.noting(raise_to=bid, raised_at=None)
            return Step(again, Change(self.clock.now(), asker.user_id, "the bid had no answer"))

        return decide

    def _against_raising(self, session: Session) -> str | None:
        bid = session.rented.raise_to
        if session.state is not SessionState.RUNNING or bid is None:
            return OVER.get(session.state, "It was not outbid, or the bid was raised already.")
        problems = self.permits.policies.current().problems
        if problems:
            return f"The policy file is wrong, so no bid is raised: {problems[0]}"
        price = replace(session.offer.price, gpu=bid)
        return self.permits.against(replace(session.offer, price=price), _BID_STAYS)
