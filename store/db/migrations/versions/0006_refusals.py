"""The chain of refusals."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "refusal",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        text("cid"),
        big("term"),
        text("term_site"),
        big("boot"),
        blob("refusal"),
        *(text(name) for name in ("kind", "machine", "by_id", "seat_id", "site")),
        big("decided_at"),
        blob("prev_hash"),
        blob("hash"),
    )
    op.create_index("refusal_cid", "refusal", ["cid"])


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)
