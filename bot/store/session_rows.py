"""Sessions as rows: whole values as JSON, beside the columns that are looked for."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row

from bot.flows.ports import Change, Event
from bot.rules.places import Asker, Place
from bot.rules.rentals import Rental
from bot.rules.sessions import Session, SessionId, SessionState
from providers.models import Offer

_OFFER = TypeAdapter(Offer)
_RENTAL = TypeAdapter(Rental)


def columns(session: Session) -> dict[str, object]:
    return {
        "id": session.id,
        "team_id": session.opened_for.place.team_id,
        "channel_id": session.opened_for.place.channel_id,
        "user_id": session.opened_for.user_id,
        "own_team_id": session.opened_for.team_id,
        "opened_at": session.opened_at,
        "provider": session.offer.provider,
        "version": session.version,
        "wanted_hours": session.wanted_hours,
        **_offer(session),
        **_moving(session),
    }


def changed_columns(old: Session, new: Session) -> dict[str, object]:
    """The offer is the longest part and changes once in a session's life."""
    offer = {} if new.offer == old.offer else _offer(new)
    return {"version": old.version + 1, **offer, **_moving(new)}


def session(row: Row[Any]) -> Session:
    return Session(
        id=SessionId(row.id),
        state=SessionState(row.state),
        offer=_OFFER.validate_json(row.offer),
        opened_for=Asker(row.user_id, Place(row.team_id, row.channel_id), row.own_team_id or ""),
        opened_at=row.opened_at,
        rental=None if row.rental is None else _RENTAL.validate_json(row.rental),
        due_at=row.due_at,
        version=row.version,
        wanted_hours=row.wanted_hours,
    )


def event_columns(
    session_id: SessionId, change: Change, old: SessionState | None, new: SessionState
) -> dict[str, object]:
    return {
        "session_id": session_id,
        "at": change.at,
        "who": change.who,
        "from_state": None if old is None else old.value,
        "to_state": new.value,
        "why": change.why,
    }


def event(row: Row[Any]) -> Event:
    old = None if row.from_state is None else SessionState(row.from_state)
    return Event(row.at, row.who, old, SessionState(row.to_state), row.why)


def _offer(session: Session) -> dict[str, object]:
    return {"offer": _OFFER.dump_json(session.offer).decode()}


def _moving(session: Session) -> dict[str, object]:
    rental = session.rental
    return {
        "state": session.state.value,
        "due_at": session.due_at,
        "rental": None if rental is None else _RENTAL.dump_json(rental).decode(),
        "renter_team_id": None if rental is None else rental.renter.place.team_id,
        "renter_user_id": None if rental is None else rental.renter.user_id,
        "pressed_at": None if rental is None else rental.pressed_at,
        "label": None if rental is None else rental.label,
        "instance_id": None if rental is None else rental.instance_id,
    }
