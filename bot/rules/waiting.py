"""Machines that were seen once, until a second look shows them too. Decides over values."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.rules.hearing import Hearing
from bot.rules.watches import Candidate, MachineKey, Memory, Past, Rule, Sighting, Trigger

MISSED_FOR = timedelta(minutes=30)
"""A sixth of Vast.ai's offers is missing for five minutes without having gone: within six times
that, a machine that returns is the same news, or none."""


class Given(NamedTuple):
    """All that a rule judges by. A tuple as `Judged`: a tick makes one of each watch."""

    rule: Rule
    memory: Memory
    now: datetime
    shown: Sequence[Sighting]
    """What is meant, cheapest first."""
    is_full: bool
    """There may be more than is shown."""
    hearing: Hearing
    past: Past
    confirm_after: timedelta


class Judged(NamedTuple):
    memory: Memory
    ready: Sequence[tuple[Sighting, Candidate]] = ()
    """News that was seen often enough to be told, and waits until somebody may be spoken to."""


def first_seen(given: Given, seen: Sighting, candidate: Candidate) -> Candidate:
    """`candidate` carries what it is compared with."""
    return replace(
        candidate,
        usd_per_hour=seen.usd_per_hour,
        first_seen_at=seen.seen_at,
        seen_at=seen.seen_at,
        began_at=candidate.began_at or given.now,
    )


def seen_again(candidate: Candidate, seen: Sighting) -> Candidate:
    if seen.seen_at == candidate.seen_at and seen.usd_per_hour == candidate.usd_per_hour:
        return candidate
    return replace(
        candidate,
        usd_per_hour=seen.usd_per_hour,
        first_seen_at=min(candidate.first_seen_at, seen.seen_at),  # a clock may go back
        seen_at=seen.seen_at,
    )


def waited(given: Given) -> dict[MachineKey, Candidate]:
    """Who still waits; whoever was missing for too long begins again."""
    return {
        key: candidate
        for key, candidate in given.memory.waiting
        if given.now - candidate.seen_at <= MISSED_FOR
    }


def missed(
    waiting: Mapping[MachineKey, Candidate], shown: Collection[MachineKey]
) -> dict[MachineKey, Candidate]:
    """Who waits on although this look does not show it."""
    return {key: candidate for key, candidate in waiting.items() if key not in shown}


def ready(
    given: Given, shown: Iterable[tuple[Sighting, Candidate]]
) -> list[tuple[Sighting, Candidate]]:
    """Seen by two answers far enough apart; what a fast watch waits for, by one."""
    if given.rule.fast and given.rule.trigger is Trigger.AVAILABLE:
        return list(shown)
    return [
        (seen, candidate)
        for seen, candidate in shown
        if seen.seen_at - candidate.first_seen_at >= given.confirm_after
    ]
