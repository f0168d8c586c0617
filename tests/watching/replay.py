"""Weeks of the simulated market through the real decision: `python -m tests.watching.replay`.

Marketplaces go silent, the bot is restarted, and some prices are jokes.
Prints how many messages each rule posts in a week, and what a plain restatement of the rules says.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from time import process_time

from bot.rules.alerts import AlertSettings, decide
from bot.rules.places import Asker, Place
from bot.rules.watches import Alert, Look, Rule, Sighting, Trigger, Watch, WatchId
from providers.models import OfferQuery, ProviderName
from providers.simulator.figures import seeded
from tests.watching.market import (
    BOTH,
    QUESTIONS,
    History,
    Question,
    SimulatedMarket,
    usual,
)

START = datetime(2026, 10, 19, 6, 0, tzinfo=UTC)
"""A week that ends summer time in Europe."""
_OWNER = Asker("U0ANNA", Place("T0HOME", "C0GPU"))


@dataclass(frozen=True, slots=True)
class Recorded:
    """One look at one question, as the restatement of the rules reads it."""

    at: datetime
    answered: frozenset[ProviderName]
    shown: tuple[Sighting, ...]
    """Of whole answers, and not below a tenth of what is usual."""
    is_full: bool


@dataclass(slots=True)
class Replayed:
    """One watch, and its alerts by the number of the look."""

    watch: Watch
    question: Question
    alerts: dict[int, Alert] = field(default_factory=dict)


@dataclass(slots=True)
class Replay:
    settings: AlertSettings
    looks: dict[Question, list[Recorded]]
    watches: list[Replayed]
    decisions: int = 0
    cpu_s: float = 0.0
    """Of the decisions alone."""


def replay(
    seed: int, length: timedelta, interval: timedelta, settings: AlertSettings | None = None
) -> Replay:
    market = SimulatedMarket(seed, START)
    first = [market.look(START + number * timedelta(minutes=5)) for number in range(12)]
    histories = {question: History(question[0]) for question in QUESTIONS}
    done = Replay(
        settings or AlertSettings(),
        {question: [] for question in QUESTIONS},
        [
            Replayed(_watch(question, rule), question)
            for question in QUESTIONS
            for rule in _rules(first, question)
        ],
    )
    for now, answered in _moments(seeded(seed, "trouble"), length, interval):
        _tick(done, histories, market.look(now), now, answered)
    return done


def _tick(
    done: Replay,
    histories: Mapping[Question, History],
    shown: Mapping[Question, tuple[Sighting, ...]],
    now: datetime,
    answered: frozenset[ProviderName],
) -> None:
    looks = {
        q: Look(now, tuple(s for s in each if s.key.provider in answered), answered)
        for q, each in shown.items()
    }
    pasts = {question: history.past(now) for question, history in histories.items()}
    number = len(done.looks[QUESTIONS[0]])
    began = process_time()
    for each in done.watches:
        look, past = looks[each.question], pasts[each.question]
        verdict = decide(each.watch, look, past, done.settings)
        each.watch = each.watch.with_changes(memory=verdict.memory)
        if verdict.alert is not None:
            each.alerts[number] = verdict.alert
    done.cpu_s += process_time() - began
    done.decisions += len(done.watches)
    for question, look in looks.items():
        tenth = usual(question[0]) / 10 * question[1]
        meant = tuple(seen for seen in look.sightings if seen.usd_per_hour >= tenth)
        done.looks[question].append(Recorded(now, answered, meant, len(look.sightings) >= 20))
        histories[question].record(now, meant[0].usd_per_hour if meant else None)


def _moments(
    chance: Random, length: timedelta, interval: timedelta
) -> Iterator[tuple[datetime, frozenset[ProviderName]]]:
    """When somebody looks, and who answers: outages of minutes and hours, restarts of the bot."""
    now, silent, until = START + timedelta(hours=1), frozenset[ProviderName](), START
    while now < START + length:
        if now >= until:
            silent = frozenset()
            if chance.random() < interval / timedelta(hours=8):
                silent = frozenset(chance.choice([[name] for name in sorted(BOTH)] + [list(BOTH)]))
                until = now + timedelta(minutes=chance.choice([1, 3, 10, 60, 200]))
        yield now, BOTH - silent
        now += interval
        if chance.random() < interval / timedelta(hours=30):
            now += timedelta(minutes=chance.choice([5, 20, 50]))


def _rules(first: Sequence[Mapping[Question, tuple[Sighting, ...]]], q: Question) -> list[Rule]:
    """A limit at the usual lowest, and one a tenth below it."""
    prices = [[s.usd_per_hour for s in look[q]] for look in first]
    tenth = usual(q[0]) / 10 * q[1]
    lows = sorted(min((p for p in each if p >= tenth), default=10 * tenth) for each in prices)
    usual_low = lows[len(lows) // 2]
    return [
        Rule(Trigger.UNDER, usual_low),
        Rule(Trigger.UNDER, round(usual_low * Decimal("0.9"), 3)),
        Rule(Trigger.DROP, percent=Decimal(10)),
        Rule(Trigger.LOWEST, days=7),
        Rule(Trigger.LOWEST, days=30),
        Rule(Trigger.AVAILABLE),
        Rule(Trigger.ANY),
    ]


def _watch(question: Question, rule: Rule) -> Watch:
    gpu, count = question
    query = OfferQuery(gpus=(gpu,), min_gpus=count, max_gpus=count)
    return Watch(WatchId(f"{gpu}x{count}{rule}"), 1, _OWNER, query, rule, str(rule), START)


def name_of(rule: Rule) -> str:
    if rule.trigger is Trigger.LOWEST:
        return f"lowest in {rule.days}d"
    return f"drop {rule.percent}%" if rule.trigger is Trigger.DROP else str(rule.trigger)


def _main() -> int:
    from tests.watching.restated import broken_promises, untold

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weeks", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--interval", type=int, default=60, help="seconds between two looks")
    options = parser.parse_args()
    wrong = 0
    for week in range(options.weeks):
        done = replay(options.seed + week, timedelta(days=7), timedelta(seconds=options.interval))
        print(f"\nWeek of seed {options.seed + week}: {_cost(done)}")
        print(f"{'rule':<16}{'watches':>8}{'posts':>7}{'edits':>7}{'a watch':>9}{'most':>6}")
        for line in _table(done):
            print(line)
        found = [*broken_promises(done), *untold(done)]
        wrong += len(found)
        print(
            *found or ["No post beyond its rule, and nothing that lasted was left untold."],
            sep="\n",
        )
    return min(wrong, 1)


def _cost(done: Replay) -> str:
    each = done.cpu_s / done.decisions * 1e6
    looks = len(done.looks[QUESTIONS[0]])
    return f"{looks:,} looks, {done.decisions:,} decisions of {each:.0f} µs"


def _table(done: Replay) -> Iterator[str]:
    watches: Counter[str] = Counter()
    posts: Counter[str] = Counter()
    edits: Counter[str] = Counter()
    most: Counter[str] = Counter()
    for each in done.watches:
        name = name_of(each.watch.rule)
        posted = sum(not alert.edits for alert in each.alerts.values())
        watches[name] += 1
        posts[name] += posted
        edits[name] += len(each.alerts) - posted
        most[name] = max(most[name], posted)
    for name, count in watches.items():
        yield (
            f"{name:<16}{count:>8}{posts[name]:>7}{edits[name]:>7}"
            f"{posts[name] / count:>9.1f}{most[name]:>6}"
        )


if __name__ == "__main__":
    sys.exit(_main())
