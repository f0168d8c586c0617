"""What GPU models usually cost, for as long as nobody has watched them. The table is
`usual_prices.json`; a share of these figures tells a price from a slip, and they are no offers."""

import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path


def usual_usd_per_gpu_hour(model: str) -> Decimal | None:
    """By canonical name; None for a model nobody knows."""
    return usual_prices().get(model)


@cache
def usual_prices() -> Mapping[str, Decimal]:
    """Canonical name → USD per hour of one GPU."""
    text = Path(__file__).with_name("usual_prices.json").read_text("utf-8")
    return {name: Decimal(usd) for name, usd in json.loads(text)["usd_per_gpu_hour"].items()}
