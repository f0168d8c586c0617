"""The side of the bot that faces Slack, put together: listeners, desks, sockets, notices."""

import asyncio
import json
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

import aiohttp
import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.assembly import Flows, Stores
from bot.metrics import Metrics
from bot.render import alerts as alert_messages
from bot.render import notices, picture, session_cards, watch_lists
from bot.render import orders as order_messages
from bot.render.message import Layouts
from bot.rules.notices import Notice
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.sessions import Session
from bot.settings import Settings, SlackLayout
from bot.slack.alerts import AlertDelivery, AlertDrawing
from bot.slack.app import (
    Identity,
    build_app,
    open_careful_client,
    open_client,
    webhook_client,
    who_am_i,
)
from bot.slack.conversation import Conversation
from bot.slack.delivery import Delivery, Drawing, Subject
from bot.slack.duplicates import Duplicates
from bot.slack.handlers import Desk
from bot.slack.home_desk import HomeDesk
from bot.slack.layouts import Ladder
from bot.slack.listeners import Listeners
from bot.slack.notify import Notifier
from bot.slack.order_delivery import OrderDelivery, OrderDrawing
from bot.slack.order_desk import OrderDesk
from bot.slack.payloads import Request
from bot.slack.pictures import Pictures
from bot.slack.poster import Poster
from bot.slack.prices_desk import PricesDesk
from bot.slack.rent_desk import RentDesk
from bot.slack.replies import Replies
from bot.slack.search_desk import SearchDesk
from bot.slack.session_desk import SessionDesk
from bot.slack.sockets import Sockets
from bot.slack.tasks import Tasks
from bot.slack.watch_desk import WatchDesk
from bot.slack.web import Web
from bot.slack.windows import Windows
from bot.store.database import Database
from providers.base import Provider
from providers.clock import Clock
from providers.models import ProviderName
from providers.registry import MARKETPLACES, OpenMarket

DRAIN_S = 7.0
"""How long answers that are under way may take after SIGTERM: a container is killed after 10 s,
and the sockets before and the last words after take theirs."""
AGAIN_AFTER_S = 30.0
"""Between two tries to reach Slack while machines run."""
_UNREACHABLE = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
_WHO = "slack identity"
_log = structlog.get_logger("bot")


class MissingSetting(Exception):
    """A sentence that names what to set."""


@dataclass(frozen=True, slots=True)
class Secrets:
    bot_token: str
    app_token: str | None
    """Set for Socket Mode."""
    signing_secret: str
    """Empty in Socket Mode."""

    @classmethod
    def of(cls, settings: Settings, *, over_http: bool, answers: bool) -> Self:
        """Raises `MissingSetting`, with a line for each that is missing. Who only works off what
        is due needs no way in for Slack."""
        bot, app = settings.slack_bot_token, settings.slack_app_token
        secret = settings.slack_signing_secret
        http = over_http or app is None
        missing = []
        if bot is None:
            missing.append(
                "SLACK_BOT_TOKEN is not set. Copy the Bot User OAuth Token (xoxb-…) from"
                " OAuth & Permissions of your app at api.slack.com/apps."
            )
        if answers and http and secret is None:
            missing.append(
                "SLACK_SIGNING_SECRET is not set: `serve` answers Slack over HTTP."
                if over_http
                else "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is"
                " set."
            )
        if bot is None or missing:
            raise MissingSetting("\n".join(missing))
        signing = secret.get_secret_value() if http and secret is not None else ""
        app_token = app.get_secret_value() if app is not None and not http else None
        return cls(bot.get_secret_value(), app_token, signing)


