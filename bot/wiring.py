"""The composition root: the only place where everything meets."""

from contextlib import AsyncExitStack
from enum import StrEnum

import structlog
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.flows.find import Finder
from bot.flows.housekeeping import Housekeeping
from bot.jobs import Job, Jobs
from bot.marketplaces import open_marketplaces
from bot.metrics import Metrics
from bot.rules.sessions import derived_deployment
from bot.settings import Settings
from bot.slack.app import build_app, open_client, open_http, webhook_client, who_am_i
from bot.slack.conversation import Conversation
from bot.slack.duplicates import Duplicates
from bot.slack.layouts import Ladder
from bot.slack.listeners import Listeners
from bot.slack.replies import Replies
from bot.slack.sockets import Sockets
from bot.slack.tasks import Tasks
from bot.slack.web import Web
from bot.store import (
    DeploymentIds,
    StoredMarks,
    StoredOutbox,
    StoredQuotes,
    StoredSearches,
    StoredSessions,
    open_database,
)
from bot.store.database import Database
from providers.clock import Clock
from providers.errors import ProviderError

DRAIN_S = 7.0
"""How long answers that are under way may take after SIGTERM: a container is killed after 10 s,
and the sockets before and the last words after take theirs."""
SWEEP_EVERY_S = 600.0
_log = structlog.get_logger("bot")


class Mode(StrEnum):
    RUN = "run"
    """Everything in one process."""
    SERVE = "serve"
    """Answers Slack over HTTP and keeps no state."""
    WORK = "work"
    """Runs the jobs."""


class MissingSetting(Exception):
    """A sentence that names what to set."""


class Service:
    """Opens what a mode needs, in order, and closes it the other way round."""

    def __init__(self, settings: Settings, clock: Clock, mode: Mode) -> None:
        self._settings = settings
        self._clock = clock
        self._mode = mode
        self._metrics = Metrics()
        self._tasks = Tasks()
        self._sockets: Sockets | None = None
        self._stack = AsyncExitStack()
        self.port: int | None = None
        """Where HTTP is served, once started."""

    async def start(self) -> None:
        """Raises `MissingSetting`, `store.SqliteRefused`, `store.NewerSchema`, `SlackApiError`,
        `OSError` when the port is taken; what was opened until then is closed."""
        try:
            database = await self._open_database()
            if self._mode is not Mode.SERVE:
                self._start_jobs(database)
            if self._mode is not Mode.WORK:
                await self._open_slack(database)
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """No new requests, the running ones are answered, then everything is closed."""
        await self._stack.aclose()

    async def _open_database(self) -> Database:
        database = open_database(
            self._settings.database().get_secret_value(), allow_sqlite=self._mode is Mode.RUN
        )
        self._stack.push_async_callback(database.close)
        if database.is_sqlite:
            self._settings.shopper_data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            await database.migrate()
        else:
            await database.check_revision()
        return database

    async def _open_slack(self, database: Database) -> None:
        token, app_token, secret = self._slack_secrets()
        http = open_http()
        self._stack.push_async_callback(http.close)
        client = open_client(token, self._settings.slack_api_url, http)
        identity = await who_am_i(client)
        market = open_marketplaces(
            self._settings,
            self._clock,
            on_event=lambda event: self._metrics.fetched(
                event.provider, event.endpoint, event.kind, event.seconds
            ),
            on_error=_marketplace_error,
        )
        self._stack.push_async_callback(market.aclose)
        deployment = self._settings.shopper_deployment or derived_deployment(
            identity.team_id, identity.bot_user_id
        )
        finder = Finder(
            market.market,
            StoredSearches(database),
            StoredSessions(database),
            DeploymentIds(deployment),
            self._clock,
        )
        ladder = Ladder(self._clock)
        replies = Replies(client, lambda url: webhook_client(url, http), ladder)
        conversation = Conversation(finder, replies, market.titles, self._metrics)
        bare = open_client(None, self._settings.slack_api_url, http)
        app = build_app(identity, token, secret or "", bare)
        duplicates = Duplicates(self._clock)
        Listeners(conversation, duplicates, self._tasks, self._metrics).register(app)
        self._stack.push_async_callback(self._tasks.drain, DRAIN_S)
        await self._listen(app, app_token, client, database)
        _log.info("ready", team=identity.team, deployment=deployment, mode=self._mode.value)

    async def _listen(
        self, app: AsyncApp, app_token: str | None, client: AsyncWebClient, database: Database
    ) -> None:
        over_socket = app_token is not None
        if app_token is not None:
            # A wrong token is told now: later the sockets would try it again for ever.
            await client.apps_connections_open(app_token=app_token)
            self._sockets = Sockets(app, app_token, client)
            self._stack.push_async_callback(self._sockets.close)
            await self._sockets.connect()
        token = self._settings.metrics_token
        web = Web(
            app=None if over_socket else app,
            health=lambda: self._health(database),
            metrics=self._metrics.text,
            metrics_token=None if token is None else token.get_secret_value(),
        )
        host = "127.0.0.1" if over_socket else "0.0.0.0"  # noqa: S104  Slack must reach it
        self.port = await web.start(host, self._settings.port)
        self._stack.push_async_callback(web.stop)

    def _slack_secrets(self) -> tuple[str, str | None, str | None]:
        bot, app = self._settings.slack_bot_token, self._settings.slack_app_token
        secret = self._settings.slack_signing_secret
        over_http = self._mode is Mode.SERVE or app is None
        missing = []
        if bot is None:
            missing.append(
                "SLACK_BOT_TOKEN is not set. Copy the Bot User OAuth Token (xoxb-…) from"
                " OAuth & Permissions of your app at api.slack.com/apps."
            )
        if over_http and secret is None:
            missing.append(
                "Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set."
                if self._mode is Mode.RUN
                else "SLACK_SIGNING_SECRET is not set: `serve` answers Slack over HTTP."
            )
        if bot is None or missing:
            raise MissingSetting("\n".join(missing))
        chosen = secret if over_http else app
        text = None if chosen is None else chosen.get_secret_value()
        token = bot.get_secret_value()
        return (token, None, text) if over_http else (token, text, None)

    async def _health(self, database: Database) -> dict[str, object]:
        facts: dict[str, object] = {"database": await database.answers()}
        if self._sockets is not None:
            up = await self._sockets.connected()
            self._metrics.sockets.set(up)
            facts["sockets"] = up
        return {"ok": all(facts.values()), **facts}

    def _start_jobs(self, database: Database) -> None:
        housekeeping = Housekeeping(
            StoredSearches(database),
            StoredSessions(database),
            StoredQuotes(database),
            StoredMarks(database),
            StoredOutbox(database),
            self._clock,
        )
        jobs = Jobs(self._clock, done=self._job_done, failed=self._job_failed)
        jobs.start(Job("sweep", SWEEP_EVERY_S, housekeeping.tick))
        self._stack.push_async_callback(jobs.stop)
        if self._mode is Mode.WORK:
            _log.info("ready", mode=self._mode.value)

    def _job_done(self, name: str, result: object) -> None:
        self._metrics.job(name, "done")
        _log.debug("job done", job=name, result=str(result))

    def _job_failed(self, name: str, error: Exception) -> None:
        self._metrics.job(name, "failed")
        _log.error("job failed", job=name, exc_info=error)


def _marketplace_error(provider: str, error: Exception) -> None:
    if isinstance(error, ProviderError):
        said = error.detail or error.sentence
        _log.warning("marketplace failed", provider=provider, kind=error.reason.value, said=said)
        return
    _log.error("unexpected error of a marketplace", provider=provider, exc_info=error)
