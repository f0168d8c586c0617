"""Which marketplaces a look heard, and which of its prices are meant. Decides over values."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from bot.rules.watches import Look, Memory, Past, Sighting
from providers.models import ProviderName

SILENCE_KEPT = timedelta(days=1)
"""A marketplace that is silent for longer is forgotten, with all that it last showed."""
_NOBODY: frozenset[ProviderName] = frozenset()


class Hearing(NamedTuple):
    new: frozenset[ProviderName]
    """Their scene is set with this look: at the start, and back from an outage."""
    silent: frozenset[ProviderName]
    heard: frozenset[ProviderName]
    silent_since: datetime | None


def hear(memory: Memory, look: Look) -> Hearing:
    answered = look.answered
    if answered == memory.heard and not memory.silent:
        return Hearing(_NOBODY, _NOBODY, memory.heard, None)
    new = answered - (memory.heard - memory.silent)
    silent = memory.heard - answered
    if not silent:
        return Hearing(new, _NOBODY, answered, None)
    since = min(memory.silent_since or look.now, look.now)
    if look.now - since > SILENCE_KEPT:
        return Hearing(new, _NOBODY, answered, None)
    return Hearing(new, silent, memory.heard | answered, since)


def in_time(memory: Memory, now: datetime, scene_after: timedelta) -> Memory:
    """After too long without a look the scene is set anew, and a clock that went back does not
    stretch the cool-down."""
    if memory.said_at is not None and memory.said_at > now:
        memory = replace(memory, said_at=now)
    if memory.scene_set and memory.looked_at is not None and now - memory.looked_at <= scene_after:
        return memory
    return anew(memory)


def anew(memory: Memory) -> Memory:
    """The next look sets the scene; what was said stays said.

    For a watch that goes on after a pause, or whose question or rule was changed.
    """
    return Memory(
        said_at=memory.said_at,
        said_usd=memory.said_usd,
        said_gpus=memory.said_gpus,
        day=memory.day,
        said_today=memory.said_today,
    )


def meant(look: Look, past: Past) -> list[Sighting]:
    """What whole answers show, without absurd prices: below a tenth of what is usual."""
    answered = look.answered
    one, several = past.usual_usd_per_gpu_hour, past.usual_of
    if not several:
        tenth = None if one is None else one / 10
        return [
            seen
            for seen in look.sightings
            if seen.key.provider in answered
            and (seen.usd_per_hour > 0 if tenth is None else _is_meant(seen, tenth))
        ]
    return [
        seen
        for seen in look.sightings
        if seen.key.provider in answered
        and _is_meant(seen, (several.get(seen.key.gpu, one) or Decimal(0)) / 10)
    ]


def _is_meant(seen: Sighting, least_usd_per_gpu_hour: Decimal) -> bool:
    price = seen.usd_per_hour
    return price > 0 and price >= least_usd_per_gpu_hour * seen.key.count
