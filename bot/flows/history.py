"""What GPU models cost is written down every five minutes, whether or not anybody watches.

Each tick reads, with one question, the models that people watch or asked about lately and a
twelfth of all others: so every model has a point an hour, those that matter have twelve, and it
costs one to four pages of Vast.ai in five minutes, behind everybody who waits.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.flows.history_ports import ModelPrices, Readings
from bot.flows.ports import Marks
from bot.rules.figures import figures
from bot.rules.history import ModelFigures
from providers import gpus
from providers.base import Priority
from providers.clock import Clock
from providers.listings import Failure, Sweep
from providers.models import OfferQuery

EVERY = timedelta(minutes=5)
ROUNDS = 12
"""In so many ticks every model is read."""
MOST_MODELS = 12
"""Of those that matter; the others have their turn every hour."""
_MARK = "price history"
_SLACK = timedelta(seconds=10)
"""Ticks of several processes do not come at the second."""

Asking = Callable[[], Awaitable[Iterable[OfferQuery]]]


@dataclass(frozen=True, slots=True)
class Observed:
    models: int
    recorded: int


@dataclass(slots=True)
class Observer:
    readings: Readings
    prices: ModelPrices
    marks: Marks
    clock: Clock
    asking: Sequence[Asking]
    """What people ask, the most important first."""
    _started: bool = field(default=False, init=False)

    async def tick(self) -> Observed | None:
        """None when it is another process's turn, and at the start, which has better to do."""
        if not self._started:
            self._started = True
            return None
        now = self.clock.now()
        if not await self.marks.take(_MARK, now, now + EVERY - _SLACK):
            return None
        wanted = await self._wanted()
        others = gpus.ALL[int(now.timestamp() // EVERY.total_seconds()) % ROUNDS :: ROUNDS]
        models = tuple(dict.fromkeys((*wanted, *others)))
        found, _ = await read_figures(self.readings, models, now)
        # That there is none of a model is news where somebody wants it.
        kept = [each for each in found if each.offers or each.model in wanted]
        await self.prices.record_models(kept)
        return Observed(len(models), len(kept))

    async def _wanted(self) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for asked in self.asking:
            for query in await asked():
                found.update(dict.fromkeys(name for name in query.gpus if name in gpus.ALL))
        return tuple(found)[:MOST_MODELS]


def whole_question(models: Iterable[str]) -> OfferQuery:
    """All that there is on demand of these models."""
    return OfferQuery(gpus=tuple(models), verified_only=False, min_reliability=None)


async def read_figures(
    readings: Readings,
    models: Sequence[str],
    now: datetime,
    priority: Priority = Priority.WATCH,
    patience_s: float = 60.0,
) -> tuple[tuple[ModelFigures, ...], tuple[Failure, ...]]:
    """A list that a marketplace did not give to its end lacks the dear offers, so it is asked for
    in two halves; a single model whose list does not end is left out, as is an old answer that a
    cache gave for want of a new one: it was a point before."""
    sweeps, failures = await readings.read(
        whole_question(models), newer_than=now - EVERY, priority=priority, patience_s=patience_s
    )
    cut_off = [sweep.provider for sweep in sweeps if not sweep.complete]
    found = [
        each
        for sweep in sweeps
        if sweep.complete and is_new(sweep, now)
        for each in figures(sweep.provider, sweep.candidates, models, sweep.as_of)
    ]
    if cut_off and len(models) > 1:
        middle = len(models) // 2
        for half in (models[:middle], models[middle:]):
            again, _ = await read_figures(readings, half, now, priority, patience_s)
            found += [each for each in again if each.provider in cut_off]
    return tuple(found), failures


def is_new(sweep: Sweep, now: datetime) -> bool:
    return now - sweep.as_of < EVERY
