"""Notices about a session, each under the key by which it is said once and edited later."""

from dataclasses import replace
from datetime import datetime

from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.rentals import EndReason
from bot.rules.sessions import Session


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


def came_back(session: Session) -> tuple[Notice, ...]:
    """That it is there again after it was gone; nothing where it is ended for another reason."""
    ending = session.rented.ending
    if ending is None or ending.reason is not EndReason.CAME_BACK:
        return ()
    return to_thread_and_renter(session, NoticeKind.CAME_BACK, ending.since)


def receipt(session: Session, **facts: str) -> Notice:
    return notice(session, NoticeKind.RECEIPT, Audience.THREAD, at=occasion(session), facts=facts)


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


def rescued(session: Session) -> Notice:
    return Notice(NoticeKind.RESCUED, Audience.ADMINS, f"rescued:{session.id}", session.id)
