"""`VastAi` against a small server that pages, filters and fails as the real one does."""

import contextlib
import json
import operator
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from providers import errors
from providers.base import Priority
from providers.fetch.client import open_client
from providers.models import CacheUse, Offer, OfferQuery, PricingKind, Sort, Sweep
from providers.settings import Pace, ProviderSettings
from providers.vastai.provider import VastAi
from tests.fakes.clock import FakeClock
from tests.fakes.loopback import said, serving

OPS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "gte": operator.ge,
    "lte": operator.le,
    "in": lambda value, wanted: value in wanted,
}
A_4090 = OfferQuery(gpus=("RTX 4090",), verified_only=False, min_reliability=None)


def row(n: int, usd: float = 0.4, **facts: Any) -> dict[str, Any]:
    return {
        "id": n,
        "machine_id": 7000 + n,
        "gpu_name": "RTX 4090",
        "num_gpus": 1,
        "gpu_ram": 24564,
        "dph_total": usd,
        "storage_cost": 0.0,
        "verification": "verified",
        "verified": True,
        "rentable": True,
        "external": False,
        "reliability2": 0.99,
        "duration": 1e6,
        **facts,
    }


@dataclass
class Vast:
    """Pages of 64, no page token, no total."""

    rows: list[dict[str, Any]]
    page: int = 64
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    before: Callable[[int], web.Response | None] = lambda _: None
    """Called with the number of the request; moves the market or answers instead."""

    async def __call__(self, request: web.Request) -> web.Response:
        asked = json.loads(request.query["q"]) if "q" in request.query else {}
        self.asked.append(asked)
        self.headers.append(dict(request.headers))
        instead = self.before(len(self.asked))
        if instead is not None:
            return instead
        found = [r for r in self.rows if all(self._fits(r, *item) for item in asked.items())]
        found.sort(key=lambda r: (r["dph_total"], r["id"]))
        return said(200, {"offers": found[: self.page]})

    @staticmethod
    def _fits(row: dict[str, Any], name: str, wanted: Any) -> bool:
        if not isinstance(wanted, dict):
            return True
        value = row["id"] if name == "ask_contract_id" else row.get(name)
        return value is not None and all(OPS[op](value, arg) for op, arg in wanted.items())

    def borders(self) -> list[float | None]:
        return [asked.get("dph_total", {}).get("gte") for asked in self.asked]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def opened(tmp_path: Path, clock: FakeClock) -> Callable[..., Any]:
    @contextlib.asynccontextmanager
    async def opening(vast: Any, **settings: Any) -> AsyncIterator[VastAi]:
        async with serving(vast) as origin:
            fetch = open_client(cache_dir=tmp_path, clock=clock)
            chosen = {"base_url": origin, "search_pace": Pace(0.01, burst=20), **settings}
            try:
                yield VastAi(ProviderSettings(**chosen), fetch, clock)
            finally:
                await fetch.aclose()

    return opening


def ids(sweep: Sweep) -> list[int]:
    return sorted(int(c.offer_id) for c in sweep.candidates)


async def test_one_short_page_is_the_whole_answer(opened: Any, clock: FakeClock) -> None:
    """An answer below 64 rows is complete, and its time is the marketplace's."""
    vast = Vast([row(1), row(2, gpu_name="A10"), row(3, 0.2)])
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == [1, 3]
    assert (sweep.rows, sweep.left_out, sweep.complete, sweep.cache) == (
        2,
        0,
        True,
        CacheUse.MISS,
    )
    assert abs(sweep.as_of - clock.now()) < timedelta(seconds=5)
    assert sweep.fresh_until > sweep.as_of
    assert "Authorization" not in vast.headers[0]


async def test_pages_are_walked_to_the_end(opened: Any) -> None:
    """200 offers come in four pages whose borders are met once."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(200)])
    async with opened(vast, key=SecretStr("secret-key")) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == list(range(200))
    assert (sweep.rows, sweep.complete, len(vast.asked)) == (200, True, 4)
    border = [vast.rows[last]["dph_total"] for last in (63, 126, 189)]
    assert vast.borders() == [None, *border]
    assert [h["Authorization"] for h in vast.headers] == ["Bearer secret-key"] * 4


async def test_equal_prices_across_a_border(opened: Any) -> None:
    """Offers of one price on both sides of a border are all found, each once."""
    vast = Vast([row(n, 0.2 if n < 60 else 0.3) for n in range(120)])
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == list(range(120))
    assert sweep.complete


async def test_more_than_a_page_of_one_price(opened: Any) -> None:
    """What cannot be reached is said: the rest is found, the answer is not called complete."""
    vast = Vast([row(n, 0.2) for n in range(80)] + [row(900, 0.5)])
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == [*range(64), 900]
    assert not sweep.complete
    assert vast.borders() == [None, 0.2, 0.2 + 1e-9]


async def test_prices_that_move_during_the_walk(opened: Any) -> None:
    """An offer that got dearer between two pages is shown at the later price, once."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(100)])

    def move(number: int) -> None:
        if number == 2:
            vast.rows[5]["dph_total"] = 0.19

    vast.before = move
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert ids(sweep) == list(range(100))
    assert [c.usd_per_hour for c in sweep.candidates if c.offer_id == "5"] == [0.19]


