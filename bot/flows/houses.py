"""Marketplaces as the flows rent from them: whose key it is, and the newest complete listing."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.rules.rentals import Rental
from providers.base import Rents
from providers.clock import Clock
from providers.errors import BadAnswer, TryLater
from providers.models import Account, Instance, InstanceId, ProviderName

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

    def __init__(self, rents: Rents, clock: Clock) -> None:
        self.rents = rents
        self._clock = clock
        self._account: tuple[datetime, Account] | None = None
        self._machines: Machines | None = None
        self._lock = asyncio.Lock()

    async def account(self, *, newer_than: datetime | None = None) -> Account:
        """As asked lately; after `newer_than` when that is given."""
        now = self._clock.now()
        least = now - KNOWN_FOR if newer_than is None else newer_than
        known = self._account
        if known is not None and known[0] >= least:
            return known[1]
        try:
            account = await self.rents.account()
        except (TryLater, BadAnswer):
            if known is None or newer_than is not None:
                raise
            return known[1]  # whose key it is does not change while it is down
        if account.account_id is None and known is not None:
            # TensorDock answers 404 when it is down, as if it had no test of keys.
            account = replace(account, account_id=known[1].account_id)
        self._account = (now, account)
        return account

    async def whose(self) -> Whose:
        return Whose(self.rents.origin, (await self.account()).account_id)

    async def machines(self, not_before: datetime) -> Machines:
        """A listing that was asked for at `not_before` or later. Callers at once share one."""
        async with self._lock:
            known = self._machines
            if known is not None and known.asked_at >= not_before:
                return known
            whose = await self.whose()
            asked_at = self._clock.now()
            instances = await self.rents.instances()
            self._machines = Machines(whose, asked_at, instances)
            return self._machines


Houses = Mapping[ProviderName, House]
