"""Machines with our label that no live session knows: announced, kept or ended, or rescued."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.flows.houses import House, Machines, Whose
from bot.flows.ports import Change, Conflict, Ids, Marks, Orphans, Policies, Sessions, Timing
from bot.flows.saying import card, rescued
from bot.flows.watch_ports import Watches
from bot.rules import watching
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.orphans import GRACE, NOBODY, RESCUE_FOR, Orphan, OrphanState, session_of
from bot.rules.places import Asker, Place
from bot.rules.rentals import NEW_DATABASE
from bot.rules.sessions import Session, SessionId, session_in_label
from providers.clock import Clock
from providers.errors import InstanceGone, ProviderError
from providers.instances import Instance
from providers.models import ProviderName

_LONGEST_PAUSE_S = 300.0


@dataclass(frozen=True, slots=True)
class OrphanKeeping:
    orphans: Orphans
    sessions: Sessions
    marks: Marks
    ids: Ids
    policies: Policies
    clock: Clock
    timing: Timing
    home_team: str
    watches: Watches
    met: dict[Whose, datetime] = field(default_factory=dict)
    """When this database saw the first complete listing of an account; that never changes."""

    async def found(
        self, house: House, machines: Machines, instance: Instance, *, rescue: bool
    ) -> None:
        instance = await _in_full(house, instance)
        if rescue and not await self._is_known(instance):
            await self._rescue(machines, instance)
            return
        now = self.clock.now()
        orphan = self._orphan(house, machines, instance, OrphanState.ANNOUNCED, now + GRACE)
        await self._open(orphan)

    async def twin(self, house: House, machines: Machines, instance: Instance) -> None:
        """A second machine of one press: nobody is asked whether to keep paying for it."""
        now = self.clock.now()
        instance = await _in_full(house, instance)
        orphan = self._orphan(house, machines, instance, OrphanState.ENDING, now)
        await self._open(orphan)

    async def look(self, house: House, machines: Machines) -> None:
        """Ends those whose time has come, until the marketplace shows that they are gone."""
        by_id = machines.by_id()
        for orphan in await self.orphans.known(house.rents.name):
            seen = by_id.get(orphan.instance_id)
            if not _is_theirs(orphan, machines.whose, seen):
                continue
            try:
                await self._one(house, machines.whose, orphan, seen)
            except (Conflict, ProviderError):
                continue  # the next look sees it as it is then

    async def _is_known(self, instance: Instance) -> bool:
        """Announced before its account was named: it stays what people were told it is."""
        known = await self.orphans.known(instance.provider)
        return any(each.instance_id == instance.instance_id for each in known)

    async def open_ones(self, name: ProviderName) -> list[Orphan]:
        """That may cost money and have no session."""
        known = await self.orphans.known(name)
        return [each for each in known if each.state is not OrphanState.KEPT]

    async def keep(self, orphan: Orphan, asker: Asker) -> Session | None:
        """Makes a session of it, owned by whoever pressed; None when it is too late."""
        if orphan.state is not OrphanState.ANNOUNCED:
            return None
        now = self.clock.now()
        kept = replace(orphan, state=OrphanState.KEPT)
        kept = await self.orphans.change(orphan, kept, [_decided(kept)])
        born = session_of(kept, asker, now)
        change = Change(now, asker.user_id, "kept a machine that no session knew")
        return await self.sessions.adopt(born, change, [card(born)])

    async def end(self, orphan: Orphan) -> None:
        """Before its time: somebody pressed End. Raises `Conflict`."""
        if orphan.state is OrphanState.ANNOUNCED:
            now = self.clock.now()
            ending = replace(orphan, state=OrphanState.ENDING, end_at=now)
            await self.orphans.change(orphan, ending, [_decided(ending)])

    async def is_rescue(self, house: House, machines: Machines) -> bool:
        """Of a database that has only just met this account, which may have lost its records.

        To be asked at each complete listing: the first one begins the time.
        """
        whose, now = machines.whose, self.clock.now()
        if whose not in self.met:
            name = f"met:{house.rents.name}:{whose.origin}:{whose.account_id}"
            self.met[whose] = await self.marks.first(name, now)
        return now - self.met[whose] <= RESCUE_FOR

    async def _rescue(self, machines: Machines, instance: Instance) -> None:
        now = self.clock.now()
        session_id = session_in_label(instance.label, self.ids.deployment)
        if session_id is None:
            return
        orphan = Orphan(
            session_id,
            instance.provider,
            instance.instance_id,
            instance.label or "",
            machines.whose.origin,
            machines.whose.account_id,
            instance,
            OrphanState.KEPT,
            now,
            now,
            now,
        )
        born = session_of(orphan, self._owner(), now)
        if await self._is_news_of_loss(now):
            born = born.noting(told=frozenset({NEW_DATABASE}))
        change = Change(now, "reconcile", "its record was lost: rescued")
        try:
            await self.sessions.adopt(born, change, [rescued(born), card(born)])
        except Conflict:
            return  # another process was faster

    async def _is_news_of_loss(self, now: datetime) -> bool:
        """The database is new, so more than this machine's record is missing, and no machine that
        was rescued before has told so."""
        earliest = await self.marks.earliest()
        if earliest is None or now - earliest > RESCUE_FOR or await self.watches.ever():
            return False
        return not any(session.rented.rescued for session in await self.sessions.live())

    async def _open(self, orphan: Orphan) -> None:
        try:
            await self.orphans.open(orphan, [_announced(orphan)])
        except Conflict:
            return  # known already

    async def _one(
        self, house: House, whose: Whose, orphan: Orphan, seen: Instance | None
    ) -> None:
        now = self.clock.now()
        if seen is not None:
            shown = replace(
                orphan,
                account_id=whose.account_id,
                instance=watching.merged(orphan.instance, seen),
                seen_at=now,
                absent_since=None,
            )
            orphan = await self.orphans.change(orphan, shown)
        if orphan.state is OrphanState.KEPT:
            await self._kept(orphan, seen)
        elif now >= orphan.end_at:
            await self._destroyed(house, orphan, seen)

    async def _kept(self, orphan: Orphan, seen: Instance | None) -> None:
        """Whoever kept it may have been killed before its session was written."""
        if seen is None or await self.sessions.get(orphan.id) is not None:
            return
        now = self.clock.now()
        born = session_of(orphan, self._owner(), now)
        change = Change(now, "reconcile", "kept, and its session was lost")
        await self.sessions.adopt(born, change, [card(born)])

    def _owner(self) -> Asker:
        admins = self.policies.current().admins
        return Asker(admins[0] if admins else NOBODY, Place(self.home_team, ""))

    async def _destroyed(self, house: House, orphan: Orphan, seen: Instance | None) -> None:
        """Tried at each look; gone when it is in no listing and the marketplace says so."""
        now = self.clock.now()
        trouble = ""
        try:
            await house.rents.end(orphan.instance_id)
        except ProviderError as error:
            trouble = error.sentence
        ending = replace(orphan, state=OrphanState.ENDING, tries=orphan.tries + 1, trouble=trouble)
        if seen is None and orphan.absent_since is None:
            ending = replace(ending, absent_since=now)
        if self._is_absent(house, orphan, seen):
            doubt = await _doubt(house, orphan)
            if doubt is None:
                gone = replace(ending, state=OrphanState.GONE)
                key = f"orphan-ended:{orphan.id}"
                said = Notice(NoticeKind.ORPHAN_ENDED, Audience.ADMINS, key, about=orphan.id)
                await self.orphans.change(orphan, gone, [said, _decided(gone), *_calmed(gone)])
                return
            ending = replace(ending, trouble=trouble or doubt)
        said_loudly, ending = self._trouble(ending, now)
        decided = [] if orphan.state is ending.state else [_decided(ending)]
        await self.orphans.change(orphan, ending, [*decided, *said_loudly])

    def _is_absent(self, house: House, orphan: Orphan, seen: Instance | None) -> bool:
        """This listing lacks it, and where that is needed an earlier one did."""
        proof = house.rents.proof
        if seen is not None or not proof.lists:
            return seen is None
        apart = timedelta(seconds=proof.apart_s)
        return orphan.absent_since is not None and self.clock.now() - orphan.absent_since >= apart

    def _trouble(self, orphan: Orphan, now: datetime) -> tuple[list[Notice], Orphan]:
        again = timedelta(seconds=self.timing.trouble_dm_s)
        quiet = orphan.told_at is not None and now - orphan.told_at < again
        if orphan.tries < 3 or quiet:
            return [], orphan
        minutes = str(int((now - orphan.end_at).total_seconds()) // 60)
        said = _alarm(orphan, orphan.told, minutes=minutes)
        return [said], replace(orphan, told=orphan.told + 1, told_at=now)

    def _orphan(
        self,
        house: House,
        machines: Machines,
        instance: Instance,
        state: OrphanState,
        end_at: datetime,
    ) -> Orphan:
        now = self.clock.now()
        return Orphan(
            id=SessionId(self.ids.session_id()),
            provider=house.rents.name,
            instance_id=instance.instance_id,
            label=instance.label or "",
            origin=machines.whose.origin,
            account_id=machines.whose.account_id,
            instance=instance,
            state=state,
            found_at=now,
            seen_at=now,
            end_at=end_at,
        )


def _announced(orphan: Orphan) -> Notice:
    return Notice(NoticeKind.ORPHAN, Audience.ADMINS, f"orphan:{orphan.id}", about=orphan.id)


def _decided(orphan: Orphan) -> Notice:
    """Edits what announced it: there is no more to press."""
    said = _announced(orphan)
    return replace(said, key=f"{said.key}:edit:{orphan.state}", facts={"edits": said.key})


def _alarm(orphan: Orphan, nth: int, **facts: str) -> Notice:
    key = f"orphan-trouble:{orphan.id}:{nth}"
    return Notice(NoticeKind.WILL_NOT_DIE, Audience.ADMINS, key, about=orphan.id, facts=facts)


def _calmed(orphan: Orphan) -> list[Notice]:
    """Edits every word of trouble, once it is over."""
    said = [_alarm(orphan, nth) for nth in range(orphan.told)]
    return [replace(each, key=f"{each.key}:gone", facts={"edits": each.key}) for each in said]


def _is_theirs(orphan: Orphan, whose: Whose, seen: Instance | None) -> bool:
    """One that was found while nobody named the account belongs to whoever shows it."""
    found_by = Whose(orphan.origin, orphan.account_id)
    unnamed = seen is not None and found_by == replace(whose, account_id=None)
    return found_by == whose or unnamed


async def _in_full(house: House, listed: Instance) -> Instance:
    """With its price, which TensorDock's list does not state."""
    if listed.usd_per_hour is not None:
        return listed
    try:
        return watching.merged(listed, await house.rents.instance(listed.instance_id))
    except ProviderError:
        return listed


async def _doubt(house: House, orphan: Orphan) -> str | None:
    """None when the marketplace's own word is that it is gone; else why that is not sure."""
    try:
        await house.rents.instance(orphan.instance_id)
    except InstanceGone:
        return None
    except ProviderError as error:
        return error.sentence
    return ""
