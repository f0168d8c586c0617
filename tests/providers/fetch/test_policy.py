"""How long an answer is fresh, and what a 429 means, without disk or clock."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.fetch.policy import (
    FreshRules,
    Strain,
    fresh_for,
    judge,
    pause_s,
    strained,
    wait_after_429,
)
from providers.listings import CacheUse

RULES = FreshRules()
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def still() -> float:
    return 0.0


def test_fresh_time_doubles_with_each_complaint_up_to_ten_minutes() -> None:
    """A 429 or time-out doubles the fresh time, at most to ten minutes."""
    strain = None
    seen = []
    for _ in range(5):
        strain = strained(RULES, strain, 1000.0)
        seen.append(strain.fresh_s)
    assert seen == [120.0, 240.0, 480.0, 600.0, 600.0]


def test_quiet_minutes_bring_the_fresh_time_back_by_halves() -> None:
    """Every two quiet minutes halve the fresh time until it is a minute again."""
    strain = Strain(fresh_s=480.0, since_s=1000.0)
    seen = [fresh_for(RULES, strain, 1000.0 + quiet) for quiet in (0, 119, 120, 240, 360, 9e9)]
    assert seen == [480.0, 480.0, 240.0, 120.0, 60.0, 60.0]


def test_clock_set_back_ends_the_strain() -> None:
    """When the clock went back, a strain of the future counts no longer."""
    assert fresh_for(RULES, Strain(480.0, since_s=90_000.0), 1000.0) == 60.0


@pytest.mark.parametrize(
    ("fresh_s", "age", "use"),
    [
        (60.0, 0, CacheUse.FRESH),
        (60.0, 59.9, CacheUse.FRESH),
        (60.0, 60, CacheUse.STALE),
        (60.0, 599.9, CacheUse.STALE),
        (60.0, 600, CacheUse.MISS),
        (600.0, 599.9, CacheUse.FRESH),
        (600.0, 899.9, CacheUse.STALE),
        (600.0, 900, CacheUse.MISS),
        (60.0, -4, CacheUse.FRESH),
        (60.0, -6, CacheUse.MISS),
    ],
)
def test_use_by_age(fresh_s: float, age: float, use: CacheUse) -> None:
    """Fresh up to the fresh time, stale for at least five minutes more, then unusable."""
    assert judge(RULES, fresh_s, 10_000.0, 10_000.0 + age) is use


def test_rules_that_contradict_themselves_are_refused() -> None:
    """A fresh time of zero, or above its own maximum, is a mistake of the caller."""
    with pytest.raises(ValueError, match="in order"):
        FreshRules(fresh_s=700.0)


PLAIN = b"API requests too frequent"
CLOUDY = (
    b'{"message":"The action could not be performed because there were too many requests by the '
    b'client.\\n\\nAPI requests too frequent: endpoint threshold=4.5*1.0\\n\\n",'
    b'"code":"429 Too Many Requests"}'
)


@pytest.mark.parametrize(
    ("body", "wait"),
    [
        (PLAIN, 2.0),
        (b"API requests too frequent: endpoint threshold=7.5", 7.5),
        (b'{"detail":"API requests too frequent endpoint threshold=3.0"}', 3.0),
        (
            b'{"success":false,"error":"rate_limit_exceeded","msg":"frequent threshold=3.5"}',
            3.5,
        ),
        (CLOUDY, 4.5),
        (b"endpoint threshold=4.5*2.0", 9.0),
        (b'{"retry_after": 11}', 11.0),
        (b'{"retry_after": "12.5"}', 12.5),
        (b'{"retry_after": true}', 2.0),
        (b'{"retry_after": NaN}', 2.0),
        (b'{"retry_after": Infinity}', 600.0),
        (b'{"retry_after": -3}', 2.0),
        (b'{"retry_after": 1' + b"0" * 400 + b"}", 2.0),
        (b'{"retry_after": {"a": 1}}', 2.0),
        (b"[" * 60_000, 2.0),
        (b"null", 2.0),
        (b"", 2.0),
        (b"\xff\xfe threshold=5", 5.0),
        (b"threshold=999999999", 600.0),
    ],
)
def test_every_form_of_a_429_body(body: bytes, wait: float) -> None:
    """Each known form, and each nonsense one, yields a wait of two seconds to ten minutes."""
    assert wait_after_429({}, body, 1, NOW, still) == wait


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("30", 30.0),
        ("2.5", 2.5),
        ("-5", 2.0),
        ("nan", 2.0),
        ("inf", 600.0),
        ("9" * 5000, 600.0),
        ("Mon, 23 Nov 2026 12:00:20 GMT", 20.0),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 2.0),
        ("Mon, 23 Nov 2026 12:00:20 -0000", 2.0),
        ("Fri, 99 Nov 99999 12:00:20 GMT", 2.0),
        ("soon", 2.0),
        ("", 2.0),
    ],
)
def test_retry_after_header(header: str, wait: float) -> None:
    """Seconds and dates count; hostile values are bounded or ignored."""
    assert wait_after_429({"retry-after": header}, PLAIN, 1, NOW, still) == wait


def test_waits_grow_with_the_tries_and_carry_chance() -> None:
    """Without a word from the marketplace the waits are 2, 4, 8 s, and at most 20 % more."""
    assert [wait_after_429({}, b"", n, NOW, still) for n in (1, 2, 3)] == [2.0, 4.0, 8.0]
    assert wait_after_429({}, b"", 1, NOW, lambda: 1.0) == pytest.approx(2.4)
    assert [pause_s(n, still) for n in (1, 2, 3)] == [1.0, 2.0, 4.0]


@given(
    header=st.one_of(st.none(), st.text(), st.floats().map(str)),
    body=st.one_of(
        st.binary(),
        st.recursive(
            st.one_of(st.none(), st.floats(), st.text(), st.integers()),
            lambda inner: st.dictionaries(st.sampled_from(["retry_after", "msg"]), inner),
        ).map(lambda value: json.dumps(value).encode()),
    ),
    attempt=st.integers(1, 100),
)
def test_no_429_makes_us_wait_for_ever_or_not_at_all(
    header: str | None, body: bytes, attempt: int
) -> None:
    """Whatever a 429 says, the wait is between two seconds and twelve minutes."""
    headers = {} if header is None else {"retry-after": header}
    assert 2.0 <= wait_after_429(headers, body, attempt, NOW, lambda: 1.0) <= 720.0
