"""Rounding, in the one place that rounds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import parts
from providers.models import Gpu, ProviderName

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0.4896", "$0.49"),
        ("0.0189", "$0.0189"),
        ("0.31", "$0.31"),
        ("0.305", "$0.31"),
        ("0.1", "$0.10"),
        ("0.09996", "$0.10"),
        ("0.05", "$0.05"),
        ("0.0503", "$0.0503"),
        ("0.0025", "$0.0025"),
        ("0.00004267", "$0.000043"),
        ("0.00009999", "$0.0001"),
        ("1E-30", "under $0.00000001"),
        ("0", "$0.00"),
        ("12", "$12.00"),
        ("1234.5", "$1,234.50"),
        ("1E+400", "over $9,999,999"),
        ("-0.5", "-$0.50"),
        ("NaN", "not stated"),
        ("Infinity", "not stated"),
    ],
)
def test_usd(amount: str, shown: str) -> None:
    """Cents from ten cents up, hundredths of a cent below, and no price becomes nothing."""
    assert parts.usd(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0.3104166667", "$0.3104/h"),
        ("0.31", "$0.31/h"),
        ("0.0142", "$0.0142/h"),
        ("0.00004267", "$0.000043/h"),
        ("1234.5", "$1,234.50/h"),
        ("-0.25001", "-$0.25/h"),
        ("1E+400", "over $9,999,999/h"),
        ("NaN", "not stated"),
    ],
)
def test_a_part_is_shown_to_hundredths_of_a_cent(amount: str, shown: str) -> None:
    """Whatever its size, so that parts and their sum agree."""
    assert parts.part_per_hour(Decimal(amount)) == shown


@given(st.decimals(min_value=0, allow_nan=False, allow_infinity=False).filter(bool))
def test_a_price_is_never_nothing(amount: Decimal) -> None:
    """Any price above zero shows a digit that is not zero, in a few letters."""
    shown = parts.usd(amount)
    assert set("123456789") & set(shown)
    assert len(shown) <= 17


@given(st.decimals(min_value=Decimal("0.0001"), max_value=1_000_000, places=8))
def test_rounding_stays_near(amount: Decimal) -> None:
    """What is shown is within five per cent of the price."""
    shown = Decimal(parts.usd(amount).replace("$", "").replace(",", ""))
    assert abs(shown - amount) <= amount * Decimal("0.05") + Decimal("0.00005")


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0.993, "99.3%"),
        (0.95, "95.0%"),
        (0.99996, "99.9%"),
        (1.0, "100.0%"),
        (0.0, "0.0%"),
        (1.2, "not stated"),
        (-0.1, "not stated"),
        (float("nan"), "not stated"),
        (1e-17, "0.0%"),
        (None, "not stated"),
    ],
)
def test_percent(share: float | None, shown: str) -> None:
    """Reliability is rounded down and never above what it is."""
    assert parts.percent(share) == shown


@pytest.mark.parametrize(
    ("name", "reported", "shown"),
    [
        ("RTX 4090", 23.98828125, "24 GB"),
        ("RTX 4090", 22.5, "24 GB"),
        ("L4", 22.494140625, "24 GB"),
        ("A100 SXM", 39.5, "40 GB"),
        ("Warp 9000", 31.4, "31 GB"),
        ("Warp 9000", 0.5, "0.5 GB"),
        ("RTX 4090", 0.0, "not stated"),
        ("RTX 4090", float("nan"), "not stated"),
        ("RTX 4090", None, "not stated"),
    ],
)
def test_vram(name: str, reported: float | None, shown: str) -> None:
    """A card is named by the size on its box; an unknown one by what it reports."""
    assert parts.vram(Gpu(name, 1, reported)) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "0 s old"),
        (14, "14 s old"),
        (89, "89 s old"),
        (90, "1 min old"),
        (200, "3 min old"),
        (5_400, "1 h old"),
        (172_799, "47 h old"),
        (172_800, "2 days old"),
    ],
)
def test_age(seconds: int, shown: str) -> None:
    """One unit, rounded down; a clock that runs ahead makes nothing negative."""
    assert parts.age(NOW - timedelta(seconds=seconds), NOW) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (64.0, "64 GB"),
        (62.94, "62.9 GB"),
        (1934.4, "1,934 GB"),
        (Decimal(50), "50 GB"),
        (0, "0 GB"),
        (1e300, "over 999,999,999 GB"),
        (float("inf"), "not stated"),
        (-1.0, "not stated"),
        (None, "not stated"),
    ],
)
def test_number(value: float | Decimal | None, shown: str) -> None:
    """At most one decimal, and nonsense is not a size."""
    assert parts.number(value, "GB") == shown


def test_free_traffic_is_not_unstated_traffic() -> None:
    """Zero is free, nothing is not stated."""
    assert parts.usd_per_gb(Decimal(0)) == "free"
    assert parts.usd_per_gb(None) == "not stated"
    assert parts.usd_per_gb(Decimal("0.003")) == "$0.003/GB"


def test_a_date_is_for_each_reader() -> None:
    """Slack writes a moment in the reader's zone; where it cannot, UTC stands."""
    shown = "<!date^1795435200^{date_short_pretty} {time}|2026-11-23 12:00 UTC>"
    assert parts.moment(NOW) == shown


@pytest.mark.parametrize(
    ("name", "shown"),
    [("vastai", "Vast.ai"), ("tensordock", "TensorDock"), ("third", "third"), ("", "not stated")],
)
def test_marketplace(name: str, shown: str) -> None:
    """A marketplace without a title is shown by its name."""
    assert parts.marketplace(ProviderName(name)) == shown


def test_words_in_a_row() -> None:
    """Lists and counts read as sentences do."""
    assert parts.listed(["a", "b", "c"]) == "a, b and c"
    assert parts.listed([]) == ""
    assert parts.counted(1, "offer") == "1 offer"
    assert parts.counted(2_000, "offer") == "2,000 offers"
