"""The store of a follower: another site's journal and the state it makes, in the tables a hub has.

One thread, one connection. A job is one transaction: rows, state, accepted orders, and whose hub gave them.
The authority row names that hub, so that no hub of this site starts on the copy before people take command.
"""

import contextlib
import logging
from collections.abc import Iterator

from msgspec import Struct
from sqlalchemy import Connection, select, update
from sqlalchemy.exc import DBAPIError

from dispatch.floor import TABLES, Floor
from store.core.batch import Batch
from store.core.copied import Base, CopyJob, fold
from store.core.decided import Decided
from store.core.journal import Head
from store.core.wire import EPOCH_ZERO, Epoch
from store.db import rows
from store.db.authority import FENCED, follows, scopes
from store.db.base import read_base, write_base
from store.db.engine import commit_was_cut_short, open_engine
from store.db.errors import NotDurable, converted
from store.db.history import HISTORY
from store.db.migrate import upgrade
from store.db.rebuild import UNKNOWN, rebuild_in
from store.db.tables import AUTHORITY, CITY, JOURNAL, PROJECTION, STATE, VERDICT

STATE_ROWS_AT_ONCE = 500
LACKING = "verdicts_before"
"""In `projection`: before which row verdicts of the hub are still to come."""

log = logging.getLogger(__name__)


class Copied(Struct, frozen=True):
    """What a copy holds. `head` None: nothing yet, it needs a base. `unknown`: it has rows that this program
    does not understand; the floor lacks them."""

    epoch: Epoch
    head: Head | None
    floor: Floor
    unknown: bool = False
    before: int = 0
    """Verdicts before this row are still to come from a hub; 0: none."""


class CopyStore:
    """The follower's only writing connection."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._engine = open_engine(url, writer=True)
        self._connection: Connection | None = None
        self._epoch = EPOCH_ZERO
        self._head = Head()
        self._floor = Floor()
        self._unknown = False  # the last commit may or may not have happened
        self._fenced = False  # we led; rows that continue ours prove that we have no tail

    def open(self) -> Copied:
        """Migrate and load. Raises StoreError."""
        with self._library():
            upgrade(self._engine)
            connection = self._connect()
            with connection.begin():
                if _has_unknown(connection):
                    log.warning("the copy has rows an older program did not understand: state made anew")
                    rebuild_in(connection)
                unknown = _has_unknown(connection)
                self._head = rows.read_head(connection)
                self._floor = rows.load_floor(connection)
                self._epoch = _epoch(connection)
                self._fenced = any(row.mode == FENCED for row in scopes(connection))
                empty = self._head.seq == 0 and read_base(connection) is None
                before = _marked(connection, LACKING)
        return Copied(self._epoch, None if empty else self._head, self._floor, unknown, before)

    def close(self) -> None:
        self._disconnect()
        self._engine.dispose()

    def run(self, job: CopyJob, now_ms: int) -> Batch:
        """Save a job; what comes back is durable. Raises StoreDown, NotDurable, DiskFull: run it again."""
        if job.base is not None:
            batch, unknown = Batch(job.base.floor, job.base.head), None
        else:
            batch, unknown = fold(self._floor, self._head, job.entries, job.decided)
        with self._library():
            connection = self._connect()
            doubtful, self._unknown = self._unknown, True
            with connection.begin():
                tells_alone = not job.entries and job.base is None  # it may as well be written twice
                if tells_alone or not (doubtful and _is_saved(connection, batch.head, job.epoch)):
                    self._write(connection, job, batch, unknown)
                if doubtful:  # push a write of our own through to the standby
                    _touch(connection)
            if commit_was_cut_short(connection):
                raise NotDurable("the standby has not confirmed")
        self._unknown = self._fenced = False
        self._floor, self._head, self._epoch = batch.floor, batch.head, job.epoch
        return batch

    def forget_old_verdicts(self, now_ms: int) -> None:
        """As long as a hub keeps them; raises StoreError."""
        with self.transaction() as connection:
            rows.forget_verdicts(connection, now_ms)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """For history, in idle moments; raises StoreError."""
        with self._library():
            connection = self._connect()
            with connection.begin():
                yield connection

    # --- one job ----------------------------------------------------------------------------------

    def _write(self, connection: Connection, job: CopyJob, batch: Batch, unknown: int | None) -> None:
        if job.base is not None:
            _write_base(connection, job.base)
        if batch.entries:
            rows.write_state(connection, batch)
            rows.add(connection, JOURNAL, rows.journal_rows(batch.entries, self._head.hash))
        _write_decided(connection, batch)
        if job.before is not None:
            rows.upsert(connection, PROJECTION, [{"name": LACKING, "seq": job.before}])
        if unknown is not None:
            log.error("row %d of the journal is of a kind this program does not know: update it", unknown)
            if not _has_unknown(connection):
                connection.execute(PROJECTION.insert().values(name=UNKNOWN, seq=unknown))
        if job.epoch != self._epoch or self._fenced:
            follows(connection, job.epoch)

    # --- connection -------------------------------------------------------------------------------

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.invalidated:
            self._disconnect()
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):
                self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def _library(self) -> Iterator[None]:
        """Errors of the library as ours; after one the connection is made anew."""
        try:
            yield
        except DBAPIError as error:
            self._disconnect()
            raise converted(error) from error


def _write_base(connection: Connection, base: Base) -> None:
    write_base(connection, base)
    for name in TABLES:
        things = [
            rows.state_row(name, key, thing, base.head.seq)
            for key, thing in getattr(base.floor, name).items()
        ]
        for at in range(0, len(things), STATE_ROWS_AT_ONCE):
            rows.upsert(connection, STATE[name], things[at : at + STATE_ROWS_AT_ONCE])
    if base.head.seq > 0:  # the history of this copy begins here
        rows.upsert(connection, PROJECTION, [{"name": HISTORY, "seq": base.head.seq - 1}])


def _write_decided(connection: Connection, batch: Batch) -> None:
    """A seat that asks again after a takeover gets its verdict; orders are there to be handed in.

    What has no rows among these may be known: what is known stands.
    """
    with_rows = {entry.cid for entry in batch.entries}
    known = rows.read_verdicts(connection, [one.cid for one in batch.decided if one.cid not in with_rows])
    new: list[Decided] = [one for one in batch.decided if one.cid not in known]
    rows.upsert(connection, VERDICT, rows.verdict_rows(new))


def _is_saved(connection: Connection, head: Head, epoch: Epoch) -> bool:
    """Whether the job of unknown outcome is in; one without rows shows by its epoch alone."""
    return rows.read_head(connection) == head and _epoch(connection) == epoch


def _has_unknown(connection: Connection) -> bool:
    return connection.execute(select(PROJECTION).where(PROJECTION.c.name == UNKNOWN)).first() is not None


def _marked(connection: Connection, name: str) -> int:
    query = select(PROJECTION.c.seq).where(PROJECTION.c.name == name)
    return connection.execute(query).scalar() or 0


def _epoch(connection: Connection) -> Epoch:
    row = connection.execute(select(AUTHORITY).where(AUTHORITY.c.scope == CITY)).first()
    return Epoch(row.term, row.term_site, row.boot) if row else EPOCH_ZERO


def _touch(connection: Connection) -> None:
    raised = {"touched": AUTHORITY.c.touched + 1}
    connection.execute(update(AUTHORITY).where(AUTHORITY.c.scope == CITY).values(raised))
