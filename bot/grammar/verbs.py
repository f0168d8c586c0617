"""Commands about rented machines: one table for parsing, help, suggestions, the document."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from bot.grammar import price_history
from bot.grammar.findings import cite
from bot.grammar.text import shown
from bot.grammar.values import (
    Extend,
    Key,
    MachineCommand,
    Parameter,
    Prices,
    SessionCommand,
    Sessions,
    Stop,
    UsageError,
)
from bot.rules.rentals import in_steps

EXAMPLE_ID = "k3f9-w2c7h4n6da"
MOST_HOURS = Decimal(8_784)
_STRIPPED = " '\"`*_~#<>()[].,:;!?"
_ID = re.compile(r"(?:shopper-)?((?:[a-z0-9]{4}-)?[a-z2-7]{10})")
_LENGTH = re.compile(
    r"(?P<number>[0-9]{1,6}(?:[.,][0-9]{1,4})?\s*|\ban?\s+)"
    r"(?P<unit>minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])"
)
_NUMBER = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,4})?")
_MINUTES = {"m": Decimal(1), "h": Decimal(60), "d": Decimal(1440)}
_EVERYONE = {"all", "everyone", "everybody", "of everyone", "of all", "for all"}
_MINE = {"", "mine", "my", "me", "of mine"}
Read = MachineCommand | Prices | UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    topic: str
    phrases: tuple[str, ...]
    """What a command may begin with."""
    forms: tuple[str, ...]
    """Each is a whole command."""
    meaning: str
    read: Callable[[str], Read]
    """From what stands behind the verb."""


def written(command: MachineCommand | Prices) -> str:
    """The canonical text."""
    match command:
        case Sessions(everyone=everyone):
            return "sessions all" if everyone else "sessions"
        case SessionCommand(id=session_id):
            return f"session {session_id}"
        case Stop(id=session_id):
            return " ".join(filter(None, ("stop", session_id)))
        case Extend(id=session_id, hours=hours):
            return " ".join(filter(None, ("extend", session_id, f"{hours.normalize():f}h")))
        case Key():
            return "key"
        case Prices():
            return price_history.written(command)


# What stands behind each verb.


def _sessions(rest: str) -> Read:
    words = rest.lower().strip(_STRIPPED)
    if words in _MINE:
        return Sessions(everyone=False)
    if words in _EVERYONE:
        return Sessions(everyone=True)
    if session_id := _session_id(rest):
        return SessionCommand(session_id)
    return _no_id(rest, "sessions", ("sessions", "sessions all"))


def _stop(rest: str) -> Read:
    """`stop?` ends nothing."""
    if not rest.strip(" .!"):
        return Stop(None)
    if session_id := _session_id(rest):
        return Stop(session_id)
    return _no_id(rest, "stop", ("sessions",))


def _extend(rest: str) -> Read:
    words = rest.lower().split()
    ids = [session_id for word in words if (session_id := _session_id(word))]
    session_id = ids[0] if len(ids) == 1 else None
    text = " ".join(word for word in words if not _session_id(word))
    hours = sum(map(_minutes, _LENGTH.finditer(text)), Decimal(0)) / 60
    left = [word.strip(_STRIPPED) for word in _LENGTH.sub(" ", text).split()]
    if len(left) == 1 and _NUMBER.fullmatch(left[0]) and not hours:
        sentence = f"{cite(left[0])} needs a unit, as in “{left[0]}h”."
        hours = Decimal(left[0].replace(",", "."))
    elif len(ids) > 1 or not _LITTLE_WORDS.issuperset(left):
        cited = cite(rest.strip())
        sentence = f"I do not understand {cited}; write it as in “extend {EXAMPLE_ID} 2h”."
    elif not _LENGTH.search(text):
        sentence = "Say by how long, with a unit: hours, minutes or days."
        hours = Decimal(1)
    elif hours != _possible(hours):
        sentence = "Time is added in steps of 15 minutes, at most 366 days."
    else:
        return Extend(session_id, hours)
    repaired = written(Extend(session_id, _possible(hours or Decimal(1))))
    return UsageError(sentence, shown(rest.strip()), (repaired, "help extend"))


_LITTLE_WORDS = {"", "by", "for", "and", "another", "more", "to", "with", "session", "it"}


def _key(rest: str) -> Read:
    """A key that was written here is not repeated: it may be a private one."""
    if not rest.strip(_STRIPPED):
        return Key()
    return UsageError("Write “key” alone: the window that opens takes the key.", "", ("key",))


def _ssh(_: str) -> Read:
    sentence = "How to log in is shown with your session; “key” saves your public key."
    return UsageError(sentence, "ssh", ("sessions", "key", "help sessions"))


def _session_id(text: str) -> str | None:
    found = _ID.fullmatch(text.lower().strip(_STRIPPED))
    return None if found is None else found[1]


def _no_id(rest: str, verb: str, suggestions: tuple[str, ...]) -> UsageError:
    sentence = (
        f"{cite(rest.strip())} is no id of a session; one looks like {EXAMPLE_ID}, and"
        " “sessions” lists yours."
    )
    return UsageError(sentence, shown(rest.strip()), (*suggestions, f"help {verb}"))


def _minutes(found: re.Match[str]) -> Decimal:
    number = found["number"].strip().replace(",", ".")
    return (Decimal(number) if number[0].isdigit() else 1) * _MINUTES[found["unit"][0]]


def _possible(hours: Decimal) -> Decimal:
    """The nearest that can be added, rather more than less."""
    return min(in_steps(hours), MOST_HOURS)


VERBS = (
    Verb(
        topic="sessions",
        phrases=(
            "sessions", "session", "my sessions", "my session", "list sessions", "show sessions",
            "list my sessions", "show my sessions", "all sessions", "show session",
        ),
        forms=("sessions", "sessions all", f"session {EXAMPLE_ID}"),
        meaning=(
            "Your machines with their cost so far and when they end, those of everyone, or all"
            " about one."
        ),
        read=_sessions,
    ),
    Verb(
        topic="stop",
        phrases=("stop", "end", "terminate", "destroy", "kill"),
        forms=("stop", f"stop {EXAMPLE_ID}", f"end {EXAMPLE_ID}"),
        meaning="End a machine now; without an id the only one that you have.",
        read=_stop,
    ),
    Verb(
        topic="extend",
        phrases=("extend", "prolong"),
        forms=("extend 2h", f"extend {EXAMPLE_ID} 2h", f"extend {EXAMPLE_ID} by 90 min"),
        meaning="Add time in steps of 15 minutes, as far as the host and the policy allow.",
        read=_extend,
    ),
    Verb(
        topic="key",
        phrases=("key", "keys", "my key", "ssh key", "my ssh key", "set key", "public key"),
        forms=("key",),
        meaning="See or change the public SSH key that opens the machines that you rent.",
        read=_key,
    ),
)  # fmt: skip
PRICES = Verb(
    topic=price_history.TOPIC,
    phrases=price_history.PHRASES,
    forms=price_history.FORMS,
    meaning=price_history.MEANING,
    read=price_history.read,
)
NEAR = (
    "sessions", "session", "stop", "extend", "watch", "watches", "unwatch", "snooze", "orders",
    "cancel", "prices",
)  # fmt: skip
"""Words long enough that one letter more or less does not make another word of them."""
SSH = Verb(topic="", phrases=("ssh", "login", "connect"), forms=(), meaning="", read=_ssh)
"""No command; who tries it is told what is."""
READERS: Mapping[str, Callable[[str], Read]] = {
    phrase: verb.read for verb in (*VERBS, PRICES, SSH) for phrase in verb.phrases
}


def price_commands() -> tuple[Parameter, ...]:
    return (price_history.row(),)


def commands() -> tuple[Parameter, ...]:
    return tuple(Parameter(verb.topic, verb.forms, verb.meaning) for verb in VERBS)
