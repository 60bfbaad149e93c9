"""Going back to the last row two sites share: what was decided after it is read, copied, set aside, undone.

The rows of that time are kept for good in `abandoned`, with the order of each and what became of it at the
site that commands; the whole store before it is kept as a file. The journal is only cut in the same
transaction that keeps its tail.
"""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from dispatch.decide_late import told
from dispatch.events import Event
from store.core.journal import Head
from store.core.site_messages import Late
from store.core.wire import Entry, Epoch
from store.db.authority import FENCED, NORMAL, follows, scopes
from store.db.base import chain_start, head_at
from store.db.engine import commit_here, folder_of, open_engine
from store.db.errors import JournalBroken, NotHolder, converted
from store.db.rebuild import rebuild_in
from store.db.rows import entry_of, read_head, upsert
from store.db.tables import ABANDONED, CITY, JOURNAL, VERDICT
from store.private_file import make_private

READ_AT_ONCE = 2000
KEPT = "kept"
"""A row no order is known of: another site's, handed in by itself."""

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Tail:
    """The journal of a store that has to come back. Not while a hub or relay has it open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine = open_engine(url, writer=False)

    def close(self) -> None:
        self._engine.dispose()

    def start(self) -> Head:
        """The row before the first one of this journal. Raises StoreError."""
        with self._reading() as connection:
            return chain_start(connection)

    def head(self) -> Head:
        """Where it ends. Raises StoreError."""
        with self._reading() as connection:
            return read_head(connection)

    def hash_at(self, seq: int) -> bytes | None:
        """The hash of a row; `None`: not in this journal. Raises StoreError."""
        with self._reading() as connection:
            head = head_at(connection, seq)
            return head.hash if head else None

    def orders(self, fork: int) -> list[Late]:
        """What this site accepted after row `fork`, in order, ready to be handed in. Raises StoreError."""
        with self._reading() as connection:
            return read_tail(connection, fork)

    def keep_copy(self, fork: int) -> Path | None:
        """The store as it is, beside it; `None`: a server keeps its own backups, the tail is in the table."""
        folder = folder_of(self._url)
        with self._reading() as connection:
            head = read_head(connection)
            if folder is None:
                return None
            copy = folder / f"apart-{fork}-{head.seq}-{head.hash.hex()[:8]}.sqlite"
            if not copy.exists():
                fresh = copy.with_suffix(".new")
                fresh.unlink(missing_ok=True)
                make_private(fresh)
                connection.exec_driver_sql("VACUUM INTO ?", (str(fresh),))
                fresh.replace(copy)
            return copy

    def rewind(self, fork: int, results: Mapping[str, str], epoch: Epoch, now_ms: int) -> Head:
        """Set the tail aside and end with row `fork`; the store follows `epoch` now. Raises StoreError."""
        engine = open_engine(self._url, writer=True)
        try:
            with engine.begin() as connection:
                commit_here(connection)
                return _rewind(connection, fork, results, epoch, now_ms)
        except DBAPIError as error:
            raise converted(error) from error
        finally:
            engine.dispose()

    def is_owed_by(self, site: str) -> bool:
        """False: its tail is handed in already. Raises NotHolder for a store `site` does not lead from."""
        with self._reading() as connection:
            return _is_owed_by(connection, site)

    def term(self) -> int:
        """In which somebody last commanded the city by it."""
        with self._reading() as connection:
            return max((row.epoch.term for row in scopes(connection) if row.scope == CITY), default=0)

    def set_aside(self, fork: int, results: Mapping[str, str], epoch: Epoch, now_ms: int, site: str) -> None:
        """Keep what became of the rows after `fork`; the journal stays as it is, for its server to be undone.

        Raises StoreError; NotHolder as `is_owed_by`.
        """
        engine = open_engine(self._url, writer=True)
        try:
            with engine.begin() as connection:
                commit_here(connection)
                if _is_owed_by(connection, site):
                    _set_aside(connection, fork, results, now_ms)
                    follows(connection, epoch)
        except DBAPIError as error:
            raise converted(error) from error
        finally:
            engine.dispose()

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise converted(error) from error


def _is_owed_by(connection: Connection, site: str) -> bool:
    rows = [row for row in scopes(connection) if row.scope == CITY]
    if any(row.mode == NORMAL and row.epoch.site != site for row in rows):
        raise NotHolder("another site leads from the server that answers")
    return any(row.mode in {FENCED, NORMAL} for row in rows)


def read_tail(connection: Connection, fork: int) -> list[Late]:
    """The accepted orders after row `fork` with what people were told."""
    columns = (VERDICT.c.cid, VERDICT.c.seq, VERDICT.c.term, VERDICT.c.term_site, VERDICT.c.order_body)
    query = select(*columns).where(VERDICT.c.seq > fork, VERDICT.c.order_body.is_not(None))
    rows_of: dict[str, list[Entry]] = {}
    for row in connection.execute(select(JOURNAL).where(JOURNAL.c.seq > fork).order_by(JOURNAL.c.seq)):
        rows_of.setdefault(row.cid, []).append(entry_of(row))
    lates = []
    for row in connection.execute(query.order_by(VERDICT.c.seq)):
        entries = rows_of.get(row.cid)
        if entries:
            numbers, mission_id = told(_events.decode(entry.body) for entry in entries)
            lates.append(_late(row, entries[-1], numbers, mission_id))
    return lates


def _late(row: Any, last: Entry, numbers: tuple[str, ...], mission_id: str) -> Late:
    return Late(
        cid=row.cid,
        order=row.order_body,
        site=row.term_site,
        term=row.term,
        seq=last.seq,
        hlc=last.hlc,
        numbers=numbers,
        mission_id=mission_id,
    )


def cut_at(url: str, seq: int, now_ms: int) -> Head:
    """A restored store ends with row `seq`; what came later is set aside in it. Raises StoreError."""
    engine = open_engine(url, writer=True)
    try:
        with engine.begin() as connection:
            return _go_back(connection, seq, {}, now_ms)
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()


def _rewind(connection: Connection, fork: int, results: Mapping[str, str], epoch: Epoch, now_ms: int) -> Head:
    head = _go_back(connection, fork, results, now_ms)
    follows(connection, epoch)
    return head


def _go_back(connection: Connection, fork: int, results: Mapping[str, str], now_ms: int) -> Head:
    shared = head_at(connection, fork)
    if shared is None and fork > 0:
        raise JournalBroken(fork, "this journal does not have the row to go back to")
    if connection.dialect.name == "postgresql":  # folding a long journal is no idle transaction
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    _set_aside(connection, fork, results, now_ms)
    _cut(connection, fork)
    return rebuild_in(connection).head


def _set_aside(connection: Connection, fork: int, results: Mapping[str, str], now_ms: int) -> None:
    orders = {
        row.cid: row.order_body
        for row in connection.execute(select(VERDICT.c.cid, VERDICT.c.order_body).where(VERDICT.c.seq > fork))
    }
    query = select(JOURNAL).where(JOURNAL.c.seq > fork).order_by(JOURNAL.c.seq)
    names = [column.name for column in ABANDONED.columns if column.name in JOURNAL.columns]
    kept = [
        {name: getattr(row, name) for name in names}
        | {"order_body": orders.get(row.cid), "result": results.get(row.cid, KEPT)}
        | {"fork_seq": fork, "abandoned_at": now_ms}
        for row in connection.execute(query)
    ]
    for at in range(0, len(kept), READ_AT_ONCE):
        upsert(connection, ABANDONED, kept[at : at + READ_AT_ONCE])


def _cut(connection: Connection, fork: int) -> None:
    """The one place that takes rows out of the journal; the guard is off for this transaction only."""
    guards: list[str] = []
    owned = "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE relname = 'journal'"
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'journal'"
        for name, statement in connection.exec_driver_sql(query).all():
            guards.append(statement)
            connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    elif connection.exec_driver_sql(owned).scalar():
        connection.exec_driver_sql("ALTER TABLE journal DISABLE TRIGGER journal_no_change")
        guards.append("ALTER TABLE journal ENABLE TRIGGER journal_no_change")
    if connection.dialect.name == "sqlite" or guards:
        connection.execute(JOURNAL.delete().where(JOURNAL.c.seq > fork))
    else:  # the hub's role may change no row of the journal
        connection.execute(text("SELECT cut_journal(:fork)"), {"fork": fork})
    accepted = VERDICT.c.ok | VERDICT.c.order_body.is_not(None)  # or kept as a conflict
    connection.execute(VERDICT.delete().where(VERDICT.c.seq > fork, accepted))
    # Whoever was told no here must not see it happen when this site commands again.
    connection.execute(VERDICT.update().where(VERDICT.c.seq > fork).values(seq=fork))
    for guard in guards:
        connection.exec_driver_sql(guard)
