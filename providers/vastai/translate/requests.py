"""`OfferQuery` → what is sent to Vast.ai's search.

No filter is a default on the server, so each that we mean is sent. Values are numbers, never
texts; names have spaces (`RTX_4090` finds nothing, and says so by an empty list).
https://docs.vast.ai/api-reference/search/search-offers
"""

import json
import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from providers import gpus
from providers.matching import VRAM_AT_LEAST, VRAM_AT_MOST, ceiling
from providers.models import Offer, OfferQuery, PricingKind, Sort

Filters = dict[str, Any]

DEFAULT_DISK_GB = 50
LIMIT = 5000
"""Asked for, although 64 come: whether a key raises that is nowhere recorded."""
# The second key of the order: without it offers of one price come in any order.
_LAST = f',"order":[["dph_total","asc"],["id","asc"]],"limit":{LIMIT}}}'
_ENOUGH = 50
_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_TYPES = {PricingKind.ON_DEMAND: "on-demand", PricingKind.INTERRUPTIBLE: "bid"}


@dataclass(frozen=True, slots=True)
class Question:
    """One search, before it is cut into pages."""

    filters: str
    """JSON, all but the order, the limit and the page."""
    disk_gb: int
    pricing: PricingKind
    enough: int | None
    """So many matching offers answer it; `None` when only the whole list does."""
    models: frozenset[str] = frozenset()
    """As `gpus.comparable` has them; empty when any will do."""
    from_usd: float | None = None
    """Offers at this price and dearer: the only way to turn the page."""

    def at(self, from_usd: float) -> "Question":
        return replace(self, from_usd=from_usd)

    def url(self, base_url: str) -> str:
        filters = self.filters
        if self.from_usd is not None:
            known = json.loads(filters)
            known["dph_total"] = {**known.get("dph_total", {}), "gte": self.from_usd}
            filters = _json(known)
        return f"{base_url}/api/v0/bundles/?q={quote(filters[:-1] + _LAST)}"


@lru_cache(maxsize=64)  # each search asks twice: for its scope and for its address
def question(query: OfferQuery) -> Question | None:
    """`None` when Vast.ai never has any of the wanted models.

    With a model named, one page usually holds all of its offers, so price and place are left to
    our own matching: one cached answer then serves every such query and can explain what a
    condition costs. Without a model everything is filtered there, or cheap cards fill the pages.
    """
    models = _models(query)
    if query.gpus and not models:
        return None
    filters = _base(query.pricing, priced_disk_gb(query.disk_gb))
    filters["verified"] = {"eq": True} if query.verified_only else {"in": [True, False]}
    filters["num_gpus"] = _between(query.min_gpus, query.max_gpus)
    if query.min_vram_gib is not None:
        filters["gpu_ram"] = {"gte": math.floor(query.min_vram_gib * 1024 * VRAM_AT_LEAST)}
    if models:
        filters["gpu_name"] = {"eq": models[0]} if len(models) == 1 else {"in": list(models)}
    else:
        _everything(query, filters)
    wanted = frozenset(map(gpus.comparable, query.gpus))
    disk_gb = priced_disk_gb(query.disk_gb)
    return Question(_json(filters), disk_gb, query.pricing, _enough(query), wanted)


def by_id(offer: Offer) -> Question | None:
    """The one offer. `id` is not a filter; `ask_contract_id` is."""
    if not offer.offer_id.isdecimal():
        return None
    return _exactly(offer, {"ask_contract_id": {"eq": int(offer.offer_id)}})


def by_machine(offer: Offer) -> Question | None:
    """The same chunk of the same machine: an offer's id lives days at most, a machine's years."""
    if offer.machine_id is None or not offer.machine_id.isdecimal():
        return None
    machine = {"machine_id": {"eq": int(offer.machine_id)}}
    return _exactly(offer, {**machine, "num_gpus": {"eq": offer.gpu.count}})


def _exactly(offer: Offer, which: Filters) -> Question:
    disk_gb = int(offer.disk_gb)
    filters = {**_base(offer.pricing, disk_gb), "verified": {"in": [True, False]}, **which}
    return Question(_json(filters), disk_gb, offer.pricing, None)


def _base(pricing: PricingKind, disk_gb: int) -> Filters:
    return {
        "type": _TYPES[pricing],
        "allocated_storage": disk_gb,
        "rentable": {"eq": True},
        "external": {"eq": False},
    }


def _everything(query: OfferQuery, filters: Filters) -> None:
    """A host that does not state a fact is left out by these, as it is at Vast.ai's own site."""
    floors = {
        "reliability2": query.min_reliability,
        "cpu_cores_effective": query.min_vcpus,
        # Megabytes of the whole machine, of which the renter gets a share: a coarse floor.
        "cpu_ram": None if query.min_ram_gb is None else int(query.min_ram_gb * 1000),
        "disk_space": query.disk_gb,
        "cuda_max_good": query.min_cuda,
        "inet_down": query.min_download_mbps,
        "inet_up": query.min_upload_mbps,
        "duration": None if query.min_hours is None else query.min_hours * 3600,
    }
    filters.update({name: {"gte": floor} for name, floor in floors.items() if floor is not None})
    if query.max_vram_gib is not None:
        most = math.ceil(query.max_vram_gib * 1024 * VRAM_AT_MOST)
        filters["gpu_ram"] = {**filters.get("gpu_ram", {}), "lte": most}
    if query.countries:
        filters["geolocation"] = {"in": list(query.countries)}
    elif query.excluded_countries:
        filters["geolocation"] = {"notin": list(query.excluded_countries)}
    if query.datacenter_only:
        filters["datacenter"] = {"eq": True}
    if (dearest := ceiling(query)) is not None:
        filters["dph_total"] = {"lte": float(dearest)}


def _enough(query: OfferQuery) -> int | None:
    """Sorted by price, what the pages hold is in order; any other order needs the whole list."""
    if query.gpus or query.sort is not Sort.PRICE:
        return None
    return query.limit or _ENOUGH


def _models(query: OfferQuery) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for name in query.gpus:
        # What nobody knows may be a new card: it is asked for as typed, and in Vast.ai's case.
        words = (
            gpus.marketplace_names(name, "vastai") if name in gpus.ALL else (name, name.upper())
        )
        found.update(dict.fromkeys(words))
    return tuple(found)


def _between(least: int, most: int | None) -> Filters:
    if least == most:
        return {"eq": least}
    return {"gte": least} if most is None else {"gte": least, "lte": most}


def priced_disk_gb(wanted: int | None) -> int:
    return DEFAULT_DISK_GB if wanted is None else wanted
