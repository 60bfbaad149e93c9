"""Facts as rows and back: journal entries, verdicts, and the newest body of each thing on the floor."""

from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Any, get_args, get_type_hints

import msgspec
from sqlalchemy import Connection, Row, Table, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from dispatch.floor import TABLES, Floor
from dispatch.words import Mission
from store.core.batch import Batch
from store.core.decided import DECIDED_MAX, Decided
from store.core.hlc import COUNTER_BITS
from store.core.journal import Head
from store.core.wire import Entry, Epoch, Verdict, encode
from store.db.base import chain_start
from store.db.refusals import forget_refusals
from store.db.tables import CITY, JOURNAL, MISSIONS, STATE, VERDICT

_TYPES = get_type_hints(Floor)
_DECODERS: dict[str, msgspec.msgpack.Decoder[Any]] = {
    name: msgspec.msgpack.Decoder(get_args(_TYPES[name])[1]) for name in TABLES
}
IDS_PER_QUERY = 256
CLOCK_SLACK_MS = 60_000
"""The clock of a hub is set back by less, or what it refused meanwhile is not found by its time."""
VERDICT_KEPT_MS = 30 * 24 * 3600 * 1000
REFUSAL_KEPT_MS = 190 * 24 * 3600 * 1000
"""The law on networks asks for six months of logs."""


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the connection."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def upsert(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert or replace by primary key."""
    if rows:
        names = tuple(rows[0])
        put(connection, ("upsert", table.name, names), lambda: upserting(connection, table, names), rows)


def add(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    """Insert rows that are not there."""
    if rows:
        put(connection, ("insert", table.name, tuple(rows[0])), table.insert, rows)


def upserting(connection: Connection, table: Table, names: Iterable[str]) -> Any:
    """The statement that inserts these columns, or replaces them where the primary key is known."""
    statement = insert(connection, table)
    keys = [column.name for column in table.primary_key]
    kept = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=kept)


# --- statements of the command path -----------------------------------------------------------------

_ready: dict[tuple[str, Hashable], tuple[str, tuple[str, ...] | None]] = {}


def ready(
    connection: Connection, key: Hashable, make: Callable[[], Any], names: Iterable[str] | None = None
) -> tuple[str, tuple[str, ...] | None]:
    """The text of a statement and the order of its values (`None`: by name), compiled once in a process.

    Past the library's work on each call, which was three quarters of a transaction's CPU. `key` names the
    statement with everything its text depends on; `names`: the columns of an INSERT.
    """
    known = _ready.get((connection.dialect.name, key))
    if known is None:
        compiled = make().compile(dialect=connection.dialect, column_keys=list(names) if names else None)
        order = tuple(compiled.positiontup) if compiled.positional else None
        known = _ready[connection.dialect.name, key] = (compiled.string, order)
    return known


def put(connection: Connection, key: Hashable, make: Callable[[], Any], rows: list[dict[str, Any]]) -> None:
    """Carry out an INSERT of plain values."""
    text, order = ready(connection, key, make, rows[0])
    values: Any = rows if order is None else [tuple(row[name] for name in order) for row in rows]
    connection.exec_driver_sql(text, values if len(values) > 1 else values[0])


def read(connection: Connection, key: Hashable, make: Callable[[], Any], values: dict[str, Any]) -> Any:
    """Carry out a SELECT of plain columns; `values` by the names of its bindparams."""
    text, order = ready(connection, key, make)
    given: Any = values if order is None else tuple(values[name] for name in order)
    return connection.exec_driver_sql(text, given)


# --- journal ---------------------------------------------------------------------------------------


def journal_rows(entries: list[Entry], previous: bytes) -> list[dict[str, Any]]:
    """`previous`: the hash before the first entry."""
    rows = []
    for e in entries:
        row = {
            name: getattr(e, name)
            for name in ("seq", "cid", "hlc", "kind", "entity", "machine", "body", "hash")
        }
        rows.append({**row, **_epoch(e.epoch), "scope": CITY, "by_id": e.by, "prev_hash": previous})
        previous = e.hash
    return rows


