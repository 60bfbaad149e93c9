"""A single transaction on a store nobody else has open just now, or for a moment beside its writer."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from store.db.engine import open_engine
from store.db.errors import converted
from store.db.migrate import upgrade


@contextlib.contextmanager
def short_transaction(url: str) -> Iterator[Connection]:
    """Migrated where needed; errors of the library as ours. Raises StoreError."""
    engine = open_engine(url, writer=True)
    try:
        upgrade(engine)
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()
