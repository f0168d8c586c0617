"""A number that belongs to a row → the fields that it sets, or why it cannot."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.grammar.amounts import Amount, decimals
from bot.grammar.shapes import Bound, Measure, Row, Unit
from providers.models import OfferQuery

MAX_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Refusal:
    sentence: str
    repairs: tuple[str, ...]


def wish(row: Row, rule: Measure, found: Amount, cited: str) -> Mapping[str, Any] | Refusal:
    """`cited` is what the person wrote, ready to stand in a sentence."""
    written = [found.low] if found.high is None else [found.low, found.high]
    bound = found.bound or rule.plain
    exact = [_rounded(rule, number, found.unit) for number in written]
    wanted = [_converted(rule, number, found.unit) for number in exact]
    fitting = sorted(min(max(value, rule.lowest), rule.highest) for value in wanted)
    if not _takes(rule, bound, ends=len(written)):
        sentence = f"{cited} is no way to ask for the {row.label}; “{row.forms[0]}” is."
        return Refusal(sentence, _text(row, _fields(rule, Bound.EQUAL, fitting[:1])))
    repairs = _text(row, _fields(rule, bound, fitting))
    if sorted(wanted) != fitting:
        return Refusal(f"The {row.label} must be {rule.limits}, not {cited}.", repairs)
    if wanted != fitting:
        return Refusal(f"{cited} ends below where it begins.", repairs)
    if exact != written:
        return Refusal(f"{cited} is more exact than the {row.label} can be.", repairs)
    return _fields(rule, bound, fitting)


def _takes(rule: Measure, bound: Bound, *, ends: int) -> bool:
    if ends > 1:
        return rule.most is not None
    return bound is Bound.EQUAL or bound in rule.takes


def _rounded(rule: Measure, number: Decimal, unit: Unit | None) -> Decimal:
    """Whole minutes, so that their hours can be written back."""
    places = 0 if unit is not None and unit.named_only else MAX_DECIMALS
    factor = unit.factor if unit is not None and not unit.named_only else Decimal(1)
    if rule.whole:
        return Decimal(int(number * factor)) / factor
    return number if decimals(number) <= places else Decimal(int(number * 10**places)) / 10**places


def _converted(rule: Measure, number: Decimal, unit: Unit | None) -> Decimal:
    if unit is None:
        return rule.scale(number, unit)
    return number / unit.factor if unit.named_only else rule.scale(number * unit.factor, unit)


def _fields(rule: Measure, bound: Bound, values: Sequence[Decimal]) -> dict[str, Any]:
    kept = [None if rule.off_at_zero and value == 0 else _plain(rule, value) for value in values]
    names = (rule.least, rule.most)
    if len(kept) == 1 and bound is not Bound.EQUAL:
        names = (rule.least if bound is Bound.MIN else rule.most or rule.least, None)
    kept *= 3 - len(kept)
    return {name: value for name, value in zip(names, kept, strict=True) if name is not None}


def _plain(rule: Measure, value: Decimal) -> int | float:
    return int(value) if rule.whole else float(value)


def _text(row: Row, fields: Mapping[str, Any]) -> tuple[str, ...]:
    text = row.text(OfferQuery().with_changes(**fields))
    return (text,) if text else ()
