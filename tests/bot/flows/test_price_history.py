"""Who looks at which models and when, what becomes of it, and what is answered from it."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.assembly import Stores
from bot.flows.history import EVERY, ROUNDS, Observed, Observer
from bot.flows.prices import PriceAnswers
from bot.flows.standings import Standings
from bot.rules.history import ModelFigures, Standing
from bot.rules.places import Asker, Place
from bot.rules.price_answers import Level
from bot.rules.sessions import Session, SessionId, SessionState
from bot.store import DeploymentIds, open_database
from providers import gpus, matching
from providers.base import Priority
from providers.listings import Failure, FailureReason, Sweep
from providers.models import Gpu, Offer, OfferQuery, ProviderName
from tests.fakes.clock import FakeClock
from tests.fakes.offers import offer as any_offer

VAST, DOCK = ProviderName("vastai"), ProviderName("tensordock")
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ASKER = Asker("U1", Place("T1", "C1"))
DOWN = Failure(DOCK, FailureReason.TIMED_OUT, "TensorDock is taking too long.")


def offer(model: str, usd: str, number: int, **changes: object) -> Offer:
    price = replace(any_offer().price, gpu=Decimal(usd), disk=Decimal(0))
    return any_offer(number, price=price, gpu=Gpu(model, 1, 24.0), **changes)


@dataclass
class Shelf:
    """A market that answers from what lies on it."""

    clock: FakeClock
    offers: list[Offer] = field(default_factory=list)
    failures: tuple[Failure, ...] = ()
    most_models: int = 1_000
    """A list of more models is not told to its end."""
    as_of: datetime | None = None
    """Of what is cached."""
    asked: list[tuple[OfferQuery, Priority, timedelta]] = field(default_factory=list)

    async def read(
        self,
        query: OfferQuery,
        *,
        newer_than: datetime,
        priority: Priority = Priority.WATCH,
        patience_s: float = 60.0,
    ) -> tuple[tuple[Sweep, ...], tuple[Failure, ...]]:
        now = self.clock.now()
        self.asked.append((query, priority, now - newer_than))
        as_of = now if self.as_of is None else self.as_of
        found = [each for each in self.offers if each.gpu.name in query.gpus]
        return (
            tuple(
                Sweep(
                    provider,
                    [matching.as_candidate(each) for each in found if each.provider == provider],
                    as_of,
                    as_of,
                    len(found),
                    complete=len(query.gpus) <= self.most_models,
                )
                for provider in (VAST, DOCK)
                if provider not in {failure.provider for failure in self.failures}
            ),
            self.failures,
        )


@dataclass
class Bench:
    clock: FakeClock
    shelf: Shelf
    stores: Stores
    asked: list[OfferQuery] = field(default_factory=list)

    def observer(self) -> Observer:
        async def asking() -> Sequence[OfferQuery]:
            return self.asked

        stores = self.stores
        return Observer(self.shelf, stores.prices, stores.marks, self.clock, [asking])

    async def known(self, model: str) -> list[tuple[str, bool, Decimal | None]]:
        """The last five minutes' points."""
        found = await self.stores.prices.stretches(
            [model], self.clock.now() - EVERY, self.clock.now() + EVERY, timedelta(hours=1)
        )
        return [(each.provider, each.verified, each.lowest) for each in found]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    database = open_database(f"sqlite:///{tmp_path / 'shopper.db'}")
    await database.migrate()
    clock = FakeClock(NOW)

    def unreadable(session_id: str, error: Exception) -> None:
        raise error

    yield Bench(clock, Shelf(clock), Stores(database, unreadable, unreadable, unreadable))
    await database.close()


async def begun(bench: Bench) -> Observer:
    observer = bench.observer()
    assert await observer.tick() is None
    bench.clock.advance(EVERY.total_seconds())
    return observer


async def test_the_first_tick_of_a_process_asks_nothing(bench: Bench) -> None:
    """A start has better things to do."""
    assert await bench.observer().tick() is None
    assert bench.shelf.asked == []


async def test_every_model_is_read_once_an_hour(bench: Bench) -> None:
    """A twelfth in each tick, with one question behind everybody who waits; nothing is twice."""
    observer = await begun(bench)
    for _ in range(ROUNDS):
        await observer.tick()
        bench.clock.advance(EVERY.total_seconds())
    names = [name for query, _, _ in bench.shelf.asked for name in query.gpus]
    assert sorted(names) == sorted(gpus.ALL)
    assert len(bench.shelf.asked) == ROUNDS
    assert {asked[1:] for asked in bench.shelf.asked} == {(Priority.WATCH, EVERY)}
    query = bench.shelf.asked[0][0]
    assert (query.verified_only, query.min_reliability) == (False, None)


