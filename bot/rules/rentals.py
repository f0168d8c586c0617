"""What was rented, how it goes, and what it costs: the part of a session from the press on."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from bot.rules.places import Asker
from providers.instances import Instance, InstanceId, InstanceState
from providers.models import Offer

HOURS_TO_CHOOSE = (1, 2, 4, 8, 24)
DEFAULT_HOURS = 4
STEP_HOURS = Decimal("0.25")
"""Hours are rented and added in steps of it."""
WARN_BEFORE = (timedelta(minutes=15), timedelta(minutes=5))
"""Before the end, said once each."""
DEARER_BY = Decimal("1.01")
"""A machine that came at more than this times the agreed price is said and not kept silently."""
SILENCE_ENDS = timedelta(minutes=5)
"""How long a renter may think about a machine that is not the one on the card."""
WAIT_LONGER = timedelta(minutes=10)
LOOKS_S = (5, 15, 30, 60, 120, 240, 420, 600)
"""Seconds after the press at which a machine is looked for whose create call had no clear answer;
after the last one that finds nothing in a complete listing, nothing was made."""
RESCUED_FOR = timedelta(hours=2)
NEW_DATABASE = "new database"
"""Among what was told of a rescued machine: that more than its record is missing."""
_HOUR = Decimal(3_600_000_000)
"""Microseconds."""


class Outcome(StrEnum):
    """What is known about the create call."""

    PENDING = "pending"
    """It may be under way, in this process or in one that was killed."""
    UNKNOWN = "unknown"
    """It had no clear answer."""
    MADE = "made"
    NOTHING = "nothing"
    """The marketplace said that nothing was made."""


class EndReason(StrEnum):
    ASKED = "asked"
    """Somebody pressed End."""
    TIME_UP = "time is up"
    NOT_READY = "not ready in time"
    START_FAILED = "failed while starting"
    CAME_STOPPED = "came stopped"
    NOT_AS_AGREED = "not the machine on the card"
    LOST = "lost"
    """The marketplace no longer shows it, or it stopped for good."""
    CAME_BACK = "came back"
    TWIN = "a second machine of the same press"


@dataclass(frozen=True, slots=True)
class Ending:
    reason: EndReason
    asked_by: str
    """A Slack user id, or the name of a job."""
    since: datetime
    tries: int = 0
    """Destroy calls that were answered by anything."""
    failures: int = 0
    """Destroy calls that were refused, or after which the machine stood there for long, or after
    which nobody said whether it did."""
    accepted_at: datetime | None = None
    """When the marketplace last took a destroy call; the row lingers for seconds after it."""
    trouble: str = ""
    """Why the last try failed, as a sentence; empty when it was accepted."""
    word_at: datetime | None = None
    """When the marketplace's own word was last that there is no such machine."""
    absent_from: datetime | None = None
    """The first of the complete listings in a row that lacked it."""
    absent_to: datetime | None = None
    """The newest of them."""
    lists: int = 0
    """How many they are."""
    told: int = 0
    """How often people were told that it will not die."""
    told_at: datetime | None = None
    """When they were last told."""

    def with_changes(self, **changes: object) -> "Ending":
        return replace(self, **changes)  # type: ignore[arg-type]  # dataclasses.replace checks the names


@dataclass(frozen=True, slots=True)
class Mismatch:
    """The machine that came is not the one on the card."""

    differences: tuple[str, ...]
    """Sentences with our words around foreign facts: escape before showing."""
    decide_by: datetime


