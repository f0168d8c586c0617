"""Commands about watches and standing orders, beside those about machines in `verbs`."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.grammar import watches
from bot.grammar.findings import cite
from bot.grammar.parser import read_line
from bot.grammar.text import shown
from bot.grammar.values import Parameter, UsageError
from bot.grammar.watch_values import (
    CancelOrder,
    OrderCommand,
    OrderList,
    PauseWatch,
    ResumeWatch,
    SnoozeWatch,
    Unwatch,
    WatchCommand,
    WatchForm,
    WatchingCommand,
    WatchList,
)
from bot.grammar.watch_words import duration_words, length
from bot.rules.rentals import DEFAULT_HOURS
from bot.rules.watch_answers import WatchScope

LEAST_SNOOZE_MIN, MOST_SNOOZE_MIN = 5, 30 * 24 * 60
SNOOZES = ("1h", "8h", "7d")
_STRIPPED = " '\"`*_~<>()[].,:;!?"
_NUMBER = re.compile(r"(?:watch|order|number|no|nr)?\s*[#.]?\s*([1-9][0-9]{0,8})")
_SESSION = re.compile(r"(?:shopper-)?(?:[a-z0-9]{4}-)?[a-z2-7]{10}")
_HERE = {"", "here", "of here", "in here", "in this channel", "this channel"}
_ALL = {"all", "everywhere", "everyone", "everybody", "of everyone", "of all", "of everybody"}
_MINE = {"mine", "my", "me", "of mine"}
_SCOPES = ((WatchScope.HERE, _HERE), (WatchScope.ALL, _ALL), (WatchScope.MINE, _MINE))
Read = WatchingCommand | UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    topic: str
    phrases: tuple[str, ...]
    forms: tuple[str, ...]
    """Each is a whole command."""
    meaning: str
    read: Callable[[str], Read]
    """From what stands behind the verb."""


def written(command: WatchingCommand) -> str:
    """The canonical text."""
    match command:
        case WatchCommand(text=text):
            return f"watch {text}"
        case OrderCommand(text=text):
            return f"order {text}"
        case WatchForm():
            return "watch"
        case WatchList(scope=scope):
            return "watches" if scope is WatchScope.HERE else f"watches {scope}"
        case OrderList(everyone=everyone):
            return "orders all" if everyone else "orders"
        case SnoozeWatch(number=number, length=snoozed):
            return f"snooze {number} {duration_words(snoozed)}"
        case _:
            return f"{_NUMBERED[type(command)]} {command.number}"


_NUMBERED: Mapping[type[WatchingCommand], str] = {
    Unwatch: "unwatch",
    PauseWatch: "pause",
    ResumeWatch: "resume",
    CancelOrder: "cancel",
}


# What stands behind each verb.


def _watches(rest: str) -> Read:
    words = rest.lower().strip(_STRIPPED)
    for scope, known in _SCOPES:
        if words in known:
            return WatchList(scope)
    sentence = f"“watches” lists those of this channel, not {cite(rest.strip())}."
    return UsageError(sentence, shown(rest.strip()), ("watches", "watches all", "watches mine"))


def _orders(rest: str) -> Read:
    words = rest.lower().strip(_STRIPPED)
    if words in _ALL:
        return OrderList(everyone=True)
    if words in _MINE | _HERE:
        return OrderList(everyone=False)
    sentence = f"“orders” lists yours, not {cite(rest.strip())}."
    return UsageError(sentence, shown(rest.strip()), ("orders", "orders all", "help order"))


def _numbered(
    verb: str, listed: str, make: Callable[[int], WatchingCommand]
) -> Callable[[str], Read]:
    def read(rest: str) -> Read:
        number = _number(rest)
        return _no_number(rest, verb, listed) if number is None else make(number)

    return read


def _unwatch(rest: str) -> Read:
    if rest.lower().strip(_STRIPPED) in _ALL | _MINE:
        sentence = "Watches are stopped one at a time; each has a Stop button in the list."
        return UsageError(sentence, shown(rest.strip()), ("watches mine", "watches"))
    return _numbered("unwatch", "watches", Unwatch)(rest)


def _edit(rest: str) -> Read:
    sentence = "A watch is changed with its Edit button: press it in the list of “/gpu watches”."
    return UsageError(sentence, shown(rest.strip()), ("watches", "watches all", "watches mine"))


def _snooze(rest: str) -> Read:
    line = read_line(rest)
    texts = rest.split()
    number = _number(texts[0]) if texts else None
    if number is None:
        return _no_number(rest, "snooze", "watches", f" {SNOOZES[1]}")
    behind = read_line(" ".join(texts[1:]))
    start = 1 if behind.is_text(0, "for") else 0
    found = length(behind, start)
    instead = tuple(f"snooze {number} {each}" for each in SNOOZES)
    if found is None or found[1] < len(behind.tokens):
        sentence = f"Say for how long, as in “/gpu snooze {number} 8h”."
        return UsageError(sentence, shown(line.text), instead)
    minutes = found[0]
    if minutes % 1 or not LEAST_SNOOZE_MIN <= minutes <= MOST_SNOOZE_MIN:
        sentence = f"A watch can be snoozed for {LEAST_SNOOZE_MIN} minutes to 30 days."
        return UsageError(sentence, shown(line.text), instead)
    return SnoozeWatch(number, timedelta(minutes=int(minutes)))


def _cancel(rest: str) -> Read:
    meant = rest.lower().strip(_STRIPPED)
    if _SESSION.fullmatch(meant) and _number(rest) is None:
        sentence = f"“cancel” is for orders; a machine is ended with “stop {meant}”."
        instead = (f"stop {meant.removeprefix('shopper-')}", "orders")
        return UsageError(sentence, shown(rest.strip()), instead)
    return _numbered("cancel", "orders", CancelOrder)(rest)


def _number(text: str) -> int | None:
    found = _NUMBER.fullmatch(text.lower().strip(_STRIPPED))
    return None if found is None else int(found[1])


def _no_number(rest: str, verb: str, listed: str, behind: str = "") -> UsageError:
    sentence = (
        f"Say which one by its number, as in “/gpu {verb} 3{behind}”; “/gpu {listed}” lists them."
    )
    return UsageError(sentence, shown(rest.strip()), (listed, f"help {verb}"))


VERBS = (
    Verb(
        topic="watch",
        phrases=(
            "watch", "watch for", "alert", "alert me", "notify me", "tell me when", "tell me if",
            "let me know when", "let me know if", "notify",
        ),
        forms=(
            "watch 2x 4090 under 0.70", "watch h100 in eu drop 10%", "watch a100 lowest in 30d",
            "watch",
        ),
        meaning=(
            "This channel is told when such a machine is cheap enough. Every word of a search may"
            " be used, and those below that say when to tell. Alone it opens a window to fill in."
        ),
        read=watches.watch,
    ),
    Verb(
        topic="watches",
        phrases=(
            "watches", "my watches", "list watches", "show watches", "list my watches",
            "show my watches", "alerts", "my alerts",
        ),
        forms=("watches", "watches all", "watches mine"),
        meaning="The watches of this channel, of all channels, or yours, with their last prices.",
        read=_watches,
    ),
    Verb(
        topic="unwatch",
        phrases=(
            "unwatch", "stop watch", "stop watching", "remove watch", "delete watch", "end watch",
        ),
        forms=("unwatch 3",),
        meaning="Stop the watch of that number for good.",
        read=_unwatch,
    ),
    Verb(
        topic="snooze",
        phrases=("snooze", "snooze watch", "mute", "mute watch"),
        forms=("snooze 3 8h", "snooze 3 2 days"),
        meaning="No message of that watch for so long; it goes on looking.",
        read=_snooze,
    ),
    Verb(
        topic="pause",
        phrases=("pause", "pause watch"),
        forms=("pause 3",),
        meaning="That watch looks no more until it is resumed.",
        read=_numbered("pause", "watches", PauseWatch),
    ),
    Verb(
        topic="resume",
        phrases=(
            "resume", "resume watch", "unpause", "unpause watch", "unsnooze", "unmute",
            "unsnooze watch",
        ),
        forms=("resume 3",),
        meaning="That watch looks again, after a pause or a snooze.",
        read=_numbered("resume", "watches", ResumeWatch),
    ),
    Verb(
        topic="order",
        phrases=("order", "standing order", "place order"),
        forms=("order 4090 under 0.35 for 4h before friday", "order 2x 4090 under 0.70"),
        meaning=(
            "Rent by itself, once, the first machine that matches. It needs the most that an hour"
            f" may cost, is for {DEFAULT_HOURS} hours when nothing is said, and lapses after"
            " 7 days. You see the most that it can cost before you agree."
        ),
        read=watches.order,
    ),
    Verb(
        topic="orders",
        phrases=("orders", "my orders", "list orders", "show orders", "list my orders"),
        forms=("orders", "orders all"),
        meaning="Your orders, or those of everyone.",
        read=_orders,
    ),
    Verb(
        topic="cancel",
        phrases=("cancel", "cancel order"),
        forms=("cancel 3",),
        meaning="Take back the order of that number.",
        read=_cancel,
    ),
)  # fmt: skip
READERS: Mapping[str, Callable[[str], Read]] = {
    **{phrase: verb.read for verb in VERBS for phrase in verb.phrases},
    **dict.fromkeys(("edit", "edit watch", "change", "change watch"), _edit),
}


def commands() -> tuple[Parameter, ...]:
    return tuple(Parameter(verb.topic, verb.forms, verb.meaning) for verb in VERBS)
