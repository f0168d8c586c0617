"""The one place that rounds: money, shares, sizes, ages, dates.

Money: from $0.10 up in cents, below that in hundredths of a cent without needless zeros, and never
so short that a price becomes nothing. Halves are rounded up.
"""

import math
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from bot.render import foreign
from providers import gpus
from providers.models import TITLES, Gpu, Price, ProviderName

NOT_STATED = "not stated"
ZERO = Decimal(0)

_CENTS_FROM = Decimal("0.10")
_SMALL_PART = Decimal("0.0001")
_LARGEST = Decimal(9_999_999)
_SMALLEST = Decimal("0.00000001")
_LARGEST_NUMBER = 999_999_999


def marketplace(name: ProviderName) -> str:
    """Not escaped: an unknown name is shown as it is."""
    return TITLES.get(name) or foreign.clean(name, 30) or NOT_STATED


def usd(amount: Decimal | None) -> str:
    if amount is None or not amount.is_finite():
        return NOT_STATED
    sign, size = ("-" if amount < 0 else ""), abs(amount)
    if size > _LARGEST:
        return f"{sign}over ${_LARGEST:,}"
    if size >= _CENTS_FROM or not size:
        return f"{sign}${size.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
    return f"{sign}{_small(size)}"


def usd_per_hour(amount: Decimal | None) -> str:
    shown = usd(amount)
    return shown if shown == NOT_STATED else f"{shown}/h"


def part_per_hour(amount: Decimal | None) -> str:
    """In hundredths of a cent, whatever its size: parts that are read beside each other add up."""
    if amount is None or not amount.is_finite() or not _SMALL_PART <= abs(amount) <= _LARGEST:
        return usd_per_hour(amount)
    digits = f"{amount.quantize(_SMALL_PART, ROUND_HALF_UP):,.4f}"
    return f"{'-' if amount < 0 else ''}${_shortened(digits.removeprefix('-'))}/h"


def usd_per_gb(amount: Decimal | None) -> str:
    if amount is not None and amount == 0:
        return "free"
    shown = usd(amount)
    return shown if shown == NOT_STATED else f"{shown}/GB"


def per_gpu(price: Price, count: int) -> Decimal:
    return price.usd_per_hour / max(1, count)


def percent(share: float | None) -> str:
    """Rounded down: 99.96% must not read as 100."""
    if share is None or not 0 <= share <= 1:
        return NOT_STATED
    tenths = (Decimal(repr(share)) * 100).quantize(Decimal("0.1"), ROUND_DOWN)
    return f"{tenths}%"


def number(value: float | Decimal | None, unit: str = "") -> str:
    """At most one decimal; `not stated` for what is no size at all."""
    if value is None or not math.isfinite(value) or value < 0:
        return NOT_STATED
    if value > _LARGEST_NUMBER:
        shown = f"over {_LARGEST_NUMBER:,}"
    elif value == int(value) or value >= 100:
        shown = f"{round(value):,}"
    else:
        shown = f"{value:.1f}"
    return f"{shown} {unit}".rstrip()


def vram(gpu: Gpu) -> str:
    """The size on the box where the report is close to it: `24 GB` for 23.99 and for 22.5."""
    reported = gpu.vram_gib
    if reported is None or not math.isfinite(reported) or reported <= 0:
        return NOT_STATED
    return number(nominal_gib(gpu.name, reported), "GB")


def nominal_gib(name: str, reported: float) -> float:
    sold = gpus.nominal_gib(name, reported)
    if sold is not None:
        return sold
    return round(reported) if reported >= 1 else reported


def age(since: datetime, now: datetime) -> str:
    return f"{span(now - since)} old"


def span(length: timedelta) -> str:
    """One unit, rounded down; the past counts as nothing."""
    seconds = max(0, int(length.total_seconds()))
    for unit_s, unit, until in ((1, "s", 90), (60, "min", 90 * 60), (3600, "h", 48 * 3600)):
        if seconds < until:
            return f"{seconds // unit_s} {unit}"
    return f"{seconds // 86_400:,} days"


def length(passed: timedelta) -> str:
    """To the minute: `3 h 52 min`, `40 min`, `2 days 1 h`."""
    minutes = max(0, int(passed.total_seconds())) // 60
    hours, minutes = divmod(minutes, 60)
    if hours >= 48:
        return _two(f"{hours // 24:,} days", hours % 24, "h")
    return _two(f"{hours} h", minutes, "min") if hours else f"{minutes} min"


def hours(count: Decimal) -> str:
    """`4 h`, `1.5 h`, and no needless zero."""
    if not count.is_finite() or not 0 <= count <= _LARGEST_NUMBER:
        return NOT_STATED
    whole, _, decimals = f"{count.quantize(Decimal('0.01'), ROUND_HALF_UP):f}".partition(".")
    return f"{whole}.{decimals}".rstrip("0").rstrip(".") + " h"


def moment(at: datetime) -> str:
    """For mrkdwn: each reader sees the own time zone."""
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{utc(at)}>"


def utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def counted(count: int, noun: str) -> str:
    """`1 offer`, `2,000 offers`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(words: list[str], last: str = "and") -> str:
    """`a, b and c`."""
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _two(larger: str, count: int, unit: str) -> str:
    return f"{larger} {count} {unit}" if count else larger


def _small(size: Decimal) -> str:
    if size < _SMALLEST:
        return f"under ${_SMALLEST:f}"
    shown = size.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    if not shown:
        shown = size.quantize(Decimal(1).scaleb(size.adjusted() - 1), ROUND_HALF_UP)
    return f"${_shortened(f'{shown:f}')}"


def _shortened(digits: str) -> str:
    """Without needless zeros, but with cents."""
    whole, _, decimals = digits.rstrip("0").partition(".")
    return f"{whole}.{decimals:0<2}"