async def test_what_people_ask_about_is_read_every_time(bench: Bench) -> None:
    """That there is none of it is written down too; of a model nobody asked about it is not."""
    bench.asked = [OfferQuery(gpus=("B200", "RTX 9090 Ti")), OfferQuery()]
    bench.shelf.offers = [offer("RTX 4090", "0.3", 1)]
    observer = await begun(bench)
    for _ in range(3):
        await observer.tick()
        bench.clock.advance(EVERY.total_seconds())
    assert all(query.gpus[0] == "B200" for query, _, _ in bench.shelf.asked)
    assert not any("RTX 9090 Ti" in query.gpus for query, _, _ in bench.shelf.asked)
    assert (DOCK, True, None) in await bench.known("B200")


async def test_one_of_several_processes_looks(bench: Bench) -> None:
    """The others find that it is not their turn."""
    one, other = await begun(bench), bench.observer()
    await other.tick()
    assert isinstance(await one.tick(), Observed)
    assert await other.tick() is None
    bench.clock.advance(EVERY.total_seconds())
    assert isinstance(await other.tick(), Observed)
    assert await one.tick() is None


async def test_a_list_that_does_not_end_is_asked_for_in_halves(bench: Bench) -> None:
    """Its dear offers would be missing; what is complete in the end is written down once."""
    bench.asked = [OfferQuery(gpus=("RTX 4090", "H100 SXM"))]
    bench.shelf.most_models = 5
    bench.shelf.offers = [offer("RTX 4090", "0.3", 1), offer("H100 SXM", "2", 2)]
    observer = await begun(bench)
    await observer.tick()
    assert max(len(query.gpus) for query, _, _ in bench.shelf.asked[1:]) < len(
        bench.shelf.asked[0][0].gpus
    )
    found = [*await bench.known("RTX 4090"), *await bench.known("H100 SXM")]
    assert [each for each in found if each[0] == VAST] == [
        (VAST, False, Decimal("0.3")),
        (VAST, True, Decimal("0.3")),
        (VAST, False, Decimal(2)),
        (VAST, True, Decimal(2)),
    ]


async def test_what_is_no_answer_is_no_point(bench: Bench) -> None:
    """An old one out of a cache; and a marketplace that does not answer is none without offers."""
    bench.asked = [OfferQuery(gpus=("RTX 4090",))]
    bench.shelf.offers = [offer("RTX 4090", "0.3", 1)]
    observer = await begun(bench)
    bench.shelf.as_of = bench.clock.now() - timedelta(minutes=6)
    await observer.tick()
    assert await bench.known("RTX 4090") == []
    bench.clock.advance(EVERY.total_seconds())
    bench.shelf.as_of, bench.shelf.failures = None, (DOWN,)
    await observer.tick()
    assert {provider for provider, _, _ in await bench.known("RTX 4090")} == {VAST}


# --- cards ---


def card(each: Offer, number: int) -> Session:
    return Session(SessionId(f"test-{number}"), SessionState.OFFERED, each, ASKER, NOW)


async def remember(bench: Bench, model: str, usd: Callable[[int], str], *, days: int = 5) -> None:
    """An hourly history that ended an hour ago."""
    await bench.stores.prices.record_models(
        [
            ModelFigures(
                model,
                VAST,
                verified,
                bench.clock.now() - timedelta(hours=hours),
                *_three(usd(hours)),
                9,
            )
            for hours in range(1, days * 24)
            for verified in (True, False)
        ]
    )


def _three(usd: str) -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(usd), Decimal(usd) + 1, Decimal(usd) + 2


async def test_cards_know_their_place(bench: Bench) -> None:
    """Each against its own model; what nobody keeps a history of has no place. For five minutes
    the records are not asked again."""
    await remember(bench, "RTX 4090", lambda hours: "0.40" if hours % 2 else "0.30")
    standings = Standings(bench.stores.prices, bench.clock)
    cards = [
        card(offer("RTX 4090", "0.35", 1), 1),
        card(offer("RTX 4090", "0.29", 2), 2),
        card(offer("RTX 4090", "0.45", 3), 3),
        card(offer("L40S", "0.10", 4), 4),
        card(offer("Warp 9000", "0.10", 5), 5),
    ]
    expected = {
        SessionId("test-1"): Standing(4, 50),
        SessionId("test-2"): Standing(4, 100, None, 4),
    }
    assert await standings.of(cards) == expected
    await remember(bench, "L40S", lambda _: "0.2")
    assert await standings.of(cards) == expected
    bench.clock.advance(301)
    assert SessionId("test-4") in await standings.of(cards)
    assert await standings.of([]) == {}


