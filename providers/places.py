"""Places: what marketplaces write and what people say → country codes and a label.

Countries and regions stand in `countries.json`. Codes are ISO 3166-1 alpha-2 in upper case.
"""

import json
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from providers.models import Location

NOT_STATED = Location(None, "not stated")

_LONGEST_LABEL = 60
_LONGEST_PART = 40
_LONGEST_TEXT = 300
_LONGEST_QUESTION = 60
_GRAMMAR_WORDS = {"IN", "AT", "TO", "IS", "IT", "NO", "BY", "ME", "SO", "BE", "AM", "MY"}
"""Codes that read as English words: `in india`, not `in in`."""


def locate(text: object, *, city: object = None, state: object = None) -> Location:
    """Reads `Washington, US`, `, CN`, `Norway`, `California, United States`, null and nonsense.

    The country is the end of `text`; `city` and `state` are for marketplaces that state them
    apart. What is not a country of ISO 3166 stays in the label and gives no code.
    """
    return _located(*(_bounded(value) for value in (text, city, state)))


def country_codes(text: str) -> tuple[str, ...]:
    """What a person types: `us`, `uk`, `germany`, `eu`, `north america`. Nothing when unknown."""
    return _CODES.get(_key(text[:_LONGEST_QUESTION]), ())


def country_name(code: str) -> str:
    """The usual English name; the code itself when there is no such country."""
    row = _COUNTRIES.get(code)
    return row[1] if row else code


def countries_phrase(codes: Iterable[str]) -> str:
    """Codes for people: `eu,us`. Reading its parts with `country_codes` gives the same codes."""
    left = dict.fromkeys(codes)
    parts: list[str] = []
    for word, region in _REGIONS:
        if left.keys() >= set(region):
            parts.append(word)
            for code in region:
                del left[code]
    return ",".join([*parts, *map(_spoken, left)])


def nearest_place(text: str, alike: float = 0.7) -> str | None:
    """A text that `country_codes` understands, for one that it does not."""
    key = _key(text[:_LONGEST_QUESTION])
    if key in _PARTS:
        return _spoken(_PARTS[key])
    close = get_close_matches(key, [k for k in _CODES if len(k) > 3], n=1, cutoff=alike)
    return countries_phrase(_CODES[close[0]]) if close else None


def _bounded(value: object) -> str:
    """Both ends of a text: the country stands at the end, however long the rest is."""
    if not isinstance(value, str):
        return ""
    if len(value) <= _LONGEST_TEXT:
        return value
    return value[:_LONGEST_PART] + value[-(_LONGEST_TEXT - _LONGEST_PART) :]


@lru_cache(maxsize=2048)
def _located(text: str, city: str, state: str) -> Location:
    head, _, tail = text.rpartition(",")
    end = _visible(tail)
    code = _code(end)
    heads = [_visible(city), _visible(state), *map(_visible, head.split(","))]
    if code is None or (not any(heads) and len(end) > 2):
        heads.append(end)
    parts = list({part.casefold(): part[:_LONGEST_PART] for part in heads if part}.values())
    if code is not None:
        shown = ", ".join(parts)[: _LONGEST_LABEL - 4].rstrip(", ")
        return Location(code, f"{shown}, {code}" if shown else code)
    label = ", ".join(parts)[:_LONGEST_LABEL].rstrip(", ")
    return Location(None, label) if label else NOT_STATED


def _code(text: str) -> str | None:
    codes = _CODES.get(_key(text), ())
    return codes[0] if len(codes) == 1 else None


def _visible(text: str) -> str:
    """Without controls, invisible marks and lone surrogates, which break a line or a decoder."""
    kept = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)
    return " ".join(kept.split())


def _key(text: str) -> str:
    """Words without accents, case and signs: `Côte d'Ivoire` and `cote divoire` are one."""
    plain = unicodedata.normalize("NFKD", text).casefold().replace("&", " and ").replace("'", "")
    bare = "".join(
        c if c.isalnum() else " " for c in plain.replace("’", "") if not unicodedata.combining(c)
    )
    words = ["saint" if word == "st" else word for word in bare.split()]
    return " ".join(words[1:] if words[:1] == ["the"] and words[1:] else words)


def _spoken(code: str) -> str:
    return country_name(code).lower() if code in _GRAMMAR_WORDS else code.lower()


def _codes() -> dict[str, tuple[str, ...]]:
    """Names before codes, so that no code hides a name; regions last for the same reason."""
    known: dict[str, tuple[str, ...]] = {}
    for code, words in _COUNTRIES.items():
        for word in (*words, code):
            known.setdefault(_key(word), (code,))
    for spelling, code in _TABLE["codes_also"].items():
        known.setdefault(_key(spelling), (code,))
    for region in _TABLE["regions"]:
        for word in region["words"]:
            known.setdefault(_key(word), tuple(region["codes"]))
    return known


_TABLE = json.loads(Path(__file__).with_name("countries.json").read_text("utf-8"))
_COUNTRIES: dict[str, list[str]] = _TABLE["countries"]
_CODES = _codes()
_PARTS = {
    key: code
    for code, parts in _TABLE["parts"].items()
    for part in parts
    if (key := _key(part)) not in _CODES
}
_REGIONS: list[tuple[str, list[str]]] = sorted(
    ((region["words"][0], region["codes"]) for region in _TABLE["regions"]),
    key=lambda region: -len(region[1]),
)
