"""What each way to write a wish means, as whole queries."""

from decimal import Decimal

import pytest

from bot.grammar import Find, Help, parameters, parse
from providers import places
from providers.models import OfferQuery, PricingKind, ProviderName, Sort

H100 = ("H100 SXM", "H100 PCIe", "H100 NVL")
A100 = ("A100 SXM", "A100 PCIe")
EU = places.country_codes("eu")
VAST, TENSORDOCK = ProviderName("vastai"), ProviderName("tensordock")


def query_of(text: str) -> OfferQuery:
    found = parse(text)
    assert isinstance(found, Find), found
    return found.query


def gpu(*names, **wishes):
    return OfferQuery(gpus=names, **wishes)


def two(*names, **wishes):
    return OfferQuery(gpus=names, min_gpus=2, max_gpus=2, **wishes)


def vram(least=None, most=None, **wishes):
    return OfferQuery(min_vram_gib=least, max_vram_gib=most, **wishes)


def usd(text, **wishes):
    return OfferQuery(max_usd_per_hour=Decimal(text), **wishes)


def each(text, **wishes):
    return OfferQuery(max_usd_per_gpu_hour=Decimal(text), **wishes)


COUNTS = {
    "2x": two(),
    "x2": two(),
    "2 x 4090": two("RTX 4090"),
    "2x4090": two("RTX 4090"),
    "2×4090": two("RTX 4090"),
    "2*4090": two("RTX 4090"),
    "4090 x2": two("RTX 4090"),
    "4090x2": two("RTX 4090"),
    "4090 x 2": two("RTX 4090"),
    "h100x2": two(*H100),
    "8xh100": gpu(*H100, min_gpus=8, max_gpus=8),
    "2 gpus": two(),
    "2 gpu": two(),
    "1 gpu": OfferQuery(max_gpus=1),
    "4090 2 gpus": two("RTX 4090"),
    "2 4090": two("RTX 4090"),
    "2 h100s": two(*H100),
    "two 4090s": two("RTX 4090"),
    "dual 4090": two("RTX 4090"),
    "quad 4090": gpu("RTX 4090", min_gpus=4, max_gpus=4),
    "2+ gpus": OfferQuery(min_gpus=2),
    "2+x 4090": gpu("RTX 4090", min_gpus=2),
    "2x+ 4090": gpu("RTX 4090", min_gpus=2),
    "at least 2 gpus": OfferQuery(min_gpus=2),
    "up to 4 gpus": OfferQuery(max_gpus=4),
    "2-4x 4090": gpu("RTX 4090", min_gpus=2, max_gpus=4),
    "2–4 gpus": OfferQuery(min_gpus=2, max_gpus=4),
    "2 to 4 gpus": OfferQuery(min_gpus=2, max_gpus=4),
    "8-gpu": OfferQuery(min_gpus=8, max_gpus=8),
    "64x": OfferQuery(min_gpus=64, max_gpus=64),
}
MODELS = {
    "4090": gpu("RTX 4090"),
    "rtx4090": gpu("RTX 4090"),
    "RTX_4090": gpu("RTX 4090"),
    "geforce rtx 4090": gpu("RTX 4090"),
    "4090s": gpu("RTX 4090"),
    "4090 d": gpu("RTX 4090 D"),
    "4090d": gpu("RTX 4090 D"),
    "h100": gpu(*H100),
    "h100 nvl": gpu("H100 NVL"),
    "6000 ada": gpu("RTX 6000 Ada"),
    "rtx pro 6000 ws": gpu("RTX PRO 6000 WS"),
    "rtx pro 6000 max-q": gpu("RTX PRO 6000 Max-Q"),
    "4070 ti super": gpu("RTX 4070 Ti Super"),
    "4070ti-super": gpu("RTX 4070 Ti Super"),
    "7900xtx": gpu("RX 7900 XTX"),
    "p104-100": gpu("P104-100"),
    "titan x": gpu("Titan X"),
    "titan x x2": two("Titan X"),
    "titan x 24gb": gpu("Titan X", min_vram_gib=24.0, max_vram_gib=24.0),
    "a100 x 2": two(*A100),
    "titan x 12-24gb": gpu("Titan X", min_vram_gib=12.0, max_vram_gib=24.0),
    "a100 sxm 4 cpus": gpu("A100 SXM", min_vcpus=4.0),
    "a100 sxm4 80gb": gpu("A100 SXM", min_vram_gib=80.0, max_vram_gib=80.0),
    "4090|a6000": gpu("RTX 4090", "RTX A6000"),
    "4090 or a6000": gpu("RTX 4090", "RTX A6000"),
    "4090, a6000": gpu("RTX 4090", "RTX A6000"),
    "4090/a6000": gpu("RTX 4090", "RTX A6000"),
    "4090 and a6000": gpu("RTX 4090", "RTX A6000"),
    "a6000 4090 a6000": gpu("RTX 4090", "RTX A6000"),
    "l40s l4": gpu("L40S", "L4"),
    "a100 80gb": gpu(*A100, min_vram_gib=80.0, max_vram_gib=80.0),
    "A100-80GB": gpu(*A100, min_vram_gib=80.0, max_vram_gib=80.0),
    "a100 pcie 80gb": gpu("A100 PCIe", min_vram_gib=80.0, max_vram_gib=80.0),
    '"RTX 9090 Ti"': gpu("RTX 9090 Ti"),
    "'RTX 9090 Ti' 2x": two("RTX 9090 Ti"),
    "“RTX 9090 Ti”": gpu("RTX 9090 Ti"),
    '4090|"Warp 9"': gpu("RTX 4090", "Warp 9"),
    '"rtx 4090"': gpu("RTX 4090"),
    "“4090 under 0.4”": usd("0.4", gpus=("RTX 4090",)),
    "any gpu": OfferQuery(),
    "nvidia 4090 please": gpu("RTX 4090"),
}
VRAM = {
    "24gb": vram(24.0, 24.0),
    "24 GB": vram(24.0, 24.0),
    "24 gb vram": vram(24.0, 24.0),
    "vram 24": vram(24.0, 24.0),
    "video memory: 24 GB": vram(24.0, 24.0),
    "24gb+": vram(24.0),
    "24+gb": vram(24.0),
    "24 gb or more": vram(24.0),
    ">=24gb": vram(24.0),
    "&gt;=24gb": vram(24.0),
    "≥ 24 gb": vram(24.0),
    "at least 24gb": vram(24.0),
    "24gb min": vram(24.0),
    "up to 24gb": vram(None, 24.0),
    "24gb max": vram(None, 24.0),
    "<=24gb": vram(None, 24.0),
    "48-80gb": vram(48.0, 80.0),
    "48 – 80 gb": vram(48.0, 80.0),
    "48gb-80gb": vram(48.0, 80.0),
    "48 to 80gb": vram(48.0, 80.0),
    ">=24gb <=48gb": vram(24.0, 48.0),
    "22.5gb": vram(22.5, 22.5),
}
PRICES = {
    "under 0.40": usd("0.4"),
    "under 0,40": usd("0.4"),
    "under .40": usd("0.4"),
    "<0.4": usd("0.4"),
    "&lt;0.4": usd("0.4"),
    "&lt;= 0.4": usd("0.4"),
    "≤0.4": usd("0.4"),
    "below 0.4": usd("0.4"),
    "max $0.40/h": usd("0.4"),
    "max price 0.4": usd("0.4"),
    "budget: $0.40 per hour": usd("0.4"),
    "up to 40 cents": usd("0.4"),
    "40c an hour max": usd("0.4"),
    "$0.40": usd("0.4"),
    "0.40/hr": usd("0.4"),
    "0.40 USD": usd("0.4"),
    "USD 0.40": usd("0.4"),
    "no more than 0.4": usd("0.4"),
    "under 0.4 per gpu": each("0.4"),
    "<$0.40/gpu": each("0.4"),
    "$0.40/gpu/h": each("0.4"),
    "0.40 dollars per gpu-hour": each("0.4"),
    "$0.40 each": each("0.4"),
    "under 0.4 a gpu": each("0.4"),
    "under 2 under 0.4 per gpu": usd("2", max_usd_per_gpu_hour=Decimal("0.4")),
    "under 4090": usd("4090"),
    "under 0.000001": usd("0.000001"),
    "under 10000": usd("10000"),
    "4090 $0.40": usd("0.4", gpus=("RTX 4090",)),
    "4090 for $0.40": usd("0.4", gpus=("RTX 4090",)),
    "4090 0.40/h": usd("0.4", gpus=("RTX 4090",)),
    "under 2 2x": two(max_usd_per_hour=Decimal(2)),
    "under 2 x2": two(max_usd_per_hour=Decimal(2)),
    "under 2, 4090": usd("2", gpus=("RTX 4090",)),
    "under 4,4090": usd("4", gpus=("RTX 4090",)),
}
PLACES = {
    "in us,de": OfferQuery(countries=("DE", "US")),
    "in us de": OfferQuery(countries=("DE", "US")),
    "in us or de": OfferQuery(countries=("DE", "US")),
    "in us in de": OfferQuery(countries=("DE", "US")),
    "in the us": OfferQuery(countries=("US",)),
    "in germany": OfferQuery(countries=("DE",)),
    "in eu": OfferQuery(countries=EU),
    "in north america": OfferQuery(countries=("CA", "MX", "US")),
    "in côte d’ivoire": OfferQuery(countries=("CI",)),
    "in bosnia and herzegovina, us": OfferQuery(countries=("BA", "US")),
    "in no": OfferQuery(countries=("NO",)),
    "in india, us": OfferQuery(countries=("IN", "US")),
    "in us at least 24gb": vram(24.0, countries=("US",)),
    "in us no more than 0.4": usd("0.4", countries=("US",)),
    "in us ssd 200gb": OfferQuery(countries=("US",), disk_gb=200),
    "not in cn": OfferQuery(excluded_countries=("CN",)),
    "not in cn, ru": OfferQuery(excluded_countries=("CN", "RU")),
    "outside eu": OfferQuery(excluded_countries=EU),
    "outside of the eu": OfferQuery(excluded_countries=EU),
    "except cn": OfferQuery(excluded_countries=("CN",)),
    "in eu not in de": OfferQuery(countries=EU, excluded_countries=("DE",)),
}
MARKETPLACES = {
    "on vast": OfferQuery(providers=(VAST,)),
    "on vastai": OfferQuery(providers=(VAST,)),
    "on Vast.ai": OfferQuery(providers=(VAST,)),
    "on <http://vast.ai|vast.ai>": OfferQuery(providers=(VAST,)),
    "vast": OfferQuery(providers=(VAST,)),
    "on tensordock": OfferQuery(providers=(TENSORDOCK,)),
    "from vast or tensordock": OfferQuery(providers=(TENSORDOCK, VAST)),
    "tensordock only": OfferQuery(providers=(TENSORDOCK,)),
}
HOSTS = {
    "verified": OfferQuery(),
    "any host": OfferQuery(verified_only=False),
    "unverified": OfferQuery(verified_only=False),
    "datacenter": OfferQuery(datacenter_only=True),
    "data center": OfferQuery(datacenter_only=True),
    "secure cloud": OfferQuery(datacenter_only=True),
    "in a datacenter": OfferQuery(datacenter_only=True),
    "reliability 99%": OfferQuery(min_reliability=0.99),
    "reliability 0.99": OfferQuery(min_reliability=0.99),
    "reliability 99": OfferQuery(min_reliability=0.99),
    "reliability > 99 %": OfferQuery(min_reliability=0.99),
    "reliability 99,5%": OfferQuery(min_reliability=0.995),
    "reliability 1": OfferQuery(min_reliability=1.0),
    ">99%": OfferQuery(min_reliability=0.99),
    "99%+": OfferQuery(min_reliability=0.99),
    "99% reliable": OfferQuery(min_reliability=0.99),
    "any reliability": OfferQuery(min_reliability=None),
    "reliability 0": OfferQuery(min_reliability=None),
}
MACHINES = {
    "disk 200gb": OfferQuery(disk_gb=200),
    "200gb disk": OfferQuery(disk_gb=200),
    "disk 200": OfferQuery(disk_gb=200),
    "disk 1tb": OfferQuery(disk_gb=1000),
    "1.5 TB ssd": OfferQuery(disk_gb=1500),
    "ram 64gb": OfferQuery(min_ram_gb=64.0),
    "64gb ram": OfferQuery(min_ram_gb=64.0),
    "ram 64": OfferQuery(min_ram_gb=64.0),
    "ram >= 64gb": OfferQuery(min_ram_gb=64.0),
    "at least 64gb ram": OfferQuery(min_ram_gb=64.0),
    "64 gigs of memory": OfferQuery(min_ram_gb=64.0),
    "price under 0.4 4090": gpu("RTX 4090", max_usd_per_hour=Decimal("0.4")),
    "4090 no spot": gpu("RTX 4090"),
    "64gb ram 200gb disk": OfferQuery(min_ram_gb=64.0, disk_gb=200),
    "ram 64gb disk 200gb": OfferQuery(min_ram_gb=64.0, disk_gb=200),
    "ram 64gb 24gb": vram(24.0, 24.0, min_ram_gb=64.0),
    "24gb vram ram 64gb": vram(24.0, 24.0, min_ram_gb=64.0),
    "a100 80gb ram 64gb": gpu(*A100, min_vram_gib=80.0, max_vram_gib=80.0, min_ram_gb=64.0),
    "4090 970gb disk": gpu("RTX 4090", disk_gb=970),
    "h100 970gb": gpu(*H100, min_vram_gib=970.0, max_vram_gib=970.0),
    "4090 64gb ram": gpu("RTX 4090", min_ram_gb=64.0),
    "24gb min ram 64gb": vram(24.0, 24.0, min_ram_gb=64.0),
    "16 cpus": OfferQuery(min_vcpus=16.0),
    "16 vcpu": OfferQuery(min_vcpus=16.0),
    "16+ cores": OfferQuery(min_vcpus=16.0),
    "cpu 16": OfferQuery(min_vcpus=16.0),
    "4090 cpu 16": gpu("RTX 4090", min_vcpus=16.0),
    "16 cpus 64gb ram": OfferQuery(min_vcpus=16.0, min_ram_gb=64.0),
    "ram 64 cpu 16": OfferQuery(min_vcpus=16.0, min_ram_gb=64.0),
    "16 cpus 4090": gpu("RTX 4090", min_vcpus=16.0),
    "16 cpus 2x 4090": two("RTX 4090", min_vcpus=16.0),
    "cuda 12.4": OfferQuery(min_cuda=12.4),
    "cuda>=12.4": OfferQuery(min_cuda=12.4),
    "cuda 12 4090": gpu("RTX 4090", min_cuda=12.0),
    "cuda 12.4+": OfferQuery(min_cuda=12.4),
    "down 500mbps": OfferQuery(min_download_mbps=500.0),
    "500 mbit/s down": OfferQuery(min_download_mbps=500.0),
    "1gbps": OfferQuery(min_download_mbps=1000.0),
    "up 100mbps": OfferQuery(min_upload_mbps=100.0),
    "500mbps down 100mbps up": OfferQuery(min_download_mbps=500.0, min_upload_mbps=100.0),
    "down 500mbps up 100mbps": OfferQuery(min_download_mbps=500.0, min_upload_mbps=100.0),
}
RENTING = {
    "spot": OfferQuery(pricing=PricingKind.INTERRUPTIBLE),
    "bid": OfferQuery(pricing=PricingKind.INTERRUPTIBLE),
    "interruptible": OfferQuery(pricing=PricingKind.INTERRUPTIBLE),
    "on-demand": OfferQuery(),
    "on demand": OfferQuery(),
    "for 8h": OfferQuery(min_hours=8.0),
    "for 8 hours": OfferQuery(min_hours=8.0),
    "8h": OfferQuery(min_hours=8.0),
    "for 2 days": OfferQuery(min_hours=48.0),
    "for at least 8h": OfferQuery(min_hours=8.0),
    "for up to 8h": OfferQuery(min_hours=8.0),
    "for 90m": OfferQuery(min_hours=1.5),
    "for 100m": OfferQuery(min_hours=100 / 60),
    "for a day": OfferQuery(min_hours=24.0),
    "for 1.5 days": OfferQuery(min_hours=36.0),
    "looking for 4090 for 2 days": gpu("RTX 4090", min_hours=48.0),
}
ORDER = {
    "sort price": OfferQuery(),
    "cheapest": OfferQuery(),
    "sort value": OfferQuery(sort=Sort.VALUE),
    "sort by value": OfferQuery(sort=Sort.VALUE),
    "best value": OfferQuery(sort=Sort.VALUE),
    "sort reliability": OfferQuery(sort=Sort.RELIABILITY),
    "most reliable": OfferQuery(sort=Sort.RELIABILITY),
    "sort vram": OfferQuery(sort=Sort.VRAM),
    "top 5": OfferQuery(limit=5),
    "top 5 4090": gpu("RTX 4090", limit=5),
    "top 5 gpus": OfferQuery(limit=5),
    "5 results": OfferQuery(limit=5),
    "top 100": OfferQuery(limit=100),
}
WHOLE = {
    "2x 4090 under 0.80": two("RTX 4090", max_usd_per_hour=Decimal("0.8")),
    "I need 2 4090s in the EU, max $0.80/hr please": two(
        "RTX 4090", max_usd_per_hour=Decimal("0.8"), countries=EU
    ),
    "cheapest h100 80gb+ spot on vast, for 2 days top 3": gpu(
        *H100,
        min_vram_gib=80.0,
        pricing=PricingKind.INTERRUPTIBLE,
        providers=(VAST,),
        min_hours=48.0,
        limit=3,
    ),
    "4x a6000|l40s 16 cpus 128gb ram 500gb disk cuda 12.4 >99% datacenter not in cn": gpu(
        "L40S",
        "RTX A6000",
        min_gpus=4,
        max_gpus=4,
        min_vcpus=16.0,
        min_ram_gb=128.0,
        disk_gb=500,
        min_cuda=12.4,
        min_reliability=0.99,
        datacenter_only=True,
        excluded_countries=("CN",),
    ),
}
EVERY = COUNTS | MODELS | VRAM | PRICES | PLACES | MARKETPLACES | HOSTS | MACHINES | RENTING
EVERY |= ORDER | WHOLE


