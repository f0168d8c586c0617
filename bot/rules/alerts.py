"""When the answer to a watch's question is worth a message. Decides over values.

News is what one look shows and a later one shows again. It is told at once, unless the watch is
snoozed, the hours are quiet or the day's messages are used up: then it goes on waiting, and is
told afterwards if it is still true.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import NamedTuple

from bot.rules import lows, newcomers
from bot.rules.hearing import Hearing, anew, hear, in_time, meant
from bot.rules.policy import Policy
from bot.rules.quiet import QuietHours, day_of, is_quiet, zone_named
from bot.rules.waiting import Given, Judged
from bot.rules.watches import (
    SIGHTINGS_IN_LOOK,
    Alert,
    Candidate,
    Look,
    Memory,
    Past,
    Rule,
    Sighting,
    Trigger,
    Watch,
)

CONFIRM_AFTER = timedelta(seconds=60)
SCENE_AFTER = timedelta(minutes=30)
"""Ten of the longest intervals."""
FURTHER = Decimal("0.95")
"""At that share of the price in the last message a new one is worth it within the cool-down."""
_DAY = timedelta(days=1)
_LOWS = frozenset({Trigger.DROP, Trigger.LOWEST})


@dataclass(frozen=True, slots=True)
class AlertSettings:
    confirm_after: timedelta = CONFIRM_AFTER
    """Between the two answers that both show the news."""
    quiet: QuietHours | None = None
    zone: tzinfo = UTC
    """Of the quiet hours, and of the day whose messages are counted."""
    scene_after: timedelta = SCENE_AFTER
    """Without a look for longer than that, the next one sets the scene; a restart is shorter."""


def alert_settings(policy: Policy, confirm_after: timedelta = CONFIRM_AFTER) -> AlertSettings:
    return AlertSettings(confirm_after, policy.quiet_hours, zone_named(policy.timezone))


class Verdict(NamedTuple):
    memory: Memory
    alert: Alert | None = None


def decide(
    watch: Watch,
    look: Look,
    past: Past,
    settings: AlertSettings,
    *,
    tells: bool = True,
    shown: Sequence[Sighting] | None = None,
) -> Verdict:
    """`past` is what was known before this look. Where it `tells` nothing, news goes on waiting.
    `shown` is what is meant of the look, where many watches share it and somebody knows it. The
    memory is the same object when nothing changed, which only the same look again can bring
    about."""
    if watch.paused_at is not None:
        return Verdict(anew(watch.memory) if watch.memory.scene_set else watch.memory)
    memory = in_time(watch.memory, look.now, settings.scene_after)
    hearing = hear(memory, look)
    if not look.answered:
        return Verdict(_looked(watch.memory, memory, hearing, look, None, is_heard=False))
    shown = meant(look, past) if shown is None else shown
    given = Given(
        rule=watch.rule,
        memory=memory,
        now=look.now,
        shown=shown,
        is_full=len(look.sightings) >= SIGHTINGS_IN_LOOK,
        hearing=hearing,
        past=past,
        confirm_after=settings.confirm_after,
    )
    by_low = watch.rule.trigger in _LOWS
    judged = lows.judge(given) if by_low else newcomers.judge(given)
    alert = _alert(watch, judged, look.now, past, settings) if judged.ready and tells else None
    if alert is not None:
        price = alert.seen.usd_per_hour
        judged = lows.told(given, judged, price) if by_low else newcomers.told(given, judged)
        judged = _said(judged, alert, look.now, settings)
    lowest = _lowest(watch, shown)
    return Verdict(_looked(watch.memory, judged.memory, hearing, look, lowest), alert)


def _alert(
    watch: Watch, judged: Judged, now: datetime, past: Past, settings: AlertSettings
) -> Alert | None:
    memory = judged.memory
    said_today = _said_today(memory, now, settings)
    if said_today >= watch.daily_cap:
        return None
    if watch.snoozed_until is not None and now < watch.snoozed_until:
        return None
    if is_quiet(settings.quiet, now, settings.zone):
        return None
    seen, candidate = _cheapest(watch, judged.ready)
    edits = (
        memory.said_at is not None
        and now - memory.said_at < watch.cool_down
        and not _fell_further(watch.rule, memory, seen)
    )
    return Alert(
        trigger=watch.rule.trigger,
        seen=seen,
        before=candidate.before,
        lowest_since=past.last_lower_at,
        others=len(judged.ready) - 1,
        edits=edits,
        last_today=not edits and said_today + 1 >= watch.daily_cap,
        began_at=candidate.began_at,
    )


def _cheapest(
    watch: Watch, ready: Sequence[tuple[Sighting, Candidate]]
) -> tuple[Sighting, Candidate]:
    per_gpu = watch.rule.per_gpu
    return min(ready, key=lambda r: r[0].usd_per_hour / (r[0].key.count if per_gpu else 1))


def _lowest(watch: Watch, shown: Sequence[Sighting]) -> Decimal | None:
    if not shown:
        return None
    if not watch.rule.per_gpu:
        return shown[0].usd_per_hour
    return min(round(seen.usd_per_hour / seen.key.count, 6) for seen in shown)


def _fell_further(rule: Rule, memory: Memory, seen: Sighting) -> bool:
    if memory.said_usd is None:
        return False
    now, said = seen.usd_per_hour, memory.said_usd * FURTHER
    if rule.per_gpu and memory.said_gpus:
        return now * memory.said_gpus <= said * seen.key.count
    return now <= said


def _said_today(memory: Memory, now: datetime, settings: AlertSettings) -> int:
    """The day before the counted one is the same one: the clock went back over midnight."""
    later = (day_of(now, settings.zone), day_of(now + _DAY, settings.zone))
    return memory.said_today if memory.day in later else 0


def _said(judged: Judged, alert: Alert, now: datetime, settings: AlertSettings) -> Judged:
    """An edit is no message: the next fall is measured from the last one that was posted."""
    if alert.edits:
        return judged
    return Judged(
        judged.memory.with_changes(
            said_at=now,
            said_usd=alert.seen.usd_per_hour,
            said_gpus=alert.seen.key.count,
            day=day_of(now, settings.zone),
            said_today=_said_today(judged.memory, now, settings) + 1,
        )
    )


def _looked(
    before: Memory,
    memory: Memory,
    hearing: Hearing,
    look: Look,
    lowest: Decimal | None,
    *,
    is_heard: bool = True,
) -> Memory:
    """Where nobody answered, the last look's prices stand."""
    after = memory.with_changes(
        scene_set=memory.scene_set or is_heard,
        looked_at=look.now,
        silent=hearing.silent,
        silent_since=hearing.silent_since,
        heard=hearing.heard,
        matched=lowest is not None if is_heard else memory.matched,
        lowest=lowest if is_heard else memory.lowest,
    )
    return before if look.now == before.looked_at and after == before else after
