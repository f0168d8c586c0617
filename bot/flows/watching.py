"""The tick: every watch that is due is looked at, for the fewest questions to the marketplaces."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from bot.flows.alerting import Alerting, News
from bot.flows.ports import Policies
from bot.flows.turns import Turn
from bot.flows.watch_looks import Looks, Shown, price_point
from bot.flows.watch_pace import WatchPace, next_look
from bot.flows.watch_ports import PricePoint, Prices, Watches, WatchMarket
from bot.rules.alerts import AlertSettings, alert_settings, decide
from bot.rules.hearing import meant
from bot.rules.watches import Memory, Past, QuestionId, Sighting, Watch, WatchId
from providers.clock import Clock

AT_ONCE = 20_000
"""All that are due: two processes that shared them would both ask the marketplaces."""
CLAIMED_FOR = timedelta(minutes=5)
"""Longer than a round takes. A look that was cut off comes again then."""

OnError = Callable[[str, Exception], None]
"""What could not be done, by the id of its watch or question."""


@dataclass(frozen=True, slots=True)
class Ticked:
    watches: int = 0
    questions: int = 0
    alerts: int = 0


@dataclass(frozen=True, slots=True)
class Watching:
    watches: Watches
    prices: Prices
    market: WatchMarket
    alerting: Alerting
    pace: WatchPace
    policies: Policies
    clock: Clock
    on_error: OnError

    async def tick(self) -> Ticked:
        """Raises `StoreDown`; whatever it had claimed comes again by itself."""
        now = self.clock.now()
        due = await self.watches.claim_due(now, now + CLAIMED_FOR, AT_ONCE)
        if not due:
            return Ticked()
        interval_s = await self.pace.interval_s()
        asked = await _by_question(due)
        queries = {question: watches[0].query for question, watches in asked.items()}
        seen = await self.market.look(
            list(queries.values()), newer_than=now - timedelta(seconds=interval_s / 2)
        )
        now = self.clock.now()
        pasts = await self.prices.pasts(queries, now)
        judged = await self._judge(asked, Looks(seen, now), pasts)
        await self._record(judged.points)
        again = next_look(self.clock.now(), await self.pace.settle())
        await self.watches.look_again(judged.quiet, again)
        told = await self.alerting.tell(judged.news, judged.looks, judged.settings, again)
        await self.watches.look_again(told.quiet, again)
        return Ticked(len(due), len(asked), told.alerts)

    async def _judge(
        self,
        asked: Mapping[QuestionId, Sequence[Watch]],
        looks: Looks,
        pasts: Mapping[QuestionId, Past],
    ) -> "_Judged":
        judged = _Judged(looks, alert_settings(self.policies.current()), [], [], [])
        turn = Turn()
        for question, watches in asked.items():
            try:
                past = pasts.get(question, Past())
                shown = looks.at(watches[0].query)
                seen = _meant(shown, past)
                per_gpu = _per_gpu(watches, looks, seen, past)
                point = price_point(question, shown, seen.sightings)
            except Exception as error:  # noqa: BLE001  told, and costs no other question its look
                self.on_error(question, error)
                continue
            if point is not None:
                judged.points.append(point)
            for watch in watches:
                self._decide(watch, per_gpu if watch.rule.per_gpu else seen, past, judged)
                await turn.end()
        return judged

    def _decide(self, watch: Watch, seen: "_Meant", past: Past, judged: "_Judged") -> None:
        look = seen.shown.look
        try:
            verdict = decide(watch, look, past, judged.settings, shown=seen.sightings)
        except Exception as error:  # noqa: BLE001  told, and costs no other watch its look
            self.on_error(watch.id, error)
            return
        if verdict.alert is None:
            judged.quiet.append(_Quiet(watch.id, watch.version, verdict.memory))
        else:
            judged.news.append(News(watch, seen.shown, past))

    async def _record(self, points: Sequence[PricePoint]) -> None:
        """Without its history a watch still speaks."""
        try:
            await self.prices.record(points)
        except Exception as error:  # noqa: BLE001  told
            self.on_error("prices", error)


class _Quiet(NamedTuple):
    """Of a watch without news: thousands in a tick."""

    id: WatchId
    version: int
    memory: Memory


@dataclass(frozen=True, slots=True)
class _Judged:
    looks: Looks
    settings: AlertSettings
    quiet: list[_Quiet]
    news: list[News]
    points: list[PricePoint]


@dataclass(frozen=True, slots=True)
class _Meant:
    """What one question found, and what of it is meant: the same for all who ask it."""

    shown: Shown
    sightings: Sequence[Sighting]


def _meant(shown: Shown, past: Past) -> _Meant:
    return _Meant(shown, meant(shown.look, past))


def _per_gpu(watches: Sequence[Watch], looks: Looks, seen: _Meant, past: Past) -> _Meant:
    """Looked up only where somebody compares the price of one GPU."""
    if not any(watch.rule.per_gpu for watch in watches):
        return seen
    return _meant(looks.at(seen.shown.query, per_gpu=True), past)


async def _by_question(due: Sequence[Watch]) -> dict[QuestionId, list[Watch]]:
    asked: dict[QuestionId, list[Watch]] = {}
    turn = Turn()
    for watch in due:
        asked.setdefault(watch.question, []).append(watch)
        await turn.end()
    return asked
