"""What is true of every marketplace, whatever it answers. A new one runs through this too."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from providers import gpus, matching
from providers.base import Capability, Priority, Provider
from providers.errors import (
    BadAnswer,
    KeyMissing,
    ProviderError,
    RateLimited,
    Resting,
    TimedOut,
    Unreachable,
    Unsupported,
)
from providers.fetch.call import Call
from providers.fetch.client import FetchClient
from providers.listings import FailureReason, Sweep
from providers.models import TITLES, Offer, OfferQuery, PricingKind, ProviderName, Sort
from providers.registry import MARKETPLACES
from providers.settings import ProviderSettings
from tests.fakes.clock import FakeClock
from tests.fakes.fetch import Answering, CannedFetch
from tests.providers.fixtures import FIXTURES, fixture, query

SEARCHES = [
    (ProviderName(folder.name), path.stem)
    for folder in sorted(FIXTURES.iterdir())
    if folder.name in MARKETPLACES
    for path in sorted(folder.glob("*.json"))
    if "reply" in json.loads(path.read_text())
]
"""Every recorded reply of a search, by marketplace and name."""
SECRETS = ("canary-key-0123456789abcdef", "canary-auth-id-0123456789")
EVERYTHING = OfferQuery(verified_only=False, min_reliability=None)

every_marketplace = pytest.mark.parametrize("name", list(MARKETPLACES))
every_search = pytest.mark.parametrize(("name", "story"), SEARCHES)


class Opened:
    """One marketplace whose every call is answered by `answering`."""

    def __init__(self, name: ProviderName, answering: Answering, *, keyed: bool = True) -> None:
        self.clock = FakeClock()
        self.fetch = CannedFetch(answering, self.clock)
        settings = ProviderSettings("https://market.example")
        if keyed:
            key, auth_id = map(SecretStr, SECRETS)
            settings = ProviderSettings("https://market.example", key=key, auth_id=auth_id)
        fetch = cast("FetchClient", self.fetch)
        self.provider: Provider = MARKETPLACES[name](settings, fetch, self.clock)


def answering(status: int, body: bytes) -> Answering:
    return lambda _: (status, body)


def failing(error: Callable[[ProviderName], ProviderError]) -> Answering:
    def fail(call: Call) -> tuple[int, bytes]:
        raise error(call.provider)

    return fail


def recorded(name: str, story: str) -> tuple[OfferQuery, Answering]:
    told = fixture(name, story)
    return query(told["query"]), answering(200, json.dumps(told["reply"]["body"]).encode())


async def swept(name: str, story: str) -> tuple[Opened, Sweep]:
    wish, answer = recorded(name, story)
    opened = Opened(ProviderName(name), answer)
    return opened, await opened.provider.search(wish)


class TestWords:
    """What a marketplace says about itself."""

    @every_marketplace
    def test_it_is_a_provider_under_its_own_name(self, name: ProviderName) -> None:
        """The registry's key is the provider's name: lower case, in no need of escaping."""
        provider = Opened(name, answering(200, b"")).provider
        assert isinstance(provider, Provider)
        assert (provider.name, name.isalnum(), name.islower()) == (name, True, True)
        assert provider.title == TITLES[provider.name]
        assert provider.default_disk_gb > 0

    @every_marketplace
    def test_what_it_cannot_has_a_reason(self, name: ProviderName) -> None:
        """Each reason is a sentence."""
        provider = Opened(name, answering(200, b"")).provider
        for capability, reason in provider.cannot.items():
            assert capability in Capability
            assert reason[0].isupper()
            assert reason.endswith(".")

    @every_marketplace
    async def test_what_it_cannot_it_does_not(self, name: ProviderName) -> None:
        """A pricing kind is either searched or refused with the reason of the table."""
        opened = Opened(name, answering(200, b""))
        wish = EVERYTHING.with_changes(pricing=PricingKind.INTERRUPTIBLE)
        with pytest.raises(ProviderError) as raised:
            await opened.provider.search(wish)
        reason = opened.provider.cannot.get(Capability.INTERRUPTIBLE)
        assert isinstance(raised.value, Unsupported) == (reason is not None)
        if reason is not None:
            assert (raised.value.sentence, opened.fetch.calls) == (reason, [])

    @every_marketplace
    async def test_a_missing_key_names_its_setting(self, name: ProviderName) -> None:
        """Without a key the check says which setting to set, and asks nobody."""
        opened = Opened(name, answering(200, b""), keyed=False)
        with pytest.raises(KeyMissing, match=rf"Set {name.upper()}_API_\w+\.") as raised:
            await opened.provider.check_key()
        assert raised.value.as_failure().reason is FailureReason.KEY_MISSING
        assert opened.fetch.calls == []


class TestAnswers:
    """What comes of a good answer."""

    @every_marketplace
    def test_there_is_a_recorded_search(self, name: ProviderName) -> None:
        """A marketplace without a fixture would pass everything here by having nothing."""
        assert name in {marketplace for marketplace, _ in SEARCHES}

    @every_search
    async def test_offers_are_whole(self, name: ProviderName, story: str) -> None:
        """Every offer has an identity of its own, money that adds up, and aware times."""
        opened, sweep = await swept(name, story)
        now = opened.clock.now()
        offers = [candidate.offer() for candidate in sweep.candidates]
        assert offers
        assert len({offer.identity for offer in offers}) == len(offers)
        for offer in offers:
            parts = (offer.price.gpu, offer.price.cpu_ram, offer.price.disk)
            assert {type(part) for part in parts} == {Decimal}
            assert min(parts) >= 0
            assert offer.price.usd_per_hour == sum(parts) > 0
            assert (offer.provider, offer.seen_at, offer.machine_id is None) == (name, now, False)
            assert offer.seen_at.utcoffset() == timedelta(0)
            until = offer.available_until
            assert until is None or until.utcoffset() == timedelta(0)
            assert offer.gpu.count >= 1
            assert offer.disk_gb > 0

    @every_search
    async def test_a_candidate_is_its_offer(self, name: ProviderName, story: str) -> None:
        """Matching and ranking come to the same on the light row and on the built offer."""
        _, sweep = await swept(name, story)
        wishes = OfferQuery(
            min_gpus=2,
            max_gpus=4,
            max_usd_per_hour=Decimal("0.5"),
            max_usd_per_gpu_hour=Decimal("0.4"),
            min_vram_gib=24,
            max_vram_gib=48,
            countries=("US",),
            excluded_countries=("CN",),
            datacenter_only=True,
            min_reliability=0.99,
            disk_gb=400,
            min_ram_gb=64,
            min_vcpus=16,
            min_cuda=12.9,
            min_download_mbps=800,
            min_upload_mbps=800,
            min_hours=300,
        )
        for candidate in sweep.candidates:
            built = matching.as_candidate(candidate.offer())
            now_s = sweep.as_of.timestamp()
            assert matching.failing(candidate, wishes, now_s) == matching.failing(
                built, wishes, now_s
            )
            for sort in Sort:
                light, full = matching.rank_key(candidate, sort), matching.rank_key(built, sort)
                assert light[3] == full[3]
                assert light[:3] == pytest.approx(full[:3], abs=1e-9)

    @every_search
    async def test_the_sweep_counts(self, name: ProviderName, story: str) -> None:
        """What was left out and what is offered are part of what came."""
        opened, sweep = await swept(name, story)
        assert (sweep.provider, sweep.as_of, sweep.complete) == (name, opened.clock.now(), True)
        assert sweep.fresh_until > sweep.as_of
        expected = fixture(name, story)["expected"]
        assert (sweep.rows, sweep.left_out) == (expected["rows"], expected["left_out"])

    @every_search
    async def test_the_price_holds_the_default_disk(self, name: ProviderName, story: str) -> None:
        """Without a wish the disk is the marketplace's default, and otherwise what was asked."""
        opened, sweep = await swept(name, story)
        wanted = query(fixture(name, story)["query"]).disk_gb
        disk_gb = opened.provider.default_disk_gb if wanted is None else Decimal(wanted)
        assert {candidate.offer().disk_gb for candidate in sweep.candidates} == {disk_gb}

    @every_search
    async def test_names_of_gpus_go_there_and_back(self, name: ProviderName, story: str) -> None:
        """Every known name of an answer is one that can be asked for and that means itself."""
        _, sweep = await swept(name, story)
        for candidate in sweep.candidates:
            gpu = candidate.offer().gpu
            words = gpus.marketplace_names(gpu.name, name)
            assert bool(words) == gpu.known
            assert all(gpus.canonical(word, name) == (gpu.name, True) for word in words)

    @every_search
    async def test_an_unchanged_offer_is_found_again(self, name: ProviderName, story: str) -> None:
        """Re-reading goes past the cache and finds the offer, with the same price."""
        opened, sweep = await swept(name, story)
        for candidate in sweep.candidates:
            offer = candidate.offer()
            again = await opened.provider.refresh_offer(offer)
            assert again is not None
            assert (again.identity, again.price, again.disk_gb) == (
                offer.identity,
                offer.price,
                offer.disk_gb,
            )
            call = opened.fetch.calls[-1]
            assert call.refresh or not call.cacheable
            assert call.priority is Priority.PRESS


