"""The journal and the verdicts of a store, read in order without changing anything, for the audit."""

import contextlib
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from store.core.audit import Fault, Row
from store.core.batch import is_conflict
from store.core.journal import Head, row_hash
from store.core.wire import Epoch, Verdict
from store.db.base import chain_start, head_at
from store.db.engine import open_engine
from store.db.errors import StoreError, converted
from store.db.rows import body_of, entry_of
from store.db.tables import ABANDONED, JOURNAL, STATE, VERDICT

ROWS_PER_READ = (2000, 50, 1)
"""Fewer, when one among them cannot be read."""
WITHOUT_VERDICT_MS = 60_000
"""The clocks of a hub that stopped and of one that started may differ by so much."""


class UnreadableRowError(StoreError):
    """Row `seq` cannot even be read."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"journal {seq}: cannot be read")
        self.seq = seq


_DAMAGED = (StoreError, TypeError, ValueError, OverflowError, MemoryError)
"""What a value that is no longer of its type breaks."""


class Decided(Struct, frozen=True):
    """A command and its verdict. `refusal` b"": accepted; `at`: ms."""

    at: int
    cid: str
    kind: str
    who: str
    seat: str
    machine: str
    site: str
    seq: int
    refusal: bytes
    order: bytes = b""
    """The encoded order, of what was accepted in the last 30 days."""


class AuditReader:
    """Every method raises StoreError."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url, writer=False)

    def close(self) -> None:
        self._engine.dispose()

    def start(self) -> Head:
        """The row the chain begins after."""
        with self._reading() as connection:
            return chain_start(connection)

    def before(self, start: int) -> int | None:
        """A row before the one the journal begins with: nobody wrote it; `None`: there is none."""
        with self._reading() as connection:
            found: int | None = connection.execute(
                select(func.min(JOURNAL.c.seq)).where(JOURNAL.c.seq <= start)
            ).scalar()
            return found

    def rows(self, after: int) -> Iterator[Row]:
        """The journal after row `after` in order. Raises UnreadableRowError where even reading fails."""
        while rows := self._rows_after(after):
            yield from rows
            after = rows[-1].entry.seq

    def _rows_after(self, after: int) -> list[Row]:
        """As many as can be read at once; raises UnreadableRowError when the very next cannot."""
        for limit in ROWS_PER_READ:
            query = select(JOURNAL).where(JOURNAL.c.seq > after).order_by(JOURNAL.c.seq).limit(limit)
            with contextlib.suppress(*_DAMAGED), self._reading() as connection:
                found = connection.execute(query)
                return [Row(entry_of(row), bytes(row.prev_hash), row.scope) for row in found]
        with self._reading() as connection:
            following = select(func.min(JOURNAL.c.seq)).where(JOURNAL.c.seq > after)
            raise UnreadableRowError(connection.execute(following).scalar() or after + 1)

    def hash_at(self, seq: int) -> bytes | None:
        with self._reading() as connection:
            query = select(JOURNAL.c.hash).where(JOURNAL.c.seq == seq)
            found: bytes | None = connection.execute(query).scalar()
            return found

    def is_abandoned(self, digest: bytes) -> bool:
        """True when people gave up the row of this hash in a rejoin: it is kept beside the journal.

        Its content has to be there, and every row between it and the journal: a hash alone proves nothing.
        """
        with self._reading() as connection:
            row = connection.execute(select(ABANDONED).where(ABANDONED.c.hash == digest)).first()
            while row is not None:
                entry, before = entry_of(row), head_at(connection, row.seq - 1)
                if before is not None and row_hash(before.hash, entry) == entry.hash:
                    return True
                earlier = connection.execute(select(ABANDONED).where(ABANDONED.c.seq == row.seq - 1))
                fitting = (one for one in earlier if row_hash(bytes(one.hash), entry) == entry.hash)
                row = next(fitting, None)
            return False

    def names(self) -> tuple[dict[str, str], dict[str, str]]:
        """Staff number by person's id, and number by seat's id."""
        staff, seats = STATE["dispatchers"], STATE["seats"]
        with self._reading() as connection:
            people = connection.execute(select(staff.c.id, staff.c.body)).all()
            desks = connection.execute(select(seats.c.id, seats.c.body)).all()
        numbers = {row.id: body_of("dispatchers", row.body).staff_number for row in people}
        return numbers, {row.id: body_of("seats", row.body).number for row in desks}

    def decided(self, since: int, machine: str = "") -> Iterator[Decided]:
        """Commands and verdicts from `since` (ms) on, in the order of their decision."""
        query = select(VERDICT).where(VERDICT.c.decided_at >= since)
        if machine:
            query = query.where(VERDICT.c.machine == machine)
        with self._reading() as connection:
            for row in connection.execute(query.order_by(VERDICT.c.decided_at, VERDICT.c.seq, VERDICT.c.cid)):
                yield Decided(
                    row.decided_at,
                    row.cid,
                    row.kind,
                    row.by_id,
                    row.seat_id,
                    row.machine,
                    row.site,
                    row.seq,
                    row.refusal,
                    row.order_body or b"",
                )

    # --- verdicts against the journal -------------------------------------------------------------

    def verdict_faults(self) -> Iterator[Fault]:
        """Verdicts that do not fit the journal, and rows of the kept time that nobody accepted."""
        end = select(func.max(JOURNAL.c.seq)).scalar_subquery()
        last = select(func.max(JOURNAL.c.seq)).where(JOURNAL.c.cid == VERDICT.c.cid).scalar_subquery()
        own = JOURNAL.alias()
        columns = (own.c.machine.label("wrote_at"), own.c.by_id.label("wrote_by"))
        query = (
            select(VERDICT, last.label("last"), func.coalesce(end, 0).label("end"), *columns)
            .select_from(VERDICT)
            .join(own, (own.c.cid == VERDICT.c.cid) & (own.c.seq == VERDICT.c.seq), isouter=True)
            .order_by(VERDICT.c.seq)
        )
        with self._reading() as connection:
            for row in connection.execute(query):
                fault = _fault_of(row)
                if fault is not None:
                    yield fault
            yield from _rows_without_verdict(connection)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise converted(error) from error


