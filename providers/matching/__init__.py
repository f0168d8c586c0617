"""Pure: does an offer match a query, which conditions does it fail, in which order is it shown."""

from providers.matching.conditions import (
    CONDITIONS,
    FACTS,
    VRAM_AT_LEAST,
    VRAM_AT_MOST,
    Passes,
    ceiling,
    covers,
    failing,
    wishes,
)
from providers.matching.explaining import Explanation, explain, loosened
from providers.matching.ranking import (
    RankKey,
    as_candidate,
    gpu_price_key,
    identity,
    rank,
    rank_key,
    without_doubles,
)

__all__ = [
    "CONDITIONS",
    "FACTS",
    "VRAM_AT_LEAST",
    "VRAM_AT_MOST",
    "Explanation",
    "Passes",
    "RankKey",
    "as_candidate",
    "ceiling",
    "covers",
    "explain",
    "failing",
    "gpu_price_key",
    "identity",
    "loosened",
    "rank",
    "rank_key",
    "wishes",
    "without_doubles",
]