# --- /gpu prices ---


def answers(bench: Bench) -> PriceAnswers:
    stores = bench.stores
    return PriceAnswers(
        bench.shelf, stores.prices, stores.searches, DeploymentIds("test"), bench.clock
    )


async def test_a_first_question(bench: Bench) -> None:
    """What it costs now, what is usual, and no history; what was read is its first point, and
    from now on the model is one that somebody asked about."""
    bench.shelf.offers = [offer("RTX 4090", "0.3", 1), offer("RTX 4090", "0.5", 2)]
    page = await answers(bench).ask(ASKER, [("RTX 4090",)], 7)
    (side,) = page.sides
    level = Level(Decimal("0.3"), Decimal("0.4"), 2)
    assert (side.now, side.since, side.usual) == (level, None, Decimal("0.4"))
    assert (page.days, page.asked_days, page.charted, page.failures) == (1, 7, (), ())
    assert {priority for _, priority, _ in bench.shelf.asked} == {Priority.SEARCH}
    assert await bench.known("RTX 4090")
    asked = await bench.stores.searches.asked_since(NOW, 9)
    assert asked == (OfferQuery(gpus=("RTX 4090",)),)
    search = await bench.stores.searches.get(side.search_id)
    assert search is not None
    assert search.query == asked[0]


async def test_the_present_against_the_past(bench: Bench) -> None:
    """Each length by itself, by marketplace, with the points of the chart that was asked for."""
    await remember(bench, "RTX 4090", lambda hours: "0.40" if hours < 30 else "0.20", days=10)
    bench.shelf.offers = [offer("RTX 4090", "0.3", 1, provider=DOCK)]
    page = await answers(bench).ask(ASKER, [("RTX 4090",)], 7)
    (side,) = page.sides
    assert side.now == Level(Decimal("0.3"), Decimal("0.3"), 1)
    assert {days: level.lowest for days, level in side.past.items()} == {
        1: Decimal("0.3"),
        7: Decimal("0.2"),
        30: Decimal("0.2"),
    }
    assert side.since == NOW - timedelta(hours=239)
    by_name = {each.provider: each for each in side.markets}
    assert (by_name[VAST].now, by_name[DOCK].now) == (Level(None, None, 0), side.now)
    assert by_name[VAST].past[1].lowest == Decimal("0.4")
    assert set(by_name[DOCK].past) == {1, 7, 30}
    assert (page.days, len(side.points)) == (7, 14)
    assert [point.lowest for point in side.points[-3:]] == [
        Decimal("0.4"),
        Decimal("0.4"),
        Decimal("0.3"),
    ]


async def test_a_young_history_is_shown_over_a_shorter_time(bench: Bench) -> None:
    """Five days make too few points of a month, and 23 hours too few of a week."""
    await remember(bench, "RTX 4090", lambda _: "0.40")
    page = await answers(bench).ask(ASKER, [("RTX 4090",)], 30)
    assert (page.days, page.asked_days) == (7, 30)
    await remember(bench, "L40S", lambda _: "0.40", days=1)
    page = await answers(bench).ask(ASKER, [("L40S",)], 30)
    assert (page.days, page.asked_days, len(page.charted[0])) == (1, 30, 11)


async def test_a_chart_has_no_gaps(bench: Bench) -> None:
    """Two sides share the moments at which both were seen."""
    await remember(bench, "RTX 4090", lambda _: "0.40", days=7)
    await remember(bench, "L40S", lambda _: "0.60", days=3)
    page = await answers(bench).ask(ASKER, [("RTX 4090",), ("L40S",)], 7)
    one, other = page.charted
    assert [point.start for point in one] == [point.start for point in other]
    assert 4 <= len(one) < len(page.sides[0].points)


async def test_a_marketplace_that_does_not_answer_is_told(bench: Bench) -> None:
    """The past is there all the same."""
    await remember(bench, "RTX 4090", lambda _: "0.40")
    bench.shelf.failures = (DOWN,)
    page = await answers(bench).ask(ASKER, [("RTX 4090",)], 7)
    assert page.failures == (DOWN,)
    assert [each.provider for each in page.sides[0].markets] == [VAST]
    assert page.sides[0].past[7].lowest == Decimal("0.4")
