"""Vast.ai's errors become ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import errors as ours
from providers.vastai.translate import errors
from tests.providers.fixtures import body, fixture

CASES: list[dict[str, Any]] = fixture("vastai", "errors")["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['status']} {c['expected']}")
def test_documented_error(case: dict[str, Any]) -> None:
    """Each documented or observed error is the error whose name says what to do next."""
    error = errors.refusal(case["status"], body(case), has_key=True)
    assert type(error) is getattr(ours, case["expected"])
    if "wait_s" in case:
        assert error.retry_after_s == case["wait_s"]


def test_a_missing_key_is_not_a_wrong_one() -> None:
    """Refused without a key, the sentence names the setting that is missing."""
    error = errors.refusal(401, b"Unauthorized", has_key=False)
    assert type(error) is ours.KeyMissing
    assert error.sentence == (
        "Vast.ai wants a key for this, and there is none. Set VASTAI_API_KEY."
    )


def test_foreign_words_stay_in_the_detail() -> None:
    """A person reads our sentence; the marketplace's words are for the log, cut, without keys."""
    key = "0123456789abcdef" * 4
    said = f'{{"success":false,"error":"odd","msg":"<!channel> {key} {"x y " * 2000}"}}'
    error = errors.refusal(400, said.encode(), has_key=True)
    assert error.sentence == "Vast.ai refused the request. The log has its words."
    assert error.detail.startswith("HTTP 400: odd <!channel> … x y")
    assert len(error.detail) < 400


@given(status=st.integers(100, 599), said=st.binary(max_size=200))
def test_any_answer_is_some_error(status: int, said: bytes) -> None:
    """Whatever comes instead of an answer has a sentence, which holds nothing of it."""
    error = errors.refusal(status, said, has_key=True)
    assert isinstance(error, ours.ProviderError)
    assert error.sentence.startswith("Vast.ai ")
    assert error.sentence.endswith(".")
