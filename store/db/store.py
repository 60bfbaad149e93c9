"""The store of a hub: claim, load, and the write path of one transaction for up to 64 commands.

One thread, one connection. An answer means durable: nothing leaves here before COMMIT came back whole. When
the outcome of a COMMIT is unknown the same batch runs again, and the verdict table makes it exactly-once.
"""

import contextlib
import logging
from collections.abc import Iterator

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, update
from sqlalchemy.exc import DBAPIError

from dispatch.apply import apply
from dispatch.events import AuthorityMoved, Event
from dispatch.floor import Floor, copy_of
from dispatch.sites import Authority
from store.core.batch import (
    STORE_REFUSED,
    Batch,
    Work,
    decide_alone,
    decide_batch,
    decided_by,
    ids_to_look_up,
    refused,
)
from store.core.decided import Decided
from store.core.journal import Head
from store.core.refusals_chain import MARK_ZERO
from store.core.wire import Entry, Epoch, Verdict
from store.db import rows
from store.db.authority import Seen, authority, claim, give, scopes
from store.db.base import head_at
from store.db.engine import commit_was_cut_short, end_other_sessions, open_engine
from store.db.errors import OF_THE_COMMAND, Fenced, NotDurable, NotHolder, StoreDown, StoreError, converted
from store.db.migrate import upgrade
from store.db.refusals import chain_refusals, name_store, read_mark
from store.db.tables import AUTHORITY, CITY, JOURNAL, REFUSAL, VERDICT

RECOVERED_MAX = 10_000

log = logging.getLogger(__name__)
_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Opened(Struct, frozen=True):
    """What a hub knows after its claim."""

    epoch: Epoch
    head: Head
    floor: Floor
    word: Authority | None = None
    """By whose order this site commands; it may not stand in the journal yet."""


