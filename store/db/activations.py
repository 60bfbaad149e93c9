"""Activations as the store keeps them, also those that left the floor long ago: for records and reports."""

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from dispatch.floor import Floor
from dispatch.reserve import Activation
from store.db.engine import open_engine
from store.db.errors import converted
from store.db.rows import body_of, load_floor
from store.db.tables import STATE


def read_activations(url: str) -> tuple[Floor, list[Activation]]:
    """The floor (for names) and every activation ever ordered, newest first. Raises StoreError."""
    table = STATE["activations"]
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            floor = load_floor(connection)
            bodies = connection.execute(select(table.c.body)).scalars().all()
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()
    found = [body_of("activations", body) for body in bodies]
    return floor, sorted(found, key=lambda one: -one.ordered_at)
