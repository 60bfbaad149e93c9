"""Questions to the database server itself: who commands, who confirms, may we change tables, promotion."""

from msgspec import Struct
from sqlalchemy import inspect, select
from sqlalchemy.exc import DBAPIError

from store.core.messages import EPOCH_ZERO, Epoch
from store.db.engine import open_engine
from store.db.errors import converted
from store.db.tables import AUTHORITY, CITY


class Commanding(Struct, frozen=True):
    """The authority row of the city. `holder`: "machine/process"."""

    epoch: Epoch
    holder: str


NOBODY = Commanding(EPOCH_ZERO, "")
"""The store was never claimed."""


def who_commands(url: str) -> Commanding:
    """Whose the city is by the row that fences. Raises StoreError."""
    engine = open_engine(url, writer=False)
    row = AUTHORITY.c
    query = select(row.term, row.term_site, row.boot, row.holder).where(row.scope == CITY)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(AUTHORITY.name):
                return NOBODY
            found = connection.execute(query).first()
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()
    return Commanding(Epoch(found.term, found.term_site, found.boot), found.holder) if found else NOBODY
