"""From a query back to words: canonical ones that `parse` reads, and ones for people."""

from collections.abc import Callable, Iterable
from decimal import Decimal

from providers import gpus, places
from providers.models import TITLES, OfferQuery, PricingKind, Sort

MARKETPLACES = {"vastai": "vast", "tensordock": "tensordock"}
"""Provider → canonical word."""
_MODELS_NAMED = 4
_CAPITALS = {"eu", "dach"}


def number(value: float | Decimal) -> str:
    """Without needless zeros and without exponent."""
    return f"{Decimal(str(value)).normalize():f}"


def money(usd: Decimal) -> str:
    """Cents always, more only where there is more."""
    plain = Decimal(number(usd))
    exponent = plain.as_tuple().exponent
    enough = isinstance(exponent, int) and exponent >= -2
    return f"{plain:.2f}" if enough else f"{plain:f}"


# Canonical, one function for each row of the table.


def count(query: OfferQuery) -> str:
    least, most = query.min_gpus, query.max_gpus
    if most is None:
        return f"{least}+x" if least > 1 else ""
    return f"{least}x" if least == most else f"{least}-{most}x"


def models(query: OfferQuery) -> str:
    known = [name for name in query.gpus if gpus.find(gpus.short(name))]
    raw = [quoted(name) for name in query.gpus if name not in known]
    return "|".join([*filter(None, [gpus.phrase(known)]), *raw])


def quoted(name: str) -> str:
    return f"'{name}'" if '"' in name else f'"{name}"'


def vram(query: OfferQuery) -> str:
    least, most = query.min_vram_gib, query.max_vram_gib
    if least is None and most is None:
        return ""
    if least is None:
        text = f"up to {number(most or 0)}gb"
    elif most is None:
        text = f"{number(least)}gb+"
    else:
        text = f"{number(least)}{'' if least == most else '-' + number(most)}gb"
    # `24gb ram 64gb` could be either; a name makes it one.
    beside = query.disk_gb is not None or query.min_ram_gb is not None
    return f"{text} vram" if beside else text


def price(query: OfferQuery) -> str:
    parts = []
    if query.max_usd_per_hour is not None:
        parts.append(f"under {money(query.max_usd_per_hour)}")
    if query.max_usd_per_gpu_hour is not None:
        parts.append(f"under {money(query.max_usd_per_gpu_hour)} per gpu")
    return " ".join(parts)


def place(query: OfferQuery) -> str:
    parts = []
    if query.countries:
        parts.append(f"in {places.countries_phrase(query.countries)}")
    if query.excluded_countries:
        parts.append(f"not in {places.countries_phrase(query.excluded_countries)}")
    return " ".join(parts)


def marketplace(query: OfferQuery) -> str:
    words = [MARKETPLACES.get(name, name) for name in query.providers]
    return f"on {','.join(words)}" if words else ""


def host(query: OfferQuery) -> str:
    return "" if query.verified_only else "any host"


def datacenter(query: OfferQuery) -> str:
    return "datacenter" if query.datacenter_only else ""


def reliability(query: OfferQuery) -> str:
    if query.min_reliability == OfferQuery().min_reliability:
        return ""
    if query.min_reliability is None:
        return "any reliability"
    return f"reliability {percent(query.min_reliability)}"


def percent(share: float) -> str:
    return f"{number(Decimal(str(share)) * 100)}%"


def named(field: str, before: str, after: str = "") -> Callable[[OfferQuery], str]:
    """For rows that are one number between two words."""

    def text(query: OfferQuery) -> str:
        value = getattr(query, field)
        return "" if value is None else f"{before}{number(value)}{after}"

    return text


def pricing(query: OfferQuery) -> str:
    return "spot" if query.pricing is PricingKind.INTERRUPTIBLE else ""


def hours(query: OfferQuery) -> str:
    return "" if query.min_hours is None else f"for {duration(query.min_hours)}"


def duration(value: float) -> str:
    """Hours, or minutes where hours would not end: 100 minutes are 1.6666… hours."""
    if len(number(value).partition(".")[2]) > 4:
        return f"{round(value * 60)}m"
    return f"{number(value)}h"


