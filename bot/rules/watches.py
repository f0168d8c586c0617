"""A watch: a question that is asked again and again, and when its answer is worth a message."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, NewType, TypeVar

from bot.rules.places import Asker
from bot.rules.sessions import SessionId
from providers.models import Offer, OfferQuery, ProviderName

WatchId = NewType("WatchId", str)
QuestionId = NewType("QuestionId", str)
"""One for all watches that ask the same."""
_NO_WISH = frozenset({"sort", "limit"})
COOL_DOWN = timedelta(hours=1)
DAILY_CAP = 5
SIGHTINGS_IN_LOOK = 20


class Trigger(StrEnum):
    UNDER = "under"
    """The first time below a limit; again after it was above it by a twentieth."""
    DROP = "drop"
    """Below the lowest of the trailing 24 h, by a share of it."""
    LOWEST = "lowest"
    """Lower than everything in so many days."""
    AVAILABLE = "available"
    """Nothing matched before, and something does."""
    ANY = "any"
    """A machine that did not match before, or one that costs less than it did."""


@dataclass(frozen=True, slots=True)
class Rule:
    trigger: Trigger
    usd_per_hour: Decimal | None = None
    """Of `UNDER`: of the whole machine, or of each GPU."""
    per_gpu: bool = False
    percent: Decimal | None = None
    """Of `DROP`: 10 is a tenth."""
    days: int | None = None
    """Of `LOWEST`: 7 or 30."""
    fast: bool = False
    """Told after one look instead of two; of `AVAILABLE` alone."""


class MachineKey(NamedTuple):
    """What stays the same while offer ids die: an offer of the same machine is the same news.

    A tuple, since a tick compares tens of thousands of them.
    """

    provider: ProviderName
    machine: str
    """The machine's stable name; where none is stated, the place."""
    gpu: str
    count: int  # type: ignore[assignment]  # nobody counts the parts of a key


class Sighting(NamedTuple):
    """One offer as one answer showed it."""

    key: MachineKey
    usd_per_hour: Decimal
    seen_at: datetime
    """When the marketplace said so: one cached answer is one sighting."""


@dataclass(frozen=True, slots=True)
class Look:
    """What all marketplaces said to one question in one tick."""

    now: datetime
    sightings: Sequence[Sighting]
    """Cheapest first, at most `SIGHTINGS_IN_LOOK`: with so many there may be more. Prices that no
    marketplace means are among them. For a rule that is `per_gpu` these are the machines with the
    cheapest GPUs."""
    answered: frozenset[ProviderName]
    """Who gave a whole answer. The others' silence says nothing."""


@dataclass(frozen=True, slots=True)
class Past:
    """What was known of a question before this look."""

    since: datetime | None = None
    """Of the first point of the last 30 days; None when there is none."""
    low_24h: Decimal | None = None
    low_7d: Decimal | None = None
    low_30d: Decimal | None = None
    last_lower_at: datetime | None = None
    """Filled in for an alert: when it last cost as little or less."""
    usual_usd_per_gpu_hour: Decimal | None = None
    """Median of the model over 7 days, or the known one; None for a model nobody knows."""
    usual_of: Mapping[str, Decimal] = field(default_factory=dict)
    """The same by GPU model, for a question that several match; goes before the one above."""


