"""Vast.ai's rows become candidates and offers."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers.models import OfferQuery, PricingKind, Verification
from providers.vastai import rows
from providers.vastai.translate import offers, requests
from tests.providers.fixtures import fixture, prices, query
from tests.providers.vastai.listed import ANYTHING, HOSTILE_ROW, row

SEEN_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FRAME = offers.Frame(PricingKind.ON_DEMAND, 50, SEEN_AT)

SAME = (
    "verification",
    "datacenter",
    "reliability",
    "vcpus",
    "ram_gb",
    "max_disk_gb",
    "max_cuda",
    "download_mbps",
    "upload_mbps",
    "tflops",
)
"""Facts that a candidate and its offer call by one name."""


def page(body: Any, wish: OfferQuery | None = None) -> offers.Page:
    frame = FRAME
    if wish is not None:
        question = requests.question(wish)
        assert question is not None
        frame = offers.Frame(question.pricing, question.disk_gb, SEEN_AT)
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return offers.page(rows.read(text).offers, frame)


def only(**fields: Any) -> offers.Candidate:
    (found,) = page({"offers": [row(**fields)]}).candidates
    return found


def told(candidate: offers.Candidate) -> dict[str, Any]:
    """The whole offer, as fixtures write it."""
    o = candidate.offer()
    until = None if o.available_until is None else o.available_until.isoformat()
    vram = None if o.gpu.vram_gib is None else round(o.gpu.vram_gib, 3)
    return {
        "offer_id": o.offer_id,
        "pricing": o.pricing.value,
        "gpu": [o.gpu.name, o.gpu.count, vram, o.gpu.known],
        "price": prices(*map(str, (o.price.gpu, o.price.cpu_ram, o.price.disk))),
        "traffic": (o.price.download_usd_per_gb, o.price.upload_usd_per_gb),
        "disk_gb": str(o.disk_gb),
        "location": [o.location.country, o.location.label],
        "machine_id": o.machine_id,
        "host_id": o.host_id,
        "verification": o.verification and o.verification.value,
        "reliability": o.reliability,
        "datacenter": o.datacenter,
        "vcpus": o.vcpus,
        "ram_gb": o.ram_gb,
        "cpu_name": o.cpu_name,
        "max_disk_gb": o.max_disk_gb,
        "max_cuda": o.max_cuda,
        "download_mbps": o.download_mbps,
        "upload_mbps": o.upload_mbps,
        "available_until": until,
        "open_ports": o.open_ports,
        "tflops": o.tflops,
        "remarks": list(o.remarks),
    }


@pytest.mark.parametrize("name", ["search-on-demand", "search-bid"])
def test_reply_of_fixture(name: str) -> None:
    """A full reply becomes exactly the offers of its fixture."""
    story = fixture("vastai", name)
    expected = story["expected"]
    for offer in expected["offers"]:
        offer["price"] = prices(*offer["price"])
        offer["traffic"] = tuple(t and Decimal(t) for t in offer["traffic"])
    read = page(story["reply"]["body"], query(story["query"]))
    assert [told(candidate) for candidate in read.candidates] == expected["offers"]
    assert (read.rows, read.unread, read.unpriced) == (expected["rows"], 0, frozenset())


def test_odd_rows_of_fixture() -> None:
    """Odd rows cost themselves, are counted, and what can be saved of them is saved."""
    story = fixture("vastai", "search-odd-rows")
    read = page(story["reply"]["body"], query(story["query"]))
    built = [c.offer() for c in read.candidates]
    assert [
        [o.offer_id, o.gpu.count, o.price.gpu, o.price.disk, list(o.remarks)] for o in built
    ] == [
        [offer_id, count, Decimal(gpu), Decimal(disk), remarks]
        for offer_id, count, gpu, disk, remarks in story["expected"]["summary"]
    ]
    assert len(read.unpriced) + read.unread == story["expected"]["left_out"]
    first = built[0]
    assert (first.gpu.name, first.gpu.known) == ("RTX 9090 <!channel>", False)
    assert first.location.country is None
    assert (first.verification, first.reliability, first.available_until) == (None, None, None)
    assert first.gpu.vram_gib == 24564 / 1024


def test_a_candidate_says_what_its_offer_says() -> None:
    """Matching on the light row and on the built offer cannot differ."""
    for name in ("search-on-demand", "search-bid", "search-odd-rows"):
        story = fixture("vastai", name)
        for c in page(story["reply"]["body"], query(story["query"])).candidates:
            o = c.offer()
            until = o.available_until and o.available_until.timestamp()
            assert (c.provider, c.offer_id, c.pricing) == o.identity
            assert (c.gpu_name, c.gpu_count, c.vram_gib) == (
                o.gpu.name,
                o.gpu.count,
                o.gpu.vram_gib,
            )
            assert c.usd_per_hour == pytest.approx(float(o.price.usd_per_hour), abs=1e-9)
            assert c.country == o.location.country
            assert c.available_until_s == until
            assert [getattr(c, fact) for fact in SAME] == [getattr(o, fact) for fact in SAME]


def test_the_end_is_counted_from_the_answer_where_no_date_stands() -> None:
    """`duration` is what was left when the marketplace said so, however old the answer is."""
    assert only(duration=3600.0).offer().available_until == datetime(2026, 11, 23, 13, tzinfo=UTC)
    assert only(end_date=1e300).offer().available_until == datetime(
        9999, 12, 31, 23, 59, 59, tzinfo=UTC
    )
    assert only().available_until_s is None


def test_hosting_and_verification() -> None:
    """Every hosting type above 0 is a data centre; a word nobody knows is no verification."""
    assert [only(hosting_type=t).datacenter for t in (0, 1, 2, None)] == [False, True, True, None]
    words = ("verified", "unverified", "deverified", "Verified?", None)
    assert [only(verification=word).verification for word in words] == [
        Verification.VERIFIED,
        Verification.UNVERIFIED,
        Verification.DEVERIFIED,
        None,
        None,
    ]


def test_the_share_of_memory_follows_the_share_of_cores() -> None:
    """A quarter of the cores comes with a quarter of the memory, and never more than all."""
    share = {"cpu_ram": 128000, "cpu_cores": 32, "cpu_cores_effective": 8}
    assert only(**share).ram_gb == 32.0
    assert only(**{**share, "cpu_cores_effective": 64}).ram_gb == 128.0
    assert only(**{**share, "cpu_cores": 0}).ram_gb is None


@pytest.mark.parametrize(
    ("broken", "unread"),
    [
        (b'{"id":2,"gpu_name":"A10","num_gpus":1,"dph_total":NaN}', 1),
        (b'{"id":2,"gpu_name":"A10","num_gpus":1,"dph_total":Infinity}', 1),
        (b'{"id":1,"gpu_name":"A10","num_gpus":1,"dph_total":1,"end_date":-Infinity}', 0),
        (b'{"id":3,"id":1,"gpu_name":"A10","num_gpus":1,"dph_total":1}', 0),
        (b'{"id":2,"gpu_name":"\\ud800","num_gpus":1,"dph_total":1}', 1),
        (b'{"gpu_name":"\xff\x01"}', 1),
        (b'{"id":' + b"9" * 5000 + b"}", 1),
    ],
    ids=["nan", "infinity", "-infinity", "doubled key", "surrogate", "bytes", "huge number"],
)
def test_one_broken_row_costs_itself(broken: bytes, unread: int) -> None:
    """What no strict reader accepts in one row does not cost the others."""
    good = json.dumps(row()).encode()
    read = page(b'{"offers":[' + good + b"," + broken + b"]}")
    assert [(c.offer_id, c.usd_per_hour) for c in read.candidates] == [("1", 0.5)]
    assert (read.rows, read.unread) == (2, unread)


@given(st.lists(HOSTILE_ROW | ANYTHING, max_size=4), st.sampled_from(PricingKind))
def test_any_row_is_an_honest_offer_or_left_out(listed: list[Any], pricing: PricingKind) -> None:
    """Whatever a host writes: an offer with additive money and a sane price, or one less."""
    answer = rows.read(json.dumps({"offers": listed}).encode())
    read = offers.page(answer.offers, offers.Frame(pricing, 50, SEEN_AT))
    assert read.rows == len(listed)
    for candidate in read.candidates:
        offer = candidate.offer()
        parts = offer.price.gpu + offer.price.cpu_ram + offer.price.disk
        assert offer.price.usd_per_hour == parts
        assert min(offer.price.gpu, offer.price.disk) >= 0
        assert Decimal("0.0000009") < parts <= 100_000
        assert candidate.usd_per_hour == pytest.approx(float(parts), abs=1e-9)
        assert offer.gpu.count >= 1
        assert candidate.country == offer.location.country


def test_rows_of_other_models_are_no_offers() -> None:
    """What was not asked for is counted as a row, and hides the same id further down."""
    body = {
        "offers": [
            row(id=1, gpu_name="RTX 3090"),
            row(id=2, gpu_name=" rtx 4090 "),
            row(id=1, gpu_name="RTX 4090", dph_total=0.1),
        ]
    }
    frame = replace(FRAME, models=frozenset({"RTX 4090"}))
    text = json.dumps(body).encode()
    found = offers.page(rows.read(text).offers, frame)
    assert [candidate.offer_id for candidate in found.candidates] == ["2"]
    assert (found.rows, found.unread, found.unpriced) == (3, 0, frozenset())


@given(
    base=st.floats(0.01, 50),
    monthly=st.floats(0, 1),
    disk_gb=st.integers(8, 4000),
    answered_gb=st.sampled_from([None, 8]),
)
def test_the_price_contains_the_disk_that_was_asked_for(
    base: float, monthly: float, disk_gb: int, answered_gb: int | None
) -> None:
    """Also where the answer was worked out for another disk."""
    stored = monthly * (disk_gb if answered_gb is None else answered_gb) / 720
    listed = row(
        dph_base=base, storage_cost=monthly, storage_total_cost=stored, dph_total=base + stored
    )
    read = rows.read(json.dumps({"offers": [listed]}).encode()).offers
    (found,) = offers.page(read, offers.Frame(PricingKind.ON_DEMAND, disk_gb, SEEN_AT)).candidates
    honest = Decimal(base) + Decimal(monthly) * disk_gb / 720
    assert abs(found.offer().price.usd_per_hour - honest) < Decimal("0.000002")
