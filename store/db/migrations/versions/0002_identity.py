"""People and machines: what enrolment and log-in at every site need."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)


def big(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def blob(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def upgrade() -> None:
    disabled = sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false())
    op.add_column("account", disabled)
    for name in ("seat_id", "site"):
        op.add_column("verdict", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.create_table(
        "invitation",
        text("machine", key=True),
        *(text(name) for name in ("role", "seat_id", "site")),
        sa.Column("reserve", sa.Boolean, nullable=False),
        text("address"),
        text("selector"),
        blob("salt"),
        blob("code_hash"),
        big("until_at"),
        sa.Column("tries", sa.Integer, nullable=False),
        *(text(name) for name in ("state", "public_key", "sign_key")),
        big("asked_at"),
    )
    op.create_table("administration", text("id", key=True), big("at"), blob("body"))
