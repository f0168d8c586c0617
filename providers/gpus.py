"""One table of GPU models: what marketplaces call them, what people call them, how much memory.

A canonical name holds the form factor: `H100 SXM`, `H100 PCIe` and `H100 NVL` are three models.
How much memory a card has is not part of its name: `A100 SXM` is sold with 40 and with 80 GB.
The table is `gpus.json`; its notes explain the few decisions in it.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path
from typing import Any

UNNAMED = "unnamed GPU"
"""What an empty name is shown as."""

_LONGEST_NAME = 60
_LONGEST_QUESTION = 40
_LEAST_ALIKE = 0.6
_SWAPPED_BONUS = 0.1
"""`4900` is a slip of the fingers for `4090`, not for `4500`."""
_MARKETPLACES = ("vastai", "tensordock")
_VENDORS = re.compile(r"^(?:nvidia|geforce|amd)+")
_SERIES = re.compile(
    r"(?:geforce|rtx|gtx|quadro|tesla|instinct|radeon pro|radeon|rx|cmp) (?=.*\d)"
)
_SPELLED = re.compile(
    # `<model>-<form>-<vram>gb` of an id, and the same three parts of a display name.
    r"(?P<model>.+?)(?:[ _-]+(?P<form>sxm\d?|pcie|nvlink|nvl))?[ _-]+(?P<vram>\d{1,4}) ?gb",
    re.IGNORECASE,
)
_FORMS = {"pcie": "PCIe", "nvl": "NVL"}


@dataclass(frozen=True, slots=True)
class _Model:
    name: str
    vram_gib: tuple[int, ...]
    words: Mapping[str, tuple[str, ...]]
    """Marketplace → its own words, the usual one first."""
    texts: tuple[str, ...]
    """Everything that means this model alone, readable, the best first."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A word that stands for several models."""

    names: tuple[str, ...]
    words: tuple[str, ...]


def canonical(raw: str, marketplace: str) -> tuple[str, bool]:
    """A marketplace's word → (name, is it known?). An unknown word comes back fit to be shown."""
    found = _EXACT.get(marketplace, {}).get(raw)
    return (found, True) if found is not None else _unusual(raw[:200], marketplace)


def marketplace_names(name: str, marketplace: str) -> tuple[str, ...]:
    """The words that this marketplace uses for a model; none when it never has it."""
    model = _MODELS.get(name)
    return model.words.get(marketplace, ()) if model else ()


def vram_in_name(raw: str) -> int | None:
    """GB of one card, where the marketplace's word says so: 24 for `rtx4090-pcie-24gb`."""
    spelled = _SPELLED.fullmatch(raw[:200].strip())
    return int(spelled["vram"]) if spelled else None


def find(text: str) -> tuple[str, ...]:
    """A person's words → the models meant, all of the text or none.

    `4090` is not `4090 D`. A word for several forms (`h100`, `pro 6000`) is all of them, also
    where a marketplace uses the bare word for a model: that one alone is `pro 6000 plain`.
    Nothing for what nobody knows and for what several generations share, see `meanings`.
    """
    key = _key(text[:_LONGEST_NAME])
    return _FAMILY_KEYS.get(key) or _one(_MODEL_KEYS.get(key))


def meanings(text: str) -> tuple[str, ...]:
    """What a word that generations share may mean: `rtx 6000` is Ada, Ampere, Turing or newer."""
    return _SEVERAL_KEYS.get(_key(text[:_LONGEST_NAME]), ())


def nearest(text: str, n: int = 3) -> tuple[str, ...]:
    """What may have been meant by a text that `find` does not know, the likeliest first."""
    shared = meanings(text)
    return shared[:n] if shared else _alike(_key(text[:_LONGEST_QUESTION]))[:n]


def vram_gib(name: str) -> tuple[int, ...]:
    """The sizes that a model is sold with, modified cards included; none when unknown."""
    model = _MODELS.get(name)
    return model.vram_gib if model else ()


def nominal_gib(name: str, reported: float) -> int | None:
    """The size on the box for what a driver reports: 24 for an RTX 4090 that says 22.5."""
    fitting = [s for s in vram_gib(name) if s * 0.93 <= reported <= s * 1.05]
    return min(fitting, key=lambda size: abs(size - reported), default=None)


def short(name: str) -> str:
    """The shortest good text that `find` reads as this model alone; an unknown name as it is."""
    return _SHORT.get(name, name)


def phrase(names: Iterable[str]) -> str:
    """Models for people: `h100|4090`. Reading its parts with `find` gives the same models."""
    left = dict.fromkeys(names)
    parts: list[str] = []
    for family in _FAMILIES:
        if all(name in left for name in family.names):
            parts.append(family.words[0])
            for name in family.names:
                del left[name]
    return "|".join([*parts, *map(short, left)])


def comparable(name: str) -> str:
    """Equal for names that mean the same: a raw name is compared without case and spaces."""
    return name if name in _MODELS else _raw_key(name)


