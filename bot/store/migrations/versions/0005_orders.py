"""Standing orders."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(40), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("session_id", sa.String(40), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("order", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
    )
    op.create_index("ix_orders_number", "orders", ["team_id", "number"], unique=True)
    op.create_index("ix_orders_owner", "orders", ["team_id", "user_id"])
    op.create_index("ix_orders_due", "orders", ["is_open", "due_at"])
    op.create_table(
        "order_numbers",
        sa.Column("team_id", sa.String(40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name="pk_order_numbers"),
    )
    op.create_table(
        "order_drafts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("draft", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_order_drafts"),
    )
    op.create_index("ix_order_drafts_drafted_at", "order_drafts", ["drafted_at"])
