"""`under`, `available` and `any`: a machine that was not there before. Decides over values.

A machine that such a watch has told, or that its scene has shown, is known and no news until it
costs more than the rule asks, or was away for so long that its return is one.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from bot.rules.waiting import (
    MISSED_FOR,
    Given,
    Judged,
    first_seen,
    missed,
    ready,
    seen_again,
    waited,
)
from bot.rules.watches import Candidate, MachineKey, Sighting, Trigger

MOST_KNOWN = 80
REARMED_AT = Decimal("1.05")
CHEAPER = Decimal("0.95")
"""A known machine that comes back to `under` or `available` is news at that share of its price."""
LESS = Decimal("0.99")
"""To `any` a machine costs less from that share on: smaller steps add up until they reach it."""

_Known = tuple[MachineKey, Decimal]
"""As in a memory, from which it is taken where the price stays: thousands of new ones in each tick
keep the collector busy."""


def judge(given: Given) -> Judged:
    if _is_unchanged(given):
        return Judged(given.memory)
    pass_ = _Pass(given, _known(given), waited(given))
    for seen in given.shown:
        pass_.take(seen)
    return pass_.judged()


def _known(given: Given) -> dict[MachineKey, _Known]:
    """Whoever was away for too long is forgotten."""
    known, away = given.memory.known, dict(given.memory.away)
    if away:
        known = tuple(
            one for one in known if given.now - away.get(one[0], given.now) <= MISSED_FOR
        )
    return {one[0]: one for one in known}


def told(given: Given, judged: Judged) -> Judged:
    """What waited is known now, and of `any` only what was told."""
    memory = judged.memory
    waiting = dict(memory.waiting)
    is_any = given.rule.trigger is Trigger.ANY
    over = {seen.key for seen, _ in judged.ready} if is_any else set(waiting)
    before = dict(memory.known)
    known: dict[MachineKey, Decimal] = {}
    for seen in given.shown:
        if seen.key in over:
            known.setdefault(seen.key, waiting[seen.key].usd_per_hour)
        elif seen.key in before:
            known[seen.key] = before[seen.key]
    known |= {key: price for key, price in before.items() if key not in known}
    return Judged(
        memory.with_changes(
            armed=is_any,
            known=tuple(known.items())[:MOST_KNOWN],
            waiting=tuple((key, one) for key, one in memory.waiting if key not in over),
        )
    )


@dataclass(slots=True)
class _Pass:
    """Goes once over what is shown."""

    given: Given
    known: dict[MachineKey, _Known]
    waiting: dict[MachineKey, Candidate]
    now_known: dict[MachineKey, _Known] = field(default_factory=dict)
    now_waiting: dict[MachineKey, Candidate] = field(default_factory=dict)
    seen_now: list[tuple[Sighting, Candidate]] = field(default_factory=list)
    shown: set[MachineKey] = field(default_factory=set)
    holds: bool = False
    """Something is below the price at which the watch is armed again."""

    def take(self, seen: Sighting) -> None:
        key = seen.key
        if key in self.shown:  # a second offer on the same machine, no cheaper
            return
        self.shown.add(key)
        self.holds = self.holds or _holds(self.given, seen)
        known = self.known.get(key)
        price = None if known is None else known[1]
        if not _is_news_price(self.given, seen):
            if known is not None and _holds(self.given, seen):
                self.now_known[key] = known
            return
        if known is not None and seen.usd_per_hour >= known[1] and key not in self.waiting:
            self.now_known[key] = (
                known if known[1] == seen.usd_per_hour else (key, seen.usd_per_hour)
            )
            return
        candidate = self._candidate(seen, price)
        if candidate is not None:
            self.now_waiting[key] = candidate
            self.seen_now.append((seen, candidate))
            if known is not None:
                self.now_known[key] = known
        else:
            self.now_known[key] = (key, self._known_at(seen, price))

    def _candidate(self, seen: Sighting, price: Decimal | None) -> Candidate | None:
        waiting = self.waiting.get(seen.key)
        if waiting is not None:
            return seen_again(waiting, seen) if self._still(seen, waiting) else None
        if not self.given.memory.armed or seen.key.provider in self.given.hearing.new:
            return None
        if price is None and self._was_out_of_sight(seen):
            return None
        if price is not None and seen.usd_per_hour > price * self._cheaper():
            return None
        return first_seen(self.given, seen, self._compared(seen, price))

    def _still(self, seen: Sighting, waiting: Candidate) -> bool:
        if self.given.rule.trigger is not Trigger.ANY or waiting.before is None:
            return True
        return seen.usd_per_hour <= waiting.before * LESS

    def _compared(self, seen: Sighting, price: Decimal | None) -> Candidate:
        given = self.given
        before = given.memory.lowest
        if given.rule.trigger is Trigger.ANY:
            before = price
        elif given.rule.trigger is Trigger.AVAILABLE:
            before = None
        elif self.waiting:
            return self._compared_alike(seen)
        elif before is not None and given.rule.per_gpu:
            before *= seen.key.count
        return Candidate(Decimal(0), given.now, given.now, before)

    def _compared_alike(self, seen: Sighting) -> Candidate:
        """With what one that waits is compared with."""
        key, other = next(iter(self.waiting.items()))
        if other.before is None or not self.given.rule.per_gpu or key.count == seen.key.count:
            return other
        return replace(other, before=other.before * seen.key.count / key.count)

    def _cheaper(self) -> Decimal:
        return LESS if self.given.rule.trigger is Trigger.ANY else CHEAPER

    def _was_out_of_sight(self, seen: Sighting) -> bool:
        sight = self.given.memory.sight
        return sight is not None and seen.usd_per_hour >= sight

    def _known_at(self, seen: Sighting, price: Decimal | None) -> Decimal:
        """Small steps down do not move the price that `any` compares with."""
        if price is None or self.given.rule.trigger is not Trigger.ANY:
            return seen.usd_per_hour
        if seen.usd_per_hour > price * LESS:
            return max(seen.usd_per_hour, price)
        return seen.usd_per_hour

    def judged(self) -> Judged:
        given = self.given
        memory = given.memory
        is_present = bool(self.now_known)
        holds = self.holds or self._silence_holds()
        away = self._away()
        self.now_waiting.update(missed(self.waiting, self.shown))
        is_any = given.rule.trigger is Trigger.ANY
        memory = memory.with_changes(
            armed=is_any or (not is_present if memory.armed else not holds),
            known=tuple(self.now_known.values())[:MOST_KNOWN],
            waiting=tuple(self.now_waiting.items()),
            away=tuple(away.items())[:MOST_KNOWN],
            sight=_sight(given) if is_any else None,
        )
        return Judged(memory, ready(given, self.seen_now))

    def _silence_holds(self) -> bool:
        """An outage is not all gone."""
        silent = self.given.hearing.silent
        if not silent:
            return False
        away = dict(self.given.memory.away)
        return any(key.provider in silent and key not in away for key in self.known)

    def _away(self) -> dict[MachineKey, datetime]:
        """Known machines that are not shown stay known for a while."""
        given = self.given
        before = dict(given.memory.away)
        last_shown = given.memory.looked_at or given.now
        away: dict[MachineKey, datetime] = {}
        for key, known in self.known.items():
            if key in self.shown:
                continue
            self.now_known[key] = known
            if key in before or key.provider not in given.hearing.silent:
                away[key] = min(before.get(key, last_shown), given.now)
        return away


def _is_news_price(given: Given, seen: Sighting) -> bool:
    limit = given.rule.usd_per_hour
    if given.rule.trigger is not Trigger.UNDER or limit is None:
        return True
    return seen.usd_per_hour <= (limit * seen.key.count if given.rule.per_gpu else limit)


def _holds(given: Given, seen: Sighting) -> bool:
    limit = given.rule.usd_per_hour
    if given.rule.trigger is not Trigger.UNDER or limit is None:
        return True
    rearmed_at = limit * REARMED_AT
    return seen.usd_per_hour < (rearmed_at * seen.key.count if given.rule.per_gpu else rearmed_at)


def _sight(given: Given) -> Decimal | None:
    """Where there may be more than is shown, nobody can tell what is new behind it."""
    return given.shown[-1].usd_per_hour if given.is_full and given.shown else None


def _is_unchanged(given: Given) -> bool:
    """What most looks find, without a look into a table."""
    memory, hearing, known = given.memory, given.hearing, given.memory.known
    if memory.waiting or memory.away or hearing.new or hearing.silent:
        return False
    is_any = given.rule.trigger is Trigger.ANY
    if is_any and memory.sight != _sight(given):
        return False
    news = given.shown
    if given.rule.trigger is Trigger.UNDER:
        news = [seen for seen in news if _is_news_price(given, seen)]
    if len(news) != len(known) or memory.armed != (is_any or not known):
        return False
    return all(
        price == seen.usd_per_hour and key == seen.key
        for seen, (key, price) in zip(news, known, strict=True)
    )
