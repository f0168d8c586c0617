"""`VastAi` against a small server that pages, filters and fails as the real one does."""

from decimal import Decimal
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from providers import errors
from providers.base import Priority
from providers.listings import CacheUse
from providers.models import Offer, OfferQuery, PricingKind
from providers.vastai.provider import VastAi
from tests.fakes.clock import FakeClock
from tests.fakes.loopback import said
from tests.providers.vastai.small_server import A_4090, Vast, ids, row


async def test_the_cache_and_what_goes_past_it(opened: Any, clock: FakeClock) -> None:
    """A repeated question is answered from the cache, and a refresh is not."""
    vast = Vast([row(1)])
    async with opened(vast) as provider:
        first = await provider.search(A_4090)
        again = await provider.search(A_4090.with_changes(max_usd_per_hour=Decimal("0.3")))
        clock.advance(20)
        fresh = await provider.search(A_4090, refresh=True, priority=Priority.WATCH)
    assert [s.cache for s in (first, again, fresh)] == [
        CacheUse.MISS,
        CacheUse.FRESH,
        CacheUse.MISS,
    ]
    assert again.candidates is first.candidates
    assert fresh.as_of > first.as_of
    assert len(vast.asked) == 2


async def test_nonsense_is_not_kept(opened: Any) -> None:
    """After an unreadable answer the next search asks again, and finds."""
    vast = Vast([row(1)])
    vast.before = lambda number: said(200, text='{"offers":null}') if number == 1 else None
    async with opened(vast) as provider:
        with pytest.raises(errors.BadAnswer):
            await provider.search(A_4090)
        assert ids(await provider.search(A_4090)) == [1]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (said(200, {"success": False, "error": "auth_error", "msg": "x"}), errors.KeyRejected),
        (said(200, {"success": False, "offers": []}), errors.RequestRefused),
        (said(200, {"offers": None}), errors.BadAnswer),
        (said(200, [1]), errors.BadAnswer),
        (said(200, text="<html>"), errors.BadAnswer),
        (said(200, text='{"offers":[{"id":1'), errors.BadAnswer),
        (said(200, text=""), errors.BadAnswer),
        (said(401, text="Unauthorized"), errors.KeyRejected),
        (said(404, {"msg": "Invalid user key"}), errors.KeyRejected),
        (said(410, {"error": "deprecated_endpoint"}), errors.RequestRefused),
        (said(500, text="<html>"), errors.ServerTrouble),
        (said(429, {"detail": "API requests too frequent"}), errors.RateLimited),
    ],
)
async def test_a_bad_first_page_is_an_error(
    opened: Any, answer: web.Response, error: type[errors.ProviderError]
) -> None:
    """Each way of failing is an error with a sentence for a person."""
    text, status = answer.text, answer.status

    async def failing(_: web.Request) -> web.Response:
        return said(status, text=text)

    async with opened(failing, key=SecretStr("k")) as provider:
        with pytest.raises(errors.ProviderError) as raised:
            await provider.search(A_4090)
    assert type(raised.value) is error
    assert raised.value.sentence.endswith(".")


async def test_a_long_answer_with_a_trap_is_still_read(opened: Any) -> None:
    """Where a cut would fall into a host's text, the answer is read in one go."""
    rows = [row(n, 0.1 + n / 10000, cpu_name='},{"id":' * 400) for n in range(1000)]
    vast = Vast(rows, page=5000)
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert (ids(sweep), sweep.left_out, sweep.complete) == (list(range(1000)), 0, True)


async def offer_of(provider: VastAi, wish: OfferQuery = A_4090) -> Offer:
    sweep = await provider.search(wish)
    offer: Offer = sweep.candidates[0].offer()
    return offer


