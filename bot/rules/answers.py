"""What is answered to commands and buttons about sessions."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.rules.orders import Order
from bot.rules.renters import Renter
from bot.rules.sessions import Session, SessionId
from bot.rules.watches import Watch


@dataclass(frozen=True, slots=True)
class Told:
    """One private sentence, with the next step where there is one.

    May hold `<@U…>` of Slack users and no other foreign text.
    """

    sentence: str
    is_done: bool = field(default=False, compare=False)
    """What was asked for happened, and shows on the session's message."""


@dataclass(frozen=True, slots=True)
class SessionsPage:
    sessions: tuple[Session, ...]
    """Live ones first, the newest first."""
    everyone: bool
    now: datetime
    may_act: frozenset[SessionId]
    """Those that the person may extend and end."""
    besides: str = ""
    """What runs besides, as a sentence that may hold `<@U…>`."""


@dataclass(frozen=True, slots=True)
class SessionEvent:
    at: datetime
    who: str
    to: str
    why: str


@dataclass(frozen=True, slots=True)
class SessionPage:
    session: Session
    events: tuple[SessionEvent, ...]
    """Oldest first."""
    mine: bool
    """Only the renter sees the way in."""
    may_act: bool
    """Who may not sees what the channel sees."""
    now: datetime


@dataclass(frozen=True, slots=True)
class KeyPage:
    """The saved public key, for its window."""

    renter: Renter | None


@dataclass(frozen=True, slots=True)
class HomePage:
    renter: Renter | None
    sessions: tuple[Session, ...]
    """The person's own."""
    may_not_rent: str | None
    """Why the person may not rent, as a sentence."""
    now: datetime
    watches: tuple[Watch, ...] = ()
    """The person's own, by number."""
    orders: tuple[Order, ...] = ()
    """The person's own that are open."""
    besides: str = ""
    """What runs besides the person's machines, as a sentence that may hold `<@U…>`."""
