"""What stands in the Rent window, and what somebody wrote into it."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from bot.rules.places import Asker
from bot.rules.renters import HostRecord
from bot.rules.sessions import Session
from providers.instances import Image
from providers.models import Offer

QuoteId = NewType("QuoteId", str)

QUOTED_FOR_S = 15.0
"""An offer that was read again less than so long ago is not read once more before it is rented."""
NOTHING = Decimal("0.000001")
"""USD per hour: what dividing by gigabytes leaves over is no rise."""
NEAREST = Decimal("1.10")
"""Alternatives cost at most so many times what was wanted."""


@dataclass(frozen=True, slots=True)
class RentForm:
    """As it was filled in; already checked by `forms`."""

    hours: Decimal
    disk_gb: int
    image: str
    ssh_public_key: str
    note: str
    accepts_price: bool = False
    """The second yes, to a price above the card's."""


@dataclass(frozen=True, slots=True)
class Quote:
    """An offer as it was just read again, for one person. Kept, so that the price that is rented
    is the price that was shown."""

    id: QuoteId
    session: Session
    offer: Offer
    """With the disk that is quoted."""
    shown_to: Asker
    """With the channel in which Rent was pressed: a window has none."""
    quoted_at: datetime
    hours: Decimal
    image: str
    images: tuple[Image, ...]
    min_disk_gb: int
    saved_key: str | None
    """The renter's public key."""
    note: str = ""
    host: HostRecord | None = None
    asks_again: bool = False
    """The price rose after the last look: a second yes is needed even if it was given before."""

    @property
    def card_usd_per_hour(self) -> Decimal:
        """With the disk of the quote, at the card's price for each GB."""
        card = self.session.offer
        disk = card.price.disk * self.offer.disk_gb / card.disk_gb if card.disk_gb else 0
        return card.price.gpu + card.price.cpu_ram + disk

    @property
    def change(self) -> Decimal:
        """USD per hour above (or below zero: under) the card's price."""
        return self.offer.price.usd_per_hour - self.card_usd_per_hour

    @property
    def is_dearer(self) -> bool:
        return self.change > NOTHING

    @property
    def needs_second_yes(self) -> bool:
        return self.is_dearer or self.asks_again


class RefusalKind(StrEnum):
    NOT_ALLOWED = "not allowed"
    LIMIT = "limit"
    CEILING = "ceiling"
    TAKEN = "taken"
    """Somebody rents it already, or it was rented."""
    EXPIRED = "expired"
    GONE = "gone"
    NO_KEY = "no key"
    WRONG_KEY = "wrong key"
    NO_CREDIT = "no credit"
    POLICY_WRONG = "policy wrong"
    TROUBLE = "trouble"
    """The marketplace could not be asked."""
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing is rented, as a sentence with the next step; may hold `<@U…>` of Slack users
    and no other foreign text."""

    kind: RefusalKind
    sentence: str
    alternatives: tuple[Session, ...] = ()
    """The nearest, each with a session of its own to press."""


@dataclass(frozen=True, slots=True)
class Rented:
    """The press won: the machine is being made."""

    session: Session


RentAnswer = Quote | Refusal | Rented