@pytest.mark.parametrize("text", EVERY)
def test_a_way_to_write_it_means_this_query(text):
    """Each way to write a wish means exactly this query, with and without the verb."""
    found = parse(text)
    assert isinstance(found, Find), found
    assert found.query == EVERY[text]
    assert parse(f"find {text}") == found
    assert parse(f"/gpu find {text}") == found


@pytest.mark.parametrize("text", EVERY)
def test_case_commas_and_odd_spaces_do_not_matter(text):
    """Upper case, no-break spaces, doubled spaces and a final comma change nothing."""
    expected = query_of(text)
    quoted = any(quote in text for quote in "\"'“")
    assert quoted or query_of(text.upper().replace("&LT;", "&lt;").replace("&GT;", "&gt;")) == (
        expected
    )
    assert query_of(text.replace(" ", "\u00a0")) == expected
    spread = text.replace(" ", " \u2009 ")
    assert query_of(f"\u200b  {spread} ,") == expected


@pytest.mark.parametrize("row", parameters(), ids=lambda row: row.topic)
def test_what_help_shows_is_understood(row):
    """Every form that help and the document show is a command, and its topic has help."""
    assert [form for form in row.forms if not isinstance(parse(form), Find)] == []
    assert parse(f"help {row.topic}") == Help(row.topic)


@pytest.mark.parametrize(
    ("word", "topic"), [("spot", "pricing"), ("Any Host", "host"), ("storage", "disk")]
)
def test_help_on_a_word_of_a_wish(word: str, topic: str) -> None:
    """Who knows a word need not know what the wish is called."""
    assert parse(f"help {word}") == Help(topic)


@pytest.mark.parametrize(
    "text", ["", "  ", "help", "HELP", "?", "-h", "--help", "please", "\u200b"]
)
def test_nothing_to_search_is_help(text):
    """The command alone, `help`, and words without weight ask for help."""
    assert parse(text) == Help(None)


def test_find_alone_searches_everything():
    """`find` without a wish is the search of all offers with the defaults."""
    assert parse("find") == Find(OfferQuery(), "any gpu")
