"""The buttons of watches and orders. Each names for a screen reader what it is about."""

from datetime import datetime

from slackblocks import Button, StaticSelectMenu
from slackblocks.elements import Element

from bot.render import ids, kit, watch_words
from bot.render.foreign import escaped
from bot.rules.orders import Order
from bot.rules.watch_answers import Snooze, WatchScope
from bot.rules.watches import Said, Watch, WatchId

_SNOOZES = {Snooze.HOUR: "1 h", Snooze.EIGHT_HOURS: "8 h", Snooze.WEEK: "7 days"}


def all_of(watch: Watch, now: datetime) -> list[Element]:
    """What its owner and admins can do with it now; others are told why not."""
    if watch.paused_at is not None:
        return [resume(watch), edit(watch), stop(watch)]
    if watch.snoozed_until is not None and watch.snoozed_until > now:
        return [resume(watch, "Speak again"), pause(watch), edit(watch), stop(watch)]
    return [snooze(watch), pause(watch), edit(watch), stop(watch)]


def of_message(watch: Watch) -> list[Element]:
    """Under an alert."""
    return [snooze(watch), edit(watch), stop(watch)]


def snooze(watch: Watch) -> StaticSelectMenu:
    options = [
        (f"Snooze {words}", ids.snooze_value(watch.id, length))
        for length, words in _SNOOZES.items()
    ]
    return kit.menu(ids.WATCH_SNOOZE, "Snooze", options)


def edit(watch: Watch) -> Button:
    return _button("Edit", ids.WATCH_EDIT, watch)


def pause(watch: Watch) -> Button:
    return _button("Pause", ids.WATCH_PAUSE, watch)


def resume(watch: Watch, text: str = "Resume") -> Button:
    return _button(text, ids.WATCH_RESUME, watch)


def manage(watch: Watch) -> Button:
    return _button("Manage", ids.WATCH, watch)


def rent(said: Said) -> Button:
    label = f"Rent {said.offer.gpu.count} × {said.offer.gpu.name}"
    return kit.button("Rent", ids.RENT, ids.value(said.session_id), label, style="primary")


def stop(watch: Watch) -> Button:
    asked = kit.confirm(
        "Stop this watch?",
        f"{watch_words.name(watch)}: {escaped(watch_words.typed(watch), 200)}. It is removed for "
        "good; Snooze and Pause keep it.",
        "Stop it",
        "Keep it",
    )
    label = f"Stop {_what(watch)}"
    return kit.button("Stop", ids.WATCH_STOP, ids.value(watch.id), label, confirm=asked)


def watches() -> Button:
    return kit.button("All watches here", ids.WATCHES, None, "List the watches of this channel")


def turn(text: str, first: WatchId, scope: WatchScope) -> Button:
    value = ids.turn_value(first, scope)
    action = ids.numbered(ids.WATCHES_TURN, 0 if text == "Previous" else 1)
    return kit.button(text, action, value, f"{text} page of watches")


def cancel(order: Order) -> Button:
    what = escaped(order.text, 200)
    asked = kit.confirm(
        "Cancel this order?",
        f"Order {order.number:,}: {what}. It rents nothing any more. A machine that runs already "
        "is not ended by it.",
        "Cancel it",
        "Keep it",
    )
    label = f"Cancel order {order.number:,}: {order.text}"
    return kit.button(
        "Cancel", ids.ORDER_CANCEL, ids.value(order.id), label, style="danger", confirm=asked
    )


def orders() -> Button:
    return kit.button("My orders", ids.ORDERS, None, "Show my orders")


def _button(text: str, action_id: str, watch: Watch) -> Button:
    return kit.button(text, action_id, ids.value(watch.id), f"{text}: {_what(watch)}")


def _what(watch: Watch) -> str:
    return f"watch {watch.number:,}, {watch_words.typed(watch)}"
