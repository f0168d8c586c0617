"""A watch that was filled in instead of typed, read field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from bot.grammar import watch_table as table
from bot.grammar.describe import describe
from bot.grammar.findings import Problem
from bot.grammar.parser import Understanding, read_line, understand
from bot.grammar.suggestions import HELP, suggestions
from bot.grammar.text import MAX_TEXT
from bot.grammar.vocabulary import MAX_USD
from bot.grammar.watch_values import WatchCommand
from bot.grammar.watch_words import duration_words, length
from bot.grammar.watches import watch_text
from bot.grammar.writing import money, number
from bot.rules.watches import COOL_DOWN, DAILY_CAP, Rule, Trigger
from providers.models import OfferQuery

YES = "yes"
_TOO_LONG = "That is more than one watch can hold; leave some words out."


class WatchField(StrEnum):
    QUERY = "query"
    """Words of a search."""
    TRIGGER = "trigger"
    USD = "usd"
    """Of `Trigger.UNDER`."""
    PER_GPU = "per_gpu"
    """`YES` or empty."""
    PERCENT = "percent"
    DAYS = "days"
    FAST = "fast"
    """`YES` or empty."""
    COOL_DOWN = "cool_down"
    """`2h`."""
    CAP = "cap"


RawWatch = Mapping[WatchField, str]
"""What the fields hold; one that is left out or was not shown may be missing."""
WatchMistakes = dict[WatchField, str]
"""A sentence at each field that is wrong. Holds foreign text."""
BLANK: RawWatch = {
    WatchField.TRIGGER: Trigger.DROP,
    WatchField.PERCENT: str(table.USUAL_PERCENT),
    WatchField.COOL_DOWN: duration_words(COOL_DOWN),
    WatchField.CAP: str(DAILY_CAP),
}


def fields_of(query: OfferQuery, rule: Rule, cool_down: timedelta, daily_cap: int) -> RawWatch:
    """A watch as it stands in the window."""
    values = {
        WatchField.QUERY: describe(query),
        WatchField.TRIGGER: rule.trigger,
        WatchField.USD: "" if rule.usd_per_hour is None else money(rule.usd_per_hour),
        WatchField.PER_GPU: YES if rule.per_gpu else "",
        WatchField.PERCENT: "" if rule.percent is None else number(rule.percent),
        WatchField.DAYS: "" if rule.days is None else f"{rule.days}",
        WatchField.FAST: YES if rule.fast else "",
        WatchField.COOL_DOWN: duration_words(cool_down),
        WatchField.CAP: f"{daily_cap}",
    }
    return {field: value for field, value in values.items() if value}


def read_form(values: RawWatch) -> WatchCommand | WatchMistakes:
    reading = _Reading(values, {})
    rule = reading.rule()
    query = reading.query()
    cool_down, cap = reading.cool_down(), reading.cap()
    if rule is not None and rule.trigger is Trigger.UNDER and _has_limit(query):
        reading.mistakes[WatchField.QUERY] = "Leave the price out here: it has its own field."
    if reading.mistakes or rule is None or query is None:
        return reading.mistakes
    text = watch_text(query, rule, cool_down, cap)
    if len(f"watch {text}") > MAX_TEXT:
        return {WatchField.QUERY: _TOO_LONG}
    return WatchCommand(query, rule, text, cool_down, cap)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A value that stands for a mistake is never handed out."""

    values: RawWatch
    mistakes: WatchMistakes

    def query(self) -> OfferQuery | None:
        text = self._text(WatchField.QUERY)
        if len(text) > MAX_TEXT:
            self.mistakes[WatchField.QUERY] = _TOO_LONG
            return None
        read = understand(read_line(text.removeprefix("/gpu").strip()))
        if read.is_empty:
            self.mistakes[WatchField.QUERY] = "Write what to watch, such as “2x 4090 in eu”."
            return None
        if not read.is_sound:
            self.mistakes[WatchField.QUERY] = _not_understood(read)
            return None
        return read.query.with_changes(sort=OfferQuery().sort, limit=None)

    def rule(self) -> Rule | None:
        try:
            trigger = Trigger(self._text(WatchField.TRIGGER))
        except ValueError:
            self.mistakes[WatchField.TRIGGER] = "Choose when to tell."
            return None
        match trigger:
            case Trigger.UNDER:
                per_gpu = self._text(WatchField.PER_GPU) == YES
                return Rule(trigger, self._usd(), per_gpu=per_gpu)
            case Trigger.DROP:
                return Rule(trigger, percent=self._percent())
            case Trigger.LOWEST:
                return Rule(trigger, days=self._days())
            case Trigger.AVAILABLE:
                return Rule(trigger, fast=self._text(WatchField.FAST) == YES)
            case Trigger.ANY:
                return Rule(trigger)

    def cool_down(self) -> timedelta:
        """A number alone is minutes."""
        text = self._text(WatchField.COOL_DOWN) or duration_words(COOL_DOWN)
        line = read_line(f"{text}m" if text.isdecimal() else text)
        found = length(line, 0)
        least, most = table.LEAST_COOL_DOWN_MIN, table.MOST_COOL_DOWN_MIN
        minutes = found[0] if found and found[1] == len(line.tokens) else Decimal(0)
        if minutes % 1 or not least <= minutes <= most:
            self.mistakes[WatchField.COOL_DOWN] = (
                f"Write a time of {least} minutes to {most // 1440} days, such as “2h”."
            )
            return COOL_DOWN
        return timedelta(minutes=int(minutes))

    def cap(self) -> int:
        text = self._text(WatchField.CAP) or str(DAILY_CAP)
        cap = _decimal(text)
        if cap is None or cap % 1 or not 1 <= cap <= table.MOST_A_DAY:
            self.mistakes[WatchField.CAP] = f"Write a whole number, 1 to {table.MOST_A_DAY}."
            return DAILY_CAP
        return int(cap)

    def _usd(self) -> Decimal | None:
        usd = _decimal(self._text(WatchField.USD).lstrip("$"))
        if usd is None or not 0 < usd <= MAX_USD or -_exponent(usd) > _MAX_DECIMALS:
            self.mistakes[WatchField.USD] = (
                f"Write USD per hour, above 0 and at most {MAX_USD:,}, such as “0.70”."
            )
            return None
        return usd

    def _percent(self) -> Decimal | None:
        percent = _decimal(self._text(WatchField.PERCENT).rstrip("% "))
        least, most = table.LEAST_PERCENT, table.MOST_PERCENT
        if percent is None or not least <= percent <= most or -_exponent(percent) > 1:
            self.mistakes[WatchField.PERCENT] = f"Write a number of percent, {least} to {most}."
            return None
        return percent

    def _days(self) -> int | None:
        text = self._text(WatchField.DAYS)
        found = [days for days in table.LOWEST_OF_DAYS if text == str(days)]
        if not found:
            self.mistakes[WatchField.DAYS] = "Choose a number of days."
            return None
        return found[0]

    def _text(self, field: WatchField) -> str:
        return self.values.get(field, "").strip()


_MAX_DECIMALS = 6


def _has_limit(query: OfferQuery | None) -> bool:
    limits = () if query is None else (query.max_usd_per_hour, query.max_usd_per_gpu_hour)
    return any(limit is not None for limit in limits)


def _not_understood(read: Understanding) -> str:
    problem = next((item for item in read.items if isinstance(item, Problem)), None)
    sentence = problem.sentence if problem else read.conflict.sentence if read.conflict else ""
    better = suggestions(read)[0]
    return sentence if better == HELP else f"{sentence} Try “{better.removeprefix('find ')}”."


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return value.normalize() if value.is_finite() and len(text) <= 20 else None


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0