def _fault_of(row: Any) -> Fault | None:
    """An accepted command may have changed nothing; then its seq is where the journal stood."""
    verdict = Verdict(row.cid, row.seq, row.refusal, Epoch(row.term, row.term_site, row.boot))
    accepted = not row.refusal or is_conflict(verdict)
    if accepted != row.ok and not is_conflict(verdict):
        return Fault(row.seq, "wrong_verdict", row.decided_at, row.kind, row.cid)
    if accepted and row.seq > row.end:
        return Fault(row.seq, "no_rows", row.decided_at, row.kind, row.cid)
    if row.last is not None and (not accepted or row.last != row.seq):
        return Fault(row.last, "wrong_verdict", row.decided_at, row.kind, row.cid)
    if row.wrote_at is not None and (row.wrote_at, row.wrote_by) != (row.machine, row.by_id):
        return Fault(row.seq, "wrong_verdict", row.decided_at, row.kind, f"{row.machine} {row.by_id}")
    return None


def _rows_without_verdict(connection: Connection) -> Iterator[Fault]:
    """The first row since the oldest accepted verdict that no verdict speaks of."""
    oldest = select(func.min(VERDICT.c.decided_at)).where(VERDICT.c.ok)
    since = connection.execute(oldest).scalar()
    if since is None:
        return
    known = select(VERDICT.c.cid).where(VERDICT.c.cid == JOURNAL.c.cid).exists()
    hlc = (since + WITHOUT_VERDICT_MS) << 16
    columns = (JOURNAL.c.seq, JOURNAL.c.hlc, JOURNAL.c.kind, JOURNAL.c.cid)
    query = select(*columns).where(JOURNAL.c.hlc > hlc, ~known).order_by(JOURNAL.c.seq).limit(1)
    for row in connection.execute(query):
        yield Fault(row.seq, "no_verdict", row.hlc >> 16, row.kind, row.cid)
