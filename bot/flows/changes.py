"""Changes a session as it is now, whoever else changes it meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.flows.corrections import corrections
from bot.flows.ports import Change, Conflict, Repeated, Sessions
from bot.flows.saying import card
from bot.rules.notices import Notice
from bot.rules.sessions import Session, SessionId

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
    said = (*step.said, *corrections(old, step.session, step.change.who))
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
