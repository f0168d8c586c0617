"""A session: our record of one rental, from the card on."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from bot.rules.places import Asker
from providers.models import Offer

SessionId = NewType("SessionId", str)
"""`<deployment>-<10 random base32>`, such as `k3f9-w2c7h4n6da`: in the button and in the label."""

OFFERED_FOR = timedelta(hours=24)
"""A card nobody pressed expires then."""
REMEMBERED_FOR = timedelta(days=7)
"""An expired card that is pressed is answered by name until then."""


class SessionState(StrEnum):
    OFFERED = "offered"
    EXPIRED = "expired"


ALLOWED: dict[SessionState, frozenset[SessionState]] = {
    SessionState.OFFERED: frozenset({SessionState.EXPIRED}),
    SessionState.EXPIRED: frozenset(),
}
"""The table of changes; anything else raises `IllegalChange`."""


class IllegalChange(Exception):
    def __init__(self, session_id: SessionId, old: SessionState, new: SessionState) -> None:
        super().__init__(f"session {session_id} cannot go from {old} to {new}")


@dataclass(frozen=True, slots=True)
class Session:
    id: SessionId
    state: SessionState
    offer: Offer
    """As it stood on the card."""
    opened_for: Asker
    opened_at: datetime


def check_change(session_id: SessionId, old: SessionState, new: SessionState) -> None:
    if new not in ALLOWED[old]:
        raise IllegalChange(session_id, old, new)


def random_part(random_bytes: bytes) -> str:
    """Ten letters of lower-case base32 from at least seven random bytes: 50 bits."""
    return base64.b32encode(random_bytes).decode().lower()[:10]


def derived_deployment(team_id: str, bot_user_id: str) -> str:
    """Four letters that stay the same when the disk is lost and the bot starts anew."""
    digest = hashlib.sha256(f"{team_id}/{bot_user_id}".encode()).digest()
    return base64.b32encode(digest).decode().lower()[:4]
