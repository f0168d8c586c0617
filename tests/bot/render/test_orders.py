"""Orders: what the window names, and the buttons of the message."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import (
    order_window,
    orders,
)
from bot.render.message import Layouts
from bot.rules.orders import OrderState
from tests.bot.render import sample_orders
from tests.bot.render.buttons import pressed
from tests.bot.render.samples import NOW
from tests.bot.render.test_hostile import assert_harmless


@given(
    st.decimals("0.000001", 10_000, places=6), st.integers(1, 35_136).map(lambda n: Decimal(n) / 4)
)
def test_the_button_of_an_order_names_the_most_where_it_fits(usd, hours):
    """The most is the cap times the hours."""
    draft = replace(sample_orders.DRAFT, usd_per_hour=usd, hours=hours)
    assert draft.most_usd == usd * hours
    assert order_window.submit(draft).startswith("Order")
    assert_harmless(order_window.confirm(draft))


@pytest.mark.parametrize("state", OrderState)
def test_an_order_can_be_cancelled_while_it_is_open(state):
    """One press away, and no longer than it is of use."""
    order = sample_orders.order(state)
    expected = ["Cancel"] if state in {OrderState.WAITING, OrderState.FIRING} else []
    shown: list[Layouts] = [
        orders.card(order, NOW),
        orders.orders(sample_orders.page(order)),
    ]
    assert [list(pressed(each.rich)) for each in shown] == [expected] * 2


def test_each_tried_host_is_named():
    """The newest ten; earlier ones are counted."""
    order = sample_orders.order(
        tried=tuple(replace(sample_orders.FAILED_HOST, machine=f"host {n}") for n in range(12))
    )
    text = orders.card(order, NOW).rich.text
    assert re.findall(r"• host (\d+) at Vast.ai", text) == [str(n) for n in range(2, 12)]
    assert "… 2 earlier" in text
