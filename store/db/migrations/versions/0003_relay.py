"""What a copy of the journal at another site begins with."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass
