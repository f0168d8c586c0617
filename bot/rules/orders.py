"""A standing order: rents by itself, once, when an offer matches."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NewType

from bot.rules.places import Asker
from bot.rules.rentals import most
from bot.rules.sessions import SessionId
from providers.models import Offer, OfferQuery, ProviderName

OrderId = NewType("OrderId", str)
LAPSES_AFTER = timedelta(days=7)
"""Without a date."""


class OrderState(StrEnum):
    WAITING = "waiting"
    FIRING = "firing"
    """A machine was asked for: renting, starting, or the next one after it failed to start."""
    DONE = "done"
    """A machine runs."""
    LAPSED = "lapsed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Tried:
    """A machine that was rented for an order and did not start."""

    provider: ProviderName
    machine: str
    """As people know it: the model, its host and place. Foreign."""
    session_id: SessionId
    at: datetime
    why: str
    """A sentence with foreign words in it."""
    host: str = ""
    """What tells it from other machines of the marketplace: see `host_of`."""
    cost_usd: Decimal = Decimal(0)
    """Until it was gone, traffic apart."""


@dataclass(frozen=True, slots=True)
class Order:
    id: OrderId
    number: int
    """For people, counted in the team: `/gpu cancel 3`."""
    owner: Asker
    """Who pays the limits, and the channel whose thread hears."""
    query: OfferQuery
    """With its price limit; whole machines cost at most `usd_per_hour`."""
    text: str
    """Canonical, as it can be typed after `/gpu order`."""
    hours: Decimal
    usd_per_hour: Decimal
    """The cap: USD for the whole machine, disk and all."""
    before: datetime
    """When it lapses."""
    created_at: datetime
    ssh_public_key: str
    image: str = ""
    """Empty is the renter's usual one of the marketplace that is rented from."""
    note: str = ""
    state: OrderState = OrderState.WAITING
    tried: tuple[Tried, ...] = ()
    """Oldest first: none of these hosts is tried again."""
    session_id: SessionId | None = None
    """Of the machine that is being rented, or runs."""
    ended_at: datetime | None = None
    """Since when it waits no more."""
    trouble: str = ""
    """Why the last match was not rented though it still waits, as a sentence. May hold `<@U…>` of
    Slack users and no other foreign text."""
    version: int = 0

    @property
    def most_usd(self) -> Decimal:
        """The most that it can cost, traffic apart."""
        return most(self.usd_per_hour, self.hours)

    @property
    def spent_usd(self) -> Decimal:
        """By machines that did not start."""
        return sum((each.cost_usd for each in self.tried), start=Decimal(0))

    @property
    def left_usd_per_hour(self) -> Decimal:
        """The most that the next machine may cost an hour, so that all of them together stay
        within `most_usd`."""
        left = (self.most_usd - self.spent_usd) / self.hours
        return max(Decimal(0), min(self.usd_per_hour, left))

    @property
    def is_open(self) -> bool:
        """It counts against the limits, and can be cancelled while it waits."""
        return self.state in {OrderState.WAITING, OrderState.FIRING}

    def with_changes(self, **changes: object) -> "Order":
        return replace(self, **changes)  # type: ignore[arg-type]  # replace checks the names


@dataclass(frozen=True, slots=True)
class Firing:
    """What becomes of an order in the transaction that begins its session."""

    old: Order
    new: Order
    due: datetime
    """When its session is looked at."""


def host_of(offer: Offer) -> str:
    """None of the same marketplace with the same is tried again for an order."""
    return offer.machine_id or str(offer.offer_id)


def in_words(offer: Offer) -> str:
    """`2 × RTX 4090, host 77, Washington, US`. Foreign."""
    count = f"{offer.gpu.count} × " if offer.gpu.count > 1 else ""
    host = "" if offer.host_id is None else f", host {offer.host_id}"
    return f"{count}{offer.gpu.name}{host}, {offer.location.label}"


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What the window asks the renter to agree to; nothing is placed yet."""

    id: OrderId
    owner: Asker
    query: OfferQuery
    text: str
    hours: Decimal
    usd_per_hour: Decimal
    before: datetime
    saved_key: str | None
    """The renter's public key."""
    lowest_usd_per_hour: Decimal | None = None
    """What the cheapest machine like that costs now, whatever the cap; None where not known."""

    @property
    def most_usd(self) -> Decimal:
        return most(self.usd_per_hour, self.hours)


@dataclass(frozen=True, slots=True)
class OrdersPage:
    orders: tuple[Order, ...]
    """Open ones first, the newest first."""
    everyone: bool
    may_act: frozenset[OrderId]
    now: datetime
