"""Vast.ai's numbers, and which of them are none."""

from datetime import UTC, datetime
from decimal import Decimal

MOST_USD_PER_HOUR = 100_000.0
"""More is not a price but a mistake: 16 GPUs of the dearest kind cost about 100."""
MOST_GPUS = 1024
LAST_SECOND = 253_402_300_799
"""Of the year 9999: hosts promise their machines for decades."""


def money(usd: float) -> Decimal:
    """From the number's text. Past twelve places a float holds only noise."""
    return Decimal(repr(round(usd, 12)))


def hourly(usd: float | None) -> Decimal | None:
    """A price, unless it cannot be one."""
    return None if usd is None or not 0 <= usd <= MOST_USD_PER_HOUR else money(usd)


def moment(epoch_s: float | None) -> datetime | None:
    if epoch_s is None or epoch_s <= 0:
        return None
    return datetime.fromtimestamp(min(epoch_s, LAST_SECOND), UTC)


def positive(number: float | None) -> float | None:
    return number if number is not None and number > 0 else None
