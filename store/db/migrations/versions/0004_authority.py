"""Command of a scope, orders kept for a rejoin, conflicts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

STATE_TABLES = ("sites", "authorities", "conflicts")


def upgrade() -> None:
    for name in STATE_TABLES:
        op.create_table(
            name,
            sa.Column("id", sa.Text, primary_key=True),
            sa.Column("scope", sa.Text, nullable=False),
            sa.Column("status", sa.Text, nullable=False),
            sa.Column("seq", sa.BigInteger, nullable=False),
            sa.Column("on_floor", sa.Boolean, nullable=False),
            sa.Column("body", sa.LargeBinary, nullable=False),
        )
        op.create_index(f"{name}_seq", name, ["seq"])
