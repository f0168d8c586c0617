"""Offers for tests; invented, in the shape of what the marketplaces list."""

from datetime import UTC, datetime
from decimal import Decimal

from providers.models import (
    Gpu,
    Location,
    Offer,
    OfferId,
    Price,
    PricingKind,
    ProviderName,
    Verification,
)

SEEN = datetime(2026, 11, 23, 11, 59, 46, tzinfo=UTC)


def offer(number: int = 1, **changes: object) -> Offer:
    facts: dict[str, object] = {
        "provider": ProviderName("vastai"),
        "offer_id": OfferId(str(40_000_000 + number)),
        "pricing": PricingKind.ON_DEMAND,
        "gpu": Gpu("RTX 4090", 1, 23.98828125),
        "price": Price(
            gpu=Decimal("0.3"),
            cpu_ram=Decimal(0),
            disk=Decimal("0.0104166667"),
            download_usd_per_gb=Decimal("0.0026"),
            upload_usd_per_gb=Decimal("0.0039"),
        ),
        "disk_gb": Decimal(50),
        "location": Location("US", "Washington, US"),
        "seen_at": SEEN,
        "machine_id": str(58_000 + number),
        "host_id": str(100_000 + number),
        "verification": Verification.VERIFIED,
        "reliability": 0.993,
        "datacenter": False,
        "vcpus": 24.0,
        "ram_gb": 62.9,
        "cpu_name": "AMD EPYC 7642",
        "max_disk_gb": 800.0,
        "max_cuda": 12.8,
        "download_mbps": 920.0,
        "upload_mbps": 870.0,
        "available_until": datetime(2027, 1, 23, 12, 0, tzinfo=UTC),
        "open_ports": 25,
        "tflops": 83.0,
    }
    return Offer(**(facts | changes))  # type: ignore[arg-type]
