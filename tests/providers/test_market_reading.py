"""Whole answers of marketplaces, for who wants more than what matches."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from providers.base import Priority
from providers.errors import KeyRejected
from providers.listings import FailureReason
from providers.models import OfferQuery
from tests.fakes.provider import an_offer
from tests.providers.market_stage import ONE, QUERY, TWO, Stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    yield stage
    await stage.market.aclose()


async def test_what_does_not_match_is_read_too(stage: Stage) -> None:
    """Everything that was answered, by marketplace, as urgent as was asked."""
    stage.one.offers = [*stage.one.offers, an_offer("dear", provider="one", usd="9")]
    query = OfferQuery(gpus=("RTX 4090",), max_usd_per_hour=an_offer().price.gpu)
    sweeps, failures = await stage.market.read(query, newer_than=stage.clock.now())
    assert [(each.provider, len(each.candidates)) for each in sweeps] == [(ONE, 2), (TWO, 1)]
    assert failures == ()
    assert {asked.priority for asked in stage.one.asked} == {Priority.WATCH}


async def test_a_fresh_answer_is_shared(stage: Stage) -> None:
    """With a search before it, as long as it is new enough for who reads."""
    asked_at = stage.clock.now()
    await stage.market.search(QUERY)
    stage.clock.advance(200)
    await stage.market.read(QUERY, newer_than=asked_at)
    assert stage.asked() == (1, 1)
    await stage.market.read(QUERY, newer_than=asked_at + timedelta(seconds=1))
    assert stage.asked() == (2, 2)


async def test_who_fails_is_told(stage: Stage) -> None:
    """As in a listing; the others' answers are there."""
    stage.two.fails_with = KeyRejected(TWO, "No.")
    sweeps, failures = await stage.market.read(QUERY, newer_than=stage.clock.now())
    assert [each.provider for each in sweeps] == [ONE]
    assert [(each.provider, each.reason) for each in failures] == [
        (TWO, FailureReason.KEY_REJECTED)
    ]
