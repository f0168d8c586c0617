"""What a marketplace's word about a machine means for its session. Decides over values."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from bot.rules.rentals import WARN_BEFORE, EndReason, Rental
from providers.instances import Instance, InstanceState
from providers.models import PricingKind

FINAL_AFTER = timedelta(minutes=2)
"""A machine that stopped for good is ended when it is still so after that time."""
RAISED_FOR = timedelta(minutes=5)
"""A machine that is still paused so long after its bid was raised was outbid again."""
_CHANGED_BY = Decimal("0.01")
_ADDRESS_STAYS = frozenset({InstanceState.RUNNING, InstanceState.STARTING, InstanceState.UNKNOWN})
"""A list that was asked for before the machine ran may be read after it was found ready."""
_DEAD = frozenset({InstanceState.STOPPED, InstanceState.BROKEN})
CARD_EVERY = timedelta(minutes=5)
"""The cost on a running session's message is brought up to date that often."""


def merged(old: Instance | None, new: Instance) -> Instance:
    """`new` with what only an earlier, fuller answer said: some lists state the state alone."""
    if old is None or old.instance_id != new.instance_id:
        return new
    kept = {
        name: getattr(old, name)
        for name in (
            "usd_per_hour",
            "gpu",
            "location",
            "machine_id",
            "pricing",
            "least_bid_usd_per_hour",
            "ends_at",
            "label",
        )
        if getattr(new, name) is None
    }
    if not new.ssh and new.state in _ADDRESS_STAYS:
        kept["ssh"] = old.ssh
    return replace(new, **kept)


@dataclass(frozen=True, slots=True)
class Signs:
    """What is news about a running machine."""

    rental: Rental
    offline: bool = False
    outbid: bool = False
    back: bool = False
    stopped_for_good: bool = False
    host_ends: datetime | None = None
    price: tuple[Decimal, Decimal] | None = None
    """(before, now)."""


def signs(rental: Rental, seen: Instance, now: datetime) -> Signs:
    """Of a session that is running, after the marketplace showed `seen`."""
    before = rental.instance
    instance = merged(before, seen)
    rental = rental.seen(instance, now)
    found = Signs(rental, host_ends=host_ends(rental), price=_price(before, instance))
    if instance.state in {InstanceState.RUNNING, InstanceState.STARTING, InstanceState.UNKNOWN}:
        if instance.state is InstanceState.RUNNING and rental.troubled_since is not None:
            rental = rental.with_changes(troubled_since=None, raised_at=None)
            return replace(found, rental=rental, back=True)
        return found
    same = before is not None and before.state is instance.state
    in_vain = instance.state is InstanceState.STOPPED and _is_raised_in_vain(rental, now)
    first = rental.troubled_since is None or not same or in_vain
    since = now if first or rental.troubled_since is None else rental.troubled_since
    raised_at = None if first else rental.raised_at
    found = replace(found, rental=rental.with_changes(troubled_since=since, raised_at=raised_at))
    if instance.state is InstanceState.OFFLINE:
        return replace(found, offline=first)
    if instance.state is InstanceState.STOPPED and _is_bid_for(rental, instance):
        return replace(found, outbid=first)
    return replace(found, stopped_for_good=now - since >= FINAL_AFTER)


def _is_raised_in_vain(rental: Rental, now: datetime) -> bool:
    """A machine whose bid wins runs within that time. Also where the bid is high enough: whoever
    raised it may have been killed before the marketplace heard of it."""
    return rental.raised_at is not None and now - rental.raised_at >= RAISED_FOR


def _is_bid_for(rental: Rental, instance: Instance) -> bool:
    if instance.pricing is None:
        return rental.bid_usd_per_hour is not None
    return instance.pricing is PricingKind.INTERRUPTIBLE


def is_dead(instance: Instance) -> bool:
    """While starting: it will not become running, or came stopped."""
    return instance.state in _DEAD


def dead_reason(instance: Instance) -> EndReason:
    stopped = instance.state is InstanceState.STOPPED
    return EndReason.CAME_STOPPED if stopped else EndReason.START_FAILED


def warning_due(rental: Rental, now: datetime) -> int | None:
    """Minutes before the end of the warning that is due, said once for each end as planned.

    After a long silence only the last one; none that is as long as the whole rental.
    """
    planned = rental.ends_at - rental.pressed_at
    passed = [
        before
        for before in WARN_BEFORE
        if before < planned and rental.ends_at - before <= now < rental.ends_at
    ]
    if not passed:
        return None
    minutes = int(min(passed).total_seconds()) // 60
    return None if warning_key(rental, minutes) in rental.told else minutes


def warning_key(rental: Rental, minutes: int) -> str:
    return f"warning:{minutes}:{rental.ends_at.isoformat()}"


def next_moment(rental: Rental, now: datetime) -> datetime:
    """When a running session has to be looked at next, whatever the marketplace says."""
    moments = [rental.ends_at, now + CARD_EVERY]
    moments += [rental.ends_at - before for before in WARN_BEFORE]
    if rental.mismatch is not None:
        moments.append(rental.mismatch.decide_by)
    return min(moment for moment in moments if moment > now) if rental.ends_at > now else now


def told_key(kind: str, at: str) -> str:
    """Of news of a running machine; `at` tells one occasion from the next."""
    return f"{kind}:{at}"


def hour_of(moment: datetime) -> str:
    """Another minute is no other news: of a host's end, of a price that goes up and down."""
    return moment.strftime("%Y-%m-%dT%H")


def host_ends(rental: Rental) -> datetime | None:
    """The host takes it back before the end as planned."""
    ends_at = None if rental.instance is None else rental.instance.ends_at
    return ends_at if ends_at is not None and ends_at < rental.ends_at else None


def _price(before: Instance | None, now: Instance) -> tuple[Decimal, Decimal] | None:
    if before is None or before.usd_per_hour is None or now.usd_per_hour is None:
        return None
    if now.state is not InstanceState.RUNNING or before.state is not InstanceState.RUNNING:
        return None  # while stopped another price holds
    change = abs(now.usd_per_hour - before.usd_per_hour)
    if change <= before.usd_per_hour * _CHANGED_BY:
        return None
    return before.usd_per_hour, now.usd_per_hour