class Frontage:
    def __init__(
        self,
        settings: Settings,
        secrets: Secrets,
        http: aiohttp.ClientSession,
        clock: Clock,
        metrics: Metrics,
        stores: Stores,
    ) -> None:
        self._settings = settings
        self._is_classic = settings.slack_layout is SlackLayout.CLASSIC
        self._secrets = secrets
        self._http = http
        self._clock = clock
        self._metrics = metrics
        self._stores = stores
        self._client = open_client(secrets.bot_token, settings.slack_api_url, http)
        self._tasks = Tasks()
        self._sockets: Sockets | None = None
        self._notifier: Notifier | None = None
        self._stack = AsyncExitStack()
        self._refused: Exception | None = None
        self.port: int | None = None

    async def identity(self) -> Identity:
        """As Slack says now, or as it said before while machines run that must be looked after.

        Raises what Slack answered otherwise.
        """
        try:
            known = await who_am_i(self._client)
        except _UNREACHABLE as error:
            remembered = await self._stores.marks.remembered(_WHO)
            if remembered is None or not await self._in_care():
                raise
            _log.error("Slack refuses the bot; its machines are looked after", error=str(error))
            self._refused = error
            fields = json.loads(remembered)
            return Identity(**{**fields, "scopes": tuple(fields["scopes"])})
        await self._stores.marks.remember(_WHO, json.dumps(asdict(known)))
        return known

    async def _in_care(self) -> bool:
        """Machines that may cost money: they are looked after whatever Slack says."""
        if await self._stores.sessions.live():
            return True
        names = MARKETPLACES
        orphans = [each for name in names for each in await self._stores.orphans.known(name)]
        return any(each.state is not OrphanState.KEPT for each in orphans)

    async def open(
        self,
        identity: Identity,
        flows: Flows,
        market: OpenMarket,
        database: Database,
        *,
        answers: bool,
    ) -> None:
        """With `answers` people are answered; notices are sent in any case."""
        ladder = Ladder(self._clock, classic=self._is_classic)
        self._notifier = self._notices(identity, flows, market, ladder)
        self._notifier.start()
        self._stack.push_async_callback(self._notifier.stop)
        if not answers:
            return
        app = self._app(identity, flows, market, ladder)
        self._stack.push_async_callback(self._tasks.drain, DRAIN_S)
        await self._listen(app, database)

    async def close(self) -> None:
        await self._stack.aclose()

    def can_tell(self) -> bool:
        """False while Slack knows this installation no more."""
        return self._notifier is None or not self._notifier.is_silent

    def nudge(self) -> None:
        """Something may have to be said."""
        if self._notifier is not None:
            self._notifier.nudge()

    def _notices(
        self, identity: Identity, flows: Flows, market: OpenMarket, ladder: Ladder
    ) -> Notifier:
        careful = open_careful_client(
            self._secrets.bot_token, self._settings.slack_api_url, self._http
        )
        poster = Poster(careful, ladder, self._clock, identity.team_id)
        alerts = AlertDelivery(
            self._stores.watches, self._stores.outbox, ALERT_DRAWING, poster, self._clock
        )
        orders = OrderDelivery(
            self._stores.orders,
            self._stores.sessions,
            self._stores.outbox,
            ORDER_DRAWING,
            poster,
            self._clock,
        )
        delivery = Delivery(
            self._stores.outbox,
            self._stores.sessions,
            self._stores.orphans,
            flows.permits.policies.current,
            drawing_for(market.providers),
            poster,
            self._clock,
            alerts.send,
            orders.send,
        )
        return Notifier(self._stores.outbox, delivery.send, self._clock)

    def _app(
        self, identity: Identity, flows: Flows, market: OpenMarket, ladder: Ladder
    ) -> AsyncApp:
        pictures = Pictures(self._client, self._http, self._clock, picture.png)
        replies = Replies(
            self._client, lambda url: webhook_client(url, self._http), ladder, pictures
        )
        windows = Windows(self._client, classic=self._is_classic)
        search = SearchDesk(flows.finder, replies, windows, market.titles, self._metrics)
        people = HomeDesk(flows.people, replies, windows)
        deployment = flows.finder.ids.deployment
        rent = RentDesk(
            flows.quoting,
            flows.renting,
            flows.people,
            flows.permits,
            self._stores.quotes,
            windows,
            self._clock,
        )
        desks = [
            PricesDesk(flows.prices, replies, market.titles, self._metrics).desk,
            rent.desk,
            OrderDesk(
                flows.ordering, flows.people, replies, windows, people.publish, rent.rewritten
            ).desk,
            SessionDesk(
                flows.control,
                flows.keys_and_bids,
                flows.orphan_control,
                flows.pages,
                replies,
                windows,
                deployment,
                people.publish,
            ).desk,
            WatchDesk(flows.watch_control, replies, windows, people.publish).desk,
            people.desk,
            Desk(events=dict.fromkeys(("app_uninstalled", "tokens_revoked"), self._lost)),
        ]
        conversation = Conversation(search, desks, replies, self._metrics)
        bare = open_client(None, self._settings.slack_api_url, self._http)
        duplicates = Duplicates(self._clock)
        listeners = Listeners(conversation, duplicates, self._tasks, self._metrics)
        token, secret = self._secrets.bot_token, self._secrets.signing_secret
        app = build_app(identity, token, secret, bare, listeners.command)
        listeners.register(app)
        return app

    async def _lost(self, request: Request) -> str:
        """Messages stop; whatever runs is looked after all the same."""
        if self._notifier is not None:
            self._notifier.installation_lost(request.what)
        return "installation lost"

    async def _listen(self, app: AsyncApp, database: Database) -> None:
        app_token = self._secrets.app_token
        if app_token is not None:
            self._sockets = Sockets(app, app_token, self._client)
            self._stack.push_async_callback(self._sockets.close)
            await self._connect(app_token, self._sockets)
        token = self._settings.metrics_token
        web = Web(
            app=None if app_token is not None else app,
            health=lambda: self._health(database),
            metrics=self._metrics.text,
            metrics_token=None if token is None else token.get_secret_value(),
        )
        host = "127.0.0.1" if app_token is not None else "0.0.0.0"  # noqa: S104  Slack must reach it
        self.port = await web.start(host, self._settings.port)
        self._stack.push_async_callback(web.stop)

    async def _connect(self, app_token: str, sockets: Sockets) -> None:
        """A wrong token is told now: later the sockets would try it again for ever. While machines
        run, Slack is tried again in the background instead."""
        if self._refused is None:
            try:
                await self._client.apps_connections_open(app_token=app_token)
            except _UNREACHABLE as error:
                if not await self._in_care():
                    raise
                _log.error(
                    "Slack gives the bot no connection; its machines are looked after",
                    error=str(error),
                )
            else:
                await sockets.connect()
                return
        task = asyncio.create_task(self._connect_later(app_token, self._client, sockets))
        self._stack.push_async_callback(_stopped, task)

    async def _connect_later(
        self, app_token: str, client: AsyncWebClient, sockets: Sockets
    ) -> None:
        while True:
            with suppress(*_UNREACHABLE):
                await client.apps_connections_open(app_token=app_token)
                await sockets.connect()
                _log.info("Slack takes the bot again")
                return
            await self._clock.sleep(AGAIN_AFTER_S)

    async def _health(self, database: Database) -> dict[str, object]:
        facts: dict[str, object] = {"database": await database.answers()}
        if self._sockets is not None:
            up = await self._sockets.connected()
            self._metrics.sockets.set(up)
            facts["sockets"] = up
        return {"ok": all(facts.values()), **facts}


ORDER_DRAWING = OrderDrawing(
    order_messages.card, order_messages.fired, order_messages.next_one, order_messages.over
)
ALERT_DRAWING = AlertDrawing(alert_messages.alert, watch_lists.unheard)


def drawing_for(providers: tuple[Provider, ...]) -> Drawing:
    """Notices name the marketplace and lead to its own page of machines."""
    sellers = {provider.name: provider for provider in providers}

    def drawn(notice: Notice, subject: Subject, now: datetime) -> Layouts:
        seller = sellers.get(_seller(notice, subject))
        console, title = ("", "") if seller is None else (seller.console_url, seller.title)
        return notices.notice(notice, subject, now, console, title)

    return Drawing(drawn, session_cards.card)


def _seller(notice: Notice, subject: Subject) -> ProviderName:
    match subject:
        case Session():
            return subject.offer.provider
        case Orphan():
            return subject.provider
        case _:
            return ProviderName(notice.facts.get("provider", ""))


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