@dataclass(frozen=True, slots=True)
class Alert:
    """The decision to speak, with all that a message says."""

    trigger: Trigger
    seen: Sighting
    before: Decimal | None
    """USD per hour that it is compared with; None where nothing matched before."""
    lowest_since: datetime | None = None
    """It was never as low since then, as far as is known."""
    others: int = 0
    """Further machines that are news too."""
    edits: bool = False
    """Within the cool-down: the last message is brought up to date instead."""
    last_today: bool = False
    """The daily cap is reached: the message says that it is the last."""
    began_at: datetime | None = None
    """The look that first showed the news: what it cost before is what was known until then."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Seen once, and waiting for a second look."""

    usd_per_hour: Decimal
    first_seen_at: datetime
    seen_at: datetime
    before: Decimal | None = None
    """What it is compared with, as it was at the first look."""
    began_at: datetime | None = None
    """The look at which `before` held; earlier than the first sighting where another machine
    waited already."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What a watch remembers between two looks. Empty: the next look sets the scene."""

    scene_set: bool = False
    looked_at: datetime | None = None
    silent: frozenset[ProviderName] = frozenset()
    """Marketplaces that did not answer last time: their return sets their scene."""
    silent_since: datetime | None = None
    """Of the first of them."""
    heard: frozenset[ProviderName] = frozenset()
    """Marketplaces whose scene is set, the silent ones among them."""
    armed: bool = True
    matched: bool = False
    """Something matched at the last look."""
    lowest: Decimal | None = None
    """At the last look: of a machine, or of one GPU where the rule is `per_gpu`."""
    low: Decimal | None = None
    """Of `DROP` and `LOWEST`: what the last look left as the lowest. The history may have grown
    since by what others saw who ask the same, or by a look whose memory was lost."""
    young: bool = False
    """Of `LOWEST`: the history was too short at the last look, and nothing is told."""
    known: tuple[tuple[MachineKey, Decimal], ...] = ()
    """Machines that are no news, with the price at which they are none."""
    away: tuple[tuple[MachineKey, datetime], ...] = ()
    """Which of them are missing, and when they were last there: back soon, they are no news."""
    sight: Decimal | None = None
    """Of `ANY`: what costs so much or more was out of sight at the last look; None: nothing."""
    waiting: tuple[tuple[MachineKey, Candidate], ...] = ()
    said_at: datetime | None = None
    said_usd: Decimal | None = None
    said_gpus: int = 0
    """Of the machine in the last message; 0: not known."""
    day: str = ""
    """Of the count, in the policy's time zone: `2026-11-26`."""
    said_today: int = 0

    def with_changes(self, **changes: object) -> "Memory":
        return _changed(self, changes)


@dataclass(frozen=True, slots=True)
class Said:
    """The last message, from which it is drawn again when it is edited."""

    alert: Alert
    offer: Offer
    session_id: SessionId
    """Of the card's Rent button."""
    at: datetime
    group: tuple[WatchId, ...] = ()
    """Watches of the channel that share the message; empty when it is this one's alone."""
    message: str = ""
    """Key of the notice that posted it. A watch whose `message` is another one has moved on."""


@dataclass(frozen=True, slots=True)
class Watch:
    id: WatchId
    number: int
    """For people, counted in the team: `/gpu unwatch 3`."""
    owner: Asker
    """Who set it up, and the channel that hears."""
    query: OfferQuery
    """Without the limit of `Trigger.UNDER`, since what is above it must be seen too."""
    rule: Rule
    text: str
    """Canonical, as it can be typed after `/gpu watch`."""
    created_at: datetime
    cool_down: timedelta = COOL_DOWN
    daily_cap: int = DAILY_CAP
    paused_at: datetime | None = None
    paused_why: str = ""
    """Empty when a person did; else why the bot did, as a sentence without foreign text."""
    snoozed_until: datetime | None = None
    memory: Memory = field(default_factory=Memory)
    said: Said | None = None
    version: int = 0

    @property
    def question(self) -> QuestionId:
        return question_of(self.query)

    def with_changes(self, **changes: object) -> "Watch":
        return _changed(self, changes)


_Value = TypeVar("_Value", Memory, Watch)


def _changed(value: _Value, changes: Mapping[str, object]) -> _Value:
    """As `replace`, in half of the time: a tick does so with every watch and its memory."""
    parts = _PARTS[type(value)]
    if not changes.keys() <= parts.keys():
        raise TypeError(f"{type(value).__name__} has no {changes.keys() - parts.keys()}")
    new = object.__new__(type(value))
    for name, put in parts.items():
        put(new, changes[name] if name in changes else getattr(value, name))
    return new


_PARTS = {
    of: {part.name: vars(of)[part.name].__set__ for part in fields(of)} for of in (Memory, Watch)
}


@lru_cache(maxsize=20_000)  # asked for at every look at every watch
def question_of(query: OfferQuery) -> QuestionId:
    """The same for every query that the same offers match."""
    asked = [
        (part.name, _plain(getattr(query, part.name)))
        for part in fields(query)
        # Only what is asked for: a wish that is invented later changes no question.
        if part.name not in _NO_WISH and getattr(query, part.name) != part.default
    ]
    return QuestionId(hashlib.sha256(repr(asked).encode()).hexdigest()[:24])


def _plain(value: object) -> object:
    """Equal values in equal words: 0.5 and 0.50 are one price, 24 and 24.0 one size."""
    match value:
        case bool():
            return value
        case Decimal() | int() | float():
            return str(Decimal(str(value)).normalize())
        case _:
            return value
