"""Marketplaces as the flows rent from them: whose key it is, and the newest complete listing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.flows.ports import Marks
from bot.rules.rentals import Rental
from providers.base import Rents
from providers.clock import Clock
from providers.errors import BadAnswer, TryLater
from providers.instances import Account, Instance, InstanceId
from providers.models import ProviderName

KNOWN_FOR = timedelta(minutes=10)
"""A key's account does not change while the process lives; asked again for its credit."""


@dataclass(frozen=True, slots=True)
class Whose:
    """A listing proves something only about machines of this origin and account."""

    origin: str
    account_id: str | None

    def speaks_of(self, rental: Rental) -> bool:
        return self == Whose(rental.origin, rental.account_id)

    def is_another(self, rental: Rental) -> bool:
        """Than the one of this machine. Neither is it where one of the two was never named."""
        if self.origin != rental.origin:
            return True
        return None not in {self.account_id, rental.account_id} and not self.speaks_of(rental)


@dataclass(frozen=True, slots=True)
class Machines:
    """A complete listing."""

    whose: Whose
    asked_at: datetime
    """Before the question left: what happened later may be missing."""
    instances: tuple[Instance, ...]

    def by_id(self) -> Mapping[InstanceId, Instance]:
        return {instance.instance_id: instance for instance in self.instances}

    def labelled(self, label: str) -> tuple[Instance, ...]:
        found = (instance for instance in self.instances if instance.label == label)
        return tuple(sorted(found, key=lambda each: each.instance_id))


class House:
    """One marketplace. Its methods raise `ProviderError` and nothing else."""

    def __init__(self, rents: Rents, clock: Clock, marks: Marks) -> None:
        self.rents = rents
        self._clock = clock
        self._marks = marks
        self._account: tuple[datetime, Account] | None = None
        self._machines: Machines | None = None
        self._lock = asyncio.Lock()

    async def account(self, *, newer_than: datetime | None = None) -> Account:
        """As asked lately; after `newer_than` when that is given.

        One key is one account's for ever: who it is outlives a call that fails, and TensorDock,
        which answers 404 when it is down as if it had no test of keys.
        """
        now = self._clock.now()
        least = now - KNOWN_FOR if newer_than is None else newer_than
        known = self._account
        if known is not None and least <= known[0] <= now:
            return known[1]
        try:
            account = await self.rents.account()
        except (TryLater, BadAnswer):
            account_id = None if newer_than is not None else await self._remembered()
            if account_id is None:
                raise
            return Account(account_id, None)
        if account.account_id is None:
            account = replace(account, account_id=await self._remembered())
        elif known is None or known[1].account_id != account.account_id:
            await self._marks.remember(self._fact, account.account_id)
        self._account = (now, account)
        return account

    @property
    def _fact(self) -> str:
        return f"account of {self.rents.name} {self.rents.key_print}"

    async def _remembered(self) -> str | None:
        return await self._marks.remembered(self._fact)

    async def whose(self) -> Whose:
        return Whose(self.rents.origin, (await self.account()).account_id)

    async def machines(self, not_before: datetime) -> Machines:
        """A listing that was asked for at `not_before` or later. Callers at once share one."""
        async with self._lock:
            known = self._machines
            if known is not None and not_before <= known.asked_at <= self._clock.now():
                return known
            whose = await self.whose()
            asked_at = self._clock.now()
            instances = await self.rents.instances()
            self._machines = Machines(whose, asked_at, instances)
            return self._machines


Houses = Mapping[ProviderName, House]