class HubStore:
    """The hub's only writing connection. `instance` names this process, `site` the centre."""

    def __init__(self, url: str, site: str, instance: str, scope: str = CITY) -> None:
        """`scope`: what this site commands."""
        self.url = url
        self.site = site
        self.scope = scope
        self.instance = instance
        self._engine = open_engine(url, writer=True)
        self._connection: Connection | None = None
        self._opened: Opened | None = None
        self._floor = Floor()  # given out with every batch, never changed
        self._desk: Floor | None = None  # equal to it, to work on; None where the last transaction failed
        self._desk_next: Floor | None = None
        self._head = Head()
        self._refused = self._refused_next = MARK_ZERO  # end of the refusals: durable, in this transaction
        self._unknown = False  # the last commit may or may not have happened
        self._recovered: list[Entry] = []  # committed, not given out yet
        self._recovered_decided: list[Decided] = []
        self._touch = False  # push a write of our own through to the standby

    # --- start and end ----------------------------------------------------------------------------

    def open(self) -> Opened:
        """Migrate, claim the authority (boot + 1), load the floor. Raises StoreError."""
        with self._library():
            upgrade(self._engine)
            connection = self._connect()
            with connection.begin():
                end_other_sessions(connection)
            with connection.begin():
                epoch = claim(connection, self.site, self.instance, self.scope)
                name_store(connection)
            if commit_was_cut_short(connection):
                raise NotDurable("the standby has not confirmed the claim")
            with connection.begin():
                self._head = rows.read_head(connection)
                self._floor = rows.load_floor(connection)
                self._refused = read_mark(connection)
                word = next((row.word for row in scopes(connection) if row.scope == self.scope), None)
            self._check_not_given(connection, epoch)
        self._opened = Opened(epoch, self._head, self._floor, word)
        return self._opened

    def _check_not_given(self, connection: Connection, epoch: Epoch) -> None:
        """The journal may say that the scope was handed over; the row then has to say so too."""
        known = self._floor.authorities.get(self.scope)
        if known is not None and (known.term, known.site) > (epoch.term, epoch.site):
            with connection.begin():
                give(connection, known)
            raise NotHolder(f"term {known.term} was handed over to site {known.site}")

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):
                self._connection.close()
            self._connection = None
        self._engine.dispose()

    # --- the write path ---------------------------------------------------------------------------

    def run(self, works: list[Work], now_ms: int) -> Batch:
        """Decide and save a batch; what comes back is durable.

        Raises Fenced (stop) or StoreDown, NotDurable, DiskFull: then run the same works again.
        """
        if self._unknown:
            self._recover()
        try:
            batch = self._transaction(works, now_ms, singly=False)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a constraint or a rule of ours broke: find the one command
            log.warning("batch of %d redone one by one: %r", len(works), error)
            batch = self._transaction(works, now_ms, singly=True)
        batch.entries[:0] = self._recovered
        batch.decided[:0] = self._recovered_decided
        self._recovered, self._recovered_decided = [], []
        return batch

    def _transaction(self, works: list[Work], now_ms: int, *, singly: bool) -> Batch:
        with self._library():
            connection = self._connect()
            self._unknown = True
            self._desk, self._desk_next = None, self._desk
            self._refused_next = self._refused
            try:
                with connection.begin():
                    self._check_authority(connection)
                    known = rows.read_verdicts(connection, ids_to_look_up(works))
                    decide_and_write = self._singly if singly else self._together
                    batch = decide_and_write(connection, works, known, now_ms)
            except (*OF_THE_COMMAND, Fenced):
                self._unknown = False  # rolled back for certain
                raise
            except DBAPIError:
                raise
            except Exception:
                self._unknown = False
                raise
            if commit_was_cut_short(connection):
                self._touch = True
                raise NotDurable("the standby has not confirmed")
        self._unknown = self._touch = False
        self._desk = self._desk_next
        self._floor, self._head, self._refused = batch.floor, batch.head, self._refused_next
        return batch

    def _together(
        self, connection: Connection, works: list[Work], known: dict[str, Verdict], now_ms: int
    ) -> Batch:
        desk = self._desk_next = self._desk_next or copy_of(self._floor)
        batch = decide_batch(self._floor, works, known, self._head, self._epoch, now_ms, self.scope, desk)
        self._write(connection, batch, works, self._head, now_ms)
        return batch

    def _singly(
        self, connection: Connection, works: list[Work], known: dict[str, Verdict], now_ms: int
    ) -> Batch:
        """One savepoint a command, so that one bad command costs only itself."""
        total, self._desk_next = Batch(copy_of(self._floor), self._head), None
        for work in works:
            chain_before = self._refused_next
            try:
                with connection.begin_nested():
                    one = decide_alone(total.floor, work, known, total.head, self._epoch, now_ms, self.scope)
                    self._write(connection, one, [work], total.head, now_ms)
            except Exception as error:
                if isinstance(error, DBAPIError) and not isinstance(error, OF_THE_COMMAND):
                    raise
                self._refused_next = chain_before
                reason = str(getattr(error, "orig", error))
                one = refused(total.floor, work, total.head, self._epoch, STORE_REFUSED, reason, now_ms)
                self._write(connection, one, [work], total.head, now_ms)
            known |= {verdict.cid: verdict for verdict in (*one.verdicts, *one.renewed)}
            _add(total, one)
        return total

    def _write(
        self, connection: Connection, batch: Batch, works: list[Work], before: Head, now_ms: int
    ) -> None:
        rows.write_state(connection, batch)
        if batch.entries:
            rows.add(connection, JOURNAL, rows.journal_rows(batch.entries, before.hash))
        if batch.verdicts:
            batch.decided = decided_by(batch.verdicts, works, now_ms)
            verdicts = rows.verdict_rows(batch.decided)
            rows.add(connection, VERDICT, verdicts)
            refusals, self._refused_next = chain_refusals(verdicts, self._refused_next)
            rows.add(connection, REFUSAL, refusals)
        if batch.renewed:
            renewed = decided_by(batch.renewed, works, now_ms)
            batch.decided = sorted(batch.decided + renewed, key=lambda one: one.seq)
            rows.upsert(connection, VERDICT, rows.verdict_rows(renewed))
        self._give_away(connection, batch)

    def _give_away(self, connection: Connection, batch: Batch) -> None:
        """A hand-over of what we command ends our time with this very transaction."""
        for entry in batch.entries:
            if entry.kind == AuthorityMoved.__name__:
                event = _events.decode(entry.body)
                assert isinstance(event, AuthorityMoved)
                if event.authority.id == self.scope and event.authority.site != self.site:
                    give(connection, event.authority)

    def _check_authority(self, connection: Connection) -> None:
        """Our epoch and our name must still stand in the row, in every transaction."""
        if authority(connection, self.scope) != Seen(self._epoch, self.instance):
            raise Fenced("another hub holds the authority")
        if self._touch:
            raised = {"touched": AUTHORITY.c.touched + 1}
            connection.execute(update(AUTHORITY).where(AUTHORITY.c.scope == self.scope).values(raised))

    def _recover(self) -> None:
        """After an unknown outcome: what the journal has and we have not answered yet."""
        self._disconnect()
        with self._library():
            connection = self._connect()
            with connection.begin():
                self._check_authority(connection)
                self._check_continues(connection)
                entries = rows.read_journal(connection, self._head.seq, RECOVERED_MAX)
                decided = rows.read_decided(connection, self._head, entries)
                refused = read_mark(connection)
        floor = copy_of(self._floor)
        for entry in entries:
            apply(floor, _events.decode(entry.body))
        if entries:
            last = entries[-1]
            self._floor, self._head = floor, Head(last.seq, last.hlc, last.hash)
            self._recovered += entries
        self._refused, self._recovered_decided = refused, decided
        self._unknown = False

    def _check_continues(self, connection: Connection) -> None:
        """What we answered for must still be there, maybe on another server; never write over a gap."""
        last = head_at(connection, self._head.seq) if self._head.seq else None
        if self._head.seq and (last is None or last.hash != self._head.hash):
            raise Fenced(f"the store went back: acknowledged event {self._head.seq} is not in it")

    # --- housekeeping -----------------------------------------------------------------------------

    def forget_old_verdicts(self, now_ms: int) -> None:
        """As `rows.forget_verdicts`; raises StoreError."""
        with self.transaction() as connection:
            rows.forget_verdicts(connection, now_ms)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction of the hub off the command path (history, track); raises StoreError."""
        with self._library():
            connection = self._connect()
            with connection.begin():
                self._check_authority(connection)
                yield connection

    # --- connection -------------------------------------------------------------------------------

    @property
    def _epoch(self) -> Epoch:
        assert self._opened is not None, "open() comes first"
        return self._opened.epoch

    def _connect(self) -> Connection:
        if self._connection is None or self._connection.invalidated:
            self._disconnect()
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(DBAPIError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None

    @contextlib.contextmanager
    def _library(self) -> Iterator[None]:
        """Errors of the library as ours; a broken connection is thrown away."""
        try:
            yield
        except OF_THE_COMMAND:
            raise
        except DBAPIError as error:
            converted_error = converted(error)
            if isinstance(converted_error, StoreDown):
                self._disconnect()
                self._unknown = self._opened is not None
            raise converted_error from error


def _add(total: Batch, one: Batch) -> None:
    total.floor, total.head = one.floor, one.head
    total.entries += one.entries
    total.verdicts += one.verdicts
    total.renewed += one.renewed
    total.decided += one.decided
    total.answers += one.answers
    total.held += one.held
    total.changed |= one.changed
    total.faults += one.faults
