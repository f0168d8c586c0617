"""Alembic without its command line: the schema travels with the program."""

import functools
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

_LOCK = 7_235_011
"""Number of PostgreSQL's advisory lock: two release steps at once take turns."""


class OlderSchema(Exception):
    """The release step has not run."""


def upgrade(connection: Connection, *, newer: type[Exception]) -> str:
    """Migrates in one transaction; returns the head revision."""
    head = _head()
    connection.execution_options(writes=True)
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        current = _current(connection)
        if current != head:
            _refuse_newer(current, newer)
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    return head


def check(connection: Connection, *, newer: type[Exception]) -> None:
    current = _current(connection)
    _refuse_newer(current, newer)
    if current != _head():
        raise OlderSchema(
            "The database has not been migrated for this version."
            " Run `python -m bot migrate` first; on a host with a Procfile it is the release step."
        )


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(current: str | None, newer: type[Exception]) -> None:
    known = {script.revision for script in _scripts().walk_revisions()}
    if current is not None and current not in known:
        raise newer(
            f"The database has schema {current}, which this version does not know:"
            " it was migrated by a newer one. Install that version, or restore a backup."
        )


def _head() -> str:
    return _scripts().get_current_head() or ""


@functools.cache
def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
