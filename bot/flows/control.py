"""What a renter or an admin does about a session: each checked again at the moment it acts."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from bot.flows.changes import Step, change_it, change_once
from bot.flows.permits import Permits
from bot.flows.ports import Change, Repeated, Sessions
from bot.flows.quoting import Quoting
from bot.flows.saying import notice, receipt
from bot.flows.starting import ending_step
from bot.rules.answers import Told
from bot.rules.notices import Audience, NoticeKind
from bot.rules.places import Asker
from bot.rules.quotes import Refusal, RefusalKind
from bot.rules.rentals import WAIT_LONGER, EndReason
from bot.rules.sessions import Session, SessionId, SessionState
from providers.clock import Clock

NO_SUCH = "There is no such session. `/gpu sessions` lists yours."
OLDER = "Its messages from before its record was lost are out of date."
NO_RECORD = (
    "I have no record of this any more, so this message is out of date. If its machine still runs,"
    " I find it by its label, and the admins own it from then on. `/gpu sessions` lists yours."
)
"""For a button, which was made for a session that was there."""
ALREADY = "That was done already."
_NO_OTHER = "Nothing like it costs at most 10 % more right now. Try /gpu find."
_KEEP_NOT = "end it, or ask an admin to keep it."
OVER = {
    SessionState.ENDING: "It is being ended already.",
    SessionState.ENDED: "Its machine is gone already.",
    SessionState.FAILED: "Nothing was made, so there is nothing to do.",
    SessionState.OFFERED: "Nobody has rented it.",
    SessionState.EXPIRED: "Nobody has rented it.",
}


@dataclass(frozen=True, slots=True)
class Control:
    sessions: Sessions
    quoting: Quoting
    permits: Permits
    clock: Clock
    wake: Callable[[], None]

    async def end(self, session_id: SessionId, asker: Asker, delivery: str) -> Told:
        """Of a machine that is not yet known too: it is ended as soon as it is."""

        def decide(session: Session) -> Step:
            why = "pressed End"
            now = self.clock.now()
            return ending_step(session, EndReason.ASKED, asker.user_id, why, now)

        live = {SessionState.RENTING, SessionState.STARTING, SessionState.RUNNING}
        done = "Ending it. Its message tells when the marketplace shows that it is gone."
        return await self._act(session_id, asker, live, decide, done, delivery)

    async def extend(
        self, session_id: SessionId, asker: Asker, hours: Decimal, delivery: str
    ) -> Told:
        """Refused beyond the host's end and beyond the policy's hours, with the reason."""
        refused = await self._against(session_id, asker, lambda it: self._not_longer(it, hours))
        if refused is not None:
            return Told(refused)

        def decide(session: Session) -> Step | None:
            if self._not_longer(session, hours) is not None:
                return None
            now = self.clock.now()
            longer = session.noting(
                ends_at=session.rented.ends_at + timedelta(hours=1) * float(hours)
            ).due(now)
            facts = {"hours": f"{hours:g}", "by": asker.user_id}
            ends = longer.rented.ends_at
            said = notice(longer, NoticeKind.EXTENDED, Audience.THREAD, at=ends, facts=facts)
            change = Change(now, asker.user_id, f"extended by {hours:g} h")
            return Step(longer, change, (said,))

        live = {SessionState.STARTING, SessionState.RUNNING}
        done = f"Extended by {hours:g} h."
        return await self._act(session_id, asker, live, decide, done, delivery)

    async def keep(self, session_id: SessionId, asker: Asker, delivery: str) -> Told:
        """A machine that is not the one on the card."""
        refused = await self._against(
            session_id, asker, lambda it: self._against_keeping(it, asker)
        )
        if refused is not None:
            return Told(refused)

        def decide(session: Session) -> Step | None:
            if session.rented.mismatch is None:
                return None
            now = self.clock.now()
            kept = session.noting(mismatch=None).due(now)
            return Step(kept, Change(now, asker.user_id, "kept although it differs"))

        live = {SessionState.STARTING, SessionState.RUNNING}
        return await self._act(session_id, asker, live, decide, "Kept as it is.", delivery)

    async def wait(self, session_id: SessionId, asker: Asker, delivery: str) -> Told:
        """For a machine that is not ready."""

        def decide(session: Session) -> Step:
            now = self.clock.now()
            later = session.noting(start_by=now + WAIT_LONGER, asked_at=None).due(now)
            return Step(later, Change(now, asker.user_id, "waits 10 minutes more"))

        done = "Waiting 10 minutes more."
        starting = {SessionState.STARTING}
        return await self._act(session_id, asker, starting, decide, done, delivery)

    async def another(self, session_id: SessionId, asker: Asker, delivery: str) -> Told | Refusal:
        """Offers the nearest, and ends this one, where it is not over; where there is none, the
        renter decides about it."""
        session = await self.sessions.get(session_id)
        if session is None or session.rental is None:
            return Told(NO_SUCH)
        refused = self.permits.against_acting(asker, session)
        if refused is not None:
            return Told(refused)
        over = {SessionState.ENDING, SessionState.ENDED}
        known = f"{OVER[session.state]} " if session.state in over else ""
        lives = session.is_live and session.state is not SessionState.ENDING
        nearest = await self.quoting.nearest(session.offer, asker)
        if not nearest:
            left = " This machine is left as it is: wait, or end it." if lives else ""
            return Told(f"{known}{_NO_OTHER}{left}")
        if lives:
            await self.end(session_id, asker, delivery)
        return Refusal(RefusalKind.GONE, known.strip(), nearest)

    async def close_by_hand(self, session_id: SessionId, asker: Asker, delivery: str) -> Told:
        """An admin says that it is gone: recorded as that, never as proved."""
        if not self.permits.is_admin(asker):
            return Told("Only an admin may close a session by hand.")

        def decide(session: Session) -> Step | None:
            if session.state is not SessionState.ENDING:
                return None
            now = self.clock.now()
            closed = session.to(SessionState.ENDED, gone_at=now, closed_by_hand=asker.user_id).due(
                None
            )
            why = "closed by hand: nothing was proved"
            return Step(closed, Change(now, asker.user_id, why), (receipt(closed),))

        changed = await change_once(self.sessions, session_id, decide, delivery)
        self.wake()
        if changed is None or changed.rented.closed_by_hand != asker.user_id:
            return Told("Only a session that is being ended can be closed by hand.")
        return Told("Closed by hand. Nothing was proved; look at the marketplace yourself.")

    async def _act(
        self,
        session_id: SessionId,
        asker: Asker,
        states: set[SessionState],
        decide: Callable[[Session], Step | None],
        done: str,
        delivery: str,
    ) -> Told:
        session = await self.sessions.get(session_id)
        if session is None or session.rental is None:
            return Told(NO_SUCH)
        refused = self.permits.against_acting(asker, session)
        if refused is not None:
            return Told(refused)
        acted: list[Session] = []

        def checked(newest: Session) -> Step | None:
            step = decide(newest) if newest.state in states else None
            acted[:] = [] if step is None else [newest]
            return step

        try:
            newest = await change_it(self.sessions, session_id, checked, delivery)
        except Repeated:
            return Told(ALREADY)
        self.wake()
        if acted:
            if acted[0].rented.rescued:
                return Told(f"{done} {OLDER}")
            return Told(done, is_done=True)
        state = SessionState.ENDED if newest is None else newest.state
        return Told(OVER.get(state, "That is not possible as things stand now."))

    async def _against(
        self, session_id: SessionId, asker: Asker, why_not: Callable[[Session], str | None]
    ) -> str | None:
        """Whoever may not act on it at all hears that, later, and no details."""
        session = await self.sessions.get(session_id)
        if session is None or not self.permits.acts_on(asker, session):
            return None
        return why_not(session)

    def _against_keeping(self, session: Session, asker: Asker) -> str | None:
        """What came must be allowed too; an admin may keep it all the same."""
        instance = None if session.rental is None else session.rented.instance
        if instance is None or self.permits.is_admin(asker):
            return None
        offer = session.offer
        price = instance.usd_per_hour or session.rented.usd_per_hour
        came = replace(
            offer,
            gpu=instance.gpu or offer.gpu,
            location=instance.location or offer.location,
            price=replace(offer.price, gpu=price, cpu_ram=Decimal(0), disk=Decimal(0)),
        )
        return self.permits.against(came, _KEEP_NOT)

    def _not_longer(self, session: Session, hours: Decimal) -> str | None:
        if session.state not in {SessionState.STARTING, SessionState.RUNNING}:
            return OVER.get(session.state)
        return self.permits.extension(session.rented, hours)
