"""The history of prices: of watched questions and of GPU models."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "price_series",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("provider", sa.String(40), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_price_series"),
    )
    op.create_index(
        "ix_price_series_key",
        "price_series",
        ["kind", "name", "provider", "verified"],
        unique=True,
    )
    op.create_table(
        "price_points",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("grain", sa.SmallInteger(), nullable=False),
        sa.Column("at_s", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lowest", sa.BigInteger(), nullable=True),
        sa.Column("quartiles", sa.BigInteger(), nullable=False),
        sa.Column("medians", sa.BigInteger(), nullable=False),
        sa.Column("offers", sa.BigInteger(), nullable=False),
        sa.Column("priced", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series_id", "grain", "at_s", name="pk_price_points"),
        sa.ForeignKeyConstraint(
            ["series_id"], ["price_series.id"], name="fk_price_points_series_id"
        ),
        sqlite_with_rowid=False,
    )
