"""Machines with our label that no live session knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.rules.sessions import SessionId
from providers.instances import Instance, InstanceId
from providers.models import ProviderName

GRACE = timedelta(minutes=10)
"""Between the announcement and the end of an orphan, unless somebody keeps it."""
RESCUE_FOR = timedelta(minutes=10)
"""So long after a database saw a marketplace's first complete listing, a machine that the database
does not know is taken for one whose record was lost, and not for an orphan."""


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
    told_at: datetime | None = None
    version: int = 0

    @property
    def usd_per_hour(self) -> Decimal | None:
        return self.instance.usd_per_hour
