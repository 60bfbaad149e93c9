"""A whole day as the store keeps it, also what left the floor since: for the figures of that day."""

from collections.abc import Iterable
from itertools import islice

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from dispatch.floor import Floor
from dispatch.moments import DAY_MS
from store.db.engine import open_engine
from store.db.errors import converted
from store.db.history import day_of
from store.db.rows import body_of, load_floor
from store.db.tables import CALL_HISTORY, INCIDENT_HISTORY, STATE

IDS_AT_ONCE = 500
"""Of one statement: SQLite takes no more than some thousand."""


def read_day(url: str, since: int) -> Floor:
    """The floor with all calls and incidents of the day that began at `since` (ms). Raises StoreError."""
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            return _read(connection, since)
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()


def _read(connection: Connection, since: int) -> Floor:
    """An incident may be opened after midnight for a call taken in before."""
    floor = load_floor(connection)
    days = (day_of(since), day_of(since + DAY_MS))
    calls, incidents = CALL_HISTORY.c, INCIDENT_HISTORY.c
    _add(connection, floor, "calls", connection.scalars(select(calls.id).where(calls.day == days[0])))
    _add(
        connection,
        floor,
        "incidents",
        connection.scalars(select(incidents.id).where(incidents.day.in_(days))),
    )
    taken = (call.intake_id for call in floor.calls.values() if call.intake_id is not None)
    found = floor.incidents.values()
    _add(connection, floor, "missions", (key for incident in found for key in incident.mission_ids))
    _add(connection, floor, "intakes", (*taken, *(key for incident in found for key in incident.intake_ids)))
    return floor


def _add(connection: Connection, floor: Floor, name: str, ids: Iterable[str]) -> None:
    """Those of them that are not on the floor."""
    things, table = getattr(floor, name), STATE[name]
    missing = iter(sorted({key for key in ids if key not in things}))
    while some := list(islice(missing, IDS_AT_ONCE)):
        for row in connection.execute(select(table.c.id, table.c.body).where(table.c.id.in_(some))):
            things[row.id] = body_of(name, row.body)
