"""What a round of the market showed → the looks that are decided about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from operator import attrgetter

from bot.flows.watch_ports import PricePoint
from bot.rules.hearing import meant
from bot.rules.watches import (
    SIGHTINGS_IN_LOOK,
    Look,
    MachineKey,
    Past,
    QuestionId,
    Sighting,
)
from providers.market import Round
from providers.models import Candidate, Offer, OfferQuery

_SPARE = 5
"""Seen beside those of a look: they move up when one of these is gone."""
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
    spare: tuple[Sighting, ...]
    candidates: Mapping[MachineKey, Candidate]
    per_gpu: bool = False
    """The look holds the machines with the cheapest GPUs."""

    def with_news(self, key: MachineKey, offer: Offer | None) -> "Shown":
        """After that machine was read again; None: it is gone."""
        seen = (*self.look.sightings, *self.spare)
        others = [each for each in seen if each.key != key]
        if offer is not None:
            seen_at = max([offer.seen_at, *(each.seen_at for each in seen if each.key == key)])
            others.append(Sighting(key, _plain(offer.price.usd_per_hour), seen_at))
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
        seen = self._market.seen(query, SIGHTINGS_IN_LOOK + _SPARE, per_gpu=per_gpu)
        candidates: dict[MachineKey, Candidate] = {}
        sightings: list[Sighting] = []
        for candidate in seen.candidates:
            sighting = self._sightings.get(id(candidate))
            if sighting is None:
                sighting = _sighting(candidate, seen.seen_at[candidate.provider])
                self._sightings[id(candidate)] = sighting
            # Of two offers of one machine the cheaper is the news.
            if candidates.setdefault(sighting.key, candidate) is candidate:
                sightings.append(sighting)
        in_look, spare = _parted(sightings, per_gpu=per_gpu)
        return Shown(
            query,
            Look(self._now, in_look, seen.answered),
            seen.matched,
            seen.answered == seen.asked,
            spare,
            candidates,
            per_gpu,
        )

    def offer(self, query: OfferQuery, candidate: Candidate) -> Offer | None:
        return self._market.offer(query, candidate)


def price_point(question: QuestionId, shown: Shown, past: Past) -> PricePoint | None:
    """None where nothing can be said: silence is no price, and an absurd one is none either."""
    look = shown.look
    priced: Sequence[Sighting] = meant(look, past)
    if priced:
        lowest = min(each.usd_per_hour for each in priced)
        return PricePoint(question, look.now, lowest, shown.matched)
    if shown.matched or not shown.all_heard:
        return None
    return PricePoint(question, look.now, None, 0)


def _sighting(candidate: Candidate, seen_at: datetime) -> Sighting:
    key = MachineKey(
        candidate.provider,
        candidate.machine_id or candidate.country or "",
        candidate.gpu_name,
        candidate.gpu_count,
    )
    return Sighting(key, Decimal(repr(round(candidate.usd_per_hour, _DIGITS))), seen_at)


def _parted(
    sightings: list[Sighting], *, per_gpu: bool
) -> tuple[tuple[Sighting, ...], tuple[Sighting, ...]]:
    """Those of the look, the cheapest machine first, and the others; they come cheapest first."""
    if per_gpu:
        sightings = sorted(sightings, key=lambda each: each.usd_per_hour / each.key.count)
    in_look, spare = sightings[:SIGHTINGS_IN_LOOK], sightings[SIGHTINGS_IN_LOOK:]
    return tuple(sorted(in_look, key=_usd) if per_gpu else in_look), tuple(spare)


_usd = attrgetter("usd_per_hour")


def _plain(usd_per_hour: Decimal) -> Decimal:
    """As a sighting of the same price has it."""
    return Decimal(repr(round(float(usd_per_hour), _DIGITS)))