@dataclass(frozen=True, slots=True)
class Rental:
    renter: Asker
    label: str
    """The machine's, by which it is found again."""
    origin: str
    account_id: str | None
    """With the origin: whose listing proves something about this machine."""
    image: str
    ssh_public_key: str
    note: str
    pressed_at: datetime
    ends_at: datetime
    usd_per_hour: Decimal
    """As agreed, all-in."""
    bid_usd_per_hour: Decimal | None = None
    raise_to: Decimal | None = None
    """The bid that the button of an outbid machine names."""
    raised_at: datetime | None = None
    """When that button was last pressed, until the machine runs or is outbid again."""
    start_by: datetime | None = None
    """When a machine that is not ready has taken too long."""
    outcome: Outcome = Outcome.PENDING
    looks: int = 0
    """Complete listings in which the machine of an unclear create call was not found."""
    instance_id: InstanceId | None = None
    instance: Instance | None = None
    """As last seen."""
    seen_at: datetime | None = None
    """When the marketplace last showed it."""
    metered_usd: Decimal = Decimal(0)
    """What it cost up to `metered_to`, at the prices that held until then."""
    metered_to: datetime | None = None
    """When its price was last seen to change."""
    made_at: datetime | None = None
    ready_at: datetime | None = None
    key_attached: bool = False
    compared: bool = False
    """With the card, all facts at hand: what changes later is other news."""
    mismatch: Mismatch | None = None
    asked_at: datetime | None = None
    """When the renter was asked whether to wait for a machine that is not ready."""
    absent_since: datetime | None = None
    """The first complete listing in a row without it, while nobody ends it."""
    looked_at: datetime | None = None
    """The newest complete listing in which the machine of an unclear create call was missing."""
    troubled_since: datetime | None = None
    """Since when the machine of a running session is not running."""
    carded_at: datetime | None = None
    """When its message was last brought up to date only because time passed."""
    ending: Ending | None = None
    gone_at: datetime | None = None
    """When it was proved, or closed by hand."""
    closed_by_hand: str | None = None
    """The admin who said that it is gone; then nothing was proved."""
    failure: str = ""
    """Why nothing was made, as a sentence for people."""
    rescued: bool = False
    order_id: str | None = None
    """Of the order that rented it."""
    told: frozenset[str] = frozenset()
    """Keys of what was said once."""

    def with_changes(self, **changes: object) -> "Rental":
        return replace(self, **changes)  # type: ignore[arg-type]  # dataclasses.replace checks the names

    @property
    def billed_usd_per_hour(self) -> Decimal:
        """The created machine's own price where the marketplace states it."""
        stated = None if self.instance is None else self.instance.usd_per_hour
        return self.usd_per_hour if stated is None else stated

    @property
    def usd_per_hour_now(self) -> Decimal:
        """In the state that it is in."""
        stated = None if self.instance is None else self.instance.usd_per_hour_now
        return self.usd_per_hour if stated is None else stated

    def seen(self, instance: Instance, at: datetime) -> "Rental":
        """After the marketplace showed it. Nobody knows when between two looks a price changed:
        that time counts at the dearer one."""
        newer = self.with_changes(instance=instance, seen_at=at, absent_since=None)
        before, after = self.usd_per_hour_now, newer.usd_per_hour_now
        if self.made_at is None or before == after or self._is_told_at_last(instance):
            return newer
        looked = max(self.metered_to or self.made_at, self.seen_at or self.made_at)
        usd = self._cost(looked, before) + cost(max(before, after), at - looked)
        return newer.with_changes(metered_usd=usd, metered_to=max(at, looked))

    def _is_told_at_last(self, instance: Instance) -> bool:
        """The price of a running machine, for which the agreed one was taken: no change."""
        known = self.instance is not None and self.instance.usd_per_hour is not None
        before = None if self.instance is None else self.instance.state
        return not known and InstanceState.STOPPED not in {before, instance.state}

    def _cost(self, until: datetime, usd_per_hour: Decimal) -> Decimal:
        start = self.metered_to or self.made_at
        since = timedelta(0) if start is None else until - start
        return self.metered_usd + cost(usd_per_hour, since)

    def cost_until(self, moment: datetime) -> Decimal:
        """USD without traffic, from when the machine was made; loading included."""
        until = moment if self.gone_at is None else min(moment, self.gone_at)
        return self._cost(until, self.usd_per_hour_now)

    def forecast(self, now: datetime) -> Decimal:
        """USD to the end as it is planned; a machine that is stopped may run again at once."""
        if self.made_at is None:
            return cost(self.billed_usd_per_hour, self.ends_at - self.pressed_at)
        return self.cost_until(now) + cost(self.billed_usd_per_hour, self.ends_at - now)

    @property
    def agreed_forecast(self) -> Decimal:
        return cost(self.usd_per_hour, self.ends_at - self.pressed_at)


def cost(usd_per_hour: Decimal, length: timedelta) -> Decimal:
    """To the microsecond: what is added up from many parts loses nothing. A time that went
    backwards costs nothing."""
    microseconds = max(length, timedelta(0)) // timedelta(microseconds=1)
    return usd_per_hour * Decimal(microseconds) / _HOUR


def in_steps(hours: Decimal) -> Decimal:
    """The nearest that can be rented, rather more than less, and at least one step."""
    steps = (hours / STEP_HOURS).to_integral_value(ROUND_CEILING)
    return max(steps, Decimal(1)) * STEP_HOURS


def most(usd_per_hour: Decimal, hours: Decimal) -> Decimal:
    """The most that renting can cost, traffic apart: time counts from the press, loading too."""
    return usd_per_hour * hours


def is_comparable(came: Instance) -> bool:
    """Whether the marketplace has stated what it is and what it costs."""
    return came.gpu is not None and came.usd_per_hour is not None


def as_it_came(offer: Offer, came: Instance) -> Offer:
    """With the GPUs and the place of the machine that came, where those are others."""
    gpu, location = offer.gpu, offer.location
    if came.gpu is not None and (came.gpu.name, came.gpu.count) != (gpu.name, gpu.count):
        gpu = came.gpu
    if came.location is not None and came.location.country not in {None, location.country}:
        location = came.location
    return replace(offer, gpu=gpu, location=location)


def differences(offer: Offer, agreed_usd_per_hour: Decimal, came: Instance) -> tuple[str, ...]:
    """In what the machine that came is worse than the one on the card, as sentences.

    What the marketplace does not state about the machine is no difference.
    """
    found = []
    if came.gpu is not None and came.gpu.name != offer.gpu.name:
        found.append(f"It has {came.gpu.name} instead of {offer.gpu.name}.")
    if came.gpu is not None and came.gpu.count != offer.gpu.count:
        found.append(f"It has {came.gpu.count} GPUs instead of {offer.gpu.count}.")
    price = came.usd_per_hour
    if price is not None and price > agreed_usd_per_hour * DEARER_BY:
        found.append(f"It costs ${price:.3f}/h instead of ${agreed_usd_per_hour:.3f}/h.")
    here = None if came.location is None else came.location.country
    if here is not None and offer.location.country not in {None, here}:
        found.append(f"It stands in {here} instead of {offer.location.country}.")
    return tuple(found)
