"""The words around the rows of the table: verbs, comparisons, units, and words without weight."""

from collections.abc import Mapping
from decimal import Decimal

from bot.grammar.shapes import Bound, Dimension, Unit

VERBS: Mapping[str, str] = {
    **dict.fromkeys(
        ("find", "search", "search for", "list", "look for", "show", "show me"), "find"
    ),
    "help": "help",
    "h": "help",
}
"""First word → what is done. Without one it is `find`."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FILLERS = _words(
    "a an the gpu gpus card cards with please and & me i want need get give some any for of on"
    " machine machines instance instances server servers offer offers result results only total"
    " looking find anywhere nvidia geforce"
)
"""Words that change nothing wherever they stand."""

COMPARISONS: Mapping[str, Bound] = {
    **dict.fromkeys(
        (
            "under", "below", "<", "<=", "=<", "max", "maximum", "at most", "up to", "less than",
            "cheaper than", "no more than", "not more than", "not over", "within",
        ),
        Bound.MAX,
    ),
    **dict.fromkeys(
        (
            ">", ">=", "=>", "at least", "min", "minimum", "more than", "over", "above",
            "no less than", "not less than", "not under",
        ),
        Bound.MIN,
    ),
    "=": Bound.EQUAL,
    "exactly": Bound.EQUAL,
}  # fmt: skip
"""Before a number. `<` and `under` include the number itself."""

COMPARISONS_AFTER: Mapping[str, Bound] = {
    **dict.fromkeys(
        ("+", "or more", "or better", "and up", "or higher", "or newer", "minimum", "min",
         "at least"),
        Bound.MIN,
    ),
    **dict.fromkeys(("or less", "or cheaper", "maximum", "max", "at most"), Bound.MAX),
}  # fmt: skip


def _units(
    dimension: Dimension, factor: str | Decimal, text: str, *, named_only: bool = False
) -> dict[str, Unit]:
    unit = Unit(dimension, Decimal(factor), named_only)
    return dict.fromkeys(text.split(","), unit)


UNITS: Mapping[str, Unit] = {
    **_units(Dimension.GPUS, "1", "x,gpu,gpus,card,cards"),
    **_units(Dimension.GB, "1", "gb,gib,g,gigs,gigabytes,gbyte"),
    **_units(Dimension.GB, "1000", "tb,tib,terabytes"),
    **_units(Dimension.MBPS, "1", "mbps,mbit,mbits,mbit/s,mbits/s"),
    **_units(Dimension.MBPS, "1000", "gbps,gbit,gbits,gbit/s,gbits/s"),
    **_units(Dimension.PERCENT, "0.01", "%,percent"),
    **_units(Dimension.HOURS, "1", "h,hr,hrs,hour,hours"),
    **_units(Dimension.HOURS, "24", "d,day,days"),
    **_units(Dimension.HOURS, "168", "w,week,weeks"),
    **_units(Dimension.HOURS, "720", "month,months"),
    **_units(Dimension.HOURS, "8760", "year,years"),
    **_units(Dimension.HOURS, "60", "m,min,mins,minute,minutes", named_only=True),
    **_units(Dimension.CPUS, "1", "cpu,cpus,vcpu,vcpus,core,cores,thread,threads"),
    **_units(Dimension.RESULTS, "1", "result,results,offer,offers"),
}

CURRENCY: Mapping[str, Decimal] = {
    **dict.fromkeys(("$", "us$", "usd", "dollar", "dollars", "bucks"), Decimal(1)),
    **dict.fromkeys(("cents", "cent", "c", "ct", "¢"), Decimal("0.01")),
}
PER_HOUR = (
    "/h", "/hr", "/hrs", "/hour", "per h", "per hr", "per hour", "an hour", "a hour", "hourly",
)  # fmt: skip
PER_GPU = (
    "/gpu", "/card", "/gpu hour", "/gpu h", "/gpu hr", "per gpu", "per card", "per gpu hour",
    "per gpu h", "per gpu hr", "a gpu", "a card", "each",
)  # fmt: skip
PRICE_NAMES = ("price", "budget", "cost", "costs", "costing")
MAX_USD = Decimal(10_000)

PLACE_LEADS: Mapping[str, str] = {
    **dict.fromkeys(
        ("in", "in the", "located in", "based in", "inside", "hosted in"), "countries"
    ),
    **dict.fromkeys(
        (
            "not in", "not in the", "not from", "outside", "outside of", "outside the", "except",
            "except in", "excluding", "but not in", "and not in", "not", "no", "without",
        ),
        "excluded_countries",
    ),
}  # fmt: skip
NOT_A_SECOND_PLACE = frozenset(_words("in at to is it no by me so be am my per ssd and &"))
"""Countries by code, and words that may follow a place: `in us at least 24gb`."""
MARKETPLACE_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("vast", "vastai", "vast.ai", "vast ai"), "vastai"),
    **dict.fromkeys(("tensordock", "tensor dock", "tensordock.com"), "tensordock"),
}
MARKETPLACE_LEADS = ("on", "from", "at", "only on", "only from")
OR = ("|", "or", "/", "and", "&")
"""Between models, places and marketplaces."""
