"""The table of the chain of refusals: written in the transaction of their verdicts, read for the audit."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from store.core.ids import new_id
from store.core.refusals_chain import (
    MARK_ZERO,
    Link,
    Mark,
    Refused,
    chained,
    link_of,
    link_row,
    store_link,
)
from store.db.tables import REFUSAL

READ_AT_ONCE = 2000


def name_store(connection: Connection) -> None:
    """The store has its id from now on, also where refusals of a program of before are in it."""
    if not store_id(connection):
        connection.execute(REFUSAL.insert(), link_row(store_link(new_id())))


def store_id(connection: Connection) -> str:
    """The id of this store, "": no hub of this release led from it yet."""
    found: str | None = connection.execute(select(REFUSAL.c.cid).where(REFUSAL.c.number == 0)).scalar()
    return found or ""


def read_mark(connection: Connection) -> Mark:
    """Where the chain ends."""
    query = select(REFUSAL.c.number, REFUSAL.c.hash).order_by(REFUSAL.c.number.desc()).limit(1)
    row = connection.execute(query).first()
    return Mark(row.number, bytes(row.hash)) if row else MARK_ZERO


def chain_refusals(verdict_rows: Iterable[dict[str, Any]], mark: Mark) -> tuple[list[dict[str, Any]], Mark]:
    """The rows of what was plainly refused among these verdicts, and where the chain ends with them."""
    refusals = [
        Refused(*(row[name] for name in Refused.__struct_fields__))
        for row in verdict_rows
        if not row["ok"] and row["order_body"] is None
    ]
    links = chained(refusals, mark)
    end = Mark(links[-1].number, links[-1].hash) if links else mark
    return [link_row(link) for link in links], end


def forget_refusals(connection: Connection, before_ms: int) -> None:
    """Those of before, from the beginning of the chain on; its end and the id of the store always stay."""
    kept = select(func.min(REFUSAL.c.number)).where(REFUSAL.c.decided_at >= before_ms).scalar_subquery()
    last = select(func.max(REFUSAL.c.number)).scalar_subquery()
    old = (REFUSAL.c.number > 0) & (REFUSAL.c.number < func.coalesce(kept, last))
    connection.execute(REFUSAL.delete().where(old))


def read_links(connection: Connection) -> Iterator[Link]:
    """The whole chain in order."""
    after = -1
    while True:
        query = select(REFUSAL).where(REFUSAL.c.number > after).order_by(REFUSAL.c.number)
        rows = connection.execute(query.limit(READ_AT_ONCE)).all()
        if not rows:
            return
        for row in rows:
            yield link_of(row)
        after = rows[-1].number
