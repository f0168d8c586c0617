"""Matching: each condition with its boundary, against a naive oracle, and the order of offers."""

from dataclasses import fields
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import matching
from providers.models import Offer, OfferQuery, PricingKind, Sort, Verification
from tests.fakes.provider import an_offer
from tests.providers.market_of_anything import NOW, NOW_S, offers, queries

OFFER = matching.as_candidate(an_offer())
ANY = OfferQuery(verified_only=False, min_reliability=None)


def fails(offer: Offer, **wishes: object) -> tuple[str, ...]:
    return matching.failing(matching.as_candidate(offer), ANY.with_changes(**wishes), NOW_S)


def oracle(offer: Offer, query: OfferQuery) -> set[str]:
    """The same rules once more, in other words and with exact money."""
    exact = Decimal("1e-9")
    size = offer.gpu.vram_gib

    def below(fact: Any, least: Any) -> bool:
        return fact is not None and least is not None and fact < least

    wrong = {
        "gpus": bool(query.gpus) and offer.gpu.name not in query.gpus,
        "pricing": offer.pricing != query.pricing,
        "min_gpus": offer.gpu.count < query.min_gpus,
        "max_gpus": query.max_gpus is not None and offer.gpu.count > query.max_gpus,
        "max_usd_per_hour": query.max_usd_per_hour is not None
        and offer.price.usd_per_hour > query.max_usd_per_hour + exact,
        "max_usd_per_gpu_hour": query.max_usd_per_gpu_hour is not None
        and offer.usd_per_gpu_hour > query.max_usd_per_gpu_hour + exact,
        "min_vram_gib": query.min_vram_gib is not None
        and (size is None or size / query.min_vram_gib < 0.93),
        "max_vram_gib": query.max_vram_gib is not None
        and (size is None or size / query.max_vram_gib > 1.05),
        "countries": bool(query.countries)
        and offer.location.country not in {None, *query.countries},
        "excluded_countries": offer.location.country in query.excluded_countries,
        "providers": bool(query.providers) and offer.provider not in query.providers,
        "verified_only": query.verified_only
        and offer.verification in {Verification.UNVERIFIED, Verification.DEVERIFIED},
        "datacenter_only": query.datacenter_only and offer.datacenter is False,
        "min_reliability": below(offer.reliability, query.min_reliability),
        "disk_gb": below(offer.max_disk_gb, query.disk_gb),
        "min_ram_gb": below(offer.ram_gb, query.min_ram_gb),
        "min_vcpus": below(offer.vcpus, query.min_vcpus),
        "min_cuda": below(offer.max_cuda, query.min_cuda),
        "min_download_mbps": below(offer.download_mbps, query.min_download_mbps),
        "min_upload_mbps": below(offer.upload_mbps, query.min_upload_mbps),
        "min_hours": query.min_hours is not None
        and offer.available_until is not None
        and offer.available_until < NOW + timedelta(hours=query.min_hours),
    }
    return {field for field, is_wrong in wrong.items() if is_wrong}


@given(offers(), queries())
def test_failing_is_what_the_oracle_says(offer: Offer, query: OfferQuery) -> None:
    """For any offer and query the failed conditions are those of the plain rules, each once."""
    failed = matching.failing(matching.as_candidate(offer), query, NOW_S)
    assert set(failed) == oracle(offer, query)
    assert len(failed) == len(set(failed))


def test_every_field_of_a_query_is_a_condition() -> None:
    """No wish is forgotten: only the order and the number of offers are no conditions."""
    assert {field.name for field in fields(OfferQuery)} - matching.CONDITIONS.keys() == {
        "sort",
        "limit",
    }


@given(queries())
def test_a_test_that_reads_one_fact_reads_no_other(query: OfferQuery) -> None:
    """The index asks one offer of all those that state the same."""
    for field, value in matching.wishes(query):
        if field in matching.FACTS:
            fact = matching.FACTS[field]
            candidate: Any = SimpleNamespace(**{fact: getattr(OFFER, fact)})
            passes = matching.CONDITIONS[field][1](value, NOW_S)
            assert passes(candidate) == passes(OFFER)


@pytest.mark.parametrize(
    ("wanted", "least", "most"),
    [
        (24, [22.49, 23.03, 23.99, 24.0], [22.0, 11.0]),
        (48, [44.99, 45.0, 47.79, 48.0], [31.84, 40.0]),
        (80, [79.65, 80.0], [71.69, 47.99]),
        (96, [95.59, 93.58], [80.0]),
        (180, [179.06], [140.4]),
        (192, [179.06], [140.4]),
        (288, [268.6], [179.06]),
        (16, [14.996, 15.0, 15.99], [12.0]),
    ],
)
def test_memory_is_at_least_the_size_on_the_box(
    wanted: int, least: list[float], most: list[float]
) -> None:
    """Cards that report a little less than their size have it; the next smaller ones have not."""
    for reported in least:
        assert fails(an_offer(vram_gib=reported), min_vram_gib=wanted) == (), reported
    for reported in most:
        assert fails(an_offer(vram_gib=reported), min_vram_gib=wanted) == ("min_vram_gib",)


@pytest.mark.parametrize(
    ("wanted", "fit", "larger"),
    [
        (24, [22.49, 24.0], [31.84, 44.99]),
        (48, [44.99, 48.0], [63.7, 71.69]),
        (80, [79.65, 80.0], [93.58, 95.59]),
        (96, [95.59], [139.0]),
    ],
)
def test_memory_is_at_most_the_size_on_the_box(
    wanted: int, fit: list[float], larger: list[float]
) -> None:
    """`24gb` never finds 32, and the 94 GB of an H100 NVL are not 80."""
    for reported in fit:
        assert fails(an_offer(vram_gib=reported), max_vram_gib=wanted) == ()
    for reported in larger:
        assert fails(an_offer(vram_gib=reported), max_vram_gib=wanted) == ("max_vram_gib",)


