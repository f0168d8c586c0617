"""The tables, as the newest migration leaves them. A test holds both to each other."""

from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in and out; SQLite keeps no zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)

searches = Table(
    "searches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("team_id", String(40), nullable=False),
    Column("channel_id", String(40), nullable=False),
    Column("user_id", String(40), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False, index=True),
    Column("query", Text, nullable=False),
    Column("listing", LargeBinary, nullable=True),  # JSON, zlib
    Column("matched", Integer, nullable=False),
    Column("page", Integer, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("team_id", String(40), nullable=False),
    Column("channel_id", String(40), nullable=False),
    Column("user_id", String(40), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False, index=True),
    Column("provider", String(40), nullable=False),
    Column("offer", Text, nullable=False),  # JSON, as it stood on the card
)

session_events = Table(
    "session_events",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column(
        "session_id",
        String(40),
        ForeignKey("sessions.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String(80), nullable=False),  # a Slack user id, or the name of a job
    Column("from_state", String(20), nullable=True),
    Column("to_state", String(20), nullable=False),
    Column("why", Text, nullable=False),
)