def entry_of(row: Row[Any]) -> Entry:
    return Entry(
        seq=row.seq,
        epoch=Epoch(row.term, row.term_site, row.boot),
        cid=row.cid,
        hlc=row.hlc,
        kind=row.kind,
        entity=row.entity,
        machine=row.machine,
        by=row.by_id,
        body=row.body,
        hash=row.hash,
    )


def read_journal(connection: Connection, after: int, limit: int) -> list[Entry]:
    """Entries with seq > `after`, in order."""
    query = select(JOURNAL).where(JOURNAL.c.seq > after).order_by(JOURNAL.c.seq).limit(limit)
    return [entry_of(row) for row in connection.execute(query)]


def rows_of_kinds(connection: Connection, kinds: tuple[str, ...]) -> list[Entry]:
    """Every entry of these kinds, in order."""
    query = select(JOURNAL).where(JOURNAL.c.kind.in_(kinds)).order_by(JOURNAL.c.seq)
    return [entry_of(row) for row in connection.execute(query)]


def read_head(connection: Connection) -> Head:
    """Where the journal ends; in a copy without rows yet: where it begins."""
    query = select(JOURNAL.c.seq, JOURNAL.c.hlc, JOURNAL.c.hash).order_by(JOURNAL.c.seq.desc()).limit(1)
    row = connection.execute(query).first()
    return Head(row.seq, row.hlc, row.hash) if row else chain_start(connection)


# --- verdicts --------------------------------------------------------------------------------------


def read_verdicts(connection: Connection, cids: Iterable[str]) -> dict[str, Verdict]:
    wanted = list(cids)
    found: dict[str, Verdict] = {}
    for at in range(0, len(wanted), IDS_PER_QUERY):
        some = wanted[at : at + IDS_PER_QUERY]
        count = 1 << (len(some) - 1).bit_length()  # few texts: the last id fills up
        values = {f"c{n}": some[min(n, len(some) - 1)] for n in range(count)}
        for row in read(connection, ("verdicts", count), partial(_verdicts_of, count), values):
            found[row.cid] = Verdict(row.cid, row.seq, row.refusal, Epoch(row.term, row.term_site, row.boot))
    return found


def _verdicts_of(count: int) -> Any:
    v = VERDICT.c
    query = select(v.cid, v.seq, v.refusal, v.term, v.term_site, v.boot)
    return query.where(or_(*(v.cid == bindparam(f"c{n}") for n in range(count))))


def forget_verdicts(connection: Connection, now_ms: int) -> None:
    """Verdicts are kept for 30 days, longer than any deadline; refusals, which no journal has, longer."""
    old = VERDICT.c.ok & (VERDICT.c.decided_at < now_ms - VERDICT_KEPT_MS)
    older = VERDICT.c.decided_at < now_ms - REFUSAL_KEPT_MS
    connection.execute(VERDICT.delete().where(old | older))
    forget_refusals(connection, now_ms - REFUSAL_KEPT_MS)


def verdict_rows(decided: Iterable[Decided]) -> list[dict[str, Any]]:
    return [
        {
            "cid": one.cid,
            "ok": not one.refusal,
            "seq": one.seq,
            **_epoch(one.epoch),
            "refusal": one.refusal,
            "kind": one.kind,
            "machine": one.machine,
            "by_id": one.by,
            "seat_id": one.seat_id,
            "site": one.site,
            "decided_at": one.at,
            "order_body": one.order or None,
        }
        for one in decided
    ]


def read_decided(connection: Connection, start: Head, entries: Iterable[Entry]) -> list[Decided]:
    """What was decided at row `start` and up to the last of these rows, which follow it; in their order.

    Found by id, and by time, which has an index: what was refused while the clock was set back may lack.
    """
    following = list(entries)
    last = following[-1] if following else None
    v, since = VERDICT.c, (start.hlc >> COUNTER_BITS) - CLOCK_SLACK_MS
    between = (v.decided_at >= since) & v.seq.between(start.seq, last.seq if last else start.seq)
    if last is not None:
        between &= v.decided_at <= (last.hlc >> COUNTER_BITS) + CLOCK_SLACK_MS
    found = {row.cid: row for row in connection.execute(select(VERDICT).where(between).limit(DECIDED_MAX))}
    lacking = list({entry.cid for entry in following} - found.keys())
    for at in range(0, len(lacking), IDS_PER_QUERY):
        some = select(VERDICT).where(v.cid.in_(lacking[at : at + IDS_PER_QUERY]))
        found |= {row.cid: row for row in connection.execute(some)}
    return sorted((_decided_of(row) for row in found.values()), key=lambda one: one.seq)


