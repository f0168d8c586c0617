"""The query language, once. The parser, suggestions, help and docs/query-language.md read it."""

from decimal import Decimal
from typing import Any

from bot.grammar import writing
from bot.grammar.lexer import MAX_COUNT
from bot.grammar.shapes import Bound, Dimension, Measure, Row, Unit
from bot.grammar.vocabulary import MAX_USD
from providers.models import PricingKind, Sort

_BOTH_ENDS = frozenset(Bound)


def _share(number: Decimal, unit: Unit | None) -> Decimal:
    """`99%`, `99` and `0.99` are the same; `1` is all."""
    return number / 100 if unit is None and number > 1 else number


def _sorts(text: str, kind: Sort) -> dict[str, dict[str, Any]]:
    leads = ("sort", "sort by", "sorted by", "order by", "ordered by", "by")
    nouns, whole = text.split(";")
    phrases = [f"{lead} {noun}" for lead in leads for noun in nouns.split(",")]
    return {phrase: {"sort": kind} for phrase in [*phrases, *whole.split(",")]}


def _sets(text: str, **values: Any) -> dict[str, dict[str, Any]]:
    return dict.fromkeys(text.split(","), values)


COUNT = Row(
    topic="count",
    label="number of GPUs",
    forms=("2x 4090", "4090 x2", "4090 2 gpus", "2+ gpus", "2-4x 4090", "dual 4090"),
    meaning=f"How many GPUs in one machine: exactly, at least, or from–to; 1 to {MAX_COUNT}.",
    fields=("min_gpus", "max_gpus"),
    phrases={
        **_sets("single", min_gpus=1, max_gpus=1),
        **_sets("dual", min_gpus=2, max_gpus=2),
        **_sets("quad", min_gpus=4, max_gpus=4),
    },
    measure=Measure(
        dimension=Dimension.GPUS,
        by_unit_alone=True,
        needs_unit=True,
        takes=_BOTH_ENDS,
        plain=Bound.EQUAL,
        lowest=Decimal(1),
        highest=Decimal(MAX_COUNT),
        limits=f"1 to {MAX_COUNT}",
        whole=True,
        least="min_gpus",
        most="max_gpus",
    ),
    text=writing.count,
)
GPU = Row(
    topic="gpu",
    label="model",
    forms=("4090", "h100", "a100 80gb", "4090|a6000", "4090 or a6000", '"RTX 9090 Ti"'),
    meaning=(
        "The model, or several, any of them. A word for several forms (`h100`) means all of them."
        " A name in quotes is searched as it is, also when nobody knows it."
    ),
    fields=("gpus",),
    phrases=_sets("any gpu,any gpus,all gpus,any model,any card,anything"),
    text=writing.models,
)
VRAM = Row(
    topic="vram",
    label="VRAM",
    forms=("24gb", "24gb+", ">=24gb", "48-80gb", "up to 24gb", "24 gb vram"),
    meaning=(
        "Memory of one GPU, as on its box: `24gb` is a 24 GB card, `24gb+` that or more."
        " Beside `ram` or `disk` the size belongs to that word."
    ),
    fields=("min_vram_gib", "max_vram_gib"),
    measure=Measure(
        names=("vram", "video memory", "video ram", "gpu memory", "gpu ram", "graphics memory"),
        dimension=Dimension.GB,
        by_unit_alone=True,
        takes=_BOTH_ENDS,
        plain=Bound.EQUAL,
        lowest=Decimal(1),
        highest=Decimal(999),
        limits="1 to 999 GB",
        least="min_vram_gib",
        most="max_vram_gib",
    ),
    text=writing.vram,
)
PRICE = Row(
    topic="price",
    label="price",
    forms=("under 0.40", "<0.4", "max $0.40/h", "up to 40 cents", "under 0.30 per gpu"),
    meaning=(
        "The most that an hour may cost in USD, all-in, for the whole machine; with `per gpu`"
        f" divided by its GPUs. Above 0, at most {MAX_USD:,}."
    ),
    fields=("max_usd_per_hour", "max_usd_per_gpu_hour"),
    text=writing.price,
)
PLACE = Row(
    topic="place",
    label="place",
    forms=("in us,de", "in eu", "in germany", "not in cn", "outside eu"),
    meaning="Countries by code or name, and regions such as `eu`, `europe`, `north america`.",
    fields=("countries", "excluded_countries"),
    text=writing.place,
)
MARKETPLACE = Row(
    topic="marketplace",
    label="marketplace",
    forms=("on vast", "on tensordock"),
    meaning="Ask this marketplace alone.",
    fields=("providers",),
    text=writing.marketplace,
)
HOST = Row(
    topic="host",
    label="kind of host",
    forms=("verified", "any host"),
    meaning=(
        "Hosts that the marketplace has verified (the default), or any. `any host` leaves the"
        " default for reliability as it is."
    ),
    fields=("verified_only",),
    phrases={
        **_sets("verified,verified host,verified hosts", verified_only=True),
        **_sets(
            "any host,any hosts,all hosts,unverified,not verified,unverified hosts",
            verified_only=False,
        ),
    },
    text=writing.host,
)
DATACENTER = Row(
    topic="datacenter",
    label="data center",
    forms=("datacenter", "secure cloud"),
    meaning="Machines in a data center alone.",
    fields=("datacenter_only",),
    phrases=_sets(
        "datacenter,datacenters,data center,data centers,datacentre,data centre,dc,secure,"
        "secure cloud,in datacenter,in a datacenter,in data center,in a data center,"
        "in datacenters",
        datacenter_only=True,
    ),
    text=writing.datacenter,
)
RELIABILITY = Row(
    topic="reliability",
    label="reliability",
    forms=("reliability 99%", "reliability 0.99", ">99%", "any reliability"),
    meaning="The least reliability that the marketplace states (default 95%), or any.",
    fields=("min_reliability",),
    phrases=_sets("any reliability,any uptime,reliability any", min_reliability=None),
    measure=Measure(
        names=("reliability", "reliable", "uptime"),
        dimension=Dimension.PERCENT,
        by_unit_alone=True,
        lowest=Decimal(0),
        highest=Decimal(1),
        limits="0% to 100%",
        least="min_reliability",
        off_at_zero=True,
        scale=_share,
    ),
    text=writing.reliability,
)
DISK = Row(
    topic="disk",
    label="disk",
    forms=("disk 200gb", "200gb disk", "disk 1tb"),
    meaning="Disk to rent; the price contains it. Default: 50 GB on Vast.ai, 100 on TensorDock.",
    fields=("disk_gb",),
    measure=Measure(
        names=("disk", "disk space", "storage", "ssd", "nvme", "hdd"),
        dimension=Dimension.GB,
        plain=Bound.EQUAL,
        lowest=Decimal(1),
        highest=Decimal(100_000),
        limits="1 to 100,000 GB",
        whole=True,
        least="disk_gb",
    ),
    text=writing.named("disk_gb", "disk ", "gb"),
)
RAM = Row(
    topic="ram",
    label="RAM",
    forms=("ram 64gb", "64gb ram", "at least 64gb ram"),
    meaning="The least main memory, as the renter's share. TensorDock's price is for 32 GB unless "
    "more is asked for.",
    fields=("min_ram_gb",),
    measure=Measure(
        names=("ram", "memory", "mem", "system ram", "system memory", "host ram", "main memory"),
        dimension=Dimension.GB,
        lowest=Decimal(1),
        highest=Decimal(100_000),
        limits="1 to 100,000 GB",
        least="min_ram_gb",
    ),
    text=writing.named("min_ram_gb", "ram ", "gb"),
)
CPUS = Row(
    topic="cpus",
    label="number of vCPUs",
    forms=("16 cpus", "16 vcpu", "cpu 16"),
    meaning="The least number of vCPUs, as the renter's share. TensorDock's price is for 8 unless "
    "more is asked for.",
    fields=("min_vcpus",),
    measure=Measure(
        names=("cpu", "cpus", "vcpu", "vcpus", "cores"),
        dimension=Dimension.CPUS,
        by_unit_alone=True,
        lowest=Decimal(1),
        highest=Decimal(1_024),
        limits="1 to 1,024",
        least="min_vcpus",
    ),
    text=writing.named("min_vcpus", "", " cpus"),
)
CUDA = Row(
    topic="cuda",
    label="CUDA version",
    forms=("cuda 12.4", "cuda>=12.4"),
    meaning="The least CUDA version that the host's driver must support.",
    fields=("min_cuda",),
    measure=Measure(
        names=("cuda", "cuda version"),
        dimension=Dimension.NUMBER,
        lowest=Decimal(1),
        highest=Decimal(99),
        limits="1 to 99",
        least="min_cuda",
    ),
    text=writing.named("min_cuda", "cuda "),
)
DOWNLOAD = Row(
    topic="download",
    label="download speed",
    forms=("down 500mbps", "500 mbps down", "down 1gbps"),
    meaning="The least download speed, in Mbit/s or Gbit/s.",
    fields=("min_download_mbps",),
    measure=Measure(
        names=("down", "download", "downlink", "inet down"),
        dimension=Dimension.MBPS,
        by_unit_alone=True,
        lowest=Decimal(1),
        highest=Decimal(1_000_000),
        limits="1 to 1,000,000 Mbit/s",
        least="min_download_mbps",
    ),
    text=writing.named("min_download_mbps", "down ", "mbps"),
)
UPLOAD = Row(
    topic="upload",
    label="upload speed",
    forms=("up 100mbps", "100 mbps up"),
    meaning="The least upload speed.",
    fields=("min_upload_mbps",),
    measure=Measure(
        names=("up", "upload", "uplink", "inet up"),
        dimension=Dimension.MBPS,
        lowest=Decimal(1),
        highest=Decimal(1_000_000),
        limits="1 to 1,000,000 Mbit/s",
        least="min_upload_mbps",
    ),
    text=writing.named("min_upload_mbps", "up ", "mbps"),
)
PRICING = Row(
    topic="pricing",
    label="pricing",
    forms=("spot", "interruptible", "on-demand"),
    meaning=(
        "On-demand (the default), or machines that go to whoever bids more:"
        " `spot`, `bid` and `interruptible` are the same."
    ),
    fields=("pricing",),
    phrases={
        **_sets(
            "spot,bid,bids,interruptible,interruptable,preemptible,pre emptible",
            pricing=PricingKind.INTERRUPTIBLE,
        ),
        **_sets(
            "on demand,ondemand,no spot,not spot,no interruptible", pricing=PricingKind.ON_DEMAND
        ),
    },
    text=writing.pricing,
)
HOURS = Row(
    topic="time",
    label="time",
    forms=("for 8h", "for 2 days", "for 90m", "for a week"),
    meaning="The host must promise the machine for that long from now, at most a year.",
    fields=("min_hours",),
    measure=Measure(
        names=("for", "for at least", "for up to", "available for", "duration"),
        dimension=Dimension.HOURS,
        by_unit_alone=True,
        needs_unit=True,
        lowest=Decimal("0.01"),
        highest=Decimal(8_784),
        limits="1 minute to 366 days",
        least="min_hours",
    ),
    text=writing.hours,
)
SORT = Row(
    topic="sort",
    label="order",
    forms=("sort price", "sort value", "sort reliability", "sort vram", "cheapest", "best value"),
    meaning=(
        "What comes first: the cheapest (the default), most computing speed for the money, the"
        " most reliable, or most GPU memory over all its GPUs."
    ),
    fields=("sort",),
    phrases={
        **_sorts("price,cost,cheapest;cheapest,cheapest first,cheap,lowest price", Sort.PRICE),
        **_sorts("value,performance;best value,best bang", Sort.VALUE),
        **_sorts("reliability,uptime;most reliable,best reliability", Sort.RELIABILITY),
        **_sorts("vram,memory,gpu memory;most vram,most memory,biggest", Sort.VRAM),
    },
    text=writing.sort,
)
LIMIT = Row(
    topic="top",
    label="number of results",
    forms=("top 5", "5 results"),
    meaning="Show no more than this many, 1 to 100.",
    fields=("limit",),
    measure=Measure(
        names=("top", "first", "limit"),
        dimension=Dimension.RESULTS,
        by_unit_alone=True,
        takes=frozenset({Bound.EQUAL, Bound.MAX}),
        plain=Bound.EQUAL,
        lowest=Decimal(1),
        highest=Decimal(100),
        limits="1 to 100",
        whole=True,
        least="limit",
    ),
    text=writing.named("limit", "top "),
)

ROWS = (
    COUNT, GPU, VRAM, PRICE, PLACE, MARKETPLACE, HOST, DATACENTER, RELIABILITY, DISK, RAM, CPUS,
    CUDA, DOWNLOAD, UPLOAD, PRICING, HOURS, SORT, LIMIT,
)  # fmt: skip
"""In the order of canonical text."""
NOTHING_WISHED = "any gpu"
"""Canonical text of a query without a wish."""