async def test_the_page_budget_ends_the_walk(opened: Any) -> None:
    """No search asks for more pages than the setting allows."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(500)])
    async with opened(vast, max_pages=2) as provider:
        sweep = await provider.search(A_4090)
    assert (len(vast.asked), sweep.rows, sweep.complete) == (2, 127, False)


async def test_a_later_page_that_fails_costs_only_itself(opened: Any) -> None:
    """Page two is an error: page one's offers stay, and the answer is not called complete."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(100)])
    vast.before = lambda number: said(400, {"error": "invalid_request"}) if number == 2 else None
    async with opened(vast) as provider:
        sweep = await provider.search(A_4090)
    assert (ids(sweep), sweep.complete) == (list(range(64)), False)


async def test_a_server_that_heeds_no_border(opened: Any) -> None:
    """The same page again and again is not asked for until the budget is gone."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(64)])
    vast.before = lambda _: said(200, {"offers": vast.rows})
    async with opened(vast, max_pages=20) as provider:
        sweep = await provider.search(A_4090)
    assert (len(vast.asked), len(sweep.candidates), sweep.complete) == (3, 64, False)


async def test_without_a_model_enough_is_enough(opened: Any) -> None:
    """Sorted by price, one page that answers the query is all that is asked for."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(500)])
    anything = OfferQuery()
    async with opened(vast) as provider:
        cheap = await provider.search(anything)
        asked = len(vast.asked)
        steady = await provider.search(anything.with_changes(sort=Sort.RELIABILITY))
    assert (asked, len(cheap.candidates), cheap.complete) == (1, 64, False)
    assert len(vast.asked) - asked == 5  # the first page came from the cache
    assert len(steady.candidates) == 379
    assert provider.scope(anything) != provider.scope(anything.with_changes(sort=Sort.VALUE))


async def test_rows_that_do_not_match_do_not_count_as_an_answer(opened: Any) -> None:
    """Vast.ai returns offers that its own filters exclude; a page of those answers nothing."""
    vast = Vast([row(n, 0.1 + n / 1000) for n in range(150)])
    wrong = [row(1000 + n, 0.01 + n / 10000, verification="deverified") for n in range(64)]
    vast.before = lambda number: said(200, {"offers": wrong}) if number == 1 else None
    async with opened(vast) as provider:
        sweep = await provider.search(OfferQuery())
    assert len(vast.asked) == 2
    assert len(sweep.candidates) == 128


async def test_models_that_are_never_there_cost_no_question(opened: Any) -> None:
    """A model that Vast.ai never has is answered with nothing at once."""
    vast = Vast([row(1)])
    async with opened(vast) as provider:
        sweep = await provider.search(OfferQuery(gpus=("RTX 4000 SFF Ada",)))
    assert (len(sweep.candidates), sweep.rows, sweep.complete) == (0, 0, True)
    assert vast.asked == []


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


async def test_a_watch_reads_the_whole_list(opened: Any) -> None:
    """Whatever a search may ask for, and it is remembered how many pages that took."""
    vast = Vast([row(n, 0.1 + n / 100) for n in range(200)])
    async with opened(vast, max_pages=2) as provider:
        part = await provider.search(OfferQuery(verified_only=False, sort=Sort.VRAM))
        assert (part.complete, len(part.candidates)) == (False, 127)
        everything = OfferQuery(verified_only=False, min_reliability=None)
        (poll,) = provider.polls([everything])
        sweep = await provider.search(poll.query, priority=Priority.WATCH, refresh=True)
        assert (sweep.complete, len(sweep.candidates), poll.calls) == (True, 200, 9)
        assert provider.polls([everything])[0].calls == 4


async def test_a_page_that_fails_leaves_a_watch_without_a_whole_list(opened: Any) -> None:
    """What came before it stays, and nothing is learned of the number of pages."""
    vast = Vast([row(n, 0.1 + n / 100) for n in range(200)])
    vast.before = lambda number: said(400) if number == 3 else None
    everything = OfferQuery(verified_only=False, min_reliability=None, sort=Sort.VALUE)
    async with opened(vast) as provider:
        sweep = await provider.search(everything, priority=Priority.WATCH, refresh=True)
        assert (sweep.complete, len(sweep.candidates)) == (False, 127)
        assert provider.polls([everything])[0].calls == 9
