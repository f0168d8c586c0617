"""Standing orders: the one message of each, what is told of it, and lists."""

from collections.abc import Callable, Mapping
from datetime import datetime

from slackblocks.blocks import Block as KitBlock
from slackblocks.elements import Element

from bot.render import kit, parts, presses, rentals, watch_presses
from bot.render.foreign import escaped, mentioning, person, told
from bot.render.message import Layouts
from bot.render.order_window import at_most
from bot.rules.orders import Order, OrdersPage, OrderState, Tried
from bot.rules.sessions import Session, SessionState

ORDERS_SHOWN = 20
ON_HOME = 10
TRIED_SHOWN = 10
HOW_TO = "Place one with `/gpu order 4090 under 0.35 for 4h before friday`."
_HEADS = {
    OrderState.WAITING: f"{kit.WAITING} *Order {{}} waits",
    OrderState.FIRING: f"{kit.WAITING} *Order {{}} is renting",
    OrderState.DONE: f"{kit.GOOD} *Order {{}} is filled",
    OrderState.LAPSED: f"{kit.WARNING} *Order {{}} lapsed",
    OrderState.CANCELLED: "*Order {} is cancelled",
}


def card(order: Order, now: datetime, session: Session | None = None) -> Layouts:
    """The one message of an order, edited as it moves; the rented machine has its own. `session`
    is that of `Order.session_id`."""
    lines = [_head(order), *_SAID[order.state](order, session), _trouble(order), *_tried(order)]
    fine = f"{_whose(order)} · as of {parts.moment(now)}"
    return kit.told("order", lines, _buttons(order), fine=fine)


def fired(order: Order, session: Session) -> Layouts:
    """To the renter and the thread; the machine's own message follows."""
    over = _over(session)
    if over is not None:
        head = f"*Order {order.number:,} rented: {rentals.what(session)}*"
        return kit.told(
            "orderfired", [head, over[0].upper() + over[1:]], [presses.everything(session)]
        )
    return kit.told(
        "orderfired",
        [
            f"{kit.GOOD} *Order {order.number:,} rents: {rentals.what(session)}*",
            (
                f"{person(order.owner.user_id)}, it costs {rentals.price(session)} for "
                f"{parts.hours(order.hours)}; your limit was "
                f"{parts.usd_per_hour(order.usd_per_hour)}."
            ),
            "Follow it in its own message. The way in comes to you alone when SSH answers.",
        ],
        [presses.everything(session), presses.end(session)],
    )


def next_one(order: Order) -> Layouts:
    """To the renter and the thread: the machine did not start, and the next is looked for."""
    last = order.tried[-1:]
    return kit.told(
        "ordernext",
        [
            f"{kit.WARNING} *Order {order.number:,}: the machine did not start*",
            *(_why(each) for each in last),
            (
                f"The next within {parts.usd_per_hour(order.left_usd_per_hour)} is looked for "
                f"until {parts.moment(order.before)}."
            ),
            _spent(order),
        ],
        _buttons(order),
        fine=_whose(order),
    )


def over(order: Order) -> Layouts:
    """To the renter and the thread: it lapsed, or was cancelled."""
    return kit.told(
        "orderover",
        [_head(order), *_SAID[order.state](order, None), *_tried(order)],
        fine=_whose(order),
    )


def _head(order: Order) -> str:
    return f"{_HEADS[order.state].format(f'{order.number:,}')}: {_typed(order)}*"


def _waiting(order: Order, _: Session | None) -> list[str]:
    return [
        f"{at_most(order)}, traffic not included.",
        f"Rents by itself, once, the first machine that matches, until {_until(order)}.",
        *filter(None, [_spent(order)]),
    ]


def _spent(order: Order) -> str | None:
    if not order.spent_usd:
        return None
    left = parts.usd_per_hour(order.left_usd_per_hour)
    return (
        f"What was tried cost {parts.usd(order.spent_usd)}, so the next may cost at most {left}: "
        "all in all it stays within the limit."
    )


def _firing(order: Order, session: Session | None) -> list[str]:
    if session is None:
        return [f"A machine is being rented. {at_most(order)}."]
    price = rentals.price(session)
    return [f"{rentals.what(session)} is being rented for {price}. {at_most(order)}."]


def _done(_: Order, session: Session | None) -> list[str]:
    if session is None:
        return ["Its machine runs; `/gpu sessions` shows it."]
    over = _over(session)
    if over is not None:
        return [f"{rentals.what(session)}: {over}"]
    return [f"{rentals.what(session)} runs for {rentals.price(session)}."]


def _over(session: Session) -> str | None:
    """Why there is nothing to end."""
    match session.state:
        case SessionState.ENDING:
            return "it is being ended."
        case SessionState.FAILED:
            return "nothing was made."
        case SessionState.ENDED if session.rented.closed_by_hand is None:
            return "its machine is gone."
        case SessionState.ENDED:
            return f"{rentals.proof(session)}."
    return None


