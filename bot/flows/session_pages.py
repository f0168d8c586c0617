"""Sessions in lists, and one whole, as far as whoever asks may see them."""

from dataclasses import dataclass, replace

from bot.flows.control import NO_SUCH
from bot.flows.permits import Permits
from bot.flows.ports import Sessions
from bot.rules.answers import SessionEvent, SessionPage, SessionsPage, Told
from bot.rules.lost_records import lost_sentence
from bot.rules.places import Asker
from bot.rules.sessions import Session, SessionId
from providers.clock import Clock

LISTED = 15


@dataclass(frozen=True, slots=True)
class SessionPages:
    sessions: Sessions
    permits: Permits
    clock: Clock

    async def mine(self, asker: Asker) -> SessionsPage:
        listed = await self.sessions.rented_by(asker.place.team_id, asker.user_id, LISTED)
        lost = lost_sentence(await self.sessions.live(), asker)
        return replace(self._listed(listed, asker, everyone=False), besides=lost)

    async def everyones(self, asker: Asker) -> SessionsPage | Told:
        refused = self.permits.may_look(asker)
        if refused is not None:
            return Told(refused)
        return self._listed(await self.sessions.recent(LISTED), asker, everyone=True)

    def _listed(
        self, sessions: tuple[Session, ...], asker: Asker, *, everyone: bool
    ) -> SessionsPage:
        theirs = frozenset(each.id for each in sessions if self.permits.acts_on(asker, each))
        return SessionsPage(sessions, everyone, self.clock.now(), theirs)

    async def page(self, session_id: SessionId, asker: Asker) -> SessionPage | Told:
        """Its history is for those who may act on it."""
        session = await self.sessions.get(session_id)
        if session is None or session.rental is None:
            return Told(NO_SUCH)
        may_act = self.permits.acts_on(asker, session)
        refused = None if may_act else self.permits.may_look(asker)
        if refused is not None:
            return Told(refused)
        events = await self.sessions.events(session_id) if may_act else ()
        return SessionPage(
            session,
            tuple(SessionEvent(e.at, e.who, e.new, e.why) for e in events),
            mine=session.rented.renter.user_id == asker.user_id,
            may_act=may_act,
            now=self.clock.now(),
        )
