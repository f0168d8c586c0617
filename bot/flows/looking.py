"""A create call without a clear answer: its machine is looked for by the label."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flows.changes import Step
from bot.flows.houses import Houses, Machines
from bot.flows.ports import Change
from bot.flows.renting import nothing_made
from bot.flows.starting import GUARD, ending_step
from bot.rules import watching
from bot.rules.rentals import LOOKS_S, Ending, EndReason, Outcome, Rental
from bot.rules.sessions import Session, SessionState
from providers.clock import Clock
from providers.instances import Instance, InstanceState

_APART = timedelta(seconds=30)
"""Of the last two listings that lacked it."""
NOT_FOUND = "The marketplace gave no clear answer, and no machine with our label turned up."


@dataclass(frozen=True, slots=True)
class Looking:
    houses: Houses
    clock: Clock

    async def step(self, session: Session) -> Step | None:
        """Also for a session that is ended before its machine is known. Raises `ProviderError`."""
        now = self.clock.now()
        if session.state is SessionState.RENTING and session.rented.ends_at <= now:
            why = "the time is up, and its machine was never seen"
            return ending_step(session, EndReason.TIME_UP, GUARD, why, now)
        machines = await self.houses[session.offer.provider].machines(now)
        return self.found_in(session, machines)

    def found_in(self, session: Session, machines: Machines) -> Step | None:
        if not machines.whose.speaks_of(session.rented):
            return None
        labelled = machines.labelled(session.rented.label)
        if labelled:
            return self.adopted(session, labelled[0])
        return self._missing(session, machines.asked_at)

    def adopted(self, session: Session, instance: Instance) -> Step | None:
        now = self.clock.now()
        rents = self.houses[session.offer.provider].rents
        facts = {
            "instance_id": instance.instance_id,
            "instance": instance,
            "seen_at": now,
            "made_at": session.rented.made_at or now,
            "outcome": Outcome.MADE,
            "start_by": now + timedelta(seconds=rents.start_limit_s),
        }
        change = Change(now, "reconcile", f"found machine {instance.instance_id} by its label")
        if session.state is SessionState.ENDING:
            return Step(session.noting(**facts).due(now), change)
        if session.state is not SessionState.RENTING:
            return None
        if instance.state is InstanceState.STOPPED:
            ending = Ending(watching.dead_reason(instance), "reconcile", now)
            ended = session.to(SessionState.ENDING, ending=ending, **facts)
            return Step(ended.due(now), change)
        return Step(session.to(SessionState.STARTING, **facts).due(now), change)

    def _missing(self, session: Session, asked_at: datetime) -> Step | None:
        rental = session.rented
        if rental.looked_at is not None and asked_at <= rental.looked_at:
            return None
        now = self.clock.now()
        late = asked_at - rental.pressed_at >= timedelta(seconds=LOOKS_S[-1])
        twice = rental.looked_at is not None and asked_at - rental.looked_at >= _APART
        if late and twice:
            return nothing_made(session, NOT_FOUND, self.clock)
        seen = session.noting(looks=rental.looks + 1, looked_at=asked_at)
        why = "no machine with the label yet"
        return Step(seen.due(next_look(rental, now)), Change(now, "reconcile", why), quiet=True)


def next_look(rental: Rental, now: datetime) -> datetime:
    """The next of the planned looks, or half a minute after the last one."""
    planned = (rental.pressed_at + timedelta(seconds=seconds) for seconds in LOOKS_S)
    return next((moment for moment in planned if moment > now), now + _APART)
