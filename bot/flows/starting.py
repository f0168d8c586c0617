"""From the machine that was made to the SSH server that answers."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.flows.changes import Step
from bot.flows.houses import Houses
from bot.flows.ports import Change, Doors, Hosts, Market, Timing
from bot.flows.quoting import host_key
from bot.flows.saying import notice, to_thread_and_renter
from bot.rules import rentals, watching
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.rentals import SILENCE_ENDS, Ending, EndReason, Mismatch
from bot.rules.sessions import Session, SessionState
from providers.clock import Clock
from providers.errors import InstanceGone, ProviderError, Unsupported
from providers.instances import Instance, InstanceState, SshEndpoint

GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Starting:
    houses: Houses
    market: Market
    hosts: Hosts
    doors: Doors
    clock: Clock
    timing: Timing

    async def step(self, session: Session) -> Step:
        rental = session.rented
        rents = self.houses[session.offer.provider].rents
        if rental.ends_at <= self.clock.now():
            return self._ending(session, EndReason.TIME_UP, "the time is up")
        if rental.instance_id is None:
            raise LookupError(f"session {session.id} is starting without a machine")
        try:
            instance = await rents.instance(rental.instance_id)
        except InstanceGone:
            if rents.proof.lists:  # its word is worth little alone: the listings decide
                return await self._waiting(session)
            return await self.vanished(session)
        except ProviderError:  # nothing is concluded from a marketplace that cannot be asked
            return await self._waiting(session)
        session = self._seen(session, instance)
        if watching.is_dead(instance):
            await self._host_failed(session)
            reason = watching.dead_reason(instance)
            return self._failed(session, reason, f"the machine is {instance.state}")
        session = await self._with_key(session)
        return await self._judged(session)

    async def vanished(self, session: Session) -> Step:
        """The marketplace has shown enough of its absence."""
        await self._host_failed(session)
        return self._failed(session, EndReason.LOST, "the marketplace shows it no more")

    async def _judged(self, session: Session) -> Step:
        checked = mismatched(session, self.clock.now())
        if checked is not None:
            return checked
        if over(session, self.clock.now()):
            await self._host_failed(session)
            return self._failed(session, EndReason.NOT_AS_AGREED, "nobody wanted to keep it")
        door = await self._open_door(session)
        if door is not None:
            return await self._ready(session, door)
        return await self._waiting(session)

    def _seen(self, session: Session, instance: Instance) -> Session:
        rental = session.rented
        seen = rental.seen(watching.merged(rental.instance, instance), self.clock.now())
        return replace(session, rental=seen)

    async def _with_key(self, session: Session) -> Session:
        """To this machine, never to the account. Some hosts take it only once they run."""
        rental = session.rented
        if rental.key_attached or rental.instance_id is None:
            return session
        rents = self.houses[session.offer.provider].rents
        try:
            await rents.attach_key(rental.instance_id, rental.ssh_public_key)
        except Unsupported:
            return session.noting(key_attached=True)  # it came with the create call
        except ProviderError:
            return session  # tried again at the next look; the create call carried it too
        return session.noting(key_attached=True)

    async def _open_door(self, session: Session) -> SshEndpoint | None:
        instance = session.rented.instance
        if instance is None or instance.state is not InstanceState.RUNNING:
            return None
        for endpoint in instance.ssh:
            if await self.doors.greets(endpoint):
                return endpoint
        return None

    async def _ready(self, session: Session, door: SshEndpoint) -> Step:
        now = self.clock.now()
        instance = session.rented.instance
        if instance is not None:
            others = tuple(each for each in instance.ssh if each != door)
            instance = replace(instance, ssh=(door, *others))
        compared = instance is not None and rentals.is_comparable(instance)
        ready = session.to(
            SessionState.RUNNING,
            instance=instance,
            ready_at=now,
            carded_at=now,
            compared=session.rented.compared or compared,
        )
        host = host_key(session.offer)
        if host is not None:
            await self.hosts.note(host, started=True, at=now)
        said = notice(ready, NoticeKind.READY, Audience.RENTER)
        due = watching.next_moment(ready.rented, now)
        return Step(ready.due(due), Change(now, GUARD, "SSH answers"), (said,))

    async def _waiting(self, session: Session) -> Step:
        now = self.clock.now()
        rental = session.rented
        silence = timedelta(seconds=self.timing.silence_s)
        if rental.asked_at is not None and rental.asked_at + silence <= now:
            await self._host_failed(session)
            return self._failed(session, EndReason.NOT_READY, "nobody answered")
        if rental.start_by is not None and rental.start_by <= now and rental.asked_at is None:
            asked = session.noting(asked_at=now, start_by=now + silence)
            said = to_thread_and_renter(asked, NoticeKind.NOT_READY, now)
            change = Change(now, GUARD, "not ready in time: asked whether to wait")
            return Step(asked.due(self._poll(asked)), change, said)
        change = Change(now, GUARD, "")
        return Step(session.due(self._poll(session)), change)

    def _poll(self, session: Session) -> datetime:
        rental, now = session.rented, self.clock.now()
        moments = [now + timedelta(seconds=self.timing.poll_s), rental.ends_at]
        return max(now, min(moments))

    async def _host_failed(self, session: Session) -> None:
        """Remembered, and not offered again for some minutes."""
        self.market.evict(session.offer)
        host = host_key(session.offer)
        if host is not None:
            await self.hosts.note(host, started=False, at=self.clock.now())

    def _failed(self, session: Session, reason: EndReason, why: str) -> Step:
        said = to_thread_and_renter(session, NoticeKind.START_FAILED)
        return self._ending(session, reason, why, said)

    def _ending(
        self, session: Session, reason: EndReason, why: str, said: tuple[Notice, ...] = ()
    ) -> Step:
        return ending_step(session, reason, GUARD, why, self.clock.now(), said)


def ending_step(
    session: Session,
    reason: EndReason,
    who: str,
    why: str,
    now: datetime,
    said: tuple[Notice, ...] = (),
    **facts: object,
) -> Step:
    ending = Ending(reason, who, now)
    ended = session.to(SessionState.ENDING, ending=ending, gone_at=None, **facts).due(now)
    return Step(ended, Change(now, who, f"{reason}: {why}"), said)


def mismatched(session: Session, now: datetime) -> Step | None:
    """The machine that came is not the one on the card: said once, with time to keep it."""
    rental = session.rented
    if rental.mismatch is not None or rental.compared or rental.instance is None:
        return None
    found = rentals.differences(session.offer, rental.usd_per_hour, rental.instance)
    if not found:
        return None
    mismatch = Mismatch(found, now + SILENCE_ENDS)
    session = session.noting(mismatch=mismatch, compared=True).due(now + timedelta(seconds=5))
    said = to_thread_and_renter(session, NoticeKind.NOT_AS_AGREED)
    return Step(session, Change(now, GUARD, "it is not the machine on the card"), said)


def over(session: Session, now: datetime) -> bool:
    """Nobody said that a machine that is not as agreed is to be kept."""
    mismatch = session.rented.mismatch
    return mismatch is not None and mismatch.decide_by <= now
