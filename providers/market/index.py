"""The offers of one answer, kept sorted so that a query looks at few of them.

A shelf holds the offers of one model (or all) in the order of one sort. For each wish it keeps one
integer whose bit i says whether row i passes; a query is then a few ANDs, the number of matches a
count of bits, and the first hundred the lowest hundred bits.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from heapq import merge
from itertools import islice
from operator import attrgetter, eq, or_
from typing import Any, Final, Literal

from providers import gpus
from providers.listings import Candidate
from providers.market.gone import NOTHING, Keys, is_gone
from providers.matching import (
    CONDITIONS,
    FACTS,
    RankKey,
    gpu_price_key,
    rank_key,
    wishes,
    without_doubles,
)
from providers.models import Offer, OfferQuery, Sort

PER_GPU: Final = "per gpu"
"""An order beside those of a person: the cheapest GPU first."""
Order = Sort | Literal["per gpu"]
_KEPT_MASKS = 128
_MOST_GROUPS = 16
_SIGNS = tuple(bytes(b"01"[each == one] for each in range(256)) for one in range(_MOST_GROUPS))
"""For `bytes.translate`: the sign of a number is 1, that of the others 0."""
_OF_MODEL = frozenset({"pricing", "min_gpus", "max_gpus"})
"""With the model, what makes an offer one that is compared at all."""
_NEVER_KEPT = frozenset({"min_hours", "max_usd_per_hour"})
"""Time moves on; and people ask for many prices, which a sorted shelf finds at once."""


@dataclass(frozen=True, slots=True)
class Found:
    rows: list[Candidate]
    """The first that match, best first."""
    matched: int
    considered: int


class Index:
    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self.size = len(candidates)
        self._everything = without_doubles(candidates)
        self._by_model = _by_model(self._everything)
        self._shelves: dict[tuple[str | None, Order], _Shelf] = {}
        self._built: dict[int, Offer] = {}

    def search(
        self,
        query: OfferQuery,
        now_s: float,
        keep: int,
        gone: Keys = NOTHING,
        order: Order | None = None,
    ) -> Found:
        """What is `gone` is neither found nor considered. `order`: instead of the query's."""
        order = order or query.sort
        wanted = [(f, v) for f, v in wishes(query) if f != "gpus"]
        matched, considered = 0, 0
        rows: list[list[Candidate]] = []
        for shelf in self._asked(query, order):
            matching, compared = shelf.select(wanted, now_s)
            if gone:
                there = shelf.without(gone)
                matching, compared = matching & there, compared & there
            matched += matching.bit_count()
            considered += compared.bit_count()
            rows.append(shelf.first_of(matching, keep))
        return Found(best_of(rows, order, keep), matched, considered)

    def candidates(self, query: OfferQuery, gone: Keys = NOTHING) -> list[Candidate]:
        """Those of the wanted models; everything when there are none."""
        named = self._named(query)
        return [c for c in named if not is_gone(c, gone)] if gone else named

    def offer(self, candidate: Candidate) -> Offer:
        """Built once, however often it is shown. `candidate` is one of this index."""
        built = self._built.get(id(candidate))
        if built is None:
            built = self._built[id(candidate)] = candidate.offer()
        return built

    def _named(self, query: OfferQuery) -> list[Candidate]:
        if not query.gpus:
            return self._everything
        names = dict.fromkeys(map(gpus.comparable, query.gpus))
        wanted = [c for name in names for c in self._by_model.get(name, ())]
        return wanted or self._everything

    def _asked(self, query: OfferQuery, order: Order) -> Iterator["_Shelf"]:
        if not query.gpus:
            yield self._shelf(None, order)
            return
        for name in dict.fromkeys(map(gpus.comparable, query.gpus)):
            if name in self._by_model:
                yield self._shelf(name, order)

    def _shelf(self, name: str | None, order: Order) -> "_Shelf":
        shelf = self._shelves.get((name, order))
        if shelf is None:
            rows = self._everything if name is None else self._by_model[name]
            shelf = self._shelves[name, order] = _Shelf(rows, order)
        return shelf


def _by_model(candidates: Iterable[Candidate]) -> dict[str, list[Candidate]]:
    by_name = defaultdict[str, list[Candidate]](list)
    for candidate in candidates:
        by_name[candidate.gpu_name].append(candidate)
    by_model: dict[str, list[Candidate]] = {}
    for name, rows in by_name.items():
        by_model.setdefault(gpus.comparable(name), []).extend(rows)
    return by_model


