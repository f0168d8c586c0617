"""Reading offer lists: strictly, forgivingly, and in pieces."""

import json
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_mock import MockerFixture

from providers.vastai import rows, wire
from providers.vastai.translate import reading
from tests.providers.fixtures import fixture
from tests.providers.vastai.listed import ANYTHING, HOSTILE_ROW, row


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"null", b"{", b'{"offers":null}', b'{"offers":{}}', b"[" * 100_000]
)
def test_what_is_no_answer(body: bytes) -> None:
    """An answer is an object with a list of offers, and nothing else."""
    with pytest.raises(wire.NotAnAnswer):
        rows.read(body)


_NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(10**20), 10**20)
_WHOLE = st.integers(0, 2**63 - 1)
_HONEST: dict[Any, Any] = {
    rows.Whole: _WHOLE,
    rows.Name: st.text("aé \t\u00a0\x1c\u2003", min_size=1, max_size=100),
    float: _NUMBERS,
    rows.Whole | None: st.none() | _WHOLE,
    float | None: st.none() | _NUMBERS,
    str | None: st.none() | st.text(),
    bool | None: st.none() | st.booleans(),
}
HONEST_ROW = st.fixed_dictionaries(
    {f.name: _HONEST[f.type] for f in msgspec.structs.fields(rows.Row)}
)


@given(
    st.lists(HONEST_ROW, max_size=3) | st.lists(HONEST_ROW | HOSTILE_ROW | ANYTHING, max_size=3),
    st.sampled_from([None, True, False, "yes", 1]),
)
def test_both_readers_say_the_same(listed: list[Any], success: Any) -> None:
    """Whatever the rows hold, the quick reader gives what the forgiving one gives."""
    body = json.dumps({"offers": listed, "success": success, "more": listed}).encode()
    assert rows.read(body) == rows.forgiven(body)


@given(st.lists(HONEST_ROW, min_size=1, max_size=2), st.data())
def test_both_readers_take_the_same_bytes(listed: list[Any], data: st.DataObject) -> None:
    """With a byte changed anywhere, both give the same or both refuse the answer."""
    body = bytearray(json.dumps({"offers": listed}).encode())
    place = data.draw(st.integers(0, len(body) - 1))
    body[place] = data.draw(st.integers(0, 255))
    assert _said_by(rows.read, bytes(body)) == _said_by(rows.forgiven, bytes(body))


def test_broken_characters_cost_themselves() -> None:
    """In a text that is read, as in one that is not."""
    body = json.dumps({"offers": [row(gpu_name="RTX ?", webpage="?")]}).encode()
    (one,) = rows.read(body.replace(b"?", b"\xa5")).offers
    assert one is not None
    assert one.gpu_name == "RTX \ufffd"


def _said_by(reader: Callable[[bytes], rows.Answer], body: bytes) -> rows.Answer | str:
    try:
        return reader(body)
    except wire.NotAnAnswer:
        return "no answer"


def test_what_is_as_it_should_be_is_read_once(mocker: MockerFixture) -> None:
    """All of the fixture but its odd rows; one odd field has the whole answer read again."""
    forgiving = mocker.spy(rows, "forgiven")
    for name in ("search-on-demand", "search-bid"):
        body = json.dumps(fixture("vastai", name)["reply"]["body"]).encode()
        assert None not in rows.read(body).offers
    assert forgiving.call_count == 0
    odd = rows.read(
        json.dumps({"offers": [row(reliability2="0.99"), row(gpu_name=" A ")]}).encode()
    )
    assert [(one.reliability2, one.gpu_name) for one in odd.offers if one] == [
        (0.99, "RTX 4090"),
        (None, "A"),
    ]
    assert forgiving.call_count == 1


def many(n: int, separators: tuple[str, str] = (",", ":")) -> bytes:
    full = fixture("vastai", "search-on-demand")["reply"]["body"]["offers"][1]
    rows = [{**full, "id": i} for i in range(n)]
    return json.dumps({"offers": rows, "truncated": False}, separators=separators).encode()


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_pieces_hold_every_row_once(separators: tuple[str, str]) -> None:
    """A long answer cut into pieces is the same answer."""
    body = many(3000, separators)
    pieces = list(reading.pieces(body))
    assert len(pieces) > 2
    read = [row for piece in pieces for row in rows.read(piece).offers]
    assert read == rows.read(body).offers


def test_a_cut_in_the_wrong_place_cannot_be_read() -> None:
    """A piece that was cut inside a row or inside a text is no JSON, and so is never believed."""
    nested = b'{"offers":[{"id":1,"nested":[' + b'{"a":1},' * 300_000 + b"{}]}]}"
    text = b'{"offers":[{"id":1,"text":"' + b"},{" * 800_000 + b'"}]}'
    for body in (nested, text):
        first = next(iter(reading.pieces(body)))
        assert len(first) < len(body)
        with pytest.raises(wire.NotAnAnswer):
            rows.read(first)


def test_reading_is_quick_and_never_long_at_a_time() -> None:
    """Full rows are read in less time than Python's own reader takes, in short pieces."""
    body = many(3000)

    def best(work: Any) -> float:
        times = []
        for _ in range(3):
            began = time.process_time()
            work()
            times.append(time.process_time() - began)
        return min(times)

    pieces = list(reading.pieces(body))
    each = [best(lambda piece=piece: rows.read(piece)) for piece in pieces]
    yardstick = best(lambda: json.loads(body))
    assert sum(each) < yardstick
    assert max(each) < yardstick / 3
