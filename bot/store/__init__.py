"""The ports of `flows`, kept in a database: SQLite for one process, PostgreSQL for several."""

from bot.store.database import Database, NewerSchema, SqliteRefused, open_database
from bot.store.ids import DeploymentIds
from bot.store.searches import StoredSearches
from bot.store.sessions import StoredSessions

__all__ = [
    "Database",
    "DeploymentIds",
    "NewerSchema",
    "SqliteRefused",
    "StoredSearches",
    "StoredSessions",
    "open_database",
]