class TestQuestions:
    """What is sent."""

    @every_search
    async def test_no_secret_where_it_could_be_seen(self, name: ProviderName, story: str) -> None:
        """Keys travel in headers and secret parameters alone, which no key or log holds."""
        opened, _ = await swept(name, story)
        with pytest.raises(ProviderError):
            await Opened(name, answering(401, b"Unauthorized")).provider.check_key()
        for call in opened.fetch.calls:
            seen = unquote(f"{call!r} {call.url} {call.json_body}")
            assert not any(secret in seen for secret in SECRETS)

    @every_search
    async def test_every_call_is_bounded(self, name: ProviderName, story: str) -> None:
        """Every call has time-outs, a size limit and a pace, and a search may be cached."""
        opened, _ = await swept(name, story)
        for call in opened.fetch.calls:
            assert 0 < call.connect_timeout_s <= 30
            assert 0 < call.read_timeout_s <= 60
            assert 0 < call.max_body_bytes <= 64 * 1024 * 1024
            assert call.pace.interval_s > 0
            assert (call.provider, call.cacheable, call.safe) == (name, True, True)
            assert call.url.startswith("https://market.example/api/")

    @every_search
    async def test_the_cheap_look_agrees_with_the_reading(
        self, name: ProviderName, story: str
    ) -> None:
        """A good answer looks plausible; HTML, cut-off JSON and nothing do not."""
        opened, _ = await swept(name, story)
        (call,) = opened.fetch.calls
        _, body = opened.fetch.answering(call)
        assert call.plausible is not None
        assert call.plausible(body)
        assert call.plausible(b" \n" + body + b"\n")
        cut = body[: body.rindex(b'"')]
        for odd in (b"", b"<html>", cut, b"[" + body + b"]", b'{"success":false}'):
            assert not call.plausible(odd)

    @every_marketplace
    def test_one_scope_for_equal_queries(self, name: ProviderName) -> None:
        """A scope can be a key, and how many or how cheap changes none where a model is named."""
        provider = Opened(name, answering(200, b"")).provider
        wish = OfferQuery(gpus=("RTX 4090",))
        cheaper = wish.with_changes(max_usd_per_hour=Decimal("0.1"), countries=("US",))
        assert {provider.scope(wish): 1}[provider.scope(cheaper)] == 1
        assert provider.scope(wish) != provider.scope(wish.with_changes(disk_gb=777))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["offers", "data"]), inner)
    ),
    max_leaves=10,
)
BODIES = st.binary(max_size=50) | JSON.map(lambda value: json.dumps(value).encode())


