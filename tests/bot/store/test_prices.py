"""The history of prices."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bot.flows.watch_ports import PricePoint
from bot.rules.history import Low, Lows, ModelFigures, Stretch
from bot.rules.watches import Past, QuestionId, question_of
from bot.store import Database, StoredPrices, StoredWatches
from bot.store.tables import price_points
from providers.models import OfferQuery, ProviderName
from providers.usual_prices import usual_prices
from tests.bot.store.watch_samples import watch

NOW = datetime(2026, 11, 26, 10, 30, 7, tzinfo=UTC)
VAST, DOCK = ProviderName("vastai"), ProviderName("tensordock")
QUERY = OfferQuery(gpus=("RTX 4090",))
OTHER = OfferQuery(gpus=("H100 SXM",), max_gpus=1)
Q = question_of(QUERY)


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def point(at: datetime, usd: str | None, question: QuestionId = Q) -> PricePoint:
    price = None if usd is None else Decimal(usd)
    return PricePoint(question, at, price, 0 if usd is None else 3)


def figures(at: datetime, lowest: str | None, **changes: object) -> ModelFigures:
    price = None if lowest is None else Decimal(lowest)
    facts: dict[str, object] = {
        "model": "RTX 4090",
        "provider": VAST,
        "verified": True,
        "at": at,
        "lowest": price,
        "quartile": None if price is None else price + Decimal("0.1"),
        "median": None if price is None else price + Decimal("0.2"),
        "offers": 0 if price is None else 10,
    }
    return ModelFigures(**(facts | changes))  # type: ignore[arg-type]


async def rows(database: Database) -> dict[int, int]:
    """How many there are of each grain."""
    async with database.reading() as connection:
        found = await connection.execute(
            select(price_points.c.grain, func.count().label("number")).group_by(
                price_points.c.grain
            )
        )
        return {row.grain: row.number for row in found}


async def past(prices: StoredPrices, query: OfferQuery = QUERY) -> Past:
    question = question_of(query)
    return (await prices.pasts({question: query}, NOW))[question]


async def test_a_question_without_history_has_no_past(database: Database) -> None:
    """What its model usually costs is known all the same; of a model nobody knows it is not."""
    prices = StoredPrices(database)
    odd = OfferQuery(gpus=("RTX 9090 Ti",))
    found = await prices.pasts({Q: QUERY, question_of(odd): odd}, NOW)
    assert found == {
        Q: Past(usual_usd_per_gpu_hour=Decimal("0.4")),
        question_of(odd): Past(),
    }
    assert await prices.pasts({}, NOW) == {}


async def test_the_lows_of_a_day_a_week_and_a_month(database: Database) -> None:
    """Each window has its own low; what is older than 30 days counts nowhere."""
    prices = StoredPrices(database)
    await prices.record(
        [
            point(ago(days=40), "0.10"),
            point(ago(days=29), "0.30"),
            point(ago(days=6, hours=23), "0.35"),
            point(ago(days=2), "0.38"),
            point(ago(hours=23), "0.45"),
            point(ago(hours=2), None),
            point(ago(minutes=1), "0.50"),
        ]
    )
    assert await past(prices) == Past(
        since=ago(days=29, minutes=30, seconds=7),
        low_24h=Decimal("0.45"),
        low_7d=Decimal("0.35"),
        low_30d=Decimal("0.30"),
        usual_usd_per_gpu_hour=Decimal("0.4"),
    )


async def test_a_window_begins_within_a_day(database: Database) -> None:
    """A price of seven days and two hours ago is no price of the last seven days."""
    prices = StoredPrices(database)
    await prices.record([point(ago(days=7, hours=2), "0.10"), point(ago(days=6), "0.20")])
    found = await past(prices)
    assert (found.low_24h, found.low_7d, found.low_30d) == (None, Decimal("0.2"), Decimal("0.1"))


async def test_the_first_look_is_exact_while_it_is_kept(database: Database) -> None:
    """Of a younger history the second of the first look."""
    prices = StoredPrices(database)
    await prices.record([point(ago(hours=5), None), point(ago(hours=5, minutes=-1), "0.2")])
    assert (await past(prices)).since == ago(hours=5)


async def test_nothing_matched_is_a_point_without_price(database: Database) -> None:
    """The question has a past, and no low."""
    prices = StoredPrices(database)
    await prices.record([point(ago(minutes=5), None)])
    assert await past(prices) == Past(since=ago(minutes=5), usual_usd_per_gpu_hour=Decimal("0.4"))


async def test_when_it_last_cost_as_little(database: Database) -> None:
    """To the second within a week; to the hour, then to the day, before that."""
    prices = StoredPrices(database)
    await prices.record(
        [
            point(ago(days=100), "0.10"),
            point(ago(days=50), "0.20"),
            point(ago(days=3), "0.30"),
            point(ago(hours=1), "0.30"),
            point(ago(minutes=1), "0.40"),
            point(NOW, "0.05"),
        ]
    )
    await prices.sweep(NOW)
    asked = ("0.40", "0.39", "0.29", "0.20", "0.15", "0.10", "0.09")
    found = [await prices.last_at_or_below(Q, Decimal(usd), NOW) for usd in asked]
    hour = ago(days=50).replace(minute=0, second=0)
    day = ago(days=100).replace(hour=0, minute=0, second=0)
    assert found == [ago(minutes=1), ago(hours=1), hour, hour, day, day, None]
    assert await prices.last_at_or_below(question_of(OTHER), Decimal(9), NOW) is None


async def test_the_same_price_is_not_lower_than_itself(database: Database) -> None:
    """Millionths are rounded down on the way in, and the price itself still counts as as low."""
    prices, usd = StoredPrices(database), Decimal("0.33333333333333")
    await prices.record([PricePoint(Q, ago(minutes=1), usd, 1)])
    low = (await past(prices)).low_24h
    assert low == Decimal("0.333333")
    assert usd >= low
    assert await prices.last_at_or_below(Q, usd, NOW) == ago(minutes=1)


async def test_a_point_counts_once(database: Database, other: Database) -> None:
    """Written by two processes, and twice by one, it is one look of its hour."""
    one = [figures(ago(minutes=5), "0.4"), figures(ago(minutes=5), "0.5", model="L40S")]
    await StoredPrices(database).record_models(one)
    await StoredPrices(other).record_models([*one, figures(ago(minutes=4), "0.6")])
    prices = StoredPrices(database)
    await prices.record_models([])
    found = await prices.stretches(["RTX 4090"], ago(hours=1), NOW, timedelta(hours=1))
    assert found == (
        Stretch(
            "RTX 4090",
            VAST,
            verified=True,
            start=NOW.replace(minute=0, second=0),
            lowest=Decimal("0.4"),
            quartile=Decimal("0.6"),
            median=Decimal("0.7"),
            offers=Decimal(10),
        ),
    )
    assert await rows(database) == {0: 3, 1: 2, 2: 2}


async def test_stretches_are_apart_by_marketplace_and_verification(database: Database) -> None:
    """In order; those without an offer have no price, those without a look are left out."""
    prices = StoredPrices(database)
    await prices.record_models(
        [
            figures(ago(hours=9), "0.4"),
            figures(ago(hours=5), "0.5", provider=DOCK),
            figures(ago(hours=5), "0.3", verified=False, offers=14),
            figures(ago(hours=5), None),
            figures(ago(hours=5), "2.0", model="H100 SXM"),
        ]
    )
    found = await prices.stretches(["RTX 4090"], ago(hours=24), NOW, timedelta(hours=2))
    assert [(s.provider, s.verified, s.start.hour, s.lowest, s.median) for s in found] == [
        (DOCK, True, 4, Decimal("0.5"), Decimal("0.7")),
        (VAST, False, 4, Decimal("0.3"), Decimal("0.5")),
        (VAST, True, 0, Decimal("0.4"), Decimal("0.6")),
        (VAST, True, 4, None, None),
    ]
    whole = await prices.stretches(["RTX 4090"], ago(days=30), NOW, timedelta(days=2))
    assert [(s.provider, s.verified, s.lowest, s.offers) for s in whole] == [
        (DOCK, True, Decimal("0.5"), 10),
        (VAST, False, Decimal("0.3"), 14),
        (VAST, True, Decimal("0.4"), Decimal(10) / 2),
    ]


async def test_lows_are_of_all_marketplaces(database: Database) -> None:
    """The cheapest of each hour and day, whoever had it, by model and verification."""
    prices = StoredPrices(database)
    assert await prices.lows([], NOW) == {}
    hour = ago(hours=2).replace(minute=0, second=0)
    await prices.record_models(
        [
            figures(ago(days=10), "0.2"),
            figures(ago(hours=2), "0.5"),
            figures(ago(hours=2), "0.4", provider=DOCK),
            figures(ago(hours=1), None),
            figures(ago(hours=2), "0.3", verified=False),
        ]
    )
    asked = [("RTX 4090", True), ("RTX 4090", False), ("L40S", True)]
    assert await prices.lows(asked, NOW) == {
        ("RTX 4090", True): Lows(
            (Low(hour, Decimal("0.4")),),
            (
                Low(ago(days=10).replace(hour=0, minute=0, second=0), Decimal("0.2")),
                Low(hour.replace(hour=0), Decimal("0.4")),
            ),
        ),
        ("RTX 4090", False): Lows(
            (Low(hour, Decimal("0.3")),), (Low(hour.replace(hour=0), Decimal("0.3")),)
        ),
        ("L40S", True): Lows(),
    }


async def test_since_when_a_model_is_known(database: Database) -> None:
    """To the hour, and to the day where the hours are gone; never for one without a price."""
    prices = StoredPrices(database)
    await prices.record_models(
        [
            figures(ago(days=5), "0.4"),
            figures(ago(days=200), "0.4", model="L40S"),
            figures(ago(days=1), "0.4", model="L40S"),
            figures(ago(days=1), None, model="T4"),
        ]
    )
    await prices.sweep(NOW)
    assert await prices.since(["RTX 4090", "L40S", "T4", "K80"]) == {
        "RTX 4090": ago(days=5).replace(minute=0, second=0),
        "L40S": ago(days=200).replace(hour=0, minute=0, second=0),
    }


async def test_the_own_history_says_what_is_usual(database: Database) -> None:
    """The mean of a week's medians at all marketplaces, once there are enough; of several models
    the cheapest counts, since a floor must not hide it."""
    prices = StoredPrices(database)
    looks = [figures(ago(hours=hours), "0.6", median=Decimal("0.9")) for hours in range(1, 24)]
    await prices.record_models([figures(ago(days=9), "5", median=Decimal(7)), *looks])
    assert (await past(prices)).usual_usd_per_gpu_hour == Decimal("0.4")
    await prices.record_models([figures(ago(hours=25), "0.3", provider=DOCK)])
    assert (await past(prices)).usual_usd_per_gpu_hour == Decimal("0.883333")
    any_host = OfferQuery(gpus=("RTX 4090",), verified_only=False)
    assert (await past(prices, any_host)).usual_usd_per_gpu_hour == Decimal("0.4")
    both = OfferQuery(gpus=("H100 SXM", "RTX 4090"))
    of_both = await past(prices, both)
    assert of_both.usual_usd_per_gpu_hour == Decimal("0.883333")
    assert of_both.usual_of == {
        "H100 SXM": usual_prices()["H100 SXM"],
        "RTX 4090": Decimal("0.883333"),
    }
    assert await past(prices, OfferQuery()) == Past(usual_of=usual_prices())


async def test_a_thousand_questions_are_asked_at_once(database: Database) -> None:
    """Each gets its own past."""
    prices = StoredPrices(database)
    queries = [OfferQuery(gpus=("RTX 4090",), min_vcpus=float(n)) for n in range(1_000)]
    asked = {question_of(query): query for query in queries}
    await prices.record(
        [point(ago(minutes=9), f"0.{n + 1:04}", q) for n, q in enumerate(list(asked)[:999])]
    )
    found = await prices.pasts(asked, NOW)
    assert [found[q].low_24h for q in asked] == [
        *(Decimal(n + 1) / 10_000 for n in range(999)),
        None,
    ]


async def test_what_is_kept_in_coarser_grain_is_swept(database: Database) -> None:
    """Looks after a week, hours after 90 days, days never; and the lows stay what they were."""
    prices = StoredPrices(database)
    await prices.record([point(ago(days=days), "0.3") for days in (0, 6, 8, 80, 100, 400)])
    before = await past(prices)
    assert await prices.sweep(NOW) == 6
    assert await rows(database) == {0: 2, 1: 4, 2: 6}
    assert await past(prices) == before
    assert await prices.sweep(NOW) == 0


async def test_what_no_watch_asks_is_forgotten_after_a_week(database: Database) -> None:
    """What one asks is kept, paused or after a long rest of the bot; so is what models cost."""
    prices, store = StoredPrices(database), StoredWatches(database)
    questions = {name: QuestionId(name) for name in ("over", "late")}
    paused = watch(1, query=QUERY, paused_at=NOW)
    await store.add(paused, most_each=9, most_in_channel=9)
    for question in (*questions.values(), Q):
        await prices.record([point(ago(days=days), "0.3", question) for days in (8, 100)])
    await prices.record([point(ago(days=6), "0.3", questions["late"])])
    await prices.record_models([figures(ago(days=8), "0.4")])
    await prices.sweep(NOW)
    known = {
        name: await prices.last_at_or_below(question, Decimal(1), NOW) is not None
        for name, question in (questions | {"paused": Q}).items()
    }
    assert known == {"over": False, "late": True, "paused": True}
    assert await prices.since(["RTX 4090"]) != {}
    await prices.record([point(NOW, "0.3", questions["over"])])
    assert await prices.last_at_or_below(
        questions["over"], Decimal(1), ago(days=-1)
    ) == NOW.replace(microsecond=0)


_numbers = count()
_MONEY = st.none() | st.decimals(
    Decimal("0.000001"), Decimal("99.9"), places=6, allow_nan=False, allow_infinity=False
)


@given(
    st.lists(
        st.tuples(st.integers(0, 45 * 24 * 60), _MONEY),
        min_size=1,
        max_size=25,
        unique_by=lambda each: each[0],
    ),
    st.integers(1, 5),
)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_what_is_rolled_up_is_what_was_seen(
    database: Database, seen: Sequence[tuple[int, Decimal | None]], batches: int
) -> None:
    """In whatever order and portions the looks are written: the lowest of an hour's or a day's
    row is the lowest look in it, the mean is theirs, and so are the lows of all windows."""
    model = f"Model {next(_numbers)}"
    prices = StoredPrices(database)
    looks = [(ago(minutes=minutes + 1), usd) for minutes, usd in seen]
    for start in range(batches):
        await prices.record_models(
            [
                replace(figures(at, None, model=model), lowest=usd, median=usd)
                for at, usd in looks[start::batches]
            ]
        )
    for step in (timedelta(hours=1), timedelta(days=1)):
        found = await prices.stretches([model], ago(days=60), NOW, step)
        grouped: dict[float, list[Decimal | None]] = {}
        for at, usd in looks:
            start_s = at.timestamp() // step.total_seconds() * step.total_seconds()
            grouped.setdefault(start_s, []).append(usd)
        assert {s.start.timestamp(): (s.lowest, s.median) for s in found} == {
            start_s: _rolled([usd for usd in values if usd is not None])
            for start_s, values in grouped.items()
        }
    question = QuestionId(model)
    await prices.record([PricePoint(question, at, usd, 1) for at, usd in looks])
    known = (await prices.pasts({question: OfferQuery()}, NOW))[question]
    for low, days in ((known.low_24h, 1), (known.low_7d, 7), (known.low_30d, 30)):
        begin = ago(days=days).replace(minute=0, second=0)
        assert low == min((usd for at, usd in looks if usd and at >= begin), default=None)


def _rolled(prices: Sequence[Decimal]) -> tuple[Decimal | None, Decimal | None]:
    if not prices:
        return None, None
    total = int(sum(prices) * 1_000_000)
    return min(prices), Decimal(total // len(prices)) / 1_000_000
