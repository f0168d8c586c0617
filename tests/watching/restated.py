"""The rules of watches once more, plain and slow, over what was recorded: no word of `bot.rules`
decides here.

`broken_promises` finds messages that their rule does not allow, `untold` news that lasted two
looks and was not told.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from bot.rules.watches import Alert, MachineKey, Trigger
from tests.watching.replay import Recorded, Replay, Replayed, name_of

MINUTE = timedelta(minutes=1)
HALF_AN_HOUR = timedelta(minutes=30)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FIVE = 5
BOTH = 2
Machines = dict[MachineKey, Decimal]


class Series:
    """What the looks at one question showed."""

    def __init__(self, looks: Sequence[Recorded]) -> None:
        self.looks = looks
        self.at = [look.at for look in looks]
        self.machines: list[Machines] = []
        for look in looks:
            shown: Machines = {}
            for seen in look.shown:
                shown.setdefault(seen.key, seen.usd_per_hour)
            self.machines.append(shown)
        self.lows = [look.shown[0].usd_per_hour if look.shown else None for look in looks]

    def since(self, moment: datetime, end: int) -> range:
        return range(bisect_left(self.at, moment, hi=end), end)

    def low(self, days: int, end: int) -> Decimal | None:
        """Of the days before the look of that number."""
        lows = (self.lows[n] for n in self.since(self.at[end] - days * DAY, end))
        return min((low for low in lows if low is not None), default=None)

    def is_plain(self, number: int) -> bool:
        """Both answered, and had answered before, shortly before: no scene is set."""
        return (
            number > 0
            and all(len(self.looks[n].answered) == BOTH for n in (number - 1, number))
            and self.at[number] - self.at[number - 1] <= HALF_AN_HOUR
        )

    def was_shown(self, machine: MachineKey, end: int) -> bool:
        """Within half an hour before that look, or at the last one before a longer break."""
        numbers = self.since(self.at[end] - HALF_AN_HOUR, end)
        return any(machine in self.machines[n] for n in numbers)


def broken_promises(done: Replay) -> Iterator[str]:
    series = {question: Series(looks) for question, looks in done.looks.items()}
    for each in done.watches:
        for number, why in _broken(done, each, series[each.question]):
            yield _told(each, series[each.question], number, why)


def untold(done: Replay) -> Iterator[str]:
    series = {question: Series(looks) for question, looks in done.looks.items()}
    for each in done.watches:
        looks = series[each.question]
        is_news = _NEWS[each.watch.rule.trigger]
        for number in range(2, len(looks.looks) - 1):
            before = looks.since(looks.at[number] - HALF_AN_HOUR, number)
            if not all(looks.is_plain(n) for n in (*before, number, number + 1)):
                continue
            if looks.at[number + 1] - looks.at[number] < MINUTE:
                continue
            if not is_news(each, looks, number) or number in each.alerts:
                continue
            if number + 1 not in each.alerts and not _must_be_silent(
                done, each, looks, number + 1
            ):
                yield _told(each, looks, number, "is untold")


def _told(each: Replayed, looks: Series, number: int, why: str) -> str:
    gpu, count = each.question
    return (
        f"{name_of(each.watch.rule)} of {count}x {gpu}: look {number}, {looks.at[number]}: {why}"
    )


def _day(done: Replay, at: datetime) -> str:
    return f"{at.astimezone(done.settings.zone):%Y-%m-%d}"


def _is_quiet(done: Replay, at: datetime) -> bool:
    quiet = done.settings.quiet
    wall = at.astimezone(done.settings.zone).time()
    return quiet is not None and (wall >= quiet.start or wall < quiet.end)


def _must_be_silent(done: Replay, each: Replayed, looks: Series, number: int) -> bool:
    at = looks.at[number]
    same_day = [
        n for n, alert in each.alerts.items()
        if n < number and not alert.edits and _day(done, looks.at[n]) == _day(done, at)
    ]  # fmt: skip
    return _is_quiet(done, at) or len(same_day) >= FIVE


# What is allowed.


def _broken(done: Replay, each: Replayed, looks: Series) -> Iterator[tuple[int, str]]:
    posts = {n: alert for n, alert in each.alerts.items() if not alert.edits}
    days = Counter(_day(done, looks.at[n]) for n in posts)
    if any(count > FIVE for count in days.values()):
        yield 0, f"more than five messages a day: {days}"
    for (before, first), (number, second) in pairwise(posts.items()):
        is_lower = second.seen.usd_per_hour <= first.seen.usd_per_hour * Decimal("0.95")
        if looks.at[number] - looks.at[before] < HOUR and not is_lower:
            yield number, "a second message within the hour"
    for number, alert in each.alerts.items():
        if _is_quiet(done, looks.at[number]):
            yield number, "said in quiet hours"
        sightings = [n for n in range(number + 1) if alert.seen.key in looks.machines[n]]
        if looks.at[number] - looks.at[sightings[0]] < MINUTE:
            yield number, "told after one sighting"
        last = max((n for n in each.alerts if n < number), default=-1)
        if not _ALLOWED[each.watch.rule.trigger](each, looks, number, alert, last):
            yield number, f"not allowed by its rule: {alert}"


def _began(looks: Series, alert: Alert) -> int:
    assert alert.began_at is not None
    return bisect_left(looks.at, alert.began_at)


def _may_under(each: Replayed, looks: Series, number: int, alert: Alert, last: int) -> bool:
    limit = each.watch.rule.usd_per_hour
    assert limit is not None
    was_above = any(
        looks.lows[n] is None or looks.lows[n] >= limit * Decimal("1.05")  # type: ignore[operator]
        or (last < 0 and looks.lows[n] > limit)  # type: ignore[operator]
        for n in range(last + 1, number)
    )  # fmt: skip
    return was_above and alert.seen.usd_per_hour <= limit


def _may_drop(_each: Replayed, looks: Series, _number: int, alert: Alert, _last: int) -> bool:
    low = looks.low(1, _began(looks, alert))
    return low is not None and alert.seen.usd_per_hour <= low * Decimal("0.9")


def _may_lowest(each: Replayed, looks: Series, _number: int, alert: Alert, _last: int) -> bool:
    began = _began(looks, alert)
    low = looks.low(each.watch.rule.days or 0, began)
    is_known = looks.at[began] - looks.at[0] >= DAY
    return is_known and low is not None and alert.seen.usd_per_hour < low


def _may_available(_each: Replayed, looks: Series, number: int, _a: Alert, last: int) -> bool:
    return any(looks.lows[n] is None for n in range(last + 1, number))


def _may_any(_each: Replayed, looks: Series, _number: int, alert: Alert, _last: int) -> bool:
    began, key = _began(looks, alert), alert.seen.key
    return all(
        looks.machines[n].get(key, Decimal(99)) * Decimal("0.99") >= alert.seen.usd_per_hour
        for n in looks.since(looks.at[began] - HALF_AN_HOUR, began)
    )


_ALLOWED: dict[Trigger, Callable[[Replayed, Series, int, Alert, int], bool]] = {
    Trigger.UNDER: _may_under,
    Trigger.DROP: _may_drop,
    Trigger.LOWEST: _may_lowest,
    Trigger.AVAILABLE: _may_available,
    Trigger.ANY: _may_any,
}


# What has to be told: a look and the next one show it.


def _is_under(each: Replayed, looks: Series, number: int) -> bool:
    """All was well above before, and what is below now is not back from a short absence."""
    limit = each.watch.rule.usd_per_hour
    assert limit is not None
    before, now, after = (looks.machines[n] for n in (number - 1, number, number + 1))
    below = [machine for machine, price in now.items() if price <= limit]
    return (
        all(price >= limit * Decimal("1.05") for price in before.values())
        and any(after.get(machine, Decimal(99)) <= limit for machine in below)
        and not any(looks.was_shown(machine, number) for machine in below)
    )


def _is_lower(looks: Series, number: int, line: Decimal | None) -> bool:
    """The cheapest machine costs at most so much, at the next look too."""
    now, after = looks.looks[number].shown, looks.machines[number + 1]
    if line is None or not now or now[0].usd_per_hour > line:
        return False
    return after.get(now[0].key, Decimal(99)) <= line


def _is_drop(_each: Replayed, looks: Series, number: int) -> bool:
    low = looks.low(1, number)
    return _is_lower(looks, number, None if low is None else low * Decimal("0.9"))


def _is_lowest(each: Replayed, looks: Series, number: int) -> bool:
    if looks.at[number] - looks.at[0] < DAY:
        return False
    low = looks.low(each.watch.rule.days or 0, number)
    return _is_lower(looks, number, None if low is None else low - Decimal("0.000001"))


def _is_available(_each: Replayed, looks: Series, number: int) -> bool:
    before, now, after = (looks.machines[n] for n in (number - 1, number, number + 1))
    return not before and any(
        machine in after and not looks.was_shown(machine, number) for machine in now
    )


def _is_any(_each: Replayed, looks: Series, number: int) -> bool:
    before, after = looks.looks[number - 1], looks.machines[number + 1]
    sight = before.shown[-1].usd_per_hour if before.is_full and before.shown else Decimal(99)
    return any(
        price < sight and machine in after and not looks.was_shown(machine, number)
        for machine, price in looks.machines[number].items()
    )


_NEWS: dict[Trigger, Callable[[Replayed, Series, int], bool]] = {
    Trigger.UNDER: _is_under,
    Trigger.DROP: _is_drop,
    Trigger.LOWEST: _is_lowest,
    Trigger.AVAILABLE: _is_available,
    Trigger.ANY: _is_any,
}
