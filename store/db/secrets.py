"""The hub's secret for sealing tokens: made once, kept in the store, so that log-ins outlive the hub."""

import secrets

from sqlalchemy import Connection, select

from store.db.rows import insert
from store.db.tables import SECRET

SECRET_BYTES = 32
TOKEN_SECRET = "token"  # noqa: S105 - the name of the row


def hub_secret(connection: Connection) -> bytes:
    """The secret, minted at the first start."""
    fresh = {"name": TOKEN_SECRET, "value": secrets.token_bytes(SECRET_BYTES)}
    connection.execute(insert(connection, SECRET).values(fresh).on_conflict_do_nothing())
    value: bytes = connection.execute(
        select(SECRET.c.value).where(SECRET.c.name == TOKEN_SECRET)
    ).scalar_one()
    return value
