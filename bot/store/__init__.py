"""The ports of `flows`, kept in a database: SQLite for one process, PostgreSQL for several."""

from bot.store.database import Database, NewerSchema, SqliteRefused, open_database
from bot.store.hosts import StoredHosts
from bot.store.ids import DeploymentIds
from bot.store.marks import StoredMarks
from bot.store.order_drafts import StoredOrderDrafts
from bot.store.orders import StoredOrders
from bot.store.orphans import StoredOrphans
from bot.store.outbox import StoredOutbox
from bot.store.prices import StoredPrices
from bot.store.quotes import StoredQuotes
from bot.store.renters import StoredRenters
from bot.store.searches import StoredSearches
from bot.store.sessions import StoredSessions
from bot.store.watches import StoredWatches

__all__ = [
    "Database",
    "DeploymentIds",
    "NewerSchema",
    "SqliteRefused",
    "StoredHosts",
    "StoredMarks",
    "StoredOrderDrafts",
    "StoredOrders",
    "StoredOrphans",
    "StoredOutbox",
    "StoredPrices",
    "StoredQuotes",
    "StoredRenters",
    "StoredSearches",
    "StoredSessions",
    "StoredWatches",
    "open_database",
]
