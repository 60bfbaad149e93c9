"""People and machines: what enrolment and log-in at every site need."""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    pass