def test_prices_include_their_boundary() -> None:
    """`under 0.40` takes 0.40 and the noise of floats, and nothing above; per GPU the same."""
    at, above = an_offer(usd="0.40"), an_offer(usd="0.4001")
    noisy = an_offer(usd=Decimal(0.1 + 0.3 + 1e-16))
    limit = Decimal("0.40")
    assert fails(at, max_usd_per_hour=limit) == ()
    assert fails(noisy, max_usd_per_hour=limit) == ()
    assert fails(above, max_usd_per_hour=limit) == ("max_usd_per_hour",)
    assert fails(an_offer(count=3, usd="1.20"), max_usd_per_gpu_hour=limit) == ()
    assert fails(an_offer(count=3, usd="1.21"), max_usd_per_gpu_hour=limit) == (
        "max_usd_per_gpu_hour",
    )


def test_what_is_not_stated_passes_except_memory() -> None:
    """Nothing stated fails nothing but the wish for memory, whose lack could not be repaired."""
    silent = an_offer(
        vram_gib=None,
        country=None,
        verification=None,
        reliability=None,
        datacenter=None,
        vcpus=None,
        ram_gb=None,
        max_disk_gb=None,
        max_cuda=None,
        download_mbps=None,
        upload_mbps=None,
        available_until=None,
    )
    everything = {
        "min_vram_gib": 8,
        "max_vram_gib": 800,
        "countries": ("US",),
        "excluded_countries": ("DE",),
        "verified_only": True,
        "datacenter_only": True,
        "min_reliability": 1.0,
        "disk_gb": 9000,
        "min_ram_gb": 9000.0,
        "min_vcpus": 900.0,
        "min_cuda": 99.0,
        "min_download_mbps": 1e9,
        "min_upload_mbps": 1e9,
        "min_hours": 9000.0,
    }
    assert fails(silent, **everything) == ("min_vram_gib", "max_vram_gib")


def test_pricing_kinds_never_mix() -> None:
    """An interruptible machine is no answer to on-demand, nor the reverse."""
    spot = an_offer(pricing=PricingKind.INTERRUPTIBLE)
    assert fails(spot) == ("pricing",)
    assert fails(spot, pricing=PricingKind.INTERRUPTIBLE) == ()
    assert fails(an_offer(), pricing=PricingKind.INTERRUPTIBLE) == ("pricing",)


def test_unknown_names_are_compared_as_text() -> None:
    """A model that nobody knows is found however it is spelt; similar models are not."""
    assert fails(an_offer(gpu="RTX 6090"), gpus=("rtx_6090",)) == ()
    assert fails(an_offer(gpu="RTX 4090 D"), gpus=("RTX 4090",)) == ("gpus",)


@given(st.lists(offers(), max_size=12), st.sampled_from(Sort), st.randoms())
def test_the_order_is_total(found: list[Offer], sort: Sort, random: Any) -> None:
    """Any order of arrival gives the same answer: each identity once, best first."""
    distinct = list({(o.identity, o.seen_at, o.price.usd_per_hour): o for o in found}.values())
    shuffled = distinct.copy()
    random.shuffle(shuffled)
    ranked = matching.rank(distinct, sort)
    assert matching.rank(shuffled, sort) == ranked
    assert {o.identity for o in ranked} == {o.identity for o in found}
    assert len(ranked) == len({o.identity for o in ranked})
    keys = [matching.rank_key(matching.as_candidate(o), sort) for o in ranked]
    assert keys == sorted(keys)


def test_sorts() -> None:
    """Each sort puts its best first; what is not stated comes last; ties go to the cheaper one."""
    a = an_offer("a", usd="1", reliability=0.9, tflops=10.0, vram_gib=80.0)
    b = an_offer("b", usd="2", reliability=0.99, tflops=90.0, vram_gib=80.0)
    c = an_offer("c", usd="3", reliability=None, tflops=None, vram_gib=None)
    d = an_offer("d", usd="1", reliability=0.95, tflops=None, vram_gib=24.0, count=8)

    def order(sort: Sort) -> str:
        return "".join(o.offer_id for o in matching.rank([c, b, a, d], sort))

    assert {sort: order(sort) for sort in Sort} == {
        Sort.PRICE: "dabc",
        Sort.VALUE: "badc",
        Sort.RELIABILITY: "bdac",
        Sort.VRAM: "dabc",
    }


def test_doubles_keep_the_newer_then_the_cheaper() -> None:
    """An older price is outdated; within one answer the cheaper row stays."""
    old = an_offer(usd="0.30", seen_at=NOW - timedelta(seconds=60))
    dear, cheap = an_offer(usd="0.50", seen_at=NOW), an_offer(usd="0.45", seen_at=NOW)
    assert matching.rank([old, dear, cheap], Sort.PRICE) == (cheap,)
    rows = [matching.as_candidate(o) for o in (dear, cheap, dear)]
    assert [c.usd_per_hour for c in matching.without_doubles(rows)] == [0.45]
    spot = an_offer(usd="0.20", seen_at=NOW, pricing=PricingKind.INTERRUPTIBLE)
    assert len(matching.rank([cheap, spot], Sort.PRICE)) == 2
