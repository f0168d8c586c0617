"""What the flows have to say, said in a simulated workspace over HTTP."""

from collections import Counter
from typing import Any

import aiohttp

from bot.assembly import Stores
from bot.frontage import ALERT_DRAWING, ORDER_DRAWING, drawing_for
from bot.playground import Slack
from bot.playground.values import Message
from bot.rules.notices import Notice
from bot.slack.alerts import AlertDelivery
from bot.slack.app import open_careful_client
from bot.slack.delivery import Delivery
from bot.slack.layouts import Ladder
from bot.slack.notify import Notifier
from bot.slack.order_delivery import OrderDelivery
from bot.slack.poster import Poster
from providers.clock import Clock
from providers.registry import OpenMarket
from tests.rentals.perils import Life

LOST = ("token_revoked", "ratelimited", "internal_error", "account_inactive", "invalid_blocks")


def open_newsstand(
    slack: Slack,
    http: aiohttp.ClientSession,
    stores: Stores,
    market: OpenMarket,
    policies: Any,
    clock: Clock,
    life: Life | None,
) -> Notifier:
    """Of one process; `life` may end before and after each thing that is said."""
    client = open_careful_client(slack.bot_token, slack.api_url, http)
    poster = Poster(client, Ladder(clock), clock, "T0PLAYGRND")
    delivery = Delivery(
        stores.outbox,
        stores.sessions,
        stores.orphans,
        policies.current,
        drawing_for(market.providers),
        poster,
        clock,
        AlertDelivery(stores.watches, stores.outbox, ALERT_DRAWING, poster, clock).send,
        OrderDelivery(
            stores.orders, stores.sessions, stores.outbox, ORDER_DRAWING, poster, clock
        ).send,
    )

    async def send(notice: Notice) -> None:
        if life is not None:
            life.pass_(f"before Slack: {notice.kind}")
        await delivery.send(notice)
        if life is not None:
            life.pass_(f"after Slack: {notice.kind}")

    return Notifier(stores.outbox, send, clock)


def doubled_warnings(slack: Slack, since: int) -> list[str]:
    """A warning names the end, so that no two of them are alike but by mistake."""
    said = Counter(
        (message.channel, message.thread_ts, message.text)
        for message in slack.workspace.all_messages()
        if message.change > since and _is_warning(message)
    )
    return [text for (_, _, text), count in said.items() if count > 1]


def _is_warning(message: Message) -> bool:
    return message.text.startswith("Ends in ")