def best_of(rows: Sequence[list[Candidate]], order: Order, keep: int) -> list[Candidate]:
    """The first of several lists that are each in this order."""
    if len(rows) == 1:
        return rows[0][:keep]
    return list(islice(merge(*rows, key=_key(order)), keep))


def _key(order: Order) -> Callable[[Candidate], RankKey]:
    if isinstance(order, Sort):
        return partial(rank_key, sort=order)
    return gpu_price_key


def _ranked(rows: Iterable[Candidate], order: Order) -> list[Candidate]:
    """By `rank_key`, which of most prices need not be worked out."""
    if order is not Sort.PRICE:
        return sorted(rows, key=_key(order))
    ranked = sorted(rows, key=_price)
    prices = list(map(_price, ranked))
    last = 0
    for first, ties in enumerate(map(eq, prices, islice(prices, 1, None))):
        if ties and first >= last:
            last = bisect_right(prices, prices[first], first)
            ranked[first:last] = sorted(ranked[first:last], key=_key(order))
    return ranked


_price = attrgetter("usd_per_hour")


class _Shelf:
    def __init__(self, rows: Iterable[Candidate], order: Order) -> None:
        self._rows = _ranked(rows, order)
        self._by_price = order is Sort.PRICE
        self._all = (1 << len(self._rows)) - 1
        self._masks: dict[tuple[str, Any], int] = {}
        self._groups: dict[str, Sequence[tuple[Candidate, int]] | None] = {}

    def select(self, wanted: Iterable[tuple[str, Any]], now_s: float) -> tuple[int, int]:
        """(what matches, what is compared) as bits."""
        matching = compared = self._all
        for field, value in wanted:
            mask = self._masks.get((field, value))
            if mask is None:
                mask = self._tested(field, value, now_s)
            matching &= mask
            if field in _OF_MODEL:
                compared &= mask
        return matching, compared

    def without(self, gone: Keys) -> int:
        """All but these, as bits."""
        mask = self._masks.get(("gone", gone))
        if mask is None:
            mask = self._signed(lambda row: not is_gone(row, gone))
            self._keep("gone", gone, mask)
        return mask

    def first_of(self, bits: int, keep: int) -> list[Candidate]:
        signs = f"{bits:b}"[::-1]
        rows: list[Candidate] = []
        place = signs.find("1")
        while place >= 0 and len(rows) < keep:
            rows.append(self._rows[place])
            place = signs.find("1", place + 1)
        return rows

    def _tested(self, field: str, value: Any, now_s: float) -> int:
        passes = CONDITIONS[field][1](value, now_s)
        if self._by_price and field == "max_usd_per_hour":
            return (1 << bisect_left(self._rows, 1, key=lambda c: 0 if passes(c) else 1)) - 1
        groups = self._alike(FACTS[field]) if field in FACTS else None
        if groups is None:
            mask = self._signed(passes)
        else:
            mask = reduce(or_, (bits for first, bits in groups if passes(first)), 0)
        if field not in _NEVER_KEPT:
            self._keep(field, value, mask)
        return mask

    def _alike(self, fact: str) -> Sequence[tuple[Candidate, int]] | None:
        """(one row, all rows that state the same, as bits): a wish then asks one of each. None
        where rows state too many different things."""
        if fact not in self._groups:
            self._groups[fact] = self._grouped(fact)
        return self._groups[fact]

    def _grouped(self, fact: str) -> Sequence[tuple[Candidate, int]] | None:
        stated = list(map(attrgetter(fact), reversed(self._rows)))
        if not stated or stated.count(stated[0]) == len(stated):
            return [(row, self._all) for row in self._rows[:1]]
        firsts = dict(zip(stated, reversed(self._rows), strict=True))
        if len(firsts) > len(_SIGNS):
            return None
        numbers = {value: number for number, value in enumerate(firsts)}
        text = bytes([numbers[value] for value in stated])
        return [
            (row, int(text.translate(signs), 2))
            for row, signs in zip(firsts.values(), _SIGNS, strict=False)
        ]

    def _signed(self, passes: Callable[[Candidate], bool]) -> int:
        signs = ["1" if passes(row) else "0" for row in reversed(self._rows)]
        return int("0" + "".join(signs), 2)

    def _keep(self, field: str, value: Any, mask: int) -> None:
        if len(self._masks) >= _KEPT_MASKS:
            self._masks.clear()
        self._masks[field, value] = mask
