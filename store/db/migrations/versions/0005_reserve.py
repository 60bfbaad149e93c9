"""Activations of reserve seats, and their history for reports."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "activations",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("on_floor", sa.Boolean, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_index("activations_seq", "activations", ["seq"])
    op.create_table(
        "activation_history",
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("day", sa.Text, nullable=False),
        *(
            sa.Column(name, sa.BigInteger)
            for name in ("ordered_at", "first_ready_at", "last_ready_at", "ended_at")
        ),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("seats_ready", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Text) for name in ("reason", "dispatcher_id", "second_id")),
        sa.Column("drill", sa.Boolean, nullable=False),
    )
    op.create_index("activation_history_day", "activation_history", ["day"])
