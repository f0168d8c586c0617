"""Standing orders: what, for how long, for how much, and until when."""

from decimal import Decimal

import pytest

from bot.grammar import CancelOrder, Help, OrderCommand, OrderList, UsageError, parse
from bot.rules.dates import CalendarDay, Deadline, InDays, Weekday
from providers.models import OfferQuery

Q = OfferQuery(gpus=("RTX 4090",), max_usd_per_hour=Decimal("0.35"), min_hours=4.0)
TWO_EACH = OfferQuery(
    gpus=("RTX 4090",),
    min_gpus=2,
    max_gpus=2,
    max_usd_per_gpu_hour=Decimal("0.35"),
    min_hours=4.0,
)
FRIDAY = Weekday(4)


def order(text, before=None, query=Q, hours="4", usd="0.35"):
    return OrderCommand(query, Decimal(hours), Decimal(usd), before, text)


def until(day, said, *, inclusive=True):
    return order(f"4090 under 0.35 for 4h {said}", Deadline(day, inclusive))


BEFORE_FRIDAY = until(FRIDAY, "before friday", inclusive=False)
BY_4_DEC = until(CalendarDay(12, 4), "by 4 dec")


@pytest.mark.parametrize(
    ("text", "command"),
    {
        "order 4090 under 0.35": order("4090 under 0.35 for 4h"),
        "order 4090 under 0.35 for 4h before friday": BEFORE_FRIDAY,
        "Order before FRI a 4090, $0.35/h": BEFORE_FRIDAY,
        "order before fri a 4090 under 35 cents": BEFORE_FRIDAY,
        "order 4090 under 0.35 by this friday": until(FRIDAY, "by friday"),
        "order 4090 under 0.35 until 4 dec": BY_4_DEC,
        "order 4090 under 0.35 by December 4th": BY_4_DEC,
        "order 4090 under 0.35 by the 4th of december": BY_4_DEC,
        "order 4090 under 0.35 by 4 dec 2026": until(CalendarDay(12, 4, 2026), "by 2026-12-04"),
        "order 4090 under 0.35 by 2026-12-04": until(CalendarDay(12, 4, 2026), "by 2026-12-04"),
        "order 4090 under 0.35 by today": until(InDays(0), "by today"),
        "order 4090 under 0.35 before tomorrow": until(
            InDays(1), "before tomorrow", inclusive=False
        ),
        "order 4090 under 0.35 in 3 days": until(InDays(3), "within 3 days"),
        "order 4090 under 0.35 within a week": until(InDays(7), "within 7 days"),
        "order 4090 under 0.35 for 2 days": order(
            "4090 under 0.35 for 48h", query=Q.with_changes(min_hours=48.0), hours="48"
        ),
        "order 2x 4090 under 0.35 per gpu": order(
            "2x 4090 under 0.35 per gpu for 4h", query=TWO_EACH, usd="0.70"
        ),
        "order 4090 under 0.35 sort value top 3": order("4090 under 0.35 for 4h"),
        "orders": OrderList(everyone=False),
        "my orders": OrderList(everyone=False),
        "orders all": OrderList(everyone=True),
        "cancel 3": CancelOrder(3),
        "cancel order #3": CancelOrder(3),
        "help order": Help("order"),
        "help before": Help("before"),
    }.items(),
)
def test_what_is_ordered(text, command):
    """The machine is promised for as long as it is rented; the most that it costs is known."""
    assert parse(text) == command
    if isinstance(command, OrderCommand):
        assert parse(f"order {command.text}") == command


NO_DATE = (
    "“before xmas” is no date that I know; write a weekday, or a date as 2027-01-31 or 31 jan."
)
MISTAKES = {
    "order 4090": (
        "Say the most that an hour may cost, as in “order 4090 under 0.35 for 4h”.",
        "4090",
        ("find 4090 for 4h", "order 4090 under 0.35 for 4h", "help order"),
    ),
    "order": (
        "Say what to order and for how much, such as “4090 under 0.35”.",
        "",
        ("order 4090 under 0.35 for 4h", "help order"),
    ),
    "order 4090 under 0.35 per gpu by friday": (
        "With a price per GPU say how many GPUs the machine may have at most.",
        "4090 under 0.35 per gpu by friday",
        ("order 1x 4090 under 0.35 per gpu for 4h by friday", "help order"),
    ),
    "order 4090 under 0.35 for 100m": (
        "A machine is rented in steps of 15 minutes.",
        "4090 under 0.35 for 100m",
        ("order 4090 under 0.35 for 1.75h", "help order"),
    ),
    "order 4090 under 0.35 before 30 feb": (
        "“before 30 feb” is in no calendar.",
        "before 30 feb",
        (
            "order 4090 under 0.35 for 4h before friday",
            "order 4090 under 0.35 for 4h within 3 days",
        ),
    ),
    "order 4090 under 0.35 before today": (
        "“before today” is over; write “by today”.",
        "before today",
        (
            "order 4090 under 0.35 for 4h by today",
            "order 4090 under 0.35 for 4h before tomorrow",
        ),
    ),
    "order 4090 under 0.35 before xmas": (
        NO_DATE,
        "before xmas",
        (
            "order 4090 under 0.35 for 4h before friday",
            "order 4090 under 0.35 for 4h within 3 days",
        ),
    ),
    "order 4090 under 0.35 within 999 days": (
        "An order waits for 1 to 90 days, not “within 999 days”.",
        "within 999 days",
        ("order 4090 under 0.35 for 4h within 90 days",),
    ),
    "order 4090 under 0.35 by friday by sunday": (
        "The date is given twice: “by friday” and “by sunday”.",
        "by sunday",
        (
            "order 4090 under 0.35 for 4h by friday",
            "order 4090 under 0.35 for 4h by sunday",
        ),
    ),
    "cancel k3f9-w2c7h4n6da": (
        "“cancel” is for orders; a machine is ended with “stop k3f9-w2c7h4n6da”.",
        "k3f9-w2c7h4n6da",
        ("stop k3f9-w2c7h4n6da", "orders"),
    ),
    "cancel": (
        "Say which one by its number, as in “/gpu cancel 3”; “/gpu orders” lists them.",
        "",
        ("orders", "help cancel"),
    ),
    "orders foo": (
        "“orders” lists yours, not “foo”.", "foo", ("orders", "orders all", "help order"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), MISTAKES.items())
def test_a_wrong_order_is_told_with_what_would_be_right(text, expected):
    """No price is made up for the asker's own order: what it costs can be looked up first."""
    assert parse(text) == UsageError(*expected)
