"""The window of an order: it states the most that it can cost before the renter agrees."""

from slackblocks.blocks import Block as KitBlock

from bot.render import asked, ids, kit, parts, rent_fields
from bot.render.foreign import escaped, mentioning
from bot.render.message import Modal
from bot.rules.orders import Order, OrderDraft

TITLE = "Order a machine"
SUBMIT_LIMIT = 24


def skeleton() -> Modal:
    return _sentence("Looking what it can cost …")


def confirm(
    draft: OrderDraft, *, other_key: bool = False, trouble: str = "", typed_key: str = ""
) -> Modal:
    """`trouble` is a sentence about what was sent and could not be used."""
    blocks: list[KitBlock] = []
    if trouble:
        blocks.append(kit.section("gpu:trouble", f"{kit.WARNING} *{escaped(trouble, 500)}*"))
    blocks += [
        kit.section("gpu:most", f"*{at_most(draft)}*, traffic not included."),
        kit.section("gpu:order", kit.joined(_agreed(draft))),
        *rent_fields.key_fields(draft.saved_key, other_key=other_key, typed=typed_key),
        rent_fields.note_field(),
    ]
    return kit.modal(
        TITLE,
        ids.ORDER_VIEW,
        blocks,
        submit=submit(draft),
        close="Cancel",
        metadata=str(draft.id),
    )


def submit(draft: OrderDraft) -> str:
    """Names the most, in as many words as fit the button."""
    most = parts.usd(draft.most_usd)
    forms = (f"Order, at most {most}", f"Order {most}", "Order")
    return next(form for form in forms if len(form) <= SUBMIT_LIMIT)


def working() -> Modal:
    return _sentence("Placing the order …")


def placed(order: Order) -> Modal:
    return _sentence(
        f"*Order {order.number:,} is placed.* {at_most(order)}. You are told in a direct message "
        "and in its thread when it rents, and when it lapses. You can close this window."
    )


def sentence(text: str) -> Modal:
    """One sentence of ours, in which a person may be mentioned."""
    return _sentence(mentioning(text, 2_000))


def at_most(order: Order | OrderDraft) -> str:
    """`At most $1.40: 4 h at $0.35/h`."""
    hours, price = parts.hours(order.hours), parts.usd_per_hour(order.usd_per_hour)
    return f"At most {parts.usd(order.most_usd)}: {hours} at {price}"


def _sentence(text: str) -> Modal:
    return kit.modal(TITLE, ids.ORDER_VIEW, [kit.section("gpu:sentence", text)])


def _agreed(draft: OrderDraft) -> list[str | None]:
    return [
        escaped(asked.line(draft.query)),
        (
            "It rents by itself, once, the first machine like that, until "
            f"{parts.moment(draft.before)}. If one fails to start, it tries the next within the "
            "same limit."
        ),
        _now(draft),
        "While it waits it counts against the limits for renting. You can cancel it at any time.",
    ]


def _now(draft: OrderDraft) -> str | None:
    lowest = draft.lowest_usd_per_hour
    if lowest is None:
        return None
    price = parts.usd_per_hour(lowest)
    if lowest <= draft.usd_per_hour:
        return f"{kit.WARNING} One is there now for {price}: it would be rented at once."
    return f"The cheapest like that costs {price} now."
