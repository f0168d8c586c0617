"""Alembic without its command line: the schema travels with the program."""

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
    config = _config()
    scripts = ScriptDirectory.from_config(config)
    connection.execution_options(writes=True)
    with connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK})
        _refuse_newer(_current(connection), scripts, newer)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return scripts.get_current_head() or ""


def check(connection: Connection, *, newer: type[Exception]) -> None:
    scripts = ScriptDirectory.from_config(_config())
    current = _current(connection)
    _refuse_newer(current, scripts, newer)
    if current != scripts.get_current_head():
        raise OlderSchema(
            "The database has not been migrated for this version."
            " Run `python -m bot migrate` first; on a host with a Procfile it is the release step."
        )


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(current: str | None, scripts: ScriptDirectory, newer: type[Exception]) -> None:
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        raise newer(
            f"The database has schema {current}, which this version does not know:"
            " it was migrated by a newer one. Install that version, or restore a backup."
        )


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
