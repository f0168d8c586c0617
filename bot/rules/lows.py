"""`drop` and `lowest`: a price that is lower than what was before. Decides over values."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.rules.waiting import Given, Judged, first_seen, missed, ready, seen_again, waited
from bot.rules.watches import Candidate, MachineKey, Rule, Sighting, Trigger

DAY = timedelta(days=1)
LEAST_HISTORY = DAY
"""With less, nothing is the lowest in a week."""


def judge(given: Given) -> Judged:
    """The price before is that of the first look that showed the news: until it is told, the
    history already knows the new one."""
    memory, shown = given.memory, given.shown
    if not memory.waiting:
        before = _before(given)
        if before is None or not shown or not _beats(given.rule, shown[0].usd_per_hour, before):
            return Judged(memory)
    waiting, seen_now = _waiting(given)
    return Judged(replace(memory, waiting=tuple(waiting.items())), ready(given, seen_now))


def told(judged: Judged) -> Judged:
    return Judged(replace(judged.memory, waiting=()))


def _waiting(
    given: Given,
) -> tuple[dict[MachineKey, Candidate], list[tuple[Sighting, Candidate]]]:
    before = {key: each for key, each in waited(given).items() if not _is_over(given, each)}
    compared = _compared(given, before)
    waiting: dict[MachineKey, Candidate] = {}
    seen_now: list[tuple[Sighting, Candidate]] = []
    shown: set[MachineKey] = set()
    for seen in given.shown:
        if seen.key in shown:
            continue
        shown.add(seen.key)
        candidate = _candidate(given, seen, before.get(seen.key), compared)
        if candidate is not None:
            waiting[seen.key] = candidate
            seen_now.append((seen, candidate))
    waiting.update(missed(given, before, shown))
    return waiting, seen_now


def _candidate(
    given: Given, seen: Sighting, before: Candidate | None, compared: Candidate | None
) -> Candidate | None:
    if before is not None:
        return seen_again(before, seen) if _still(given.rule, seen, before) else None
    if compared is None or seen.key.provider in given.hearing.new:
        return None
    return first_seen(given, seen, compared) if _still(given.rule, seen, compared) else None


def _compared(given: Given, waiting: Mapping[MachineKey, Candidate]) -> Candidate | None:
    """While a machine waits, another that joins it is compared with the same."""
    for candidate in waiting.values():
        return candidate
    before = _before(given)
    return None if before is None else Candidate(before, given.now, given.now, before)


def _before(given: Given) -> Decimal | None:
    """Never above the last look's own: a history may be some minutes old."""
    past, rule = given.past, given.rule
    if rule.trigger is Trigger.DROP:
        low = past.low_24h
    elif past.since is None or given.now - past.since < LEAST_HISTORY:
        return None
    else:
        low = past.low_30d if _days(rule) > 7 else past.low_7d
    last = given.memory.lowest
    return low if low is None or last is None else min(low, last)


def _still(rule: Rule, seen: Sighting, candidate: Candidate) -> bool:
    return candidate.before is not None and _beats(rule, seen.usd_per_hour, candidate.before)


def _beats(rule: Rule, price: Decimal, before: Decimal) -> bool:
    if rule.trigger is Trigger.DROP:
        return price * 100 <= before * (100 - (rule.percent or 0)) and price < before
    return price < before


def _is_over(given: Given, candidate: Candidate) -> bool:
    """What it is compared with has left the days that the rule speaks of."""
    days = 1 if given.rule.trigger is Trigger.DROP else _days(given.rule)
    return candidate.began_at is None or given.now - candidate.began_at > days * DAY


def _days(rule: Rule) -> int:
    return rule.days or 7
