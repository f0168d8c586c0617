"""A session: our record of one rental, from the card on."""

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.rules.places import Asker
from bot.rules.rentals import Rental, as_it_came
from providers.models import Offer

SessionId = NewType("SessionId", str)
"""`<deployment>-<10 random base32>`, such as `k3f9-w2c7h4n6da`: in the button and in the label."""

OFFERED_FOR = timedelta(hours=24)
"""A card nobody pressed expires then."""
REMEMBERED_FOR = timedelta(days=7)
"""An expired card that is pressed is answered by name until then."""
OURS = "shopper-"
"""How the labels of every deployment begin."""
_LABEL = re.compile(r"shopper-([a-z0-9]{4})-([a-z2-7]{10})")


class SessionState(StrEnum):
    OFFERED = "offered"
    EXPIRED = "expired"
    RENTING = "renting"
    """Written before the create call leaves; whether there is a machine may be unknown."""
    STARTING = "starting"
    RUNNING = "running"
    ENDING = "ending"
    ENDED = "ended"
    """The marketplace itself has shown that the machine is gone."""
    FAILED = "failed"
    """The marketplace itself has shown that nothing was made."""


ALLOWED: Mapping[SessionState | None, frozenset[SessionState]] = {
    # A machine of ours that nobody knows becomes a session when it is rescued or kept.
    None: frozenset({SessionState.OFFERED, SessionState.RUNNING}),
    SessionState.OFFERED: frozenset({SessionState.EXPIRED, SessionState.RENTING}),
    SessionState.EXPIRED: frozenset(),
    SessionState.RENTING: frozenset(
        {SessionState.STARTING, SessionState.ENDING, SessionState.FAILED}
    ),
    SessionState.STARTING: frozenset({SessionState.RUNNING, SessionState.ENDING}),
    SessionState.RUNNING: frozenset({SessionState.ENDING}),
    SessionState.ENDING: frozenset({SessionState.ENDED}),
    SessionState.ENDED: frozenset({SessionState.ENDING}),  # it came back
    SessionState.FAILED: frozenset(),
}
"""The table of changes; anything else raises `IllegalChange`."""

LIVE = frozenset(
    {
        SessionState.RENTING,
        SessionState.STARTING,
        SessionState.RUNNING,
        SessionState.ENDING,
    }
)
"""A machine may exist and cost money: these count against the limits."""


class IllegalChange(Exception):
    def __init__(self, session_id: SessionId, old: SessionState | None, new: SessionState) -> None:
        super().__init__(f"session {session_id} cannot go from {old} to {new}")


@dataclass(frozen=True, slots=True)
class Session:
    id: SessionId
    state: SessionState
    offer: Offer
    """As it stood on the card; once rented, as it was read again before."""
    opened_for: Asker
    opened_at: datetime
    rental: Rental | None = None
    """From the press on."""
    due_at: datetime | None = None
    """When the guard has to look at it next; None when time changes nothing."""
    version: int = 0
    """Counts its changes: a change of what is no longer the newest is refused."""
    wanted_hours: float | None = None
    """How long the search asked for: what the Rent window begins with."""

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def rented(self) -> Rental:
        """For states that have one; anything else is a defect of ours."""
        if self.rental is None:
            raise LookupError(f"session {self.id} was never rented")
        return self.rental

    @property
    def machine(self) -> Offer:
        """The offer; of a machine that was kept although it differs, with what really came."""
        rental = self.rental
        if rental is None or rental.instance is None or not rental.compared:
            return self.offer
        if rental.mismatch is not None:  # nobody has said yes to it
            return self.offer
        return as_it_came(self.offer, rental.instance)

    def to(self, state: SessionState, **rental: object) -> "Session":
        """With another state; `rental` are changed fields of the rental."""
        check_change(self.id, self.state, state)
        return replace(self, state=state, rental=self.rented.with_changes(**rental))

    def noting(self, **rental: object) -> "Session":
        """The same state with other facts."""
        return replace(self, rental=self.rented.with_changes(**rental))

    def due(self, at: datetime | None) -> "Session":
        return replace(self, due_at=at)


def check_change(session_id: SessionId, old: SessionState | None, new: SessionState) -> None:
    if new not in ALLOWED[old]:
        raise IllegalChange(session_id, old, new)


def label_of(session_id: SessionId) -> str:
    return f"{OURS}{session_id}"


def session_in_label(label: str | None, deployment: str) -> SessionId | None:
    """Whose machine it is; `None` for another deployment's, nobody's, or one cut short."""
    found = _LABEL.fullmatch(label or "")
    if found is None or found[1] != deployment:
        return None
    return SessionId(f"{found[1]}-{found[2]}")


def random_part(random_bytes: bytes) -> str:
    """Ten letters of lower-case base32 from at least seven random bytes: 50 bits."""
    return base64.b32encode(random_bytes).decode().lower()[:10]


def derived_deployment(team_id: str, bot_user_id: str) -> str:
    """Four letters that stay the same when the disk is lost and the bot starts anew."""
    digest = hashlib.sha256(f"{team_id}/{bot_user_id}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:4]
