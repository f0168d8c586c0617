"""Reading the fixtures of marketplaces, and building what their queries and errors say."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from providers.models import OfferQuery, PricingKind

FIXTURES = Path(__file__).parent.parent / "fixtures"


def fixture(marketplace: str, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / marketplace / f"{name}.json").read_text())
    assert loaded["origin"].startswith("synthetic")
    return loaded


def query(written: dict[str, Any]) -> OfferQuery:
    fields = {k: tuple(v) if isinstance(v, list) else v for k, v in written.items()}
    if "pricing" in written:
        fields["pricing"] = PricingKind(written["pricing"])
    return OfferQuery().with_changes(**fields)


def body(case: dict[str, Any]) -> bytes:
    """`text` as it stands, else `body` as JSON."""
    text: str = case["text"] if "text" in case else json.dumps(case["body"])
    return text.encode()


def prices(*parts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, parts))
