"""`drop` and `lowest`: a price that is lower than what was before. Decides over values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal

from bot.rules.waiting import Given, Judged, first_seen, missed, ready, seen_again, waited
from bot.rules.watches import Candidate, MachineKey, Memory, Rule, Sighting, Trigger

DAY = timedelta(days=1)
LEAST_HISTORY = DAY
"""With less, nothing is the lowest in a week."""


def judge(given: Given) -> Judged:
    """The price before is that of the first look that showed the news: until it is told, the
    history already knows the new one."""
    judged = _judged(given)
    low = _lowest([_low(given), given.shown[0].usd_per_hour if given.shown else None])
    memory, young = judged.memory, _is_young(given)
    if memory.low != low or memory.young != young:
        memory = memory.with_changes(low=low, young=young)
    return Judged(memory, judged.ready)


def _judged(given: Given) -> Judged:
    memory, shown = given.memory, given.shown
    if not memory.waiting:
        before = _before(given)
        if before is None or not shown or not _beats(given.rule, shown[0].usd_per_hour, before):
            return Judged(memory)
    pass_ = _Pass(
        given, {k: each for k, each in waited(given).items() if not _is_over(given, each)}
    )
    for seen in shown:
        pass_.take(seen)
    return pass_.judged()


def told(given: Given, judged: Judged, price: Decimal) -> Judged:
    """A machine that was seen once goes on waiting if it is news beside the told price too."""
    over = {seen.key for seen, _ in judged.ready}
    price = min(price, _before(given) or price)
    waiting = {
        key: replace(candidate, before=price, began_at=given.now)
        for key, candidate in judged.memory.waiting
        if key not in over and _beats(given.rule, candidate.usd_per_hour, price)
    }
    return Judged(_with(judged.memory, waiting, dict(judged.memory.known)))


@dataclass(slots=True)
class _Pass:
    """Goes once over what is shown."""

    given: Given
    before: dict[MachineKey, Candidate]
    compared: Candidate | None = None
    waiting: dict[MachineKey, Candidate] = field(default_factory=dict)
    known: dict[MachineKey, Decimal] = field(default_factory=dict)
    """What a scene has shown as low, while others wait: the history knows it, and nothing that
    comes later may be compared with the time before."""
    seen_now: list[tuple[Sighting, Candidate]] = field(default_factory=list)
    shown: set[MachineKey] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.known.update(self.given.memory.known)
        self.compared = self._compared()

    def _compared(self) -> Candidate | None:
        """While a machine waits, another that joins it is compared with the same."""
        if self.before and not self.known:
            return next(iter(self.before.values()))
        now, before = self.given.now, _before(self.given)
        return None if before is None else Candidate(before, now, now, before)

    def take(self, seen: Sighting) -> None:
        if seen.key in self.shown:  # a second offer on the same machine, no cheaper
            return
        self.shown.add(seen.key)
        waiting = self.before.get(seen.key)
        compared = waiting or self.compared
        if compared is None or not _still(self.given.rule, seen, compared):
            return
        if waiting is None and seen.key.provider in self.given.hearing.new:
            self.known[seen.key] = seen.usd_per_hour
            return
        candidate = (
            seen_again(waiting, seen) if waiting else first_seen(self.given, seen, compared)
        )
        self.waiting[seen.key] = candidate
        self.seen_now.append((seen, candidate))

    def judged(self) -> Judged:
        self.waiting.update(missed(self.before, self.shown))
        memory = _with(self.given.memory, self.waiting, self.known)
        return Judged(memory, ready(self.given, self.seen_now))


def _with(
    memory: Memory, waiting: Mapping[MachineKey, Candidate], known: Mapping[MachineKey, Decimal]
) -> Memory:
    return memory.with_changes(
        waiting=tuple(waiting.items()),
        known=tuple(known.items()) if waiting else (),
    )


def _before(given: Given) -> Decimal | None:
    """Never above the last look's own: a history may be some minutes old."""
    low = _low(given)
    if low is None or _is_young(given):
        return None
    return _lowest([low, given.memory.lowest])


def _is_young(given: Given) -> bool:
    since = given.past.since
    if given.rule.trigger is not Trigger.LOWEST:
        return False
    return since is None or given.now - since < LEAST_HISTORY


def _low(given: Given) -> Decimal | None:
    """Of the history until the last look: what is lower came into it since and is this look's
    news; what is higher is so because time has passed."""
    past, rule = given.past, given.rule
    if rule.trigger is Trigger.DROP:
        low = past.low_24h
    else:
        low = past.low_30d if _days(rule) > 7 else past.low_7d
    known = given.memory.low
    return low if low is None or known is None else max(low, known)


def _lowest(prices: Iterable[Decimal | None]) -> Decimal | None:
    return min((price for price in prices if price is not None), default=None)


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
