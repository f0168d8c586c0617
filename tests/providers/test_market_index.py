"""The index answers exactly as a scan of every offer would."""

from decimal import Decimal
from typing import cast

from hypothesis import given
from hypothesis import strategies as st

from providers import matching
from providers.listings import Candidate
from providers.market.index import Index, best_of
from providers.models import Offer, OfferQuery, Sort
from tests.fakes.provider import Row, an_offer
from tests.providers.market_of_anything import NOW_S, offers, queries


@given(
    st.lists(offers(), max_size=30), st.lists(queries(), min_size=1, max_size=3), st.integers(1, 5)
)
def test_the_index_finds_what_a_scan_finds(
    found: list[Offer], asked: list[OfferQuery], keep: int
) -> None:
    """Rows, their order, the number that match and the number compared, query after query."""
    rows = [matching.as_candidate(o) for o in found]
    index = Index(rows)
    for query in (*asked, *asked):
        single = matching.without_doubles(rows)
        failed = {matching.identity(c): matching.failing(c, query, NOW_S) for c in single}
        fit = [c for c in single if not failed[matching.identity(c)]]
        fit.sort(key=lambda c: matching.rank_key(c, query.sort))
        of_model = {"gpus", "pricing", "min_gpus", "max_gpus"}
        answer = index.search(query, NOW_S, keep)
        assert answer.rows == fit[:keep]
        assert answer.matched == len(fit)
        assert answer.considered == sum(not of_model & set(f) for f in failed.values())


def test_many_different_wishes_do_not_change_an_answer() -> None:
    """More wishes than the index remembers, and the first one asked again."""
    index = Index([matching.as_candidate(an_offer(str(n), ram_gb=float(n))) for n in range(40)])
    wishes = [OfferQuery(min_ram_gb=n / 8) for n in range(320)]
    first = [index.search(query, NOW_S, 100).matched for query in wishes]
    assert first == [40 - -(-n // 8) for n in range(320)]
    assert [index.search(query, NOW_S, 100).matched for query in wishes] == first


def test_time_moves_on_in_a_warm_index() -> None:
    """A machine that was promised long enough an hour ago may not be any more."""
    offer = an_offer()
    assert offer.available_until is not None
    index = Index([matching.as_candidate(offer)])
    query = OfferQuery(min_hours=8)
    latest = offer.available_until.timestamp() - 8 * 3600
    assert index.search(query, latest, 1).matched == 1
    assert index.search(query, latest + 1, 1).matched == 0


def test_an_offer_is_built_once() -> None:
    """Showing the same row again costs nothing."""
    built: list[str] = []

    def build(offer: Offer) -> Offer:
        built.append(offer.offer_id)
        return offer

    index = Index([cast("Candidate", Row(an_offer(str(n)), build)) for n in range(5)])
    for _ in range(3):
        for row in index.search(OfferQuery(), NOW_S, 2).rows:
            index.offer(row)
    assert built == ["0", "1"]


def test_candidates_are_those_of_the_model_or_all() -> None:
    """Explaining looks at the wanted models; where there are none it looks at everything."""
    index = Index(
        [matching.as_candidate(an_offer("a")), matching.as_candidate(an_offer("b", gpu="L4"))]
    )

    def ids(*gpus: str) -> list[str]:
        return [c.offer_id for c in index.candidates(OfferQuery(gpus=gpus))]

    assert (ids("L4"), ids("H100 SXM"), ids(), ids("L4", "L4")) == (
        ["b"],
        ["a", "b"],
        ["a", "b"],
        ["b"],
    )


def test_an_empty_answer_is_searched() -> None:
    """No offers are no error."""
    answer = Index([]).search(OfferQuery(max_usd_per_hour=Decimal(1)), NOW_S, 10)
    assert (answer.rows, answer.matched, answer.considered) == ([], 0, 0)


def test_lists_are_merged_in_order() -> None:
    """The best of several sorted lists, no more than asked for; none of none."""
    rows = [matching.as_candidate(an_offer(str(n), usd=f"0.{n}")) for n in range(1, 7)]
    best = best_of([rows[0::2], rows[1::2]], Sort.PRICE, 4)
    assert [c.offer_id for c in best] == ["1", "2", "3", "4"]
    assert best_of([], Sort.PRICE, 4) == []
