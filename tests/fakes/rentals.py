"""A rental with the facts that a test does not care about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.rules.places import Asker, Place
from bot.rules.rentals import Rental

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def a_rental(**facts: Any) -> Rental:
    """Pressed an hour before `NOW`, for four hours, unless `facts` say otherwise."""
    stated: dict[str, Any] = {
        "renter": Asker("U0ANNA", Place("T0HOME", "C0GPU")),
        "label": "shopper-k3f9-w2c7h4n6da",
        "origin": "https://console.vast.ai",
        "account_id": None,
        "image": "x",
        "ssh_public_key": "ssh-ed25519 AAAA",
        "note": "",
        "pressed_at": NOW - timedelta(hours=1),
        "ends_at": NOW + timedelta(hours=3),
        "usd_per_hour": Decimal("0.4"),
    }
    return Rental(**(stated | facts))
