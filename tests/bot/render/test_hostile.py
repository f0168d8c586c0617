"""Whatever a marketplace or a person writes, no message breaks and none acts."""

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.grammar import UsageError
from bot.render import details, nothing, offers, terminal, usage
from bot.render.message import Home, Layouts, Message, Modal
from bot.rules.searches import Loosening, NobodyAnswered, NothingFound, SearchId, Suggestion
from providers.listings import Failure, FailureReason, Listing, NearMiss
from providers.models import (
    Gpu,
    Location,
    Offer,
    OfferId,
    OfferQuery,
    Price,
    PricingKind,
    ProviderName,
    Verification,
)
from tests import slack_limits
from tests.bot.render import catalogue, samples
from tests.fakes.offers import offer

TEXTS = (
    st.sampled_from([samples.NASTY, samples.LONG, "", "<!here>", "&" * 5_000, "<" * 200, "x:y"])
    | st.text(st.sampled_from("<>&!@#*_~`|:/ab \n\u202e\u200b\ud800é東"), max_size=80)
    | st.text(max_size=30)
)
FLOATS = st.none() | st.floats()
MONEY = st.decimals(min_value=0, max_value=10**12, places=9) | st.just(Decimal("1E-20"))
TIMES = st.none() | st.integers(-(10**9), 10**9).map(lambda s: samples.NOW + timedelta(seconds=s))

