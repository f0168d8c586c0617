"""`TensorDock` against a small server on loopback."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from providers import errors
from providers.base import Priority
from providers.fetch.client import open_client
from providers.listings import CacheUse
from providers.models import OfferQuery, PricingKind
from providers.settings import Pace, ProviderSettings
from providers.tensordock.provider import TensorDock
from tests.fakes.clock import FakeClock
from tests.fakes.loopback import said, serving
from tests.providers.fixtures import fixture

LOCATIONS = fixture("tensordock", "locations")["reply"]["body"]
ANY = OfferQuery()
KEYS = {"key": SecretStr("the-token"), "auth_id": SecretStr("the-id")}
BEARER, QUERY, NONE = "bearer", "query", "none"


@dataclass
class Dock:
    accepts: tuple[str, ...] = (BEARER, QUERY, NONE)
    locations: Any = field(default_factory=lambda: LOCATIONS)
    test: web.Response | None = None
    flakes: int = 0
    """So many good keys are refused first."""
    forms: list[str] = field(default_factory=list)
    """How the key came, each time."""

    async def __call__(self, request: web.Request) -> web.Response:
        form = NONE
        if "Authorization" in request.headers:
            assert request.headers["Authorization"] == "Bearer the-token"
            form = BEARER
        elif "api_token" in request.query:
            assert dict(request.query) == {"api_key": "the-id", "api_token": "the-token"}
            form = QUERY
        self.forms.append(form)
        self.flakes -= 1
        if self.flakes >= 0 or form not in self.accepts:
            return said(401, text="Unauthorized")
        if (request.method, request.path) == ("POST", "/api/v2/auth/test"):
            return self.test or said(200, {"success": True, "organizationId": "org"})
        assert (request.method, request.path) == ("GET", "/api/v2/locations")
        return (
            self.locations
            if isinstance(self.locations, web.Response)
            else said(200, self.locations)
        )


@pytest.fixture
def opened(tmp_path: Path) -> Callable[..., Any]:
    @contextlib.asynccontextmanager
    async def opening(dock: Dock, **settings: Any) -> AsyncIterator[TensorDock]:
        async with serving(dock) as origin:
            clock = FakeClock()
            fetch = open_client(cache_dir=tmp_path, clock=clock)
            chosen = {"base_url": origin, "search_pace": Pace(0.01, burst=20), **settings}
            try:
                yield TensorDock(ProviderSettings(**chosen), fetch, clock)
            finally:
                await fetch.aclose()

    return opening


async def test_searching_needs_no_key(opened: Any) -> None:
    """Without a key the list is asked for bare, and answers."""
    dock = Dock()
    async with opened(dock) as provider:
        sweep = await provider.search(ANY)
    assert (len(sweep.candidates), sweep.rows, sweep.left_out) == (5, 14, 8)
    assert (sweep.complete, sweep.cache, dock.forms) == (True, CacheUse.MISS, [NONE])


async def test_one_answer_serves_every_query(opened: Any) -> None:
    """Model, price and place are ours to match; only another machine is worked out anew."""
    dock = Dock()
    async with opened(dock) as provider:
        first = await provider.search(ANY)
        same = OfferQuery(gpus=("H100 SXM",), countries=("US",), max_usd_per_hour=Decimal(1))
        again = await provider.search(same)
        bigger = await provider.search(ANY.with_changes(min_ram_gb=64))
    assert provider.scope(same) == provider.scope(ANY)
    assert provider.scope(ANY.with_changes(min_ram_gb=64)) != provider.scope(ANY)
    assert again.candidates is first.candidates
    assert bigger.candidates[0].usd_per_hour > first.candidates[0].usd_per_hour
    assert len(dock.forms) == 1


async def test_interruptible_machines_do_not_exist(opened: Any) -> None:
    """A wish for interruptible machines is answered with a sentence, and nobody is asked."""
    dock = Dock()
    async with opened(dock) as provider:
        with pytest.raises(errors.Unsupported) as raised:
            await provider.search(ANY.with_changes(pricing=PricingKind.INTERRUPTIBLE))
    assert raised.value.sentence == (
        "TensorDock has no interruptible machines, only on-demand ones."
    )
    assert dock.forms == []


@pytest.mark.parametrize(
    ("accepts", "settings", "first", "second"),
    [
        ((BEARER,), KEYS, [BEARER], [BEARER]),
        ((QUERY,), KEYS, [BEARER, QUERY], [QUERY]),
        ((BEARER, QUERY), {"key": KEYS["key"]}, [BEARER], [BEARER]),
    ],
)
async def test_the_form_that_worked_is_remembered(
    opened: Any, accepts: Any, settings: Any, first: list[str], second: list[str]
) -> None:
    """Bearer is tried first; where it is refused, the query form; next time what worked."""
    dock = Dock(accepts=accepts)
    async with opened(dock, **settings) as provider:
        assert await provider.check_key() == "The key works."
        assert dock.forms == first
        dock.forms.clear()
        await provider.check_key()
        assert dock.forms == second
        dock.forms.clear()
        await provider.search(ANY)  # another endpoint: what worked there proves nothing here
        assert dock.forms == first


async def test_one_refusal_is_not_believed(opened: Any) -> None:
    """A good key that is refused once works at the second try."""
    dock = Dock(flakes=1)
    async with opened(dock, key=KEYS["key"]) as provider:
        assert await provider.check_key() == "The key works."
    assert dock.forms == [BEARER, BEARER]


@pytest.mark.parametrize(
    ("settings", "forms"),
    [({"key": KEYS["key"]}, [BEARER, BEARER]), (KEYS, [BEARER, QUERY, BEARER])],
)
async def test_two_refusals_are_believed(opened: Any, settings: Any, forms: list[str]) -> None:
    """A key that is refused in every form, and again, is wrong."""
    dock = Dock(accepts=())
    async with opened(dock, **settings) as provider:
        with pytest.raises(errors.KeyRejected) as raised:
            await provider.check_key()
    assert dock.forms == forms
    assert "TENSORDOCK_API_TOKEN" in raised.value.sentence
    assert "the-token" not in f"{raised.value} {raised.value.detail}"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (said(200, {"success": False}), errors.KeyRejected),
        (said(200, {"status": 401, "error": "no"}), errors.KeyRejected),
        (said(200, {"hello": 1}), errors.BadAnswer),
        (said(200, text="<html>"), errors.BadAnswer),
        (said(503, text=""), errors.ServerTrouble),
    ],
)
async def test_a_key_test_that_says_no(
    opened: Any, answer: web.Response, error: type[errors.ProviderError]
) -> None:
    """Only a clear yes is a key that works."""
    text, status = answer.text, answer.status

    class Refusing(Dock):
        async def __call__(self, request: web.Request) -> web.Response:
            return said(status, text=text)

    async with opened(Refusing(), key=KEYS["key"]) as provider:
        with pytest.raises(errors.ProviderError) as raised:
            await provider.check_key()
    assert type(raised.value) is error


async def test_a_key_test_that_is_missing_says_nothing(opened: Any) -> None:
    """The key test is not documented; its absence does not make a key wrong."""
    dock = Dock(test=said(404, text="Not Found"))
    async with opened(dock, key=KEYS["key"]) as provider:
        assert "whether the key works is not known" in await provider.check_key()


async def test_a_missing_key_is_said_without_asking(opened: Any) -> None:
    """Without a key nobody is asked, and the setting is named."""
    dock = Dock()
    async with opened(dock) as provider:
        with pytest.raises(errors.KeyMissing, match="Set TENSORDOCK_API_TOKEN"):
            await provider.check_key()
    assert dock.forms == []


async def test_nonsense_is_not_kept(opened: Any) -> None:
    """After an unreadable answer the next search asks again, and finds."""
    dock = Dock(locations={"data": {"locations": None}})
    async with opened(dock) as provider:
        with pytest.raises(errors.BadAnswer):
            await provider.search(ANY)
        dock.locations = LOCATIONS
        assert len((await provider.search(ANY)).candidates) == 5


async def test_an_outage_is_the_marketplaces_trouble(opened: Any) -> None:
    """A 404 for the list is an outage, not a wrong address of ours."""
    async with opened(Dock(locations=said(404, text=""))) as provider:
        with pytest.raises(errors.ServerTrouble):
            await provider.search(ANY)


async def test_an_offer_is_read_again_past_the_cache(opened: Any) -> None:
    """The same machine at the same place shows the price of now; sold out is `None`."""
    prices = {"price": 0.4, "max": 2}

    class Moving(Dock):
        async def __call__(self, request: web.Request) -> web.Response:
            gpu = {**LOCATIONS["data"]["locations"][0]["gpus"][0]}
            gpu |= {"price_per_hr": prices["price"], "max_count": prices["max"]}
            place = {**LOCATIONS["data"]["locations"][0], "gpus": [gpu]}
            return said(200, {"data": {"locations": [place]}})

    async with opened(Moving()) as provider:
        sweep = await provider.search(ANY.with_changes(min_gpus=2, min_ram_gb=64, disk_gb=300))
        offer = sweep.candidates[0].offer()
        prices["price"] = 0.5
        again = await provider.refresh_offer(offer)
        prices["max"] = 1
        gone = await provider.refresh_offer(offer)
    assert again is not None
    assert (again.identity, again.ram_gb, again.disk_gb) == (offer.identity, 64, 300)
    assert again.price.usd_per_hour - offer.price.usd_per_hour == Decimal("0.2")
    assert gone is None


async def test_one_call_answers_every_watch(opened: Any) -> None:
    """Whatever machine each of them wants built; bids are not looked for at all."""
    large = OfferQuery(min_ram_gb=200, min_gpus=2)
    bids = OfferQuery(pricing=PricingKind.INTERRUPTIBLE)
    dock = Dock()
    async with opened(dock) as provider:
        polls = provider.polls([OfferQuery(min_gpus=4, max_gpus=4), large, ANY, bids])
        assert [(poll.calls, len(poll.answers)) for poll in polls] == [(1, 2), (0, 1)]
        assert (polls[0].query.min_gpus, polls[0].query.max_gpus) == (1, None)
        for poll in polls:
            refresh = poll.calls > 0
            await provider.search(poll.query, priority=Priority.WATCH, refresh=refresh)
        assert len(dock.forms) == 1
