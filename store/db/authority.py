"""Who commands: one row per scope. Every start of a hub raises boot; only people raise term (bus.md 5.8)."""

from msgspec import Struct
from sqlalchemy import Connection, select, update

from store.core.messages import Epoch
from store.db.errors import NotHolder
from store.db.tables import AUTHORITY, CITY


class Seen(Struct, frozen=True):
    """What the authority row says."""

    epoch: Epoch
    holder: str


def authority(connection: Connection) -> Seen | None:
    """The row, locked against a claim until our transaction ends; `None`: never claimed."""
    columns = (AUTHORITY.c.term, AUTHORITY.c.term_site, AUTHORITY.c.boot, AUTHORITY.c.holder)
    query = select(*columns).where(AUTHORITY.c.scope == CITY).with_for_update(read=True)
    row = connection.execute(query).first()
    return Seen(Epoch(row.term, row.term_site, row.boot), row.holder) if row else None


def claim(connection: Connection, site: str, instance: str) -> Epoch:
    """Take command for this process: boot + 1. Raises NotHolder when another site holds the term."""
    row = connection.execute(select(AUTHORITY).where(AUTHORITY.c.scope == CITY).with_for_update()).first()
    if row is None:
        epoch = Epoch(1, site, 1)
        connection.execute(AUTHORITY.insert().values(_first_row(epoch, instance)))
        return epoch
    if row.term_site != site:
        raise NotHolder(f"term {row.term} is held by site {row.term_site}, this is {site}")
    epoch = Epoch(row.term, row.term_site, row.boot + 1)
    changed = {"boot": epoch.boot, "holder": instance}
    connection.execute(update(AUTHORITY).where(AUTHORITY.c.scope == CITY).values(changed))
    return epoch


def _first_row(epoch: Epoch, instance: str) -> dict[str, object]:
    return {
        "scope": CITY,
        "term": epoch.term,
        "term_site": epoch.site,
        "boot": epoch.boot,
        "holder": instance,
        "mode": "normal",
        "since_hlc": 0,
        "granted_by": "",
        "second_by": "",
        "reason": "first start",
        "order_no": "",
        "touched": 0,
    }
