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
    op.add_column("authority", sa.Column("word", sa.LargeBinary, nullable=True))
    op.add_column("verdict", sa.Column("order_body", sa.LargeBinary, nullable=True))
    op.create_table(
        "abandoned",
        blob("hash"),
        big("seq"),
        big("term"),
        text("term_site"),
        big("boot"),
        text("cid"),
        big("hlc"),
        *(text(name) for name in ("kind", "entity", "machine", "by_id")),
        blob("body"),
        sa.Column("order_body", sa.LargeBinary, nullable=True),
        text("result"),
        big("fork_seq"),
        big("abandoned_at"),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index("abandoned_fork", "abandoned", ["fork_seq", "seq"])


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)
