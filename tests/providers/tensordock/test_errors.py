"""TensorDock's errors become ours."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import errors as ours
from providers.tensordock.translate import errors
from providers.tensordock.translate.errors import About
from tests.providers.fixtures import body, fixture

CASES: list[dict[str, Any]] = fixture("tensordock", "errors")["cases"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c['status']} {c['expected']}")
def test_documented_error(case: dict[str, Any]) -> None:
    """Each documented or observed error is the error whose name says what to do next."""
    about = About(case.get("about", "machine"))
    error = errors.refusal(case["status"], body(case), about, has_key=True)
    assert type(error) is getattr(ours, case["expected"])


def test_a_missing_key_is_not_a_wrong_one() -> None:
    """Refused without a key, the sentence names the setting that is missing."""
    error = errors.refusal(401, b"Unauthorized", About.ACCOUNT, has_key=False)
    assert type(error) is ours.KeyMissing
    assert error.sentence == (
        "TensorDock wants a key for this, and there is none. Set TENSORDOCK_API_TOKEN."
    )


def test_foreign_words_stay_in_the_detail() -> None:
    """A person reads our sentence; the marketplace's words are for the log, cut, without keys."""
    key = "AbCdEfGh1234" * 3
    said = f'{{"status":400,"error":"<!channel> {key} {"x y " * 2000}"}}'
    error = errors.refusal(200, said.encode(), About.OFFERS, has_key=True)
    assert error.sentence == "TensorDock refused the request. The log has its words."
    assert error.detail.startswith("HTTP 200: <!channel> … x y")
    assert len(error.detail) < 400


@given(
    status=st.integers(100, 599),
    said=st.binary(max_size=200),
    about=st.sampled_from(About),
)
def test_any_answer_is_some_error(status: int, said: bytes, about: About) -> None:
    """Whatever comes instead of an answer has a sentence, which holds nothing of it."""
    error = errors.refusal(status, said, about, has_key=True)
    assert isinstance(error, ours.ProviderError)
    assert error.sentence.startswith("TensorDock")
    assert error.sentence.endswith(".")
