"""The flows, put together from their ports."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.flows.alerting import Alerting
from bot.flows.control import Control
from bot.flows.dying import Dying
from bot.flows.find import Finder
from bot.flows.guard import Guard
from bot.flows.history import Observer
from bot.flows.housekeeping import Housekeeping
from bot.flows.houses import House
from bot.flows.keys_and_bids import KeysAndBids
from bot.flows.looking import Looking
from bot.flows.order_firing import OrderFiring
from bot.flows.order_following import Following
from bot.flows.ordering import Ordering
from bot.flows.orphan_control import OrphanControl
from bot.flows.orphans import OrphanKeeping
from bot.flows.people import People
from bot.flows.permits import Permits
from bot.flows.ports import Doors, Ids, KeyServer, Policies, Timing
from bot.flows.prices import PriceAnswers
from bot.flows.quoting import Quoting
from bot.flows.reconcile import Reconciling
from bot.flows.renting import Renting
from bot.flows.running import Running
from bot.flows.session_pages import SessionPages
from bot.flows.standings import Standings
from bot.flows.starting import Starting
from bot.flows.watch_control import WatchControl
from bot.flows.watch_pace import WatchPace
from bot.flows.watching import Watching
from bot.rules.searches import KEPT_FOR
from bot.rules.sessions import SessionId
from bot.store import (
    StoredHosts,
    StoredMarks,
    StoredOrderDrafts,
    StoredOrders,
    StoredOrphans,
    StoredOutbox,
    StoredPrices,
    StoredQuotes,
    StoredRenters,
    StoredSearches,
    StoredSessions,
    StoredWatches,
)
from bot.store.database import Database
from providers.base import Provider
from providers.clock import Clock
from providers.market import Market
from providers.models import OfferQuery, ProviderName

ASKED_AT_MOST = 200
"""Searches that are looked through for the models that matter."""


class Stores:
    """Every port that one database keeps."""

    def __init__(
        self,
        database: Database,
        on_unreadable: Callable[[str, Exception], None],
        on_unreadable_watch: Callable[[str, Exception], None],
        on_unreadable_order: Callable[[str, Exception], None],
    ) -> None:
        self.searches = StoredSearches(database)
        self.sessions = StoredSessions(database, on_unreadable)
        self.orphans = StoredOrphans(database, on_unreadable)
        self.quotes = StoredQuotes(database)
        self.renters = StoredRenters(database)
        self.hosts = StoredHosts(database)
        self.marks = StoredMarks(database)
        self.outbox = StoredOutbox(database)
        self.watches = StoredWatches(database, on_unreadable_watch)
        self.prices = StoredPrices(database)
        self.orders = StoredOrders(database, on_unreadable_order)
        self.order_drafts = StoredOrderDrafts(database)


@dataclass(frozen=True, slots=True)
class Outside:
    """What is neither a record nor a marketplace."""

    clock: Clock
    policies: Policies
    ids: Ids
    doors: Doors
    key_server: KeyServer
    home_team: str
    timing: Timing
    wake_guard: Callable[[], None]
    look_now: Callable[[ProviderName], None]
    """At the machines of a marketplace."""
    wake_watching: Callable[[], None]
    wake_orders: Callable[[], None]
    can_tell: Callable[[], bool]
    """Whether Slack takes what is said."""
    on_session_error: Callable[[SessionId, Exception], None]
    on_market_error: Callable[[ProviderName, Exception], None]
    on_watch_error: Callable[[str, Exception], None]
    on_order_error: Callable[[str, Exception], None]


@dataclass(frozen=True, slots=True)
class Flows:
    finder: Finder
    quoting: Quoting
    renting: Renting
    control: Control
    keys_and_bids: KeysAndBids
    orphan_control: OrphanControl
    pages: SessionPages
    people: People
    permits: Permits
    guard: Guard
    reconciling: Reconciling
    housekeeping: Housekeeping
    watching: Watching
    watch_control: WatchControl
    observer: Observer
    prices: PriceAnswers
    ordering: Ordering
    order_firing: OrderFiring


def put_together(
    stores: Stores, market: Market, providers: tuple[Provider, ...], outside: Outside
) -> Flows:
    clock, timing = outside.clock, outside.timing
    houses = {provider.name: House(provider, clock, stores.marks) for provider in providers}
    permits = Permits(
        outside.policies,
        stores.sessions,
        houses,
        outside.home_team,
        clock,
        stores.marks,
        outside.look_now,
    )
    quoting = Quoting(
        market,
        houses,
        stores.sessions,
        stores.quotes,
        stores.renters,
        stores.hosts,
        permits,
        outside.ids,
        clock,
    )
    looking, running = Looking(houses, clock), Running(clock)
    starting = Starting(houses, market, stores.hosts, outside.doors, clock, timing)
    orphans = OrphanKeeping(
        stores.orphans,
        stores.sessions,
        stores.marks,
        outside.ids,
        outside.policies,
        clock,
        timing,
        outside.home_team,
        stores.watches,
    )
    pace = WatchPace(stores.watches, market, stores.marks, timing.watch_s, stores.orders)
    renting = Renting(
        quoting,
        stores.quotes,
        stores.sessions,
        stores.renters,
        houses,
        clock,
        outside.wake_guard,
    )
    return Flows(
        finder=Finder(
            market,
            stores.searches,
            stores.sessions,
            outside.ids,
            clock,
            stores.hosts,
            Standings(stores.prices, clock),
        ),
        quoting=quoting,
        renting=renting,
        control=Control(stores.sessions, quoting, permits, clock, outside.wake_guard),
        keys_and_bids=KeysAndBids(
            stores.sessions,
            stores.renters,
            houses,
            permits,
            clock,
            outside.wake_guard,
        ),
        orphan_control=OrphanControl(stores.orphans, orphans, permits, outside.wake_guard),
        pages=SessionPages(stores.sessions, permits, clock),
        people=People(
            stores.renters,
            stores.sessions,
            outside.key_server,
            permits,
            clock,
            stores.watches,
            stores.orders,
        ),
        permits=permits,
        guard=Guard(
            stores.sessions,
            looking,
            starting,
            running,
            Dying(houses, looking, clock, timing),
            clock,
            outside.on_session_error,
        ),
        reconciling=Reconciling(
            houses,
            stores.sessions,
            orphans,
            looking,
            starting,
            running,
            stores.marks,
            stores.outbox,
            clock,
            timing,
            outside.ids.deployment,
            outside.on_market_error,
        ),
        housekeeping=Housekeeping(
            stores.searches,
            stores.sessions,
            stores.quotes,
            stores.marks,
            stores.outbox,
            stores.orphans,
            clock,
            stores.prices,
            stores.order_drafts,
        ),
        watching=Watching(
            stores.watches,
            stores.prices,
            market,
            Alerting(
                stores.watches,
                stores.prices,
                market,
                stores.sessions,
                outside.ids,
                clock,
                outside.on_watch_error,
            ),
            pace,
            outside.policies,
            clock,
            outside.on_watch_error,
        ),
        watch_control=WatchControl(
            stores.watches,
            outside.policies,
            outside.home_team,
            outside.ids,
            pace,
            clock,
            outside.wake_watching,
        ),
        observer=Observer(
            market,
            stores.prices,
            stores.marks,
            clock,
            [partial(_watched, stores), partial(_asked_lately, stores, clock)],
        ),
        prices=PriceAnswers(market, stores.prices, stores.searches, outside.ids, clock),
        ordering=Ordering(
            stores.orders,
            stores.order_drafts,
            stores.sessions,
            stores.renters,
            market,
            houses,
            permits,
            outside.ids,
            clock,
            outside.wake_orders,
        ),
        order_firing=OrderFiring(
            stores.orders,
            stores.sessions,
            stores.renters,
            market,
            renting,
            Following(stores.orders, stores.sessions, clock),
            pace,
            outside.ids,
            clock,
            outside.can_tell,
            outside.on_order_error,
        ),
    )


async def _watched(stores: Stores) -> tuple[OfferQuery, ...]:
    return tuple((await stores.watches.asked()).values())


async def _asked_lately(stores: Stores, clock: Clock) -> tuple[OfferQuery, ...]:
    return await stores.searches.asked_since(clock.now() - KEPT_FOR, ASKED_AT_MOST)
