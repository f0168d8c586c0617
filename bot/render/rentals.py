"""One rental in words. Lines are mrkdwn, already escaped, unless it is said otherwise."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from bot.render import facts, parts
from bot.render.foreign import escaped, person, told
from bot.rules.rentals import EndReason, Rental, cost
from bot.rules.sessions import Session, SessionState
from providers.instances import InstanceState

REASONS: Mapping[EndReason, str] = {
    EndReason.ASKED: "asked for",
    EndReason.TIME_UP: "its time was up",
    EndReason.NOT_READY: "it was not ready in time",
    EndReason.START_FAILED: "it failed while starting",
    EndReason.CAME_STOPPED: "it came stopped",
    EndReason.NOT_AS_AGREED: "it was not the machine on the card",
    EndReason.LOST: "the marketplace lost it",
    EndReason.CAME_BACK: "it came back after it was gone",
    EndReason.TWIN: "it was a second machine of the same press",
}


def machine(session: Session) -> str:
    """`2 × RTX 4090 24 GB`."""
    return escaped(facts.title(session.machine), 150)


def where(session: Session) -> str:
    """`Vast.ai, Washington, US`."""
    offer = session.machine
    seller = parts.marketplace(offer.provider)
    if not offer.location.label:
        return escaped(seller)
    return escaped(f"{seller}, {facts.place(offer)}", 150)


def price(session: Session) -> str:
    return parts.usd_per_hour(session.rented.billed_usd_per_hour)


def is_paused(session: Session) -> bool:
    """Outbid: nothing runs on it. Only its disk costs."""
    instance = session.rented.instance
    stopped = instance is not None and instance.state is InstanceState.STOPPED
    return session.state is SessionState.RUNNING and stopped


def disk_price(session: Session) -> str:
    """What it costs while it is paused."""
    return parts.usd_per_hour(_paused_usd(session))


def price_now(session: Session) -> str:
    return f"{disk_price(session)} for its disk" if is_paused(session) else price(session)


def usd_now(session: Session) -> Decimal:
    """USD per hour in its state; a disk whose price is not stated adds nothing."""
    if not is_paused(session):
        return session.rented.billed_usd_per_hour
    return _paused_usd(session) or Decimal(0)


def _paused_usd(session: Session) -> Decimal | None:
    """Where the marketplace does not state it, what the disk was to cost; of a machine that was
    found without a record nobody knows that."""
    instance = session.rented.instance
    stated = None if instance is None else instance.stopped_usd_per_hour
    return session.offer.price.disk or None if stated is None else stated


def what(session: Session) -> str:
    """The machine and where it stands on one line."""
    return f"{machine(session)} at {where(session)}"


def renter(session: Session) -> str:
    return person(session.rented.renter.user_id)


def ends(session: Session, now: datetime) -> str:
    end = session.rented.ends_at
    return f"Ends {parts.moment(end)}, in {parts.length(end - now)}."


def costs(session: Session, now: datetime) -> str:
    rental = session.rented
    so_far, planned = parts.usd(rental.cost_until(now)), parts.usd(rental.forecast(now))
    if is_paused(session):
        return (
            f"At most *{so_far}* so far, at most *{planned}* by the end if it runs again. "
            "Traffic not included."
        )
    return f"Cost so far *{so_far}*, *{planned}* by the end. Traffic not included."


def being_lost(session: Session) -> str:
    """`$0.62/h are being lost`, in the state that it is in."""
    return f"{parts.usd_per_hour(session.rented.usd_per_hour_now)} are being lost"


def lost_so_far(session: Session, now: datetime) -> Decimal:
    """USD since the end was asked for."""
    rental = session.rented
    if rental.ending is None:
        return Decimal(0)
    return cost(rental.usd_per_hour_now, now - rental.ending.since)


def tries(count: int) -> str:
    return "1 try" if count == 1 else f"{count:,} tries"


def note(session: Session) -> str | None:
    text = escaped(session.rented.note, 300)
    return f"Note: {text}" if text else None


def ended_because(rental: Rental) -> str:
    """`asked for by @x`, `its time was up`."""
    if rental.ending is None:
        return parts.NOT_STATED
    reason = REASONS[rental.ending.reason]
    if rental.ending.reason is EndReason.ASKED:
        return f"{reason} by {person(rental.ending.asked_by)}"
    return reason


def proof(session: Session) -> str:
    """What is known about the end of it."""
    rental = session.rented
    if rental.closed_by_hand:
        return f"Closed by hand by {person(rental.closed_by_hand)}, not proved"
    if rental.gone_at is None:
        return "Not confirmed gone"
    return f"Confirmed gone {parts.moment(rental.gone_at)}"


def trouble(text: str) -> str | None:
    """A sentence about what went wrong, foreign words and all."""
    return told(text, 600) or None