@lru_cache(maxsize=2048)
def _unusual(raw: str, marketplace: str) -> tuple[str, bool]:
    keys = _MARKET_KEYS.get(marketplace, _MODEL_KEYS)
    known = keys.get(_key(raw))
    spelled = None if known else _SPELLED.fullmatch(raw.strip())
    if known or spelled is None:
        return (known, True) if known else (_presentable(raw), False)
    model, form = _VENDORS.sub("", spelled["model"].casefold()), (spelled["form"] or "").casefold()
    # A card without a form in its canonical name is a PCIe card.
    tried = [model + form] if form not in {"", "pcie"} else [model + form, model]
    for text in tried:
        if found := keys.get(_key(text)):
            return found, True
    return _readable(spelled["model"], form), False


def _readable(model: str, form: str) -> str:
    """`geforcertx6090`, `pcie` → `RTX 6090`: as a person and the other marketplace would say."""
    spaced = re.sub(r"^(?:nvidia|geforce|amd|[ _-])+", "", model, flags=re.IGNORECASE)
    spaced = re.sub(r"^(rtx|gtx|rx) ?(?=\w)", r"\1 ", spaced, flags=re.IGNORECASE)
    shown = _FORMS.get(form, "SXM") if form and form != "pcie" else ""
    return _presentable(f"{spaced} {shown}".upper() if spaced.islower() else f"{spaced} {shown}")


def _presentable(raw: str) -> str:
    visible = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in raw)
    return " ".join(visible.split())[:_LONGEST_NAME].strip() or UNNAMED


@lru_cache(maxsize=4096)
def _raw_key(name: str) -> str:
    return _key(name) or name


def _key(text: str) -> str:
    """Letters and digits alone, without the vendor."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    bare = "".join(filter(str.isalnum, plain))
    return _VENDORS.sub("", bare) or bare


def _one(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


@lru_cache(maxsize=256)
def _alike(key: str) -> tuple[str, ...]:
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(key)
    scores: dict[str, float] = {}
    for known, names in _everything():
        matcher.set_seq1(known)
        if matcher.real_quick_ratio() < _LEAST_ALIKE or matcher.quick_ratio() < _LEAST_ALIKE:
            continue
        if (score := matcher.ratio()) >= _LEAST_ALIKE:
            swapped = _SWAPPED_BONUS if sorted(known) == sorted(key) else 0.0
            for name in names:
                scores[name] = max(score + swapped, scores.get(name, 0.0))
    return tuple(sorted(scores, key=lambda name: -scores[name]))


def _everything() -> Iterable[tuple[str, tuple[str, ...]]]:
    yield from _FAMILY_KEYS.items()
    yield from ((key, (name,)) for key, name in _MODEL_KEYS.items())
    yield from _SEVERAL_KEYS.items()


# The table, read once.


def _model(row: Mapping[str, Any]) -> _Model:
    words = {market: tuple(row[market]) for market in _MARKETPLACES}
    texts = [*_without_series(row["name"]), row["name"], *row["also"]]
    return _Model(row["name"], tuple(row["vram_gib"]), words, tuple(t.lower() for t in texts))


def _without_series(name: str) -> list[str]:
    """`Quadro RTX 6000` → `6000`, `rtx 6000`: the shortest first."""
    found: list[str] = []
    rest = name.lower()
    while series := _SERIES.match(rest):
        rest = rest[series.end() :]
        found.insert(0, rest)
    return found


def _by_key(groups: Iterable[_Group]) -> dict[str, tuple[str, ...]]:
    return {_key(word): group.names for group in groups for word in group.words}


def _model_keys() -> dict[str, str]:
    """Full names first, so that `Titan X` stays itself beside `GTX Titan X`."""
    keys = {_key(model.name): model.name for model in _ALL_MODELS}
    for model in _ALL_MODELS:
        words = (word for words in model.words.values() for word in words)
        for text in (*model.texts, *words):
            for spoken in (text, *_without_series(text)):
                if (key := _key(spoken)) not in _SEVERAL_KEYS:
                    keys.setdefault(key, model.name)
    return keys


def _market_keys(marketplace: str) -> dict[str, str]:
    own = {_key(w): m.name for m in _ALL_MODELS for w in m.words.get(marketplace, ())}
    return {**_MODEL_KEYS, **own}


def _short(model: _Model) -> str:
    return next(text for text in model.texts if find(text) == (model.name,))


_TABLE = json.loads(Path(__file__).with_name("gpus.json").read_text("utf-8"))
_ALL_MODELS = tuple(map(_model, _TABLE["gpus"]))
_FAMILIES = tuple(_Group(tuple(g["names"]), tuple(g["words"])) for g in _TABLE["families"])
_SEVERAL = tuple(_Group(tuple(g["names"]), tuple(g["words"])) for g in _TABLE["several"])
_MODELS = {model.name: model for model in _ALL_MODELS}
_EXACT = {
    market: {word: model.name for model in _ALL_MODELS for word in model.words[market]}
    for market in _MARKETPLACES
}
_FAMILY_KEYS = _by_key(_FAMILIES)
_SEVERAL_KEYS = _by_key(_SEVERAL)
_MODEL_KEYS = _model_keys()
_MARKET_KEYS = {market: _market_keys(market) for market in _MARKETPLACES}
_SHORT = {model.name: _short(model) for model in _ALL_MODELS}

ALL = tuple(_MODELS)
"""Every canonical name, in the order in which lists for people show them."""
