"""What is told to people: canonical text, conditions, the document."""

from decimal import Decimal
from pathlib import Path

import pytest

from bot.grammar import (
    Condition,
    Find,
    condition_words,
    conditions,
    describe,
    parse,
    reference_markdown,
)
from bot.grammar.table import ROWS
from providers import matching, places
from providers.models import OfferQuery, PricingKind, ProviderName, Sort

DOCUMENT = Path(__file__).parents[3] / "docs" / "query-language.md"
EVERYTHING = OfferQuery(
    gpus=("H100 SXM", "H100 PCIe", "H100 NVL", "RTX 4090", "Warp 9"),
    min_gpus=2,
    max_gpus=4,
    max_usd_per_hour=Decimal("2.5"),
    max_usd_per_gpu_hour=Decimal("0.625"),
    min_vram_gib=24.0,
    max_vram_gib=80.0,
    countries=tuple(sorted((*places.country_codes("eu"), "IN", "US"))),
    excluded_countries=("DE",),
    providers=(ProviderName("tensordock"), ProviderName("vastai")),
    pricing=PricingKind.INTERRUPTIBLE,
    verified_only=False,
    datacenter_only=True,
    min_reliability=0.995,
    disk_gb=200,
    min_ram_gb=64.0,
    min_vcpus=16.0,
    min_cuda=12.4,
    min_download_mbps=500.0,
    min_upload_mbps=100.0,
    min_hours=1.5,
    sort=Sort.VALUE,
    limit=5,
)


def query_of(text: str) -> OfferQuery:
    found = parse(text)
    assert isinstance(found, Find), found
    return found.query


def test_canonical_text_of_everything():
    """Wishes are written in the order of the table and read back as the same query."""
    text = describe(EVERYTHING)
    assert text == (
        '2-4x h100|4090|"Warp 9" 24-80gb vram under 2.50 under 0.625 per gpu in eu,india,us'
        " not in de on tensordock,vast any host datacenter reliability 99.5% disk 200gb ram 64gb"
        " 16 cpus cuda 12.4 down 500mbps up 100mbps spot for 1.5h sort value top 5"
    )
    assert query_of(text) == EVERYTHING


def test_the_defaults_are_conditions_marked_as_such():
    """A query without a wish still holds what is assumed."""
    assert conditions(OfferQuery()) == (
        Condition("verified_only", "verified hosts", is_default=True),
        Condition("min_reliability", "reliability ≥ 95%", is_default=True),
        Condition("pricing", "on-demand", is_default=True),
    )


def test_every_wish_is_a_condition():
    """Each wish that can keep an offer out is told, in the order of the table."""
    assert [(each.field, each.words) for each in conditions(EVERYTHING)] == [
        ("min_gpus", "at least 2 GPUs"),
        ("max_gpus", "at most 4 GPUs"),
        ("gpus", "H100 SXM, H100 PCIe, H100 NVL, RTX 4090 or 1 more"),
        ("min_vram_gib", "at least 24 GB VRAM"),
        ("max_vram_gib", "at most 80 GB VRAM"),
        ("max_usd_per_hour", "under $2.50/h"),
        ("max_usd_per_gpu_hour", "under $0.625/h per GPU"),
        ("countries", "in EU, India, United States"),
        ("excluded_countries", "not in Germany"),
        ("providers", "on TensorDock or Vast.ai"),
        ("datacenter_only", "datacenter hosts"),
        ("min_reliability", "reliability ≥ 99.5%"),
        ("disk_gb", "200 GB disk"),
        ("min_ram_gb", "at least 64 GB RAM"),
        ("min_vcpus", "at least 16 vCPUs"),
        ("min_cuda", "CUDA 12.4 or newer"),
        ("min_download_mbps", "download ≥ 500 Mbit/s"),
        ("min_upload_mbps", "upload ≥ 100 Mbit/s"),
        ("pricing", "interruptible"),
        ("min_hours", "available for 1.5 h"),
    ]
    assert not any(each.is_default for each in conditions(EVERYTHING))


def test_an_exact_wish_is_told_once():
    """Two bounds that are one number are one condition, whichever field is asked about."""
    query = OfferQuery(min_gpus=1, max_gpus=1, min_vram_gib=24.0, max_vram_gib=24.0)
    assert [each.words for each in conditions(query) if not each.is_default] == [
        "1 GPU",
        "24 GB VRAM",
    ]
    assert condition_words("max_gpus", query) == "1 GPU"
    assert condition_words("max_vram_gib", query) == "24 GB VRAM"
    assert condition_words("max_gpus", OfferQuery(max_gpus=1)) == "1 GPU"
    assert condition_words("min_hours", OfferQuery(min_hours=100 / 60)) == "available for 100 min"


@pytest.mark.parametrize("field", sorted(matching.CONDITIONS))
def test_each_field_that_matching_may_name_has_words(field):
    """Whatever removes an offer can be told; a field without a wish has no words."""
    strict = EVERYTHING.with_changes(verified_only=True)
    lax = OfferQuery(verified_only=False, min_reliability=None)
    assert condition_words(field, strict)
    assert condition_words(field, lax) in {"", "on-demand", "at least 1 GPU"}


def test_the_table_covers_every_field_once():
    """Each field of a query belongs to exactly one row."""
    fields = [field for row in ROWS for field in row.fields]
    assert sorted(fields) == sorted(OfferQuery.__dataclass_fields__)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (OfferQuery(max_gpus=4), "1-4x"),
        (OfferQuery(max_vram_gib=24.0), "up to 24gb"),
        (OfferQuery(min_vram_gib=22.49), "22.49gb+"),
        (OfferQuery(max_usd_per_hour=Decimal("1234.5")), "under 1234.50"),
        (OfferQuery(max_usd_per_hour=Decimal("4E+3")), "under 4000.00"),
        (OfferQuery(min_reliability=None), "any reliability"),
        (OfferQuery(min_hours=100 / 60), "for 100m"),
        (OfferQuery(gpus=('19" rack',)), "'19\" rack'"),
        (OfferQuery(), "any gpu"),
    ],
)
def test_canonical_text_of_one_wish(query, text):
    """Bounds, sums and names are written so that they read back exactly."""
    assert describe(query) == text
    assert query_of(text) == query


def test_the_document_is_the_table():
    """docs/query-language.md holds what `reference_markdown` writes from the table."""
    assert DOCUMENT.read_text("utf-8") == reference_markdown()
