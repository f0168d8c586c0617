"""Changes a session as it is now, whoever else changes it meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.flows.ports import Change, Conflict, Repeated, Sessions
from bot.rules import watching
from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.rentals import WARN_BEFORE
from bot.rules.sessions import Session, SessionId, SessionState

_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Step:
    """What a session becomes, why, and what is said about it."""

    session: Session
    change: Change
    notices: tuple[Notice, ...] = ()
    quiet: bool = False
    """Its message in Slack need not change."""

    @property
    def said(self) -> tuple[Notice, ...]:
        """The message itself first: what stands in its thread needs it."""
        return self.notices if self.quiet else (card(self.session), *self.notices)


Decide = Callable[[Session], Step | None]


async def write(
    sessions: Sessions, old: Session, step: Step, delivery: str | None = None
) -> Session:
    """Raises `Conflict`, `Repeated`."""
    said = (*step.said, *_corrections(old, step))
    return await sessions.change(old, step.session, step.change, said, delivery=delivery)


async def change_it(
    sessions: Sessions, session_id: SessionId, decide: Decide, delivery: str | None = None
) -> Session | None:
    """`decide` sees the newest record, again after each conflict; None changes nothing.

    Returns the record as it then is; None when there is none. Raises `Repeated`, and `Conflict`
    after many.
    """
    for attempt in range(_ATTEMPTS):
        session = await sessions.get(session_id)
        step = None if session is None else decide(session)
        if session is None or step is None:
            return session
        try:
            return await write(sessions, session, step, delivery)
        except Conflict:
            if attempt == _ATTEMPTS - 1:
                raise
    return None


async def change_once(
    sessions: Sessions, session_id: SessionId, decide: Decide, delivery: str
) -> Session | None:
    """As `change_it`; a delivery that comes again changes nothing."""
    try:
        return await change_it(sessions, session_id, decide, delivery)
    except Repeated:
        return await sessions.get(session_id)


def card(session: Session) -> Notice:
    return Notice(NoticeKind.CARD, Audience.CARD, f"card:{session.id}", session.id)


def notice(
    session: Session,
    kind: NoticeKind,
    audience: Audience,
    *,
    at: datetime | str = "",
    facts: dict[str, str] | None = None,
    once: bool = False,
    expires_at: datetime | None = None,
    beside: tuple[Audience, ...] = (),
) -> Notice:
    """`at` tells one occasion from the next of the same kind."""
    occasion = at.isoformat() if isinstance(at, datetime) else at
    key = ":".join(part for part in (session.id, kind, audience, occasion) if part)
    return Notice(kind, audience, key, session.id, facts or {}, once, expires_at, beside)


def _corrections(old: Session, step: Step) -> list[Notice]:
    """Of what was said before and is no longer true."""
    new = step.session
    if old.rental is None or new.rental is None:
        return []
    found: list[Notice] = []
    over_or_back = new.state is not old.state
    if old.rented.ready_at is not None and (over_or_back or _moved(old, new)):
        found.append(notice(new, NoticeKind.READY, Audience.RENTER))
    if _moved(old, new):
        found += _warnings(old, step)
    if new.state is SessionState.ENDED:
        found += _alarms(new)
    return [_correction(each, old.version) for each in found]


def _alarms(session: Session) -> list[Notice]:
    ending = session.rented.ending
    told = 0 if ending is None else ending.told
    return [each for n in range(told) for each in alarm(session, n, personal=True)]


def _warnings(old: Session, step: Step) -> list[Notice]:
    """Those that were said of the end as it was."""
    rental, new = old.rented, step.session
    facts = {"ends": new.rented.ends_at.isoformat(), "by": step.change.who}
    every = [int(before.total_seconds()) // 60 for before in WARN_BEFORE]
    said = [minutes for minutes in every if watching.warning_key(rental, minutes) in rental.told]
    return [warning(old, minutes, **facts) for minutes in said]


def _moved(old: Session, new: Session) -> bool:
    return old.rented.ends_at != new.rented.ends_at


def _correction(said: Notice, version: int) -> Notice:
    facts = {**said.facts, "edits": said.key}
    key = f"{said.key}:edit:{version}"
    return replace(said, key=key, facts=facts, once=False, expires_at=None, beside=())


def warning(session: Session, minutes: int, /, **facts: str) -> Notice:
    """Better lost than said twice: it is about the next minutes."""
    ends_at = session.rented.ends_at
    return notice(
        session,
        NoticeKind.WARNING,
        Audience.THREAD,
        at=f"{minutes}:{ends_at.isoformat()}",
        facts={"minutes": str(minutes), **facts},
        once=True,
        expires_at=ends_at,
    )


def alarm(session: Session, nth: int, *, personal: bool, **facts: str) -> tuple[Notice, ...]:
    """That it will not die; a machine that came back is ended, and told about, once more."""
    kind, at = NoticeKind.WILL_NOT_DIE, f"{occasion(session)}:{nth}"
    if personal:
        return to_all(session, kind, at, **facts)
    return (notice(session, kind, Audience.THREAD, at=at, facts=facts),)


def occasion(session: Session) -> str:
    """Tells one end of a machine from the next."""
    ending = session.rented.ending
    return "" if ending is None else ending.since.isoformat()


def to_thread_and_renter(
    session: Session, kind: NoticeKind, at: datetime | str = "", /, **facts: str
) -> tuple[Notice, Notice]:
    too = (Audience.RENTER,)
    return (
        notice(session, kind, Audience.THREAD, at=at, facts=facts, beside=too),
        notice(session, kind, Audience.RENTER, at=at, facts=facts),
    )


def to_all(
    session: Session, kind: NoticeKind, at: datetime | str = "", /, **facts: str
) -> tuple[Notice, Notice, Notice]:
    """To the thread, the renter and the admins."""
    thread, renter = to_thread_and_renter(session, kind, at, **facts)
    admins = notice(session, kind, Audience.ADMINS, at=at, facts=facts)
    return thread, replace(renter, beside=(Audience.ADMINS,)), admins
