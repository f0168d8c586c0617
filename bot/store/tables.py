"""The tables, as the newest migration leaves them. A test holds both to each other."""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
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


class ForeignText(TypeDecorator[str]):
    """Text that others wrote: what PostgreSQL takes for no text at all is replaced.

    Inside JSON it needs no care, there it is escaped.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        del dialect
        if value is None:
            return None
        return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


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
    Column("own_team_id", String(40), nullable=True),  # the person's, where it is another
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("team_id", String(40), nullable=False),
    Column("channel_id", String(40), nullable=False),
    Column("user_id", String(40), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("provider", String(40), nullable=False),
    Column("offer", Text, nullable=False),  # JSON
    Column("version", Integer, nullable=False, server_default="0"),
    Column("due_at", UtcDateTime, nullable=True),
    Column("own_team_id", String(40), nullable=True),  # the person's, where it is another
    Column("wanted_hours", Float, nullable=True),
    # From the press on: the rental, and of it what is looked for.
    Column("rental", Text, nullable=True),  # JSON
    Column("renter_team_id", String(40), nullable=True),
    Column("renter_user_id", String(40), nullable=True),
    Column("pressed_at", UtcDateTime, nullable=True),
    Column("label", ForeignText, nullable=True),
    Column("instance_id", ForeignText, nullable=True),
    # Live sessions are few, so that their provider needs no index; cards are many and go by age.
    Index("ix_sessions_state_opened_at", "state", "opened_at"),
    Index(
        "ix_sessions_due_at",
        "due_at",
        sqlite_where=text("due_at IS NOT NULL"),
        postgresql_where=text("due_at IS NOT NULL"),
    ),
    Index("ix_sessions_label", "label"),
    Index("ix_sessions_renter", "renter_team_id", "renter_user_id", "pressed_at"),
    Index("ix_sessions_pressed_at", "pressed_at"),
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
    Column("why", ForeignText, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),  # the order of speaking
    Column("key", Text, nullable=False),
    Column("about", String(40), nullable=True),
    Column("lane", String(80), nullable=True),  # what is said in order: about whom, and to whom
    Column("notice", Text, nullable=False),  # JSON
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("generation", Integer, nullable=False),  # of a card: how often it was put again
    Column("attempts", Integer, nullable=False),
    Column("claimed", Boolean, nullable=False),  # somebody is sending it, or was killed over it
    Column("claimed_at", UtcDateTime, nullable=True),
    Column("in_doubt", Boolean, nullable=False),
    Column("sent_at", UtcDateTime, nullable=True),  # of a card: an earlier generation too
    Column("done_at", UtcDateTime, nullable=True),  # sent or dropped
    Column("error", ForeignText, nullable=True),
    Index("ix_outbox_key", "key", unique=True),
    Index(
        "ix_outbox_waiting",
        "id",
        "due_at",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    Index(
        "ix_outbox_lane",
        "lane",
        "id",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    sqlite_autoincrement=True,  # an id is never used again: somebody may still be sending it
)

posts = Table(
    "posts",
    metadata,
    Column("about", Text, primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("ts", String(40), nullable=False),
)

orphans = Table(
    "orphans",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("provider", String(40), nullable=False),
    Column("origin", String(255), nullable=False),
    Column("instance_id", ForeignText, nullable=False),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("orphan", Text, nullable=False),  # JSON
    Index(
        "ix_orphans_machine",
        "provider",
        "origin",
        "instance_id",
        unique=True,
        sqlite_where=text("state <> 'gone'"),  # one that came back is another orphan
        postgresql_where=text("state <> 'gone'"),
    ),
)

quotes = Table(
    "quotes",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("quoted_at", UtcDateTime, nullable=False, index=True),
    Column("quote", Text, nullable=False),  # JSON
)

renters = Table(
    "renters",
    metadata,
    Column("team_id", String(40), primary_key=True),
    Column("user_id", String(40), primary_key=True),
    Column("renter", Text, nullable=False),  # JSON
)

hosts = Table(
    "hosts",
    metadata,
    Column("provider", String(40), primary_key=True),
    Column("host", ForeignText, primary_key=True),
    Column("started", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("failed_at", UtcDateTime, nullable=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ForeignText, primary_key=True),  # what Slack sent, handled once
    Column("at", UtcDateTime, nullable=False, index=True),
)

marks = Table(
    "marks",
    metadata,
    Column("kind", String(20), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

facts = Table(
    "facts",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("fact", Text, nullable=False),
)

locks = Table(
    "locks",
    metadata,
    Column("name", String(40), primary_key=True),  # a row is locked, never changed
)

watches = Table(
    "watches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("team_id", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("channel_id", String(40), nullable=False),
    Column("user_id", String(40), nullable=False),
    Column("question", String(24), nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("watch", Text, nullable=False),  # JSON, as people set it
    Column("memory", Text, nullable=False),  # JSON, written at every look
    Column("said", Text, nullable=True),  # JSON
    Index("ix_watches_number", "team_id", "number", unique=True),
    Index("ix_watches_channel", "team_id", "channel_id"),
    Index("ix_watches_owner", "team_id", "user_id"),
    Index("ix_watches_due", "paused", "due_at"),
)

watch_numbers = Table(
    "watch_numbers",
    metadata,
    Column("team_id", String(40), primary_key=True),
    Column("last", Integer, nullable=False),  # a number is never used again
)

orders = Table(
    "orders",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("team_id", String(40), nullable=False),
    Column("number", Integer, nullable=False),
    Column("user_id", String(40), nullable=False),
    Column("is_open", Boolean, nullable=False),  # it holds a place, or its session does
    Column("session_id", String(40), nullable=True),  # of the machine that is being rented
    Column("due_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False),
    Column("order", Text, nullable=False),  # JSON
    Index("ix_orders_number", "team_id", "number", unique=True),
    Index("ix_orders_owner", "team_id", "user_id"),
    Index("ix_orders_due", "is_open", "due_at"),
)

order_numbers = Table(
    "order_numbers",
    metadata,
    Column("team_id", String(40), primary_key=True),
    Column("last", Integer, nullable=False),  # a number is never used again
)

order_drafts = Table(
    "order_drafts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("drafted_at", UtcDateTime, nullable=False, index=True),
    Column("draft", Text, nullable=False),  # JSON
)

price_series = Table(
    "price_series",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String(10), nullable=False),  # a watched question, or a GPU model
    Column("name", ForeignText, nullable=False),  # of the question or the model
    Column("provider", String(40), nullable=False),  # of a model; empty for a question
    Column("verified", Boolean, nullable=False),  # of a model: verified hosts alone
    Index("ix_price_series_key", "kind", "name", "provider", "verified", unique=True),
)

price_points = Table(
    "price_points",
    metadata,
    Column("series_id", Integer, ForeignKey("price_series.id"), primary_key=True),
    Column("grain", SmallInteger, primary_key=True),  # 0 as seen, 1 an hour of these, 2 a day
    Column("at_s", BigInteger, primary_key=True, autoincrement=False),  # its beginning, UTC
    Column("lowest", BigInteger, nullable=True),  # of all, in millionths of a dollar
    Column("quartiles", BigInteger, nullable=False),  # sums over those that had a price
    Column("medians", BigInteger, nullable=False),
    Column("offers", BigInteger, nullable=False),  # sum over all
    Column("priced", Integer, nullable=False),  # how many of the points had a price
    Column("points", Integer, nullable=False),
    sqlite_with_rowid=False,  # kept in the order in which it is read
)
