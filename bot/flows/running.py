"""While a machine runs: warnings, the end as planned, and what the marketplace says meanwhile."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal

from bot.flows.changes import Step
from bot.flows.ports import Change
from bot.flows.saying import to_thread_and_renter, warning
from bot.flows.starting import GUARD, ending_step, mismatched, over
from bot.rules import rentals, watching
from bot.rules.notices import Notice, NoticeKind
from bot.rules.rentals import EndReason
from bot.rules.sessions import Session
from bot.rules.watching import Signs
from providers.clock import Clock
from providers.instances import Instance

_BID_ABOVE = Decimal("1.05")
_MILL = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Running:
    clock: Clock

    def step(self, session: Session) -> Step:
        """What is due by time alone; needs no marketplace."""
        now = self.clock.now()
        rental = session.rented
        if rental.ends_at <= now:
            return ending_step(session, EndReason.TIME_UP, GUARD, "the time is up", now)
        if over(session, now):
            reason = EndReason.NOT_AS_AGREED
            return ending_step(session, reason, GUARD, "nobody wanted to keep it", now)
        minutes = watching.warning_due(rental, now)
        if minutes is not None:
            return self._warned(session, minutes)
        carded = rental.carded_at or rental.pressed_at
        stale = now - carded >= watching.CARD_EVERY
        if stale:
            session = session.noting(carded_at=now)
        session = session.due(watching.next_moment(rental, now))
        return Step(session, Change(now, GUARD, ""), quiet=not stale)

    def _warned(self, session: Session, minutes: int) -> Step:
        now, rental = self.clock.now(), session.rented
        key = watching.warning_key(rental, minutes)
        session = session.noting(told=rental.told | {key})
        said = warning(session, minutes)
        due = watching.next_moment(session.rented, now)
        change = Change(now, GUARD, f"warned {minutes} min before the end")
        return Step(session.due(due), change, (said,))

    def seen(self, session: Session, instance: Instance) -> Step:
        """The marketplace showed it, in a complete listing or by itself."""
        now = self.clock.now()
        signs = watching.signs(session.rented, instance, now)
        session = replace(session, rental=signs.rental)
        if signs.stopped_for_good:
            said = to_thread_and_renter(session, NoticeKind.LOST, stopped=str(instance.state))
            why = f"the machine is {instance.state} and will not run again"
            return ending_step(session, EndReason.LOST, "reconcile", why, now, said)
        checked = mismatched(session, now)
        if checked is not None:
            return checked
        if rentals.is_comparable(signs.rental.instance or instance):
            session = session.noting(compared=True)
        return self._told(session, signs)

    def _told(self, session: Session, signs: Signs) -> Step:
        """Each piece of news once, whatever is seen again."""
        now = self.clock.now()
        since = signs.rental.troubled_since or now
        news: list[tuple[str, NoticeKind, dict[str, str]]] = []
        if signs.offline:
            news.append((since.isoformat(), NoticeKind.OFFLINE, {}))
        if signs.outbid:
            raise_to = _next_bid(session)
            session = session.noting(raise_to=raise_to)
            bid = {} if raise_to is None else {"least_bid": str(raise_to)}
            news.append((since.isoformat(), NoticeKind.OUTBID, bid))
        if signs.back:
            session = session.noting(raise_to=None)
            news.append((now.isoformat(), NoticeKind.BACK, {}))
        if signs.host_ends is not None:
            ends = signs.host_ends
            news.append((watching.hour_of(ends), NoticeKind.HOST_ENDS, {"at": ends.isoformat()}))
        if signs.price is not None:
            before, after = signs.price
            facts = {"before": str(before), "now": str(after)}
            change = f"{before}>{after}@{watching.hour_of(now)}"
            news.append((change, NoticeKind.PRICE_CHANGED, facts))
        told = session.rented.told
        fresh = [each for each in news if watching.told_key(each[1], each[0]) not in told]
        said: tuple[Notice, ...] = ()
        for at, kind, facts in fresh:
            said += to_thread_and_renter(session, kind, at, **facts)
        session = session.noting(
            told=told | {watching.told_key(kind, at) for at, kind, _ in fresh}
        )
        why = ", ".join(str(kind) for _, kind, _ in fresh)
        return Step(session, Change(now, "reconcile", why), said, quiet=not fresh)

    def missing(self, session: Session, asked_at: datetime) -> Step | None:
        """A complete listing lacked it: one proves nothing. None when it is time to ask about it
        by itself."""
        since = session.rented.absent_since
        if since is None:
            noted = session.noting(absent_since=asked_at)
            return Step(noted, Change(self.clock.now(), "reconcile", ""), quiet=True)
        if asked_at - since < timedelta(seconds=1):
            return Step(session, Change(self.clock.now(), "reconcile", ""), quiet=True)
        return None

    def lost(self, session: Session) -> Step:
        """Two complete listings lacked it, and the marketplace says that it is not there."""
        said = to_thread_and_renter(session, NoticeKind.LOST)
        now = self.clock.now()
        why = "two complete listings lacked it"
        return ending_step(session, EndReason.LOST, "reconcile", why, now, said)


def _next_bid(session: Session) -> Decimal | None:
    """Five per cent above the least that wins now, in whole tenths of a cent, and never less than
    the bid: the same again does no harm, and the marketplace may not have it."""
    instance, bid = session.rented.instance, session.rented.bid_usd_per_hour
    least = None if instance is None else instance.least_bid_usd_per_hour
    if least is None:
        return None
    above = (least * _BID_ABOVE).quantize(_MILL, ROUND_CEILING)
    return above if bid is None else max(above, bid)