async def test_an_offer_is_read_again_past_the_cache(opened: Any) -> None:
    """Re-reading asks by id with the same disk and kind, and shows the price of now."""
    vast = Vast([row(1, 0.4)])
    async with opened(vast) as provider:
        offer = await offer_of(
            provider, A_4090.with_changes(disk_gb=80, pricing=PricingKind.INTERRUPTIBLE)
        )
        vast.rows[0]["dph_total"] = 0.45
        again = await provider.refresh_offer(offer)
    assert again is not None
    assert (again.offer_id, again.price.usd_per_hour) == ("1", Decimal("0.45"))
    assert vast.asked[-1] == {
        "type": "bid",
        "allocated_storage": 80,
        "rentable": {"eq": True},
        "external": {"eq": False},
        "verified": {"in": [True, False]},
        "ask_contract_id": {"eq": 1},
        "order": [["dph_total", "asc"], ["id", "asc"]],
        "limit": 5000,
    }


async def test_an_offer_whose_id_died_is_found_by_its_machine(opened: Any) -> None:
    """The same chunk of the same machine under a new id is that offer, and the cheapest of it."""
    vast = Vast([row(1, 0.4)])
    async with opened(vast) as provider:
        offer = await offer_of(provider)
        vast.rows[:] = [
            row(11, 0.50, machine_id=7001),
            row(12, 0.45, machine_id=7001),
            row(13, 0.10, machine_id=7001, num_gpus=2),
            row(14, 0.10, machine_id=9999),
        ]
        again = await provider.refresh_offer(offer)
        vast.rows.clear()
        gone = await provider.refresh_offer(offer)
    assert again is not None
    assert (again.offer_id, again.machine_id) == ("12", "7001")
    assert gone is None


async def test_another_offer_is_never_taken_for_the_one_asked_for(opened: Any) -> None:
    """A server that ignores the filter by id does not sell us its first offer."""
    vast = Vast([row(1, 0.4)])
    async with opened(vast) as provider:
        offer = await offer_of(provider)
        vast.before = lambda _: said(200, {"offers": [row(2, 0.1)]})
        assert await provider.refresh_offer(offer) is None


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"id": 5, "credit": 12.345, "api_key": "x"}, "The key works: $12.35 of credit."),
        ({"id": 5, "credit": -1}, "The key works: -$1.00 of credit."),
        (
            {"id": 5, "credit": None},
            "The key works. Vast.ai does not say how much credit there is.",
        ),
    ],
)
async def test_a_key_that_works(opened: Any, body: Any, sentence: str) -> None:
    """The check names the credit, and nothing else of the account."""

    async def account(request: web.Request) -> web.Response:
        assert (request.method, request.path) == ("GET", "/api/v0/users/current/")
        assert request.headers["Authorization"] == "Bearer secret-key"
        return said(200, body)

    async with opened(account, key=SecretStr("secret-key")) as provider:
        assert await provider.check_key() == sentence


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"success": False}, errors.KeyRejected),
        (404, {"error": "auth_error", "msg": "Invalid user key"}, errors.KeyRejected),
        (200, {"success": False, "error": "auth_error"}, errors.KeyRejected),
        (200, {}, errors.BadAnswer),
        (200, [], errors.BadAnswer),
        (403, {"error": "not_authorized"}, errors.RequestRefused),
    ],
)
async def test_a_key_that_does_not_work(
    opened: Any, status: int, body: Any, error: type[errors.ProviderError]
) -> None:
    """A refused key is told apart from an answer that means nothing."""

    async def account(_: web.Request) -> web.Response:
        return said(status, body)

    async with opened(account, key=SecretStr("secret-key")) as provider:
        with pytest.raises(errors.ProviderError) as raised:
            await provider.check_key()
    assert type(raised.value) is error
    assert "secret-key" not in f"{raised.value} {raised.value.detail}"


async def test_a_missing_key_is_said_without_asking(opened: Any) -> None:
    """Without a key nobody is asked, and the setting is named."""
    vast = Vast([])
    async with opened(vast) as provider:
        with pytest.raises(errors.KeyMissing, match="Set VASTAI_API_KEY"):
            await provider.check_key()
    assert vast.asked == []