def _lapsed(order: Order, _: Session | None) -> list[str]:
    if order.spent_usd and not order.left_usd_per_hour:
        spent = parts.usd(order.spent_usd)
        return [f"What was tried cost {spent}, all that it could. It rents nothing any more."]
    free = "" if order.spent_usd else " It cost nothing."
    return [f"No machine came into use until {_until(order)}.{free} {HOW_TO}"]


def _cancelled(order: Order, _: Session | None) -> list[str]:
    at = "" if order.ended_at is None else f" {parts.moment(order.ended_at)}"
    return [f"{mentioning(order.trouble, 500)} Cancelled{at}: it rents nothing any more.".lstrip()]


_SAID: Mapping[OrderState, Callable[[Order, Session | None], list[str]]] = {
    OrderState.WAITING: _waiting,
    OrderState.FIRING: _firing,
    OrderState.DONE: _done,
    OrderState.LAPSED: _lapsed,
    OrderState.CANCELLED: _cancelled,
}


def _tried(order: Order) -> list[str]:
    """Each host by name, the newest last."""
    if not order.tried:
        return []
    hidden = len(order.tried) - TRIED_SHOWN
    earlier = [f"… {hidden:,} earlier"] if hidden > 0 else []
    return ["Tried before:", *earlier, *(_why(each) for each in order.tried[-TRIED_SHOWN:])]


def _why(tried: Tried) -> str:
    seller = escaped(parts.marketplace(tried.provider), 40)
    what = escaped(tried.machine, 150) or "a machine"
    why = told(tried.why, 300) or "It did not start."
    return f"• {what} at {seller}, {parts.moment(tried.at)}: {why}"


def _trouble(order: Order) -> str | None:
    if not order.trouble or order.state is not OrderState.WAITING:
        return None
    return f"{kit.WARNING} The last match was not rented: {mentioning(order.trouble, 500)}"


def _buttons(order: Order) -> list[Element]:
    return [watch_presses.cancel(order)] if order.is_open else []


def _whose(order: Order) -> str:
    note = escaped(order.note, 300)
    said = [f"Ordered by {person(order.owner.user_id)} {parts.moment(order.created_at)}"]
    return " · ".join([*said, *([f"Note: {note}"] if note else [])])


def _typed(order: Order) -> str:
    return escaped(order.text, 300)


def _until(order: Order) -> str:
    return parts.moment(order.before)


def orders(page: OrdersPage) -> Layouts:
    if not page.orders:
        whose = "Nobody has placed an order." if page.everyone else "You have placed no order."
        return kit.told("orders", [f"*{whose}*", HOW_TO])
    shown = page.orders[:ORDERS_SHOWN]
    open_ones = [each for each in page.orders if each.is_open]
    most = sum((each.most_usd for each in open_ones), start=parts.ZERO)
    title = "Orders of everybody" if page.everyone else "Your orders"
    cost = f", at most {parts.usd(most)} in all" if open_ones else ""
    head = f"*{title}: {len(open_ones):,} open{cost}*"
    hidden = len(page.orders) - len(shown)
    more = f"{hidden:,} older are not shown. " if hidden > 0 else ""
    foot = f"{more}As of {parts.moment(page.now)}. Traffic not included."
    blocks: list[KitBlock] = [kit.section("gpu:orders", head)]
    for number, each in enumerate(shown):
        may_act = each.id in page.may_act
        blocks += entry(each, number, everyone=page.everyone, may_act=may_act)
    blocks.append(kit.context("gpu:orders:end", foot))
    lines = [head, *(_line(each, everyone=page.everyone) for each in shown), foot]
    return Layouts(kit.message(kit.spoken("\n".join(lines)), blocks))


def entry(order: Order, number: int, *, everyone: bool, may_act: bool) -> list[KitBlock]:
    press = watch_presses.cancel(order) if may_act and order.is_open else None
    line = _line(order, everyone=everyone)
    return [kit.section(f"gpu:ordered:{number}", line, press)]


def on_home(orders: tuple[Order, ...]) -> list[KitBlock]:
    """A person's own; nothing where there is none."""
    if not orders:
        return []
    blocks: list[KitBlock] = [kit.header("gpu:home:orders", "Your orders")]
    for number, each in enumerate(orders[:ON_HOME]):
        blocks += entry(each, number, everyone=False, may_act=True)
    hidden = len(orders) - ON_HOME
    if hidden > 0:
        note = f"{hidden:,} more: `/gpu orders` lists them all."
        blocks.append(kit.context("gpu:home:moreorders", note))
    return blocks


def _line(order: Order, *, everyone: bool) -> str:
    who = [f"by {person(order.owner.user_id)}"] if everyone else []
    until = [f"until {_until(order)}"] if order.is_open else []
    tried = [f"tried {parts.counted(len(order.tried), 'machine')}"] if order.tried else []
    return kit.joined([_head(order), " · ".join([at_most(order), *until, *tried, *who])])
