"""Machines with our label that no live session knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.rules.places import Asker
from bot.rules.rentals import RESCUED_FOR, Outcome, Rental, cost
from bot.rules.sessions import Session, SessionId, SessionState
from providers.instances import Instance, InstanceId
from providers.models import Gpu, Location, Offer, OfferId, Price, PricingKind, ProviderName

GRACE = timedelta(minutes=10)
"""Between the announcement and the end of an orphan, unless somebody keeps it."""
RESCUE_FOR = timedelta(minutes=10)
"""So long after a database saw a marketplace's first complete listing, a machine that the database
does not know is taken for one whose record was lost, and not for an orphan."""
NOBODY = "nobody"
"""The renter of a rescued machine where the policy names no admin."""


class OrphanState(StrEnum):
    ANNOUNCED = "announced"
    KEPT = "kept"
    """It has a session now."""
    ENDING = "ending"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Orphan:
    id: SessionId
    """Of its own, for buttons; the session's when it is kept."""
    provider: ProviderName
    instance_id: InstanceId
    label: str
    origin: str
    account_id: str | None
    instance: Instance
    """As last seen."""
    state: OrphanState
    found_at: datetime
    seen_at: datetime
    end_at: datetime
    absent_since: datetime | None = None
    """The first complete listing in a row without it."""
    tries: int = 0
    trouble: str = ""
    told: int = 0
    """How often people were told that it will not die."""
    told_at: datetime | None = None
    version: int = 0

    @property
    def usd_per_hour(self) -> Decimal | None:
        return self.instance.usd_per_hour

    def lost_so_far(self, now: datetime) -> Decimal | None:
        """USD since its end was due, where its price is stated."""
        usd = self.instance.usd_per_hour_now
        return None if usd is None else cost(usd, now - self.end_at)


def session_of(orphan: Orphan, owner: Asker, now: datetime) -> Session:
    """A session of a machine that is there already. What nobody knows stays unknown or zero."""
    instance = orphan.instance
    usd = instance.usd_per_hour or Decimal(0)
    offer = Offer(
        provider=orphan.provider,
        offer_id=OfferId(""),
        pricing=instance.pricing or PricingKind.ON_DEMAND,
        gpu=instance.gpu or Gpu("unknown GPU", 1, None, known=False),
        price=Price(usd, Decimal(0), Decimal(0)),
        disk_gb=Decimal(0),
        location=instance.location or Location(None, "not stated"),
        seen_at=now,
        machine_id=instance.machine_id,
    )
    rental = Rental(
        renter=owner,
        label=orphan.label,
        origin=orphan.origin,
        account_id=orphan.account_id,
        image="",
        ssh_public_key="",
        note="",
        pressed_at=now,
        ends_at=now + RESCUED_FOR,
        usd_per_hour=usd,
        outcome=Outcome.MADE,
        instance_id=orphan.instance_id,
        instance=instance,
        seen_at=now,
        made_at=now,
        ready_at=now,
        key_attached=True,
        rescued=True,
    )
    return Session(orphan.id, SessionState.RUNNING, offer, owner, now, rental, now)