def read_decided_before(
    connection: Connection, before: int, for_ms: int, limit: int
) -> tuple[list[Decided], int]:
    """What was decided before row `before` in the last `for_ms`, the latest first; orders stay away.

    Also before which row to go on, 0: this was all. `limit`: about so many, those of one row together.
    """
    newest = select(func.max(VERDICT.c.decided_at)).scalar_subquery()
    recent = (VERDICT.c.seq < before) & (VERDICT.c.decided_at >= newest - for_ms)
    query = select(VERDICT).where(recent).order_by(VERDICT.c.seq.desc())
    found = list(connection.execute(query.limit(limit)))
    if len(found) < limit:
        return [_decided_of(row, with_order=False) for row in found], 0
    lowest = found[-1].seq
    found = [row for row in found if row.seq > lowest]
    found += connection.execute(query.where(VERDICT.c.seq == lowest))
    return [_decided_of(row, with_order=False) for row in found], lowest


def _decided_of(row: Row[Any], *, with_order: bool = True) -> Decided:
    return Decided(
        cid=row.cid,
        seq=row.seq,
        epoch=Epoch(row.term, row.term_site, row.boot),
        refusal=row.refusal,
        kind=row.kind,
        machine=row.machine,
        by=row.by_id,
        seat_id=row.seat_id,
        site=row.site,
        at=row.decided_at,
        order=(row.order_body or b"") if with_order else b"",
    )


# --- state -----------------------------------------------------------------------------------------


def state_row(table: str, key: str, thing: Any, seq: int) -> dict[str, Any]:
    """The row of a thing that is on the floor after event `seq`."""
    row = {
        "id": key,
        "scope": CITY,
        "status": _status(thing),
        "seq": seq,
        "on_floor": True,
        "body": encode(thing),
    }
    if isinstance(thing, Mission):
        row |= {"incident_id": thing.incident_id, "vehicle_id": thing.vehicle_id, "active": thing.active}
    return row


def write_state(connection: Connection, batch: Batch) -> None:
    """Bring the state tables up to the floor after the batch."""
    present: dict[str, list[dict[str, Any]]] = {}
    gone: dict[str, list[dict[str, Any]]] = {}
    for (table, key), change in batch.changed.items():
        if change.thing is None:
            gone.setdefault(table, []).append({"key": key, "at_seq": change.seq})
        else:
            row = state_row(table, key, change.thing, change.seq)
            present.setdefault(table, []).append({**row, "on_floor": change.on_floor})
    for table, rows in present.items():
        if table == MISSIONS.name:  # what ends makes room before what begins
            rows.sort(key=lambda row: bool(row["active"]))
        upsert(connection, STATE[table], rows)
    for table, rows in gone.items():
        connection.execute(_leave_floor(STATE[table]), rows)


def _leave_floor(table: Table) -> Any:
    leave = update(table).where(table.c.id == bindparam("key"))
    return leave.values(on_floor=False, seq=bindparam("at_seq"))


def body_of(table: str, body: bytes) -> Any:
    """The thing inside a state row."""
    return _DECODERS[table].decode(body)


def kept_things(connection: Connection, table: str) -> dict[str, Any]:
    """The last form of everything of a kind, archived things too."""
    state = STATE[table]
    return {row.id: body_of(table, row.body) for row in connection.execute(select(state.c.id, state.c.body))}


def load_floor(connection: Connection) -> Floor:
    """The floor as the state tables hold it."""
    floor = Floor()
    for name, table in STATE.items():
        things = getattr(floor, name)
        for row in connection.execute(select(table.c.id, table.c.body).where(table.c.on_floor)):
            things[row.id] = body_of(name, row.body)
    return floor


def _status(thing: Any) -> str:
    for name in ("state", "stage"):
        value = getattr(thing, name, None)
        if value is not None:
            return str(value)
    return ""


def _epoch(epoch: Epoch) -> dict[str, Any]:
    return {"term": epoch.term, "term_site": epoch.site, "boot": epoch.boot}
