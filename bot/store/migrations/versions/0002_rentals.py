"""Rentals, and all that is kept about them: the outbox, orphans, quotes, renters, hosts, marks."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _sessions()
    _outbox()
    _orphans()
    _people_and_hosts()
    _turns()


def _moment(name: str, *, nullable: bool) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _partial(name: str, table: str, columns: list[str], where: str, *, unique: bool) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def _sessions() -> None:
    op.add_column("searches", sa.Column("own_team_id", sa.String(40), nullable=True))
    for column in (
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        _moment("due_at", nullable=True),
        sa.Column("own_team_id", sa.String(40), nullable=True),
        sa.Column("rental", sa.Text(), nullable=True),
        sa.Column("renter_team_id", sa.String(40), nullable=True),
        sa.Column("renter_user_id", sa.String(40), nullable=True),
        _moment("pressed_at", nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("instance_id", sa.Text(), nullable=True),
    ):
        op.add_column("sessions", column)
    op.drop_index("ix_sessions_opened_at", "sessions")
    op.create_index("ix_sessions_state_opened_at", "sessions", ["state", "opened_at"])
    _partial("ix_sessions_due_at", "sessions", ["due_at"], "due_at IS NOT NULL", unique=False)
    op.create_index("ix_sessions_label", "sessions", ["label"])
    op.create_index(
        "ix_sessions_renter", "sessions", ["renter_team_id", "renter_user_id", "pressed_at"]
    )
    op.create_index("ix_sessions_pressed_at", "sessions", ["pressed_at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("about", sa.String(40), nullable=True),
        sa.Column("lane", sa.String(80), nullable=True),
        sa.Column("notice", sa.Text(), nullable=False),
        _moment("created_at", nullable=False),
        _moment("due_at", nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed", sa.Boolean(), nullable=False),
        _moment("claimed_at", nullable=True),
        sa.Column("in_doubt", sa.Boolean(), nullable=False),
        _moment("sent_at", nullable=True),
        _moment("done_at", nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_key", "outbox", ["key"], unique=True)
    _partial("ix_outbox_waiting", "outbox", ["id", "due_at"], "done_at IS NULL", unique=False)
    _partial("ix_outbox_lane", "outbox", ["lane", "id"], "done_at IS NULL", unique=False)
    op.create_table(
        "posts",
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("channel", sa.String(40), nullable=False),
        sa.Column("ts", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("about", "role", name="pk_posts"),
    )


def _orphans() -> None:
    op.create_table(
        "orphans",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(255), nullable=False),
        sa.Column("instance_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("orphan", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orphans"),
    )
    _partial(
        "ix_orphans_machine",
        "orphans",
        ["provider", "origin", "instance_id"],
        "state <> 'gone'",
        unique=True,
    )


def _people_and_hosts() -> None:
    op.create_table(
        "quotes",
        sa.Column("id", sa.String(40), nullable=False),
        _moment("quoted_at", nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_quotes"),
    )
    op.create_index("ix_quotes_quoted_at", "quotes", ["quoted_at"])
    op.create_table(
        "renters",
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("user_id", sa.String(40), nullable=False),
        sa.Column("renter", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "user_id", name="pk_renters"),
    )
    op.create_table(
        "hosts",
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        _moment("failed_at", nullable=True),
        sa.PrimaryKeyConstraint("provider", "host", name="pk_hosts"),
    )


def _turns() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Text(), nullable=False),
        _moment("at", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_deliveries"),
    )
    op.create_index("ix_deliveries_at", "deliveries", ["at"])
    op.create_table(
        "marks",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        _moment("at", nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_marks"),
    )
    op.create_table(
        "facts",
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_facts"),
    )
    locks = op.create_table(
        "locks",
        sa.Column("name", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_locks"),
    )
    op.bulk_insert(locks, [{"name": "rentals"}])
