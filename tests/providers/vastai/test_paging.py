"""Walking up the prices of a list that has no page token."""

from hypothesis import given
from hypothesis import strategies as st

from providers.vastai.translate.paging import Walk

PAGE = 64


def listed(n: int, start: int = 0, usd: float = 0.1) -> list[tuple[int, float]]:
    return [(start + i, usd + (start + i) / 1000) for i in range(n)]


def test_a_short_page_is_the_last() -> None:
    """Fewer than 64 rows are the end of the list."""
    walk = Walk(5000)
    walk.turn(listed(63), 63)
    assert (walk.ended, walk.whole, walk.from_usd) == (True, True, None)


def test_a_full_page_is_not_the_last() -> None:
    """64, 65 and 66 rows are a page; the next one begins at the dearest price of this one."""
    for rows in (64, 65, 66):
        walk = Walk(5000)
        page = listed(rows)
        walk.turn(page, rows)
        assert (walk.ended, walk.whole, walk.from_usd) == (False, False, page[-1][1])


def test_a_long_answer_below_the_limit_is_whole() -> None:
    """Where a key brings more than a page, fewer rows than asked for are all there are."""
    for rows, ended in ((67, True), (4999, True), (5000, False)):
        walk = Walk(5000)
        walk.turn(listed(rows), rows)
        assert (walk.ended, walk.whole) == (ended, ended)


def test_unreadable_rows_fill_a_page_too() -> None:
    """A page of 64 rows of which four were unreadable is still a full page."""
    walk = Walk(5000)
    walk.turn(listed(60), 64)
    assert not walk.ended


def test_a_page_of_one_price_is_stepped_over() -> None:
    """Of more than a page of equal prices the rest cannot be reached, and that is told."""
    walk = Walk(5000)
    same = [(i, 0.2) for i in range(PAGE)]
    walk.turn(same, PAGE)
    walk.turn(same, PAGE)
    assert walk.from_usd == 0.2 + 1e-9
    walk.turn(listed(3, start=500), 3)
    assert (walk.ended, walk.whole, len(walk.known)) == (True, False, PAGE + 3)


def test_a_step_moves_even_a_huge_price() -> None:
    """Where a billionth is less than the float's grain, the next float is taken."""
    walk = Walk(5000)
    same = [(i, 99_999_999.0) for i in range(PAGE)]
    walk.turn(same, PAGE)
    walk.turn(same, PAGE)
    assert walk.from_usd is not None
    assert walk.from_usd > 99_999_999.0


def test_a_server_that_heeds_no_border_is_left() -> None:
    """The same page for ever ends the walk after the second repetition."""
    walk = Walk(5000)
    for ended in (False, False, True):
        walk.turn(listed(PAGE), PAGE)
        assert walk.ended is ended
    assert not walk.whole


def test_a_page_without_a_readable_row_ends_the_walk() -> None:
    """Without a price there is no border to go on from."""
    walk = Walk(5000)
    walk.turn([], PAGE)
    assert (walk.ended, walk.whole) == (True, False)


@given(
    st.lists(st.integers(1, 30), max_size=300).map(lambda ticks: [t / 100 for t in ticks]),
    st.integers(64, 66),
)
def test_a_faithful_list_is_walked_whole(market: list[float], page_size: int) -> None:
    """Whatever ties there are, a walk that calls itself whole has met every offer."""
    rows = sorted(((i, usd) for i, usd in enumerate(market)), key=lambda row: (row[1], row[0]))
    walk = Walk(5000)
    for _ in range(100):
        page = [row for row in rows if row[1] >= (walk.from_usd or 0)][:page_size]
        walk.turn(page, len(page))
        if walk.ended:
            break
    assert walk.ended
    assert not walk.whole or walk.known == {i for i, _ in rows}
    ties = max((market.count(usd) for usd in market), default=0)
    assert walk.whole or ties >= page_size - 1
