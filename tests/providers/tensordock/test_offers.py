"""TensorDock's locations become candidates and offers."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from providers import gpus, matching
from providers.models import Offer, OfferQuery
from providers.tensordock import wire
from providers.tensordock.translate import offers
from tests.providers.fixtures import fixture, prices, query

SEEN_AT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PLACE = {"id": "loc", "city": "Austin", "stateprovince": "Texas", "country": "United States"}


def read(body: Any, wish: OfferQuery | None = None) -> offers.Read:
    answer = wire.read(wire.Answer, json.dumps(body).encode())
    return offers.read(answer, offers.wish(wish or OfferQuery()), SEEN_AT)


def model(**fields: Any) -> dict[str, Any]:
    """An RTX 4090 at 0.40, in a machine of at most 64 vCPU, 256 GB and 2,000 GB."""
    return {
        "v0Name": "geforcertx4090-pcie-24gb",
        "max_count": 1,
        "price_per_hr": 0.4,
        "resources": {"max_vcpus": 64, "max_ram_gb": 256, "max_storage_gb": 2000},
        "pricing": {"per_vcpu_hr": 0.003, "per_gb_ram_hr": 0.002, "per_gb_storage_hr": 0.00005},
        **fields,
    }


def at(*models: Any, **place: Any) -> dict[str, Any]:
    return {"data": {"locations": [{**PLACE, **place, "gpus": list(models)}]}}


def only(body: Any, wish: OfferQuery | None = None) -> offers.Candidate:
    (found,) = read(body, wish).candidates
    return found


def built(offer: Offer) -> tuple[float | None, ...]:
    """vCPU, memory and disk of the machine that the price is for."""
    return (offer.vcpus, offer.ram_gb, float(offer.disk_gb))


def told(candidate: offers.Candidate) -> dict[str, Any]:
    """The whole offer, as fixtures write it."""
    o = candidate.offer()
    assert (o.provider, o.pricing.value, o.seen_at) == ("tensordock", "on-demand", SEEN_AT)
    unstated = (
        o.host_id,
        o.verification,
        o.reliability,
        o.cpu_name,
        o.max_cuda,
        o.download_mbps,
        o.upload_mbps,
        o.available_until,
        o.open_ports,
        o.tflops,
        o.price.download_usd_per_gb,
        o.price.upload_usd_per_gb,
    )
    assert unstated == (None,) * 12
    return {
        "offer_id": o.offer_id,
        "gpu": [o.gpu.name, o.gpu.count, o.gpu.vram_gib, o.gpu.known],
        "price": prices(*map(str, (o.price.gpu, o.price.cpu_ram, o.price.disk))),
        "disk_gb": str(o.disk_gb),
        "location": [o.location.country, o.location.label],
        "machine_id": o.machine_id,
        "datacenter": o.datacenter,
        "vcpus": o.vcpus,
        "ram_gb": o.ram_gb,
        "max_disk_gb": o.max_disk_gb,
        "remarks": list(o.remarks),
    }


def test_reply_of_fixture() -> None:
    """A full reply becomes exactly the offers of its fixture; unknown prices are counted."""
    story = fixture("tensordock", "locations")
    expected = story["expected"]
    for offer in expected["offers"]:
        offer["price"] = prices(*offer["price"])
    found = read(story["reply"]["body"], query(story["query"]))
    assert [told(candidate) for candidate in found.candidates] == expected["offers"]
    assert (found.rows, found.left_out) == (expected["rows"], expected["left_out"])


def test_the_published_examples_of_prices() -> None:
    """The three sums that the fact sheet worked out: GPU, vCPU, RAM and disk."""
    default = only(at(model(price_per_hr=0.3966)))
    assert default.offer().price.usd_per_hour == Decimal("0.4896")
    small = only(
        at(
            model(
                price_per_hr=0.2,
                resources={"max_vcpus": 4, "max_ram_gb": 16, "max_storage_gb": 100},
            )
        )
    )
    assert small.offer().price.usd_per_hour == Decimal("0.249")
    two = read(
        at(model(price_per_hr=0.5, max_count=2, resources={"max_vcpus": 4, "max_ram_gb": 8})),
        OfferQuery(disk_gb=200, min_gpus=2),
    )
    assert [c.offer().price.usd_per_hour for c in two.candidates] == [Decimal("1.038")]


@pytest.mark.parametrize("name", ["per_vcpu_hr", "per_gb_ram_hr", "per_gb_storage_hr"])
@pytest.mark.parametrize("value", [None, "", "cheap", -0.001, True, float("nan"), 1e9])
def test_a_missing_part_makes_the_price_unknown(name: str, value: Any) -> None:
    """An offer without one of its prices is left out and counted, never shown too cheap."""
    pricing = {**model()["pricing"], name: value}
    found = read(at(model(pricing=pricing), model(v0Name="a40-pcie-48gb")))
    assert [c.gpu_name for c in found.candidates] == ["A40"]
    assert (found.rows, found.left_out) == (2, 1)


@pytest.mark.parametrize("value", [None, 0, -1, "free", float("inf"), 1e-300])
def test_a_gpu_without_a_price_is_left_out(value: Any) -> None:
    """The price of the GPU is missing, nothing or absurd."""
    found = read(at(model(price_per_hr=value)))
    assert (len(found.candidates), found.rows, found.left_out) == (0, 1, 1)


@pytest.mark.parametrize(
    ("wish", "machine"),
    [
        ({}, (8, 32, 100)),
        ({"min_vcpus": 2, "min_ram_gb": 4, "disk_gb": 20}, (8, 32, 100)),
        ({"min_vcpus": 9, "min_ram_gb": 33, "disk_gb": 101}, (10, 48, 101)),
        ({"min_vcpus": 64, "min_ram_gb": 256, "disk_gb": 2000}, (64, 256, 2000)),
    ],
)
def test_the_machine_grows_with_the_wishes(
    wish: dict[str, Any], machine: tuple[int, int, int]
) -> None:
    """vCPUs come in pairs, memory in steps, and a disk has at least 100 GB."""
    found = only(at(model()), OfferQuery(**wish))
    assert built(found.offer()) == machine


@pytest.mark.parametrize(
    ("limits", "machine"),
    [
        ({"max_vcpus": 7, "max_ram_gb": 31, "max_storage_gb": 100.5}, (6, 16, 100)),
        ({"max_vcpus": 2, "max_ram_gb": 9, "max_storage_gb": 100}, (2, 8, 100)),
    ],
)
def test_the_machine_shrinks_to_the_limits(
    limits: dict[str, float], machine: tuple[int, int, int]
) -> None:
    """What is not asked for is cut to what the location allows, down to a step that exists."""
    offer = only(at(model(resources=limits))).offer()
    assert (built(offer), offer.remarks) == (machine, ())


@pytest.mark.parametrize(
    ("asked", "limits", "defaults"),
    [
        ({}, {}, ("vcpus", "ram_gb")),
        ({"min_vcpus": 16}, {}, ("ram_gb",)),
        ({"min_vcpus": 9, "min_ram_gb": 48}, {}, ()),
        ({"min_ram_gb": 16}, {"max_vcpus": 6}, ("ram_gb",)),
    ],
)
def test_a_default_that_could_be_more_is_marked(
    asked: dict[str, Any], limits: dict[str, float], defaults: tuple[str, ...]
) -> None:
    """Also for many GPUs, and when the offer is read again."""
    sizes = {"max_vcpus": 64, "max_ram_gb": 256, "max_storage_gb": 2000} | limits
    body = at(model(resources=sizes, max_count=8))
    offer = read(body, OfferQuery(min_gpus=8, **asked)).candidates[-1].offer()
    assert (offer.gpu.count, offer.defaults) == (8, defaults)
    answer = wire.read(wire.Answer, json.dumps(body).encode())
    again = offers.read(answer, offers.wish_for(offer), SEEN_AT).candidates[-1].offer()
    assert again == offer


@pytest.mark.parametrize("wish", [{"min_vcpus": 66}, {"min_ram_gb": 257}, {"disk_gb": 2001}])
def test_a_location_that_is_too_small_is_not_offered(wish: dict[str, Any]) -> None:
    """A wish beyond the limits is what the offer then fails, and is named as that."""
    asked = OfferQuery(**wish)
    found = read(at(model()), asked)
    failed = [matching.failing(c, asked, SEEN_AT.timestamp()) for c in found.candidates]
    assert failed == [tuple(wish)]


@pytest.mark.parametrize("limits", [{"max_storage_gb": 99}, {"max_vcpus": 1}, {"max_ram_gb": 1}])
def test_where_no_machine_may_be_built_there_is_no_offer(limits: dict[str, float]) -> None:
    """Less than the smallest machine is none; it is readable, so it is not counted as lost."""
    found = read(at(model(resources=limits)))
    assert (len(found.candidates), found.rows, found.left_out) == (0, 1, 0)


@pytest.mark.parametrize("unknown", [0, None, -3, "many"])
def test_a_limit_that_nobody_knows_is_told(unknown: Any) -> None:
    """0 was seen where machines could be built: the default stays, with a remark."""
    limits = {"max_vcpus": unknown, "max_ram_gb": 64, "max_storage_gb": 500}
    offer = only(at(model(resources=limits))).offer()
    assert (offer.vcpus, offer.remarks) == (8, ("The vCPU limit is not stated.",))


def test_one_offer_for_each_number_of_gpus() -> None:
    """Every number from the least wanted to the most allowed, at most 16, each with its price."""
    plenty = at(model(max_count=40))
    whole = read(plenty).candidates
    some = read(plenty, OfferQuery(min_gpus=2, max_gpus=4)).candidates
    assert [c.gpu_count for c in whole] == list(range(1, 17))
    assert [(c.offer_id, c.offer().price.gpu) for c in some] == [
        (f"loc:geforcertx4090-pcie-24gb:{n}", Decimal("0.4") * n) for n in (2, 3, 4)
    ]
    assert read(at(model(max_count=0))).candidates == ()
    assert read(at(model(max_count=-5))).candidates == ()


@pytest.mark.parametrize(
    ("tier", "datacenter"),
    [(0, False), (1, None), (2, None), (3, True), (4, True), (7, True), (None, None), ("x", None)],
)
def test_tiers(tier: Any, datacenter: bool | None) -> None:
    """3 and above are data centres, 0 is a home, and nobody says what lies between."""
    assert only(at(model(), tier=tier)).datacenter is datacenter


def test_one_place_and_model_is_one_offer() -> None:
    """A doubled entry is dropped: the first one stands."""
    found = read(at(model(), model(price_per_hr=0.1)))
    assert [c.offer().price.gpu for c in found.candidates] == [Decimal("0.4")]


def test_every_model_comes_back_by_its_canonical_name() -> None:
    """Every word that TensorDock uses becomes the name whose word it is, with its memory."""
    for name in gpus.ALL:
        for word in gpus.marketplace_names(name, "tensordock"):
            found = only(at(model(v0Name=word)))
            assert (found.gpu_name, found.offer().gpu.known) == (name, True)
            assert found.vram_gib == gpus.vram_in_name(word)


def test_an_unknown_model_is_shown_raw() -> None:
    """A model that is newer than our table is offered, with the memory that its id states."""
    gpu = only(at(model(v0Name="geforcertx9090-pcie-64gb"))).offer().gpu
    assert (gpu.name, gpu.vram_gib, gpu.known) == ("RTX 9090", 64, False)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
NUMBER = JSON | st.floats(0, 10) | st.integers(0, 2000)
HOSTILE_MODEL = st.fixed_dictionaries(
    {"v0Name": st.just("a40-pcie-48gb") | JSON, "max_count": st.integers(0, 20) | JSON},
    optional={
        "price_per_hr": NUMBER,
        "resources": st.fixed_dictionaries(
            {}, optional=dict.fromkeys(wire.Resources.model_fields, NUMBER)
        )
        | JSON,
        "pricing": st.fixed_dictionaries(dict.fromkeys(wire.Pricing.model_fields, NUMBER)) | JSON,
    },
)
HOSTILE_PLACE = st.fixed_dictionaries(
    {"id": st.just("loc") | JSON, "gpus": st.lists(HOSTILE_MODEL, max_size=3) | JSON},
    optional=dict.fromkeys(("city", "stateprovince", "country", "tier"), JSON),
)


@given(st.lists(HOSTILE_PLACE | JSON, max_size=3))
def test_any_location_is_an_honest_offer_or_left_out(places: list[Any]) -> None:
    """Whatever comes: offers with additive money of all their parts, or one less."""
    found = read({"data": {"locations": places}})
    for candidate in found.candidates:
        offer = candidate.offer()
        parts = offer.price.gpu + offer.price.cpu_ram + offer.price.disk
        assert offer.price.usd_per_hour == parts
        assert offer.price.gpu > 0
        assert min(offer.price.cpu_ram, offer.price.disk) >= 0
        assert candidate.usd_per_hour == float(parts)
        assert offer.disk_gb == 100
        assert offer.gpu.count in range(1, 17)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{", b'{"data":null}', b'{"data":{"locations":{}}}', b"[" * 9999],
)
def test_what_is_no_answer(body: bytes) -> None:
    """An answer is an object with a list of locations, and nothing else."""
    with pytest.raises(wire.NotAnAnswer):
        wire.read(wire.Answer, body)
