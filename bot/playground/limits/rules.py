"""The small rules that Block Kit's tables are made of.

A rule looks at one JSON value and writes down what Slack would say about it, in its words and with
its pointer: `must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
"""What a decoder made of somebody else's JSON; every rule asks for the type first."""


@dataclass(frozen=True, slots=True)
class Problem:
    pointer: str
    text: str

    def said_by_slack(self) -> str:
        return f"{self.text} [json-pointer:{self.pointer or '/'}]"


@dataclass(slots=True)
class Findings:
    """`errors` refuse the payload; `warnings` are what Slack accepts and a careful app avoids."""

    refused_types: frozenset[str] = frozenset()
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class At:
    """One value of the payload, with the way to it."""

    value: Json
    pointer: str
    findings: Findings

    def child(self, key: str | int) -> "At":
        return At(self.value[key], f"{self.pointer}/{key}", self.findings)

    def fail(self, text: str) -> None:
        self.findings.errors.append(Problem(self.pointer, text))

    def warn(self, text: str) -> None:
        self.findings.warnings.append(Problem(self.pointer, text))

    def get(self, key: str) -> Json:
        """A field of an object, None where there is no object or no field."""
        return self.value.get(key) if isinstance(self.value, dict) else None

    def items(self, key: str) -> list["At"]:
        """The elements of a list field that are objects; everything else was already reported."""
        found = self.get(key)
        if not isinstance(found, list):
            return []
        listed = self.child(key)
        return [listed.child(i) for i, item in enumerate(found) if isinstance(item, dict)]


Rule = Callable[[At], None]


def anything(_: At) -> None:
    """Accepted unread."""


def string(minimum: int = 0, maximum: int | None = None) -> Rule:
    def check(at: At) -> None:
        if not isinstance(at.value, str):
            at.fail("must provide a string")
        else:
            check_length(at, at.value, minimum, maximum)

    return check


def check_length(at: At, text: str, minimum: int, maximum: int | None) -> None:
    if len(text) < minimum:
        at.fail(f"must be more than {minimum - 1} characters")
    if maximum is not None and len(text) > maximum:
        at.fail(f"must be less than {maximum + 1} characters")


def url(maximum: int = 3000) -> Rule:
    def check(at: At) -> None:
        if not isinstance(at.value, str):
            at.fail("must provide a string")
            return
        check_length(at, at.value, 1, maximum)
        if not at.value.startswith(("http://", "https://", "mailto:", "slack:")):
            at.fail("must be a valid URL")

    return check


def boolean(at: At) -> None:
    if not isinstance(at.value, bool):
        at.fail("must provide a boolean")


def number(
    minimum: float | None = None, maximum: float | None = None, *, whole: bool = True
) -> Rule:
    def check(at: At) -> None:
        value = at.value
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            at.fail("must provide an integer" if whole else "must provide a number")
        elif not math.isfinite(value):
            at.fail("must provide a number")
        elif minimum is not None and value < minimum:
            at.fail(f"must be greater than or equal to {minimum:g}")
        elif maximum is not None and value > maximum:
            at.fail(f"must be less than or equal to {maximum:g}")

    return check


def one_of(*allowed: Json) -> Rule:
    def check(at: At) -> None:
        if at.value not in allowed:
            at.fail("must be one of: " + ", ".join(str(choice) for choice in allowed))

    return check


def array(item: Rule, minimum: int = 0, maximum: int | None = None) -> Rule:
    def check(at: At) -> None:
        if not isinstance(at.value, list):
            at.fail("must provide an array")
            return
        if len(at.value) < minimum:
            at.fail(f"must provide at least {minimum} items")
        if maximum is not None and len(at.value) > maximum:
            at.fail(f"no more than {maximum} items allowed")
            return
        for index in range(len(at.value)):
            item(at.child(index))

    return check


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: its fields, which of them must be there, and what must hold between them."""

    fields: Mapping[str, Rule]
    required: tuple[str, ...] = ()
    also: tuple[Rule, ...] = ()

    def __call__(self, at: At) -> None:
        if not isinstance(at.value, dict):
            at.fail("must provide an object")
            return
        for name in self.required:
            if at.value.get(name) is None:
                at.fail(f"missing required field: {name}")
        for name, value in at.value.items():
            if name not in self.fields:
                at.fail(f"invalid additional property: {name}")
            elif value is not None:
                self.fields[name](at.child(name))
        for relation in self.also:
            relation(at)


def by_type(
    shapes: Callable[[], Mapping[str, Rule]], allowed: frozenset[str] | None = None
) -> Rule:
    """An object whose `type` names its shape. `shapes` is asked late: blocks hold blocks."""

    def check(at: At) -> None:
        if not isinstance(at.value, dict):
            at.fail("must provide an object")
            return
        kind = at.value.get("type")
        if kind is None:
            at.fail("missing required field: type")
            return
        table = shapes()
        known = isinstance(kind, str) and kind in table and kind not in at.findings.refused_types
        if not known or (allowed is not None and kind not in allowed):
            at.child("type").fail(f"unsupported type: {kind}")
            return
        table[kind](at)

    return check


def exactly_one(*names: str) -> Rule:
    def check(at: At) -> None:
        given = [name for name in names if at.get(name) is not None]
        if len(given) != 1:
            at.fail("must define exactly one of: " + ", ".join(names))

    return check


def not_both(first: str, second: str) -> Rule:
    def check(at: At) -> None:
        if at.get(first) is not None and at.get(second) is not None:
            at.fail(f"only one of `{first}` and `{second}` is allowed")

    return check


def at_least_one(*names: str) -> Rule:
    def check(at: At) -> None:
        if not any(at.get(name) for name in names):
            at.fail("must define at least one of: " + ", ".join(names))

    return check
