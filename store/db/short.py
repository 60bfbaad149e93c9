"""A single transaction on a store nobody else has open just now, or for a moment beside its writer.

It waits for no standby: a site that was cut off from its own has to be able to write down that it is fenced.
"""

import contextlib
from collections.abc import Iterator

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from store.db.engine import commit_here, open_engine
from store.db.errors import converted
from store.db.migrate import upgrade


@contextlib.contextmanager
def short_transaction(url: str) -> Iterator[Connection]:
    """Migrated where needed; errors of the library as ours. Raises StoreError."""
    engine = open_engine(url, writer=True)
    try:
        upgrade(engine)
        with engine.begin() as connection:
            commit_here(connection)
            yield connection
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()
