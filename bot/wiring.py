"""The composition root: the only place where everything meets."""

from contextlib import AsyncExitStack
from enum import StrEnum
from functools import partial

import structlog

from bot.assembly import Flows, Outside, Stores, put_together
from bot.flows.history import EVERY
from bot.flows.ports import Timing
from bot.frontage import Frontage, MissingSetting, Secrets
from bot.github_keys import KeyServer
from bot.jobs import Job, Jobs
from bot.marketplaces import open_marketplaces
from bot.metrics import Metrics
from bot.policy_file import PolicyFile
from bot.rules.sessions import SessionId, derived_deployment
from bot.settings import Settings
from bot.slack.app import Identity, open_http
from bot.ssh import Doors
from bot.store import DeploymentIds, open_database
from bot.store.database import Database
from providers.clock import Clock
from providers.errors import ProviderError
from providers.registry import OpenMarket

SWEEP_EVERY_S = 600.0
FIRST_LOOK_S = 15.0
"""How long the start waits for the first look at the marketplaces."""
GUARD_EVERY_S = 2.0
"""Another process may have made something due; a press in this one wakes the guard at once."""
WATCH_EVERY_S = 2.0
"""Between two questions to the database whether a watch, or an order, is due."""
_log = structlog.get_logger("bot")

__all__ = ["MissingSetting", "Mode", "Service"]


class Mode(StrEnum):
    RUN = "run"
    """Everything in one process."""
    SERVE = "serve"
    """Answers Slack over HTTP and keeps no state."""
    WORK = "work"
    """Runs the jobs."""


class Service:
    """Opens what a mode needs, in order, and closes it the other way round."""

    def __init__(
        self, settings: Settings, clock: Clock, mode: Mode, timing: Timing | None = None
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._mode = mode
        self._timing = timing or Timing(
            reconcile_s=settings.reconcile_interval_s, watch_s=settings.watch_interval_s
        )
        self._metrics = Metrics()
        self._jobs = Jobs(clock, done=self._job_done, failed=self._job_failed)
        self._stack = AsyncExitStack()
        self._frontage: Frontage | None = None

    @property
    def port(self) -> int | None:
        """Where HTTP is served, once started."""
        return None if self._frontage is None else self._frontage.port

    async def start(self) -> None:
        """Raises `MissingSetting`, `store.SqliteRefused`, `store.NewerSchema`, `SlackApiError`,
        `OSError` when the port is taken; what was opened until then is closed.

        The machines come first: whatever Slack says, those that run are looked after. Only a bot
        that has none, or that Slack has never known, ends when Slack refuses it.
        """
        try:
            database = await self._open_database()
            secrets = Secrets.of(
                self._settings,
                over_http=self._mode is Mode.SERVE,
                answers=self._mode is not Mode.WORK,
            )
            stores = Stores(database, _unreadable, _unreadable_watch, _unreadable_order)
            http = open_http()
            self._stack.push_async_callback(http.close)
            self._frontage = Frontage(
                self._settings, secrets, http, self._clock, self._metrics, stores
            )
            identity = await self._frontage.identity()
            market = self._open_market()
            flows = self._flows(identity, stores, market, KeyServer(http))
            if self._mode is not Mode.SERVE:
                await self._begin_jobs(flows)
            self._stack.push_async_callback(self._frontage.close)
            await self._frontage.open(
                identity, flows, market, database, answers=self._mode is not Mode.WORK
            )
        except BaseException:
            await self.stop()
            raise
        _log.info("ready", team=identity.team, mode=self._mode.value)

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

    def _open_market(self) -> OpenMarket:
        market = open_marketplaces(
            self._settings,
            self._clock,
            on_event=lambda event: self._metrics.fetched(
                event.provider, event.endpoint, event.kind, event.seconds
            ),
            on_error=_marketplace_error,
        )
        self._stack.push_async_callback(market.aclose)
        return market

    def _flows(
        self, identity: Identity, stores: Stores, market: OpenMarket, key_server: KeyServer
    ) -> Flows:
        deployment = self._settings.shopper_deployment or derived_deployment(
            identity.team_id, identity.bot_user_id
        )
        outside = Outside(
            clock=self._clock,
            policies=PolicyFile(self._settings.shopper_policy, self._clock),
            ids=DeploymentIds(deployment),
            doors=Doors(allow_private=self._settings.is_simulated()),
            key_server=key_server,
            home_team=identity.team_id,
            timing=self._timing,
            wake_guard=self._wake,
            look_now=lambda name: self._jobs.nudge(f"reconcile {name}"),
            wake_watching=lambda: self._jobs.nudge("watch"),
            wake_orders=lambda: self._jobs.nudge("orders"),
            can_tell=lambda: self._frontage is None or self._frontage.can_tell(),
            on_session_error=_session_error,
            on_market_error=_marketplace_error,
            on_watch_error=_watch_error,
            on_order_error=_order_error,
        )
        return put_together(stores, market.market, market.providers, outside)

    async def _begin_jobs(self, flows: Flows) -> None:
        """Before anything else: what do the marketplaces have, and what is due."""
        self._stack.push_async_callback(flows.guard.stop)
        self._stack.push_async_callback(self._jobs.stop)
        looks = [
            Job(
                f"reconcile {name}",
                self._timing.reconcile_s,
                partial(flows.reconciling.look, name),
            )
            for name in flows.reconciling.houses
        ]
        self._jobs.start(*looks)
        # A marketplace that hangs must not keep the bot from the other's machines, nor from Slack.
        await self._jobs.first_ticks(FIRST_LOOK_S)
        self._jobs.start(
            Job("guard", GUARD_EVERY_S, flows.guard.begin),
            Job("sweep", SWEEP_EVERY_S, flows.housekeeping.tick),
            Job("watch", WATCH_EVERY_S, flows.watching.tick),
            Job("orders", WATCH_EVERY_S, flows.order_firing.tick),
            Job("prices", EVERY.total_seconds(), flows.observer.tick),
        )

    def _wake(self) -> None:
        self._jobs.nudge("guard")
        if self._frontage is not None:
            self._frontage.nudge()

    def _job_done(self, name: str, result: object) -> None:
        self._metrics.job(name, "done")
        if self._frontage is not None:
            self._frontage.nudge()
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


def _unreadable(session_id: str, error: Exception) -> None:
    """Of another version of the program, or damaged: a person has to look after its machine."""
    _log.error("a machine's record cannot be read", session=session_id, error=str(error)[:300])


def _unreadable_watch(watch_id: str, error: Exception) -> None:
    _log.error("a watch cannot be read", watch=watch_id, error=str(error)[:300])


def _unreadable_order(order_id: str, error: Exception) -> None:
    """It keeps its place among the machines until a person looks after it."""
    _log.error("an order cannot be read", order=order_id, error=str(error)[:300])


def _order_error(order_id: str, error: Exception) -> None:
    _log.error("unexpected error about an order", order=order_id, exc_info=error)


def _watch_error(about: str, error: Exception) -> None:
    if isinstance(error, ProviderError):
        said = error.detail or error.sentence
        _log.warning("an alert's offer could not be read again", about=about, said=said)
        return
    _log.error("unexpected error of watching", about=about, exc_info=error)


def _session_error(session_id: SessionId, error: Exception) -> None:
    if isinstance(error, ProviderError):
        said = error.detail or error.sentence
        _log.warning("a look at a machine failed", session=session_id, said=said)
        return
    _log.error("unexpected error about a session", session=session_id, exc_info=error)
