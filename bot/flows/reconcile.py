"""One complete listing of each marketplace, held against what the records say."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.flows.changes import Step, change_it, write
from bot.flows.houses import House, Houses, Machines
from bot.flows.looking import Looking
from bot.flows.orphans import OrphanKeeping
from bot.flows.permits import watched
from bot.flows.ports import Change, Conflict, Marks, Outbox, Sessions, Timing
from bot.flows.running import Running
from bot.flows.saying import came_back
from bot.flows.starting import Starting
from bot.rules import watching
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.rentals import Ending, EndReason
from bot.rules.sessions import OURS, Session, SessionState, session_in_label
from providers.clock import Clock
from providers.errors import FixTheKey, InstanceGone, ProviderError
from providers.instances import Account, Instance, InstanceId
from providers.models import ProviderName

_DAY = "%Y-%m-%d"
_LISTED_LATE = timedelta(seconds=60)
"""For so long a new machine may be missing from a complete list, and a dead one stand in it."""
_BLIND_AFTER = timedelta(minutes=5)
OnError = Callable[[ProviderName, Exception], None]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one look at all marketplaces brought."""

    machines: int
    failed: tuple[ProviderName, ...]


@dataclass(frozen=True, slots=True)
class Reconciling:
    houses: Houses
    sessions: Sessions
    orphans: OrphanKeeping
    looking: Looking
    starting: Starting
    running: Running
    marks: Marks
    outbox: Outbox
    clock: Clock
    timing: Timing
    deployment: str
    on_error: OnError

    async def tick(self) -> Reconciled:
        """Never raises for a marketplace."""
        names = list(self.houses)
        results = await asyncio.gather(*(self.look(name) for name in names))
        failed = tuple(name for name, seen in zip(names, results, strict=True) if seen is None)
        return Reconciled(sum(seen or 0 for seen in results), failed)

    async def look(self, name: ProviderName) -> int | None:
        """At one marketplace; returns its machines. A listing that is incomplete or odd changes
        nothing: None."""
        house, now = self.houses[name], self.clock.now()
        turn = now + timedelta(seconds=self.timing.reconcile_s * 0.8)
        if not await self.marks.take(f"reconcile {name}", now, turn):
            return 0  # another process looks
        if not house.rents.has_key:
            await self._blind(house, f"{house.rents.key_setting} is not set.")
            return 0
        try:
            machines = await house.machines(now)
        except ProviderError as error:
            self.on_error(name, error)
            if isinstance(error, FixTheKey) or await self._is_long(name, now):
                await self._blind(house, error.sentence)
            return None
        await self.marks.remember(watched(name), now.isoformat())
        await self._compare(house, machines)
        return len(machines.instances)

    async def _is_long(self, name: ProviderName, now: datetime) -> bool:
        """Since the last complete listing."""
        fact = await self.marks.remembered(watched(name))
        return fact is None or now - datetime.fromisoformat(fact) >= _BLIND_AFTER

    async def _blind(self, house: House, sentence: str) -> None:
        """Machines that cannot be watched: said each hour while there are any."""
        name = house.rents.name
        if not await self.sessions.live(name) and not await self.orphans.open_ones(name):
            return
        now = self.clock.now()
        facts = {"provider": name, "sentence": sentence}
        key = f"blind:{name}:{now:%Y-%m-%dT%H}"
        said = Notice(NoticeKind.KEY_TROUBLE, Audience.ADMINS, key, facts=facts)
        await self.outbox.put([said], now)

    async def _compare(self, house: House, machines: Machines) -> None:
        by_id = machines.by_id()
        live = [
            await self._named(each, machines, by_id)
            for each in await self.sessions.live(house.rents.name)
        ]
        ours = [each for each in live if machines.whose.speaks_of(each.rented)]
        if len(ours) < len(live):
            await self._other_account(house, machines)
        for session in ours:
            await self._guarded(house, self._session(house, session, machines, by_id))
        await self._strangers(house, machines)
        await self._guarded(house, self.orphans.look(house, machines))
        await self._credit(house, ours)

    async def _named(
        self, session: Session, machines: Machines, by_id: Mapping[InstanceId, Instance]
    ) -> Session:
        """A machine whose account was not named when it was rented belongs to whoever shows it."""
        rental, whose = session.rented, machines.whose
        shown = rental.instance_id in by_id or machines.labelled(rental.label)
        if rental.account_id is not None or whose.account_id is None or not shown:
            return session
        if whose.origin != rental.origin:
            return session
        named = session.noting(account_id=whose.account_id)
        change = Change(self.clock.now(), "reconcile", f"is of account {whose.account_id}")
        try:
            return await write(self.sessions, session, Step(named, change, quiet=True))
        except Conflict:
            return session  # changed meanwhile: at the next look

    async def _guarded(self, house: House, work: Awaitable[None]) -> None:
        """One machine's fault costs no other one its place in the comparison."""
        try:
            await work
        except (Conflict, ProviderError):
            return  # changed meanwhile, or its marketplace stumbled: the next look sees it
        except Exception as error:  # noqa: BLE001  told, and the others are compared
            self.on_error(house.rents.name, error)

    async def _session(
        self,
        house: House,
        session: Session,
        machines: Machines,
        by_id: Mapping[InstanceId, Instance],
    ) -> None:
        rental = session.rented
        step: Step | None = None
        if rental.instance_id is None:
            labelled = machines.labelled(rental.label)
            step = self.looking.adopted(session, labelled[0]) if labelled else None
        elif session.state in {SessionState.RUNNING, SessionState.STARTING}:
            instance = by_id.get(rental.instance_id)
            if instance is None:
                step = await self._absent(house, session, machines)
            elif session.state is SessionState.RUNNING:
                step = self.running.seen(session, instance)
        if step is not None:
            await write(self.sessions, session, step)

    async def _absent(self, house: House, session: Session, machines: Machines) -> Step | None:
        """Two complete listings without it, and then its own word, make it lost."""
        rental = session.rented
        if rental.made_at is not None and machines.asked_at - rental.made_at < _LISTED_LATE:
            return None  # a new machine is missing from the list for some seconds
        step = self.running.missing(session, machines.asked_at)
        if step is not None or rental.instance_id is None:
            return step
        try:
            instance = await house.rents.instance(rental.instance_id)
        except InstanceGone:
            if session.state is SessionState.STARTING:
                return await self.starting.vanished(session)
            return self.running.lost(session)
        if session.state is SessionState.RUNNING:
            return self.running.seen(session, instance)
        change = Change(self.clock.now(), "reconcile", "")
        return Step(session.noting(absent_since=None), change, quiet=True)

    async def _strangers(self, house: House, machines: Machines) -> None:
        """Machines with our label that no live session has: what came back, twins, orphans."""
        labels = [each.label for each in machines.instances if each.label]
        known = await self.sessions.of_labels([each for each in labels if each.startswith(OURS)])
        rescue = await self.orphans.is_rescue(house, machines)
        for instance in machines.instances:
            session = known.get(instance.label or "")
            ours = session_in_label(instance.label, self.deployment) is not None
            if session is None and not ours:
                continue  # another deployment's, or nobody's
            judged = self._stranger(house, machines, instance, session, rescue=rescue)
            await self._guarded(house, judged)

    async def _stranger(
        self,
        house: House,
        machines: Machines,
        instance: Instance,
        session: Session | None,
        *,
        rescue: bool,
    ) -> None:
        if session is not None and session.rented.instance_id == instance.instance_id:
            if session.state is SessionState.ENDED:
                await self._came_back(house, session, instance, machines)
        elif session is None or not session.is_live:
            rescue = rescue and session is None
            await self.orphans.found(house, machines, instance, rescue=rescue)
        elif session.rented.instance_id is not None:
            await self.orphans.twin(house, machines, instance)
        # Else it was written after our look at the records: adopted at the next one.

    async def _came_back(
        self, house: House, session: Session, instance: Instance, machines: Machines
    ) -> None:
        gone_at = session.rented.gone_at
        if gone_at is None or machines.asked_at <= gone_at:
            return  # the listing is older than the proof
        if machines.asked_at - gone_at < _LISTED_LATE and await _says_gone(house, instance):
            return  # the listing is behind
        now = self.clock.now()

        def decide(newest: Session) -> Step | None:
            if newest.state is not SessionState.ENDED or newest.rented.gone_at != gone_at:
                return None
            ending = Ending(EndReason.CAME_BACK, "reconcile", now)
            alive = newest.to(
                SessionState.ENDING, ending=ending, gone_at=None, closed_by_hand=None
            )
            seen = watching.merged(alive.rented.instance, instance)
            alive = replace(alive, rental=alive.rented.seen(seen, now))
            change = Change(now, "reconcile", "the machine came back after it was gone")
            return Step(alive.due(now), change, came_back(alive))

        await change_it(self.sessions, session.id, decide)

    async def _other_account(self, house: House, machines: Machines) -> None:
        now = self.clock.now()
        key = f"account:{house.rents.name}:{machines.whose.account_id}:{now.strftime(_DAY)}"
        facts = {"provider": house.rents.name}
        said = Notice(NoticeKind.OTHER_ACCOUNT, Audience.ADMINS, key, facts=facts)
        await self.outbox.put([said], now)

    async def _credit(self, house: House, ours: list[Session]) -> None:
        """Said once a day for each marketplace while what runs costs more than there is."""
        running = [each for each in ours if each.state is SessionState.RUNNING]
        if not running:
            return
        now = self.clock.now()
        try:
            account = await house.account(newer_than=now - timedelta(minutes=5))
        except ProviderError as error:
            self.on_error(house.rents.name, error)
            return
        needed = sum((_left(each, now) for each in running), Decimal(0))
        if account.credit_usd is None or account.credit_usd >= needed:
            return
        await self.outbox.put(_credit_low(house, account, needed, running, now), now)


async def _says_gone(house: House, instance: Instance) -> bool:
    try:
        await house.rents.instance(instance.instance_id)
    except InstanceGone:
        return True
    return False


def _left(session: Session, now: datetime) -> Decimal:
    rental = session.rented
    return rental.forecast(now) - rental.cost_until(now)


def _credit_low(
    house: House, account: Account, needed: Decimal, running: list[Session], now: datetime
) -> list[Notice]:
    facts = {
        "provider": house.rents.name,
        "credit": str(account.credit_usd),
        "needed": str(needed.quantize(Decimal("0.01"))),
    }
    day = now.strftime(_DAY)
    admins = Notice(
        NoticeKind.CREDIT_LOW, Audience.ADMINS, f"credit:{house.rents.name}:{day}", facts=facts
    )
    one_each = {each.rented.renter.user_id: each for each in running}
    renters = [
        replace(
            admins,
            audience=Audience.RENTER,
            key=f"{admins.key}:{user_id}",
            about=each.id,
            beside=(Audience.ADMINS,),
        )
        for user_id, each in one_each.items()
    ]
    return [admins, *renters]