OFFERS = st.builds(
    Offer,
    provider=TEXTS.map(ProviderName) | st.just(samples.VAST),
    offer_id=TEXTS.map(OfferId),
    pricing=st.sampled_from(PricingKind),
    gpu=st.builds(Gpu, TEXTS, st.integers(1, 10**6), FLOATS, st.booleans()),
    price=st.builds(Price, MONEY, MONEY, MONEY, st.none() | MONEY, st.none() | MONEY),
    disk_gb=MONEY,
    location=st.builds(Location, st.none(), TEXTS),
    seen_at=st.just(samples.NOW),
    machine_id=st.none() | TEXTS,
    host_id=st.none() | TEXTS,
    verification=st.none() | st.sampled_from(Verification),
    reliability=FLOATS,
    datacenter=st.none() | st.booleans(),
    vcpus=FLOATS,
    ram_gb=FLOATS,
    cpu_name=st.none() | TEXTS,
    max_disk_gb=FLOATS,
    max_cuda=FLOATS,
    download_mbps=FLOATS,
    upload_mbps=FLOATS,
    available_until=TIMES,
    open_ports=st.none() | st.integers(-5, 10**9),
    tflops=FLOATS,
    remarks=st.lists(TEXTS, max_size=30).map(tuple),
)
QUERIES = st.builds(
    OfferQuery,
    gpus=st.lists(TEXTS, max_size=40).map(tuple),
    max_usd_per_hour=st.none() | MONEY,
    verified_only=st.booleans(),
    min_hours=st.none() | st.just(8.0),
    min_cuda=st.none() | st.just(12.4),
    datacenter_only=st.booleans(),
)
FAILED = st.builds(
    Failure, TEXTS.map(ProviderName), st.sampled_from(FailureReason), st.just("it is down.")
)
LISTINGS = st.builds(
    samples.listing,
    st.lists(OFFERS, min_size=1, max_size=10).map(tuple),
    query=QUERIES,
    matched=st.integers(10, 10**6),
    failures=st.lists(FAILED, max_size=2).map(tuple),
)
FEW = settings(
    max_examples=30,
    deadline=None,  # the machine may be busy
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

_OURS = re.compile(
    r"<!date\^\d+\^\{date_short_pretty\} \{time\}\|[0-9: -]+ UTC>"
    r"|<@U02ABCDEF>|<@U0ADMIN1>|<#C0[12]>"
)
"""Dates, and mentions of the people and channels that the samples name."""


@FEW
@given(LISTINGS)
def test_offers(listing: Listing) -> None:
    """Any offers make a page, a shared page and a table that are whole and harmless."""
    page = samples.page(listing)
    assert_harmless(offers.results(page))
    assert_harmless(offers.shared(page))
    assert_printable(terminal.table(listing, 80, samples.NOW))
    assert len(json.loads(terminal.as_json(listing))["offers"]) == len(listing.offers)


@FEW
@given(OFFERS)
def test_details(each: Offer) -> None:
    """Any offer has a modal that is whole and harmless."""
    assert_harmless(details.details(samples.session(each), samples.NOW))


@FEW
@given(QUERIES, st.lists(OFFERS, max_size=3), st.lists(FAILED, max_size=3))
def test_nothing(query: OfferQuery, found: list[Offer], failed: list[Failure]) -> None:
    """Any near misses, failures and wishes make an explanation that is whole and harmless."""
    misses = tuple(NearMiss(each, "max_usd_per_hour") for each in found)
    listing = samples.listing(
        (),
        query=query,
        near_misses=misses,
        failures=tuple(failed),
        removed=(("gpus", 30), ("max_usd_per_hour", 12)),
    )
    ways = tuple(
        Loosening(field, SearchId("k3f9-loosenaaaa"), query)
        for field in ("gpus", "max_usd_per_hour", "min_reliability")
    )
    search = samples.search(listing)
    assert_harmless(nothing.nothing_found(NothingFound(search, listing, ways, samples.NOW)))
    assert_harmless(nothing.nobody_answered(NobodyAnswered(search, listing, samples.NOW)))
    assert_printable(terminal.table(listing, 80))


@FEW
@given(TEXTS, st.lists(TEXTS, max_size=8))
def test_not_understood(text: str, texts: list[str]) -> None:
    """Any text that was not understood is named without doing what it says."""
    error = UsageError(f"I do not understand “{text}”.", text[:60], tuple(texts))
    suggestions = tuple(Suggestion(each, SearchId("k3f9-suggestaaa")) for each in texts)
    assert_harmless(usage.not_understood(error, suggestions))
    assert_printable(terminal.not_understood(error))


def test_page_of_monsters_keeps_every_offer_in_classic() -> None:
    """Ten offers of 5,000-character hosts still are ten sections with a button each."""
    page = samples.page(samples.listing((samples.HOSTILE,) * 10))
    blocks = offers.results(page).classic.blocks
    kinds = [block["block_id"] for block in blocks if block["block_id"].startswith("gpu:offer")]
    assert kinds == [f"gpu:offer:{n}" for n in range(10)]


def test_a_date_far_away_is_told() -> None:
    """A marketplace's year 9999 is a date like another."""
    far = offer(available_until=datetime.max.replace(tzinfo=samples.NOW.tzinfo))
    assert_harmless(details.details(samples.session(far), samples.NOW))


def test_every_card_is_harmless() -> None:
    """The goldens too, whose strangers write what they like."""
    for card in catalogue.cards().values():
        assert_harmless(card)


def assert_harmless(card: samples.Card) -> None:
    match card:
        case Layouts():
            assert_harmless(card.rich)
            assert_harmless(card.classic)
            if card.pictured is not None:
                assert_harmless(card.pictured.make("F0PICTURE01"))
        case Message():
            blocks = list(card.blocks)
            assert slack_limits.of_message(card.text, blocks) == []
            assert_inert([card.text, blocks])
        case Modal():
            for each in {id(one): one for one in (card, card.classic)}.values():
                assert slack_limits.of_view(each.payload) == []
                assert_inert(without_typed(each.payload))
        case Home():
            assert slack_limits.of_home(card.payload) == []
            assert_inert(card.payload)


def without_typed(view: dict[str, Any]) -> dict[str, Any]:
    """What somebody typed comes back into its field as it was, where it is no markup."""
    blocks = [
        block | {"element": {k: v for k, v in block["element"].items() if k != "initial_value"}}
        if block["type"] == "input"
        else block
        for block in view["blocks"]
    ]
    return view | {"blocks": blocks}


def assert_inert(payload: Any) -> None:
    """Valid JSON in UTF-8 in which nothing of Slack's syntax is somebody else's."""
    sent = json.dumps(payload, allow_nan=False, ensure_ascii=False)
    sent.encode()
    assert "<" not in _OURS.sub("", sent)


def assert_printable(text: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in text), ascii(text)
