"""What is asked of Vast.ai's search."""

import json
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest

from providers import gpus
from providers.models import OfferQuery, PricingKind, Sort
from providers.vastai.translate import requests
from tests.providers.fixtures import fixture, query


def sent(wish: OfferQuery, from_usd: float | None = None) -> dict[str, object]:
    question = requests.question(wish)
    assert question is not None
    if from_usd is not None:
        question = question.at(from_usd)
    url = urlsplit(question.url("https://vast.example"))
    assert url.path == "/api/v0/bundles/"
    filters: dict[str, object] = json.loads(parse_qs(url.query)["q"][0])
    return filters


@pytest.mark.parametrize("name", ["search-on-demand", "search-bid", "search-odd-rows"])
def test_request_of_each_fixture(name: str) -> None:
    """A query becomes exactly the filters of its fixture."""
    told = fixture("vastai", name)
    assert sent(query(told["query"])) == told["request"]["q"]


def test_without_a_model_everything_is_filtered_there() -> None:
    """Without a model cheap cards would fill the pages, so Vast.ai filters all it can."""
    wish = OfferQuery(
        min_gpus=2,
        max_gpus=4,
        max_usd_per_hour=Decimal("3.5"),
        max_usd_per_gpu_hour=Decimal("0.5"),
        min_vram_gib=24,
        max_vram_gib=48,
        countries=("US", "DE"),
        datacenter_only=True,
        min_reliability=0.99,
        disk_gb=200,
        min_ram_gb=64,
        min_vcpus=16,
        min_cuda=12.4,
        min_download_mbps=500,
        min_upload_mbps=100,
        min_hours=8,
    )
    assert sent(wish) == {
        "type": "on-demand",
        "allocated_storage": 200,
        "rentable": {"eq": True},
        "external": {"eq": False},
        "verified": {"eq": True},
        "num_gpus": {"gte": 2, "lte": 4},
        "gpu_ram": {"gte": 22855, "lte": 51610},
        "reliability2": {"gte": 0.99},
        "cpu_cores_effective": {"gte": 16},
        "cpu_ram": {"gte": 64000},
        "disk_space": {"gte": 200},
        "cuda_max_good": {"gte": 12.4},
        "inet_down": {"gte": 500},
        "inet_up": {"gte": 100},
        "duration": {"gte": 28800},
        "geolocation": {"in": ["US", "DE"]},
        "datacenter": {"eq": True},
        "dph_total": {"lte": 2.0},
        "order": [["dph_total", "asc"], ["id", "asc"]],
        "limit": 5000,
    }


def test_excluded_countries_and_the_page_border() -> None:
    """The border of a page joins the ceiling of the price."""
    wish = OfferQuery(excluded_countries=("CN",), max_usd_per_hour=Decimal("0.4"))
    filters = sent(wish, from_usd=0.123)
    assert filters["geolocation"] == {"notin": ["CN"]}
    assert filters["dph_total"] == {"lte": 0.4, "gte": 0.123}


def test_prices_and_places_of_a_model_share_one_question() -> None:
    """With a model named, price, place and sort change nothing of what is asked."""
    wish = OfferQuery(gpus=("RTX 4090",))
    others = [
        wish.with_changes(max_usd_per_hour=Decimal("0.4")),
        wish.with_changes(countries=("US",), min_reliability=None, datacenter_only=True),
        wish.with_changes(sort=Sort.VALUE, limit=5, min_ram_gb=64),
    ]
    assert [requests.question(other) for other in others] == [requests.question(wish)] * 3


@pytest.mark.parametrize(
    "change",
    [
        {"gpus": ("RTX 3090",)},
        {"min_gpus": 2},
        {"verified_only": False},
        {"pricing": PricingKind.INTERRUPTIBLE},
        {"disk_gb": 51},
        {"min_vram_gib": 24.0},
    ],
)
def test_what_changes_the_answer_changes_the_question(change: dict[str, object]) -> None:
    """Two queries share an answer only when Vast.ai would give the same one."""
    wish = OfferQuery(gpus=("RTX 4090",))
    assert requests.question(wish) != requests.question(wish.with_changes(**change))


def test_every_model_is_asked_for_by_its_own_words() -> None:
    """Every canonical name that Vast.ai has is asked for in words that come back as that name."""
    for name in gpus.ALL:
        question = requests.question(OfferQuery(gpus=(name,)))
        words = gpus.marketplace_names(name, "vastai")
        assert (question is None) == (not words)
        if question is None:
            continue
        asked = json.loads(question.filters)["gpu_name"]
        assert asked == ({"eq": words[0]} if len(words) == 1 else {"in": list(words)})
        assert {gpus.canonical(word, "vastai")[0] for word in words} == {name}
        assert not any("_" in word for word in words)


def test_a_name_nobody_knows_is_asked_for_as_typed() -> None:
    """A card that is newer than our table is found by its raw name, in Vast.ai's case too."""
    assert sent(OfferQuery(gpus=("RTX 9090 Ti",)))["gpu_name"] == {
        "in": ["RTX 9090 Ti", "RTX 9090 TI"]
    }
    assert sent(OfferQuery(gpus=("RTX 9090",)))["gpu_name"] == {"eq": "RTX 9090"}


def test_enough_is_only_known_in_the_order_of_prices() -> None:
    """A walk may end early only without a model and sorted by price."""
    asked = {
        OfferQuery(): 50,
        OfferQuery(limit=5): 5,
        OfferQuery(sort=Sort.VALUE): None,
        OfferQuery(gpus=("RTX 4090",)): None,
    }
    for wish, enough in asked.items():
        question = requests.question(wish)
        assert question is not None
        assert question.enough == enough
