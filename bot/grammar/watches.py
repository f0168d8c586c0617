"""What stands behind `watch` and `order` → a command, or what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.grammar import date_words, watch_table
from bot.grammar.date_words import date_word
from bot.grammar.describe import describe
from bot.grammar.findings import Problem, Reading
from bot.grammar.parser import Understanding, read_line, understand
from bot.grammar.suggestions import HELP, suggestions
from bot.grammar.text import MAX_TEXT, shown
from bot.grammar.values import UsageError
from bot.grammar.watch_values import OrderCommand, WatchCommand, WatchForm
from bot.grammar.watch_words import cool_down_text, watch_word
from bot.grammar.writing import number
from bot.rules.rentals import DEFAULT_HOURS, in_steps
from bot.rules.watches import COOL_DOWN, DAILY_CAP, Rule, Trigger
from providers.models import OfferQuery

WATCH, ORDER = "watch", "order"
_NOT_ASKED = {"sort", "limit"}
"""They say nothing about what is watched."""


def watch(rest: str) -> WatchCommand | WatchForm | UsageError:
    """`rest` is what stands behind the verb."""
    read = _read_watch(rest)
    if read.is_empty:
        return WatchForm()
    found = _watched(read)
    if not isinstance(found, _Wrong):
        return found
    return _error(read, found, WATCH, lambda text: _watched(_read_watch(text)))


def order(rest: str) -> OrderCommand | UsageError:
    """`rest` is what stands behind the verb."""
    read = _read_order(rest)
    found = _ordered(read)
    if not isinstance(found, _Wrong):
        return found
    return _error(read, found, ORDER, lambda text: _ordered(_read_order(text)))


def _read_watch(text: str) -> Understanding:
    return understand(read_line(text), more=watch_word)


def _read_order(text: str) -> Understanding:
    return understand(read_line(text), more=date_word)


def rule_text(rule: Rule) -> str:
    """Canonical; empty for a limit, which stands in the query."""
    match rule.trigger:
        case Trigger.DROP:
            return f"drop {number(rule.percent or 0)}%"
        case Trigger.LOWEST:
            return f"lowest in {rule.days}d"
        case Trigger.AVAILABLE:
            return "available fast" if rule.fast else "available"
        case Trigger.ANY:
            return "any"
        case Trigger.UNDER:
            return ""


def whole_query(query: OfferQuery, rule: Rule) -> OfferQuery:
    """With the limit of `Trigger.UNDER` in it: what is told about matches this."""
    if rule.trigger is not Trigger.UNDER:
        return query
    field = "max_usd_per_gpu_hour" if rule.per_gpu else "max_usd_per_hour"
    return query.with_changes(**{field: rule.usd_per_hour})


def watch_text(query: OfferQuery, rule: Rule, cool_down: timedelta, daily_cap: int) -> str:
    """Canonical, without the verb."""
    words = (
        describe(whole_query(query, rule)),
        rule_text(rule),
        "" if cool_down == COOL_DOWN else cool_down_text(cool_down),
        "" if daily_cap == DAILY_CAP else f"cap {daily_cap}",
    )
    return " ".join(filter(None, words))


@dataclass(frozen=True, slots=True)
class _Wrong:
    """Empty where the words themselves are wrong."""

    sentence: str = ""
    instead: tuple[str, ...] = ()
    """Whole commands."""


def _error(
    read: Understanding, wrong: _Wrong, verb: str, again: Callable[[str], object]
) -> UsageError:
    topic = f"{HELP} {verb}"
    if wrong.sentence:
        instead = tuple(text for text in wrong.instead if len(text) <= MAX_TEXT)
        return UsageError(wrong.sentence, shown(read.line.text), (*instead, topic)[:3])

    def command(text: str) -> str | None:
        found = again(text)
        return f"{verb} {found.text}" if isinstance(found, WatchCommand | OrderCommand) else None

    mended = suggestions(read, command, topic)
    problem, conflict = read.problem_at, read.conflict
    if problem is not None:
        item = read.items[problem]
        sentence = item.sentence if isinstance(item, Problem) else ""
        return UsageError(sentence, shown(read.source(problem)), mended)
    if conflict is None:
        raise AssertionError("an error without a problem")
    return UsageError(conflict.sentence, shown(read.source(conflict.second)), mended)


def _watched(read: Understanding) -> WatchCommand | _Wrong:
    if not read.is_sound:
        return _Wrong()
    query = read.query.with_changes(sort=OfferQuery().sort, limit=None)
    said = read.extras
    cool_down, daily_cap = said.get("cool_down", COOL_DOWN), said.get("daily_cap", DAILY_CAP)
    if said.get("fast") and said.get("trigger") is not Trigger.AVAILABLE:
        return _fast_alone(query, said, cool_down, daily_cap)
    query, rule = _rule(query, said)
    text = watch_text(query, rule, cool_down, daily_cap)
    if not _asks(read):
        sentence = "Say what to watch as well, such as a GPU."
        return _Wrong(sentence, tuple(f"watch {each}" for each in (f"4090 {_tail(text)}", text)))
    if len(f"{WATCH} {text}") > MAX_TEXT:
        return _Wrong("That is more than one watch can hold; leave out some models or places.")
    return WatchCommand(query, rule, text, cool_down, daily_cap)


def _rule(query: OfferQuery, said: Mapping[str, Any]) -> tuple[OfferQuery, Rule]:
    """The query as it is watched, and when to speak."""
    trigger = said.get("trigger")
    if trigger is not None:
        fields = {name: said[name] for name in ("percent", "days", "fast") if name in said}
        return query, Rule(trigger, **fields)
    if query.max_usd_per_hour is not None:
        rule = Rule(Trigger.UNDER, query.max_usd_per_hour)
        return query.with_changes(max_usd_per_hour=None), rule
    if query.max_usd_per_gpu_hour is not None:
        rule = Rule(Trigger.UNDER, query.max_usd_per_gpu_hour, per_gpu=True)
        return query.with_changes(max_usd_per_gpu_hour=None), rule
    return query, Rule(Trigger.DROP, percent=Decimal(watch_table.USUAL_PERCENT))


def _fast_alone(
    query: OfferQuery, said: Mapping[str, Any], cool_down: timedelta, daily_cap: int
) -> _Wrong:
    instead = []
    for changed in ({"trigger": Trigger.AVAILABLE, "fast": True}, {"fast": False}):
        mended = {**said, **changed}
        if changed.get("fast"):
            mended = {name: mended[name] for name in mended if name not in {"percent", "days"}}
        text = watch_text(*_rule(query, mended), cool_down, daily_cap)
        instead.append(f"{WATCH} {text}")
    return _Wrong("“fast” belongs to “available” alone.", tuple(dict.fromkeys(instead)))


def _asks(read: Understanding) -> bool:
    """Something is said about the machines."""
    for item in read.items:
        if isinstance(item, Reading) and not item.is_filler:
            names = set(item.values)
            if not names or names - _NOT_ASKED - set(watch_table.LABELS):
                return True
    return False


def _tail(text: str) -> str:
    return text.removeprefix(describe(OfferQuery())).strip()


def _ordered(read: Understanding) -> OrderCommand | _Wrong:
    if not read.is_sound:
        return _Wrong()
    query = read.query.with_changes(sort=OfferQuery().sort, limit=None)
    hours = Decimal(DEFAULT_HOURS if query.min_hours is None else str(query.min_hours))
    query = query.with_changes(min_hours=float(hours))
    before = read.extras.get("before")
    date = "" if before is None else date_words.written(before)
    text = " ".join(filter(None, (describe(query), date)))
    limit = _limit(query)
    if not _asks(read):
        example = f"{ORDER} {_EXAMPLE}"
        return _Wrong("Say what to order and for how much, such as “4090 under 0.35”.", (example,))
    if limit is None:
        return _no_limit(query, date)
    if hours != in_steps(hours):
        query = query.with_changes(min_hours=float(in_steps(hours)))
        text = " ".join(filter(None, (describe(query), date)))
        return _Wrong("A machine is rented in steps of 15 minutes.", (f"{ORDER} {text}",))
    if len(f"{ORDER} {text}") > MAX_TEXT:
        return _Wrong("That is more than one order can hold; leave out some models or places.")
    return OrderCommand(query, hours, limit, before, text)


_EXAMPLE = "4090 under 0.35 for 4h"


def _limit(query: OfferQuery) -> Decimal | None:
    """The most that a matching machine can cost an hour; None where nothing limits it."""
    each, most = query.max_usd_per_gpu_hour, query.max_gpus
    limits = [query.max_usd_per_hour, None if each is None or most is None else each * most]
    return min((limit for limit in limits if limit is not None), default=None)


def _no_limit(query: OfferQuery, date: str) -> _Wrong:
    if query.max_usd_per_gpu_hour is not None:
        sentence = "With a price per GPU say how many GPUs the machine may have at most."
        exact = query.with_changes(max_gpus=query.min_gpus)
        text = " ".join(filter(None, (describe(exact), date)))
        return _Wrong(sentence, (f"{ORDER} {text}",))
    sentence = f"Say the most that an hour may cost, as in “{ORDER} {_EXAMPLE}”."
    return _Wrong(sentence, (f"find {describe(query)}", f"{ORDER} {_EXAMPLE}"))
