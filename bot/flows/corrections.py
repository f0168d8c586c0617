"""What was said of a session and is no longer true, or asks for what is settled: each such message
is edited where it stands.

The record tells what was said. Nothing is corrected that it does not prove: a message of which it
knows nothing stays as it is.
"""

from collections.abc import Iterable
from dataclasses import replace

from bot.flows import order_notices
from bot.flows.saying import (
    alarm,
    came_back,
    notice,
    receipt,
    rescued,
    to_thread_and_renter,
    warning,
)
from bot.rules import watching
from bot.rules.notices import Audience, Notice, NoticeKind, Settled
from bot.rules.orders import OrderId
from bot.rules.rentals import WARN_BEFORE, Rental
from bot.rules.sessions import Session, SessionState

_LIVES = (SessionState.STARTING, SessionState.RUNNING)
Said = tuple[NoticeKind, str]
"""What was said in the thread and to the renter, and which occasion of it."""
_TROUBLES = (NoticeKind.OFFLINE, NoticeKind.OUTBID)


def corrections(old: Session, new: Session, who: str) -> list[Notice]:
    """After a change by `who`."""
    if old.rental is None or new.rental is None:
        return []
    found: list[Notice] = []
    over_or_back = new.state is not old.state
    if old.rented.ready_at is not None and (over_or_back or _moved(old, new)):
        found.append(notice(new, NoticeKind.READY, Audience.RENTER))
    if _moved(old, new):
        found += _warnings(old, new, who)
    if new.state is SessionState.ENDED:
        found += _alarms(new)
    elif old.state is SessionState.ENDED:
        found.append(receipt(old, settled=Settled.AGAIN))
    if new.state in _LIVES:
        found += _settled(old, new)
    if over_or_back or _moved(old, new):
        found += _standing(old)
    card, news = _of_its_order(new) if over_or_back else ([], [])
    found += news
    return [*card, *(_correction(each, old.version) for each in _first_of_each(found))]


def _of_its_order(new: Session) -> tuple[list[Notice], list[Notice]]:
    """The message of the order that rented it, once it is being ended; and what told of that."""
    order_id = new.rented.order_id
    if order_id is None or new.state in {SessionState.RENTING, *_LIVES}:
        return [], []
    card, *news = order_notices.told_of(OrderId(order_id), new.id)
    return [card], news


def _settled(old: Session, new: Session) -> list[Notice]:
    """While the machine lives."""
    before, after = old.rented, new.rented
    found = _answered(old, new)
    if before.troubled_since != after.troubled_since:
        word = Settled.BACK if after.troubled_since is None else Settled.CHANGED
        found += _each(new, _trouble(before), word)
    if before.troubled_since is None and after.troubled_since is not None:
        found += _each(new, _back(before), Settled.AGAIN)
    word = Settled.NOT_BEFORE if watching.host_ends(after) is None else Settled.CHANGED
    return found + _each(new, _host_ends(before) - _host_ends(after), word)


def _answered(old: Session, new: Session) -> list[Notice]:
    """What somebody was asked."""
    before, after = old.rented, new.rented
    found: list[Notice] = []
    if before.asked_at is not None and after.asked_at is None:
        until = "" if after.start_by is None else after.start_by.isoformat()
        found += _each(new, _not_ready(before), Settled.WAITING, until=until)
    if new.state is SessionState.RUNNING is not old.state:
        found += _each(new, _not_ready(before), Settled.READY)
    if before.mismatch is not None and after.mismatch is None:
        found += _each(new, _not_as_agreed(before), Settled.KEPT)
    return found


def _standing(old: Session) -> list[Notice]:
    """What has buttons, or tells when it ends: drawn anew from the record as it is then."""
    looks = (_not_ready, _not_as_agreed, _trouble, _back, _host_ends)
    found = [each for look in looks for each in _each(old, look(old.rented))]
    return [*found, *([rescued(old)] if old.rented.rescued else [])]


def _not_ready(rental: Rental) -> set[Said]:
    asked = rental.asked_at
    return set() if asked is None else {(NoticeKind.NOT_READY, asked.isoformat())}


def _not_as_agreed(rental: Rental) -> set[Said]:
    return set() if rental.mismatch is None else {(NoticeKind.NOT_AS_AGREED, "")}


def _trouble(rental: Rental) -> set[Said]:
    """What was said of the trouble that lasts."""
    if rental.troubled_since is None:
        return set()
    at = rental.troubled_since.isoformat()
    return {(kind, at) for kind in _TROUBLES if watching.told_key(kind, at) in rental.told}


def _back(rental: Rental) -> set[Said]:
    """That it runs again, where it does."""
    kind = NoticeKind.BACK
    if rental.troubled_since is not None:
        return set()
    begins = watching.told_key(kind, "")
    said = [key.removeprefix(begins) for key in rental.told if key.startswith(begins)]
    return {(kind, max(said))} if said else set()


def _host_ends(rental: Rental) -> set[Said]:
    kind, ends = NoticeKind.HOST_ENDS, watching.host_ends(rental)
    at = "" if ends is None else watching.hour_of(ends)
    return {(kind, at)} if watching.told_key(kind, at) in rental.told else set()


def _each(
    session: Session, said: Iterable[Said], settled: Settled | None = None, **facts: str
) -> list[Notice]:
    word = {} if settled is None else {"settled": settled.value}
    return [
        each
        for kind, at in sorted(said)
        for each in to_thread_and_renter(session, kind, at, **word, **facts)
    ]


def _alarms(session: Session) -> list[Notice]:
    ending = session.rented.ending
    told = 0 if ending is None else ending.told
    found = [each for n in range(told) for each in alarm(session, n, personal=True)]
    return [*found, *came_back(session)]


def _warnings(old: Session, new: Session, who: str) -> list[Notice]:
    """Those that were said of the end as it was."""
    rental = old.rented
    facts = {"ends": new.rented.ends_at.isoformat(), "by": who}
    every = [int(before.total_seconds()) // 60 for before in WARN_BEFORE]
    said = [minutes for minutes in every if watching.warning_key(rental, minutes) in rental.told]
    return [warning(old, minutes, **facts) for minutes in said]


def _moved(old: Session, new: Session) -> bool:
    return old.rented.ends_at != new.rented.ends_at


def _first_of_each(found: Iterable[Notice]) -> list[Notice]:
    """What settles a message goes before a mere look at it."""
    return list({each.key: each for each in reversed([*found])}.values())[::-1]


def _correction(said: Notice, version: int) -> Notice:
    facts = {**said.facts, "edits": said.key}
    key = f"{said.key}:edit:{version}"
    return replace(said, key=key, facts=facts, once=False, expires_at=None, beside=())
