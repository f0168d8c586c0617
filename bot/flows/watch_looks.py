"""What a round of the market showed → the looks that are decided about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

from bot.flows.watch_ports import PricePoint
from bot.rules.watches import (
    SIGHTINGS_IN_LOOK,
    Look,
    MachineKey,
    QuestionId,
    Sighting,
)
from providers.listings import Candidate
from providers.market import Round, Seen
from providers.models import Offer, OfferQuery

_SPARE = 5
"""Seen beside those of a look: they move up when one of these is gone. Also so many offers of
machines that another offer shows."""
_DIGITS = 6
"""Of a price: finer is noise of sums."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What one question found."""

    query: OfferQuery
    """As it was asked: that of another watch may differ in what makes no other question."""
    look: Look
    matched: int
    all_heard: bool
    found: tuple[Candidate, ...]
    spare: tuple[Sighting, ...] = ()
    """Beside those of the look; known after `Looks.with_spare`."""
    per_gpu: bool = False
    """The look holds the machines with the cheapest GPUs."""

    def candidate(self, key: MachineKey) -> Candidate:
        """The one that the sighting of this machine tells of."""
        return next(each for each in self.found if _key(each) == key)

    def with_news(self, key: MachineKey, offer: Offer | None) -> "Shown":
        """After that machine was read again; None: it is gone."""
        seen = (*self.look.sightings, *self.spare)
        others = [each for each in seen if each.key != key]
        if offer is not None:
            seen_at = max([offer.seen_at, *(each.seen_at for each in seen if each.key == key)])
            usd = _usd_of(float(offer.price.usd_per_hour))
            others.append(Sighting(key, usd, seen_at))
            others.sort(key=_usd)
        in_look, spare = _parted(others, per_gpu=self.per_gpu)
        return replace(self, look=replace(self.look, sightings=in_look), spare=spare)


class Looks:
    """Of one round. Many questions see the same machines, which are read once."""

    def __init__(self, market: Round, now: datetime) -> None:
        self._market = market
        self._now = now
        self._sightings: dict[int, Sighting] = {}

    def at(self, query: OfferQuery, *, per_gpu: bool = False) -> Shown:
        seen = self._market.seen(query, SIGHTINGS_IN_LOOK, per_gpu=per_gpu)
        sightings = self._distinct(seen)
        if len(sightings) < len(seen.candidates):
            seen = self._market.seen(query, SIGHTINGS_IN_LOOK + _SPARE, per_gpu=per_gpu)
            sightings = self._distinct(seen)
        in_look, spare = _parted(sightings, per_gpu=per_gpu)
        return Shown(
            query,
            Look(self._now, in_look, seen.answered),
            seen.matched,
            seen.answered == seen.asked,
            seen.candidates,
            spare,
            per_gpu,
        )

    def with_spare(self, shown: Shown) -> Shown:
        """Looked up only for what may be told of."""
        sightings = shown.look.sightings
        if shown.spare or len(sightings) < SIGHTINGS_IN_LOOK:
            return shown
        keep = SIGHTINGS_IN_LOOK + _SPARE
        seen = self._market.seen(shown.query, keep, per_gpu=shown.per_gpu)
        there = {each.key for each in sightings}
        spare = tuple(each for each in self._distinct(seen) if each.key not in there)
        return replace(shown, spare=spare, found=(*shown.found, *seen.candidates))

    def _distinct(self, seen: Seen) -> list[Sighting]:
        """Of two offers of one machine the cheaper is the news."""
        read = self._sightings.get
        sightings = [read(id(each)) or self._read(each, seen) for each in seen.candidates]
        firsts = {each.key: each for each in reversed(sightings)}
        if len(firsts) == len(sightings):
            return sightings
        return [each for each in sightings if firsts[each.key] is each]

    def _read(self, candidate: Candidate, seen: Seen) -> Sighting:
        seen_at = seen.seen_at[candidate.provider]
        sighting = Sighting(_key(candidate), _usd_of(candidate.usd_per_hour), seen_at)
        self._sightings[id(candidate)] = sighting
        return sighting

    def offer(self, query: OfferQuery, candidate: Candidate) -> Offer | None:
        return self._market.offer(query, candidate)


def price_point(
    question: QuestionId, shown: Shown, priced: Sequence[Sighting]
) -> PricePoint | None:
    """None where nothing can be said: silence is no price, and an absurd one is none either, which
    is not among those `priced`."""
    look = shown.look
    if priced:
        lowest = priced[0].usd_per_hour
        return PricePoint(question, look.now, lowest, shown.matched)
    if shown.matched or not shown.all_heard:
        return None
    return PricePoint(question, look.now, None, 0)


def _key(candidate: Candidate) -> MachineKey:
    machine = candidate.machine_id or candidate.country or ""
    return _same_key(candidate.provider, machine, candidate.gpu_name, candidate.gpu_count)


_same_key = lru_cache(maxsize=20_000)(MachineKey)
"""Most machines are those of the last look."""


def _parted(
    sightings: list[Sighting], *, per_gpu: bool
) -> tuple[tuple[Sighting, ...], tuple[Sighting, ...]]:
    """Those of the look, the cheapest machine first, and the others; they come cheapest first."""
    if per_gpu:
        sightings = sorted(sightings, key=lambda each: each.usd_per_hour / each.key.count)
    in_look, spare = sightings[:SIGHTINGS_IN_LOOK], sightings[SIGHTINGS_IN_LOOK:]
    return tuple(sorted(in_look, key=_usd) if per_gpu else in_look), tuple(spare)


_usd = attrgetter("usd_per_hour")


@lru_cache(maxsize=20_000)  # most prices are those of the last look
def _usd_of(usd_per_hour: float) -> Decimal:
    return Decimal(repr(round(usd_per_hour, _DIGITS)))