class TestFailures:
    """What comes of anything else."""

    @every_marketplace
    @given(status=st.sampled_from([200, 200, 200, 302, 400, 401, 403, 404, 410, 500]), body=BODIES)
    async def test_any_answer_is_a_sweep_or_an_error(
        self, name: ProviderName, status: int, body: bytes
    ) -> None:
        """Whatever comes back, searching and checking a key raise our errors and nothing else."""
        provider = Opened(name, answering(status, body)).provider
        try:
            sweep = await provider.search(EVERYTHING)
            assert all(isinstance(candidate.offer(), Offer) for candidate in sweep.candidates)
        except ProviderError as error:
            assert_for_people(error)
        try:
            assert (await provider.check_key()).endswith(".")
        except ProviderError as error:
            assert_for_people(error)

    @every_marketplace
    @pytest.mark.parametrize("error", [TimedOut, Unreachable, RateLimited, Resting, BadAnswer])
    async def test_what_fetching_raises_goes_through(
        self, name: ProviderName, error: type[ProviderError]
    ) -> None:
        """Gone, slow, too often, resting: the error of fetching is the caller's to see."""
        opened = Opened(name, failing(lambda provider: error(provider, "As it was said.")))
        with pytest.raises(error, match=r"As it was said\."):
            await opened.provider.search(EVERYTHING)

    @every_marketplace
    @pytest.mark.parametrize(
        ("status", "body", "reason"),
        [
            (200, b"<html>Sign in</html>", FailureReason.BAD_ANSWER),
            (200, b'{"offers":null,"data":null}', FailureReason.BAD_ANSWER),
            (200, b"null", FailureReason.BAD_ANSWER),
            (401, b"Unauthorized", FailureReason.KEY_REJECTED),
            (429, b"", FailureReason.RATE_LIMITED),
            (500, b"<html>", FailureReason.SERVER_ERROR),
            (302, b"", FailureReason.BAD_ANSWER),
        ],
    )
    async def test_a_bad_answer_is_one_failure(
        self, name: ProviderName, status: int, body: bytes, reason: FailureReason
    ) -> None:
        """Each has its reason and a sentence, is not kept, and does not end the provider."""
        wish, good = recorded(name, next(story for at, story in SEARCHES if at == name))
        opened = Opened(name, answering(status, body))
        with pytest.raises(ProviderError) as raised:
            await opened.provider.search(wish)
        assert_for_people(raised.value)
        assert raised.value.as_failure().reason is reason
        assert opened.fetch.forgotten
        opened.fetch.answering = good
        assert (await opened.provider.search(wish)).candidates

    @every_search
    async def test_what_is_new_is_read(self, name: ProviderName, story: str) -> None:
        """What was read before never stands in for a new answer, even of the same moment."""
        opened, _ = await swept(name, story)
        opened.fetch.answering = answering(200, b"null")
        with pytest.raises(BadAnswer):
            await opened.provider.search(query(fixture(name, story)["query"]))


def assert_for_people(error: ProviderError) -> None:
    """A sentence of our own, short enough for a line, that begins with who it is about."""
    assert error.sentence.startswith(("Vast.ai", "TensorDock"))
    assert error.sentence.endswith(".")
    assert len(error.sentence) <= 150
    told: Any = f"{error.sentence} {error.detail}"
    assert not any(secret in told for secret in SECRETS)