def sort(query: OfferQuery) -> str:
    return "" if query.sort is Sort.PRICE else f"sort {query.sort.value}"


# For people, one function for each field that can keep an offer out.


def condition_words(field: str, query: OfferQuery) -> str:
    """What the field asks for: `under $0.40/h`. Empty when it asks for nothing."""
    value = getattr(query, field)
    if value is None or value is False or value == ():
        return ""
    return _WORDS[field](query)


def _either(words: Iterable[str]) -> str:
    return " or ".join(words)


def _models_named(query: OfferQuery) -> str:
    if len(query.gpus) <= _MODELS_NAMED:
        return _either(query.gpus)
    return f"{', '.join(query.gpus[:_MODELS_NAMED])} or {len(query.gpus) - _MODELS_NAMED} more"


def _gpu_count(query: OfferQuery) -> str:
    noun = "GPU" if query.min_gpus == 1 else "GPUs"
    exact = query.min_gpus == query.max_gpus
    return f"{query.min_gpus} {noun}" if exact else f"at least {query.min_gpus} {noun}"


def _gpu_limit(query: OfferQuery) -> str:
    if query.min_gpus == query.max_gpus:
        return _gpu_count(query)
    return f"at most {query.max_gpus} {'GPU' if query.max_gpus == 1 else 'GPUs'}"


def _vram(query: OfferQuery, value: float | None, side: str) -> str:
    exact = query.min_vram_gib == query.max_vram_gib
    return f"{'' if exact else side}{number(value or 0)} GB VRAM"


def _countries(codes: tuple[str, ...]) -> str:
    parts = places.countries_phrase(codes).split(",")
    return ", ".join(_spoken(part, places.country_codes(part)) for part in parts)


def _spoken(part: str, codes: tuple[str, ...]) -> str:
    if len(codes) == 1:
        return places.country_name(codes[0])
    return part.upper() if part in _CAPITALS else part.title()


def _spelled(short: str) -> str:
    return f"{short[:-1]} {'min' if short.endswith('m') else 'h'}"


_WORDS: dict[str, Callable[[OfferQuery], str]] = {
    "gpus": _models_named,
    "min_gpus": _gpu_count,
    "max_gpus": _gpu_limit,
    "max_usd_per_hour": lambda q: f"under ${money(q.max_usd_per_hour or Decimal(0))}/h",
    "max_usd_per_gpu_hour": lambda q: (
        f"under ${money(q.max_usd_per_gpu_hour or Decimal(0))}/h per GPU"
    ),
    "min_vram_gib": lambda q: _vram(q, q.min_vram_gib, "at least "),
    "max_vram_gib": lambda q: _vram(q, q.max_vram_gib, "at most "),
    "countries": lambda q: f"in {_countries(q.countries)}",
    "excluded_countries": lambda q: f"not in {_countries(q.excluded_countries)}",
    "providers": lambda q: f"on {_either(TITLES.get(name, name) for name in q.providers)}",
    "pricing": lambda q: q.pricing.value,
    "verified_only": lambda _: "verified hosts",
    "datacenter_only": lambda _: "datacenter hosts",
    "min_reliability": lambda q: f"reliability ≥ {percent(q.min_reliability or 0)}",
    "disk_gb": lambda q: f"{q.disk_gb} GB disk",
    "min_ram_gb": lambda q: f"at least {number(q.min_ram_gb or 0)} GB RAM",
    "min_vcpus": lambda q: f"at least {number(q.min_vcpus or 0)} vCPUs",
    "min_cuda": lambda q: f"CUDA {number(q.min_cuda or 0)} or newer",
    "min_download_mbps": lambda q: f"download ≥ {number(q.min_download_mbps or 0)} Mbit/s",
    "min_upload_mbps": lambda q: f"upload ≥ {number(q.min_upload_mbps or 0)} Mbit/s",
    "min_hours": lambda q: f"available for {_spelled(duration(q.min_hours or 0))}",
    "sort": lambda q: f"sorted by {q.sort.value}",
    "limit": lambda q: f"the first {q.limit}",
}
