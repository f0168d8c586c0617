"""Ending: destroy, look again, and again, until the marketplace itself shows that it is gone."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.flows.changes import Step
from bot.flows.houses import House, Houses
from bot.flows.looking import Looking
from bot.flows.ports import Change, Timing
from bot.flows.saying import alarm, receipt
from bot.flows.starting import GUARD
from bot.rules import dying
from bot.rules.notices import Notice
from bot.rules.rentals import Ending, EndReason
from bot.rules.sessions import Session, SessionState
from providers.clock import Clock
from providers.errors import InstanceGone, ProviderError
from providers.instances import InstanceId

SHOWN_LATE = timedelta(seconds=60)
"""For so long a new machine may be missing from what the marketplace shows."""
_PERSONAL = 2
"""From that many times told on, renter and admins were told themselves."""


@dataclass(frozen=True, slots=True)
class Dying:
    houses: Houses
    looking: Looking
    clock: Clock
    timing: Timing

    async def step(self, session: Session) -> Step | None:
        rental = session.rented
        ending = rental.ending or Ending(EndReason.ASKED, GUARD, self.clock.now())
        house = self.houses[session.offer.provider]
        if rental.instance_id is None:
            try:
                return await self.looking.step(session)
            except ProviderError as error:
                return self._not_yet(session, dying.refused(ending, error.sentence), house)
        ending = await self._tried(house, session, rental.instance_id, ending)
        session = session.noting(ending=ending)
        if dying.proved(ending, house.rents.proof) and not self._is_young(session):
            return self._proved(session)
        return self._not_yet(session, ending, house)

    def _is_young(self, session: Session) -> bool:
        """A machine made just now may not be shown yet: that is no proof of its end."""
        made_at = session.rented.made_at
        return made_at is not None and self.clock.now() - made_at < SHOWN_LATE

    async def _tried(
        self, house: House, session: Session, instance_id: InstanceId, ending: Ending
    ) -> Ending:
        """With another account's key nothing is asked. Where nobody says whose key it is, the
        destroy call goes out all the same, since it can meet no other machine; but nothing that
        is said then counts."""
        doubt = ""
        try:
            whose = await house.whose()
        except ProviderError as error:
            doubt = error.sentence
        else:
            if whose.is_another(session.rented):
                why = f"The key for {house.rents.title} is not the one of this machine's account."
                return dying.refused(dying.present(ending), why)
            if not whose.speaks_of(session.rented):
                doubt = f"{house.rents.title} does not say whose key this is."
        if dying.should_destroy(ending, self.clock.now()):
            ending = await self._destroyed(house, instance_id, ending)
        if doubt:
            return dying.unanswered(dying.present(ending), doubt)
        return await self._looked(house, instance_id, ending)

    async def _destroyed(self, house: House, instance_id: InstanceId, ending: Ending) -> Ending:
        try:
            await house.rents.end(instance_id)
        except ProviderError as error:
            return dying.refused(ending, error.sentence)
        return dying.accepted(ending, self.clock.now())

    async def _looked(self, house: House, instance_id: InstanceId, ending: Ending) -> Ending:
        asked_at = self.clock.now()
        try:
            await house.rents.instance(instance_id)
        except InstanceGone:
            return await self._listed(house, instance_id, ending.with_changes(word_at=asked_at))
        except ProviderError as error:
            return dying.unanswered(ending, error.sentence)
        return dying.present(ending)

    async def _listed(self, house: House, instance_id: InstanceId, ending: Ending) -> Ending:
        if not house.rents.proof.lists:
            return ending
        try:
            machines = await house.machines(self.clock.now())
        except ProviderError as error:
            return dying.unanswered(ending, error.sentence)
        if instance_id in machines.by_id():
            return dying.present(ending)
        return dying.absent(ending, machines.asked_at)

    def _proved(self, session: Session) -> Step:
        now = self.clock.now()
        ended = session.to(SessionState.ENDED, gone_at=now).due(None)
        why = "the marketplace shows that the machine is gone"
        return Step(ended, Change(now, GUARD, why), (receipt(ended),))

    def _not_yet(self, session: Session, ending: Ending, house: House) -> Step:
        now = self.clock.now()
        said, ending = self._trouble(session, ending)
        session = session.noting(ending=ending)
        due = now + timedelta(seconds=dying.wait_s(ending, house.rents.proof))
        if dying.is_loud(ending):
            due = min(due, self._next_word(ending))
        why = f"not gone yet: {ending.trouble or 'still shown'}" if said else ""
        return Step(session.due(due), Change(now, GUARD, why), said)

    def _next_word(self, ending: Ending) -> datetime:
        """When people are told next that it will not die."""
        if ending.told_at is None:
            return ending.since
        if ending.told < _PERSONAL:
            return ending.since + timedelta(seconds=self.timing.trouble_dm_s)
        return ending.told_at + timedelta(seconds=self.timing.trouble_again_s)

    def _trouble(self, session: Session, ending: Ending) -> tuple[tuple[Notice, ...], Ending]:
        """In the thread from the second failed try; later to the renter and the admins, and then
        again and again."""
        now = self.clock.now()
        if not dying.is_loud(ending) or now < self._next_word(ending):
            return (), ending
        lasts = now - ending.since
        personal = lasts >= timedelta(seconds=self.timing.trouble_dm_s)
        minutes = str(int(lasts.total_seconds()) // 60)
        said = alarm(session, ending.told, personal=personal, minutes=minutes)
        told = max(_PERSONAL, ending.told + 1) if personal else ending.told + 1
        return said, ending.with_changes(told=told, told_at=now)
