"""Cards of standing orders: the window, the message, what is told, lists."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot import grammar
from bot.grammar import OrderCommand
from bot.render import home, order_window, orders
from bot.rules.answers import HomePage
from bot.rules.orders import Order, OrderDraft, OrderId, OrdersPage, OrderState, Tried
from bot.rules.places import Asker, Place
from bot.rules.sessions import SessionId
from tests.bot.render import sample_rentals as rentals
from tests.bot.render import samples
from tests.bot.render.samples import ASKER, LONG, NASTY, NOW, Card

COMMAND = grammar.parse("order 2x 4090 under 0.70 for 4h before friday")
assert isinstance(COMMAND, OrderCommand)
DRAFT = OrderDraft(
    id=OrderId("k3f9-orderaaaaa"),
    owner=ASKER,
    query=COMMAND.query,
    text=COMMAND.text,
    hours=COMMAND.hours,
    usd_per_hour=COMMAND.usd_per_hour,
    before=NOW + timedelta(days=4),
    saved_key=rentals.KEY,
    lowest_usd_per_hour=Decimal("0.74"),
)
ORDER = Order(
    id=DRAFT.id,
    number=3,
    owner=ASKER,
    query=DRAFT.query,
    text=DRAFT.text,
    hours=DRAFT.hours,
    usd_per_hour=DRAFT.usd_per_hour,
    before=DRAFT.before,
    created_at=NOW - timedelta(hours=5),
    ssh_public_key=rentals.KEY,
    note="fine-tuning",
)
FAILED_HOST = Tried(
    samples.VAST,
    "2 × RTX 4090 24 GB, host 77, Washington, US",
    SessionId("k3f9-triedaaaaa"),
    NOW - timedelta(minutes=7),
    "It was not ready in time.",
    "77",
    Decimal("0.21"),
)
HOSTILE = ORDER.with_changes(
    owner=Asker(NASTY, Place("T01", NASTY)),
    text=NASTY + LONG,
    note=NASTY,
    tried=(Tried(samples.VAST, NASTY + LONG, rentals.ID, NOW, NASTY + LONG),) * 12,
    trouble=LONG,
)


def order(state: OrderState = OrderState.WAITING, **changes: object) -> Order:
    ended = None if state in {OrderState.WAITING, OrderState.FIRING} else NOW
    return ORDER.with_changes(state=state, ended_at=ended, **changes)


def page(*found: Order, everyone: bool = False, mine: bool = True) -> OrdersPage:
    may_act = frozenset(each.id for each in found) if mine else frozenset()
    return OrdersPage(found, everyone, may_act, NOW)


def cards() -> dict[str, Card]:
    """By the name of their file."""
    return {**_window(), **_messages(), **_lists()}


def _window() -> dict[str, Card]:
    hostile = replace(DRAFT, saved_key=f"ssh-ed25519 AAAA {NASTY}", text=NASTY)
    there = replace(DRAFT, lowest_usd_per_hour=Decimal("0.62"), saved_key=None)
    unknown = replace(DRAFT, lowest_usd_per_hour=None)
    return {
        "order_window_reading": order_window.skeleton(),
        "order_window": order_window.confirm(DRAFT),
        "order_window_at_once": order_window.confirm(there),
        "order_window_trouble": order_window.confirm(
            unknown, other_key=True, trouble="GitHub knows no such user.", typed_key=NASTY
        ),
        "order_window_hostile": order_window.confirm(hostile, trouble=NASTY),
        "order_window_working": order_window.working(),
        "order_window_placed": order_window.placed(ORDER),
        "order_window_sentence": order_window.sentence("A limit is reached: ask <@U0ADMIN1>."),
    }


def _messages() -> dict[str, Card]:
    running = rentals.session()
    tried = order(tried=(FAILED_HOST,), trouble="The limit for a day is reached.")
    spent = replace(FAILED_HOST, cost_usd=ORDER.most_usd)
    made = {
        "waiting": (order(), None),
        "waiting_tried": (tried, None),
        "firing": (order(OrderState.FIRING, session_id=running.id), running),
        "done": (order(OrderState.DONE, tried=(FAILED_HOST,)), running),
        "done_long_ago": (order(OrderState.DONE), None),
        "done_ending": (order(OrderState.DONE), rentals.ending(1)),
        "done_ended": (order(OrderState.DONE), rentals.ended()),
        "done_by_hand": (
            order(OrderState.DONE),
            rentals.ended(closed_by_hand=rentals.ADMIN),
        ),
        "lapsed": (order(OrderState.LAPSED), None),
        "lapsed_spent": (order(OrderState.LAPSED, tried=(spent,)), None),
        "cancelled": (order(OrderState.CANCELLED), None),
        "cancelled_ended": (
            order(OrderState.CANCELLED, trouble="Its machine was ended by hand."),
            None,
        ),
        "hostile": (HOSTILE, None),
    }
    told: dict[str, Card] = {
        f"order_{name}": orders.card(each, NOW, session) for name, (each, session) in made.items()
    }
    return told | {
        "order_fired": orders.fired(order(OrderState.FIRING), running),
        "order_fired_ended": orders.fired(order(OrderState.DONE), rentals.ended()),
        "order_fired_ending": orders.fired(order(OrderState.DONE), rentals.ending(1)),
        "order_fired_hostile": orders.fired(HOSTILE, rentals.hostile_session()),
        "order_next": orders.next_one(order(tried=(FAILED_HOST,))),
        "order_next_hostile": orders.next_one(HOSTILE),
        "order_over_lapsed": orders.over(order(OrderState.LAPSED, tried=(FAILED_HOST,) * 2)),
        "order_over_cancelled": orders.over(order(OrderState.CANCELLED)),
    }


def _lists() -> dict[str, Card]:
    several = (order(), order(OrderState.FIRING), order(OrderState.LAPSED))
    many = tuple(order() for _ in range(26))
    of_home = HomePage(rentals.renter(), (), None, NOW, orders=many)
    return {
        "orders_none": orders.orders(page()),
        "orders_mine": orders.orders(page(*several)),
        "orders_of_everybody": orders.orders(page(*many, everyone=True, mine=False)),
        "orders_hostile": orders.orders(page(HOSTILE, everyone=True)),
        "home_orders": home.home(of_home),
    }
