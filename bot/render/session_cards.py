"""The one message of a session, edited as it moves. Everybody in the channel sees it, so it holds
no address."""

from collections.abc import Callable, Mapping
from datetime import datetime

from slackblocks.elements import Element

from bot.render import kit, parts, presses, rentals
from bot.render.message import Layouts
from bot.rules import dying
from bot.rules.rentals import Outcome
from bot.rules.sessions import Session, SessionState
from providers.instances import InstanceState, StartPhase

STEPS = ("Asked for", "Machine made", "Image loaded", "Booted", "SSH answers")

Lines = list[str | None]
Said = tuple[Lines, str]
"""What matters, and the small print."""


def card(session: Session, now: datetime, only: str | None = None) -> Layouts:
    """`only` says why there are no buttons."""
    state = SessionState.OFFERED if session.rental is None else session.state
    lines, fine = _SAID[state](session, now)
    shown = [] if only else buttons(session)
    return kit.told("session", [*lines, only], shown, fine=fine)


def buttons(session: Session) -> list[Element]:
    """What the renter and admins can do with it now; others are told why not."""
    if session.rental is None:
        return []
    if session.state is SessionState.RUNNING:
        return [*presses.extensions(session), presses.ssh(session), presses.end(session)]
    if session.state in {SessionState.RENTING, SessionState.STARTING}:
        return [presses.end(session)]
    if session.state is SessionState.FAILED:
        return [presses.another(session)]
    return []


def is_loud(session: Session) -> bool:
    """Whether ending it goes wrong again and again."""
    ending = session.rented.ending
    return ending is not None and dying.is_loud(ending)


def _offered(session: Session, _: datetime) -> Said:
    head = "*Offered, not rented*"
    if session.state is SessionState.EXPIRED:
        head = "*Too old to be rented*: search again with /gpu find"
    return [head], rentals.what(session)


def _coming(session: Session, now: datetime) -> Said:
    most = parts.usd(session.rented.forecast(now))
    return [
        f"*Starting {rentals.machine(session)}* for *{rentals.price(session)}*",
        *progress(session),
        _patience(session),
        (
            f"Ends {parts.moment(session.rented.ends_at)}, at most {most} by then. "
            "Traffic not included."
        ),
    ], _who(session)


def _patience(session: Session) -> str | None:
    rental = session.rented
    waits = session.state is SessionState.STARTING and rental.asked_at is None
    if not waits or rental.start_by is None:
        return None
    by = parts.moment(rental.start_by)
    return f"Loading takes minutes. If it is not ready by {by}, you are asked what to do."


def progress(session: Session) -> list[str]:
    """One line a step, each with its word."""
    reached = _reached(session)
    lines = [_step(n, reached) for n in range(len(STEPS))]
    doubt = session.state is SessionState.RENTING and session.rented.outcome is Outcome.UNKNOWN
    if doubt:
        lines.append(
            f"{kit.WARNING} The marketplace gave no clear answer, so a machine may exist. "
            "Its list is searched for it; nothing is asked for twice."
        )
    return lines


def _step(number: int, reached: int) -> str:
    if number < reached:
        return f"{kit.GOOD} {STEPS[number]}: done"
    if number == reached:
        return f"{kit.WAITING} {STEPS[number]}: under way"
    return f"{kit.TO_COME} {STEPS[number]}: to come"


def _reached(session: Session) -> int:
    """The step that is under way."""
    rental = session.rented
    if session.state is SessionState.RENTING:
        return 1 if rental.outcome is not Outcome.MADE else 2
    instance = rental.instance
    if instance is None or instance.phase in {None, StartPhase.MADE, StartPhase.LOADING}:
        running = instance is not None and instance.state is InstanceState.RUNNING
        return 4 if running else 2
    return 3


def _running(session: Session, now: datetime) -> Said:
    since = session.rented.ready_at or session.rented.made_at or session.rented.pressed_at
    head = f"{_running_word(session)} {rentals.machine(session)}* for *{rentals.price(session)}*"
    if rentals.is_paused(session):
        disk = rentals.disk_price(session)
        head = f"{kit.WARNING} *Paused: {rentals.machine(session)}*, only its disk costs: *{disk}*"
    return [
        head,
        f"*{rentals.ends(session, now)}* Then everything on it is lost.",
        rentals.costs(session, now),
    ], f"{_who(session)} · since {parts.moment(since)} · as of {parts.moment(now)}"


def _running_word(session: Session) -> str:
    instance = session.rented.instance
    state = InstanceState.RUNNING if instance is None else instance.state
    words = {
        InstanceState.OFFLINE: f"{kit.WARNING} *Offline:",
        InstanceState.BROKEN: f"{kit.WARNING} *Broken:",
        InstanceState.UNKNOWN: f"{kit.WARNING} *In a state that nobody knows:",
    }
    return words.get(state, f"{kit.GOOD} *Running:")


def _ending(session: Session, now: datetime) -> Said:
    rental = session.rented
    ending = rental.ending
    loud = is_loud(session)
    head = f"{kit.WAITING} *Ending {rentals.machine(session)}*"
    if loud:
        head = (
            f"{kit.BAD} *Not gone yet: {rentals.machine(session)}. {rentals.being_lost(session)}.*"
        )
    tries = 0 if ending is None else ending.tries
    trouble = None if ending is None else rentals.trouble(ending.trouble)
    so_far = f" {rentals.tries(tries)} so far." if tries else ""
    return [
        head,
        f"{_doing(session, now)}{so_far}",
        f"Last trouble: {trouble}" if trouble else None,
        "It is tried again until the marketplace itself shows that the machine is gone."
        if loud
        else None,
    ], f"{_who(session)} · why: {rentals.ended_because(rental)}"


def _doing(session: Session, now: datetime) -> str:
    ending = session.rented.ending
    if ending is None or not ending.tries:
        return "The marketplace is being asked to destroy it."
    since = parts.length(now - ending.since)
    return f"Asked {since} ago; waiting for the marketplace to show that it is gone."


def _ended(session: Session, now: datetime) -> Said:
    rental = session.rented
    end = rental.gone_at or now
    cost = f"*{parts.usd(rental.cost_until(end))}*"
    if rental.made_at is not None:
        cost = f"{cost} for {parts.length(end - rental.made_at)}"
    word = "Closed, not proved gone" if rental.closed_by_hand else "Ended"
    icon = f"{kit.WARNING} " if rental.closed_by_hand else ""
    return [
        f"{icon}*{word}: {rentals.machine(session)}*, {cost}",
        f"{rentals.proof(session)}. Traffic not included.",
    ], f"{_who(session)} · why: {rentals.ended_because(rental)}"


def _failed(session: Session, _: datetime) -> Said:
    why = rentals.trouble(session.rented.failure) or "The marketplace made no machine."
    return [
        f"*Not rented: {rentals.machine(session)}*. It costs nothing.",
        why,
    ], _who(session)


def _who(session: Session) -> str:
    """Whose it is, where, and what for."""
    said = [rentals.where(session), rentals.renter(session), rentals.note(session)]
    return " · ".join(text for text in said if text)


_SAID: Mapping[SessionState, Callable[[Session, datetime], Said]] = {
    SessionState.OFFERED: _offered,
    SessionState.EXPIRED: _offered,
    SessionState.RENTING: _coming,
    SessionState.STARTING: _coming,
    SessionState.RUNNING: _running,
    SessionState.ENDING: _ending,
    SessionState.ENDED: _ended,
    SessionState.FAILED: _failed,
}
