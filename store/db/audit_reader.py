"""The journal and the verdicts of a store, read in order without changing anything, for the audit."""

import contextlib
from collections.abc import Generator, Iterator
from typing import Any, get_args

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import DBAPIError

from dispatch.commands import Command
from dispatch.order import Order
from store.core.audit import Fault, Row
from store.core.batch import is_conflict
from store.core.journal import Head, row_hash
from store.core.refusals_chain import Link, Refused
from store.core.wire import BadMessage, Epoch, Verdict
from store.db.base import chain_start, head_at
from store.db.engine import open_engine
from store.db.errors import StoreError, converted
from store.db.refusals import read_links
from store.db.rows import body_of, entry_of
from store.db.tables import ABANDONED, JOURNAL, REFUSAL, STATE, VERDICT

ROWS_PER_READ = (2000, 50, 1)
"""Fewer, when one among them cannot be read."""
WITHOUT_VERDICT_MS = 60_000
"""The clocks of a hub that stopped and of one that started may differ by so much."""


_orders = msgspec.msgpack.Decoder(Order)
KINDS = frozenset(kind.__name__ for kind in get_args(Command))
"""Of all commands this program knows."""


class UnreadableRowError(StoreError):
    """Row `seq` cannot even be read."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"journal {seq}: cannot be read")
        self.seq = seq


_TOLD = Refused.__struct_fields__
"""What a verdict and its link in the chain of refusals both say."""
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

    def links(self) -> Generator[Link, None, None]:
        """The chain of refusals. Raises StoreError also where one of them cannot be read."""
        with self._reading() as connection:
            try:
                yield from read_links(connection)
            except _DAMAGED as error:
                raise UnreadableRowError(0) from error

    def refused_hash(self, number: int) -> bytes | None:
        """Of refusal `number`; `None`: it is not there."""
        with self._reading() as connection:
            query = select(REFUSAL.c.hash).where(REFUSAL.c.number == number)
            found: bytes | None = connection.execute(query).scalar()
            return found

    def refusal_faults(self, since_ms: int) -> Generator[Fault, None, None]:
        """Refusals seats were told that are not what the chain says; links since then without their verdict.

        What was refused before the chain began is in no chain. A refusal is over where another site had
        accepted the order: then the journal, or what was abandoned, has rows of it.
        """
        with self._reading() as connection:
            for row in connection.execute(_told_otherwise()):
                was = tuple(getattr(row, f"was_{name}") for name in _TOLD)
                if was != tuple(getattr(row, name) for name in _TOLD):
                    yield Fault(row.number or 0, "refusal_altered", row.decided_at, row.kind, row.cid)
            for row in connection.execute(_without_refusal(since_ms)):
                yield Fault(row.number, "refusal_altered", row.decided_at, row.kind, row.cid)

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


def _told_otherwise() -> Any:
    """Plain refusals with what the chain says of them, where it says anything or ought to.

    What another site refused, and this one only copied, stands in the chain of that site.
    """
    plain = ~VERDICT.c.ok & VERDICT.c.order_body.is_(None)
    columns = (REFUSAL.c.number, *(REFUSAL.c[name].label(f"was_{name}") for name in _TOLD))
    query = select(VERDICT, *columns).join(REFUSAL, REFUSAL.c.cid == VERDICT.c.cid, isouter=True)
    chain = REFUSAL.alias()
    begun = select(func.min(chain.c.decided_at)).where(chain.c.number > 0).scalar_subquery()
    same_command = (chain.c.term == VERDICT.c.term) & (chain.c.term_site == VERDICT.c.term_site)
    own = select(chain.c.number).where(same_command).exists()
    known = REFUSAL.c.number.is_not(None) | ((VERDICT.c.decided_at > begun) & own)
    return query.where(plain, known).order_by(VERDICT.c.decided_at, REFUSAL.c.number)


def _without_refusal(since_ms: int) -> Any:
    """Links whose verdict is gone or an acceptance now, with no row anywhere that says why."""
    plain = ~VERDICT.c.ok & VERDICT.c.order_body.is_(None)
    told = select(VERDICT.c.cid).where(VERDICT.c.cid == REFUSAL.c.cid, plain).exists()
    rows = select(JOURNAL.c.cid).where(JOURNAL.c.cid == REFUSAL.c.cid).exists()
    abandoned = select(ABANDONED.c.cid).where(ABANDONED.c.cid == REFUSAL.c.cid).exists()
    lost = ~told & ~rows & ~abandoned & (REFUSAL.c.decided_at > since_ms)
    return select(REFUSAL).where(lost).order_by(REFUSAL.c.number)


def _fault_of(row: Any) -> Fault | None:
    """An accepted command may have changed nothing; then its seq is where the journal stood."""
    verdict = Verdict(row.cid, row.seq, row.refusal, Epoch(row.term, row.term_site, row.boot))
    try:
        conflict = is_conflict(verdict)
    except BadMessage:  # damaged, or of a newer release: the chain of refusals says which
        conflict = False
    accepted = not row.refusal or conflict
    if accepted != row.ok and not conflict:
        return Fault(row.seq, "wrong_verdict", row.decided_at, row.kind, row.cid)
    if accepted and row.seq > row.end:
        return Fault(row.seq, "no_rows", row.decided_at, row.kind, row.cid)
    if row.last is not None and (not accepted or row.last != row.seq):
        return Fault(row.last, "wrong_verdict", row.decided_at, row.kind, row.cid)
    if row.order_body is not None and not _is_order_of(row):
        return Fault(row.seq, "wrong_verdict", row.decided_at, row.kind, f"{row.machine} {row.seat_id}")
    if row.wrote_at is not None and (row.wrote_at, row.wrote_by) != (row.machine, row.by_id):
        return Fault(row.seq, "wrong_verdict", row.decided_at, row.kind, f"{row.machine} {row.by_id}")
    return None


def _is_order_of(row: Any) -> bool:
    """The order as it was given says the same as its verdict."""
    try:
        order = _orders.decode(row.order_body)
    except msgspec.ValidationError:  # of a newer release: there its kind is a new one
        return row.kind not in KINDS
    except (msgspec.MsgspecError, RecursionError):
        return False
    said = (type(order.command).__name__, order.machine, order.dispatcher_id or "", order.seat_id or "")
    return said == (row.kind, row.machine, row.by_id, row.seat_id) and order.cid == row.cid


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
