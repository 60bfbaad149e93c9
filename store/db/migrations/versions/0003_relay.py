"""What a copy of the journal at another site begins with."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "base",
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("term", sa.BigInteger, nullable=False),
        sa.Column("term_site", sa.Text, nullable=False),
        sa.Column("boot", sa.BigInteger, nullable=False),
        sa.Column("hlc", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("taken_at", sa.BigInteger, nullable=False),
        sa.Column("floor", sa.LargeBinary, nullable=False),
    )
