"""`main.py hub --rebuild`: state tables and history made anew from the journal, after proving the journal.

Two proofs come first: the hash chain is whole, and the state tables say what the journal says. A difference
in the state is mended and named; a broken chain stops everything: then a person has to look.
"""

from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, Table, select, text
from sqlalchemy.exc import DBAPIError

from dispatch.apply import apply
from dispatch.events import Event
from dispatch.floor import TABLES, Floor, Ref, copy_of
from store.core.copied import Base
from store.core.journal import HEAD_ZERO, Head, broken_at
from store.db.base import read_base
from store.db.engine import open_engine
from store.db.errors import JournalBroken, converted
from store.db.history import HISTORY, advance_history
from store.db.migrate import upgrade
from store.db.rows import body_of, read_journal, state_row, upsert
from store.db.tables import PROJECTION, REBUILT, STATE

READ_AT_ONCE = 2000
WRITE_AT_ONCE = 500
UNKNOWN = "unknown"
"""In `projection`: the first row this program did not understand; the state lacks it."""

_events: msgspec.msgpack.Decoder[Event] = msgspec.msgpack.Decoder(Event)


class Rebuilt(Struct, frozen=True):
    """What was found. `differences`: things whose state row did not say what the journal says."""

    events: int
    things: int
    differences: tuple[Ref, ...]
    head: Head


class Replay:
    """The fold of the journal: the floor, and the last form of everything that ever was on it."""

    def __init__(self, base: Base | None = None) -> None:
        """`base`: where a copy of another site's journal begins."""
        self.floor = copy_of(base.floor) if base else Floor()
        self.head = base.head if base else HEAD_ZERO
        self.unknown: int | None = None
        """The first row of a kind this program does not know; the floor lacks it."""
        self.last: dict[Ref, tuple[Any, int, bool]] = {
            (table, key): (thing, self.head.seq, True)
            for table in TABLES
            for key, thing in getattr(self.floor, table).items()
        }
        """thing, seq of its last change, still on the floor"""

    def read(self, connection: Connection) -> None:
        """Take the whole journal; raises JournalBroken at the first row that does not fit."""
        while entries := read_journal(connection, self.head.seq, READ_AT_ONCE):
            broken = broken_at(entries, self.head)
            if broken is not None:
                raise JournalBroken(broken, "the hash chain is broken here")
            for entry in entries:
                try:
                    self._take(_events.decode(entry.body), entry.seq)
                except msgspec.ValidationError:
                    self.unknown = self.unknown or entry.seq
            last = entries[-1]
            self.head = Head(last.seq, last.hlc, last.hash)

    def _take(self, event: Event, seq: int) -> None:
        for ref in apply(self.floor, event):
            thing = self.floor.get(*ref)
            if thing is not None:
                self.last[ref] = (thing, seq, True)
            elif ref in self.last:
                self.last[ref] = (self.last[ref][0], seq, False)

    def rows(self, table: str) -> list[dict[str, Any]]:
        return [
            {**state_row(table, ref[1], thing, seq), "on_floor": on_floor}
            for ref, (thing, seq, on_floor) in self.last.items()
            if ref[0] == table
        ]


def replay(connection: Connection) -> Replay:
    """The journal, verified and folded."""
    fold = Replay(read_base(connection))
    fold.read(connection)
    return fold


def differences(connection: Connection, fold: Replay) -> tuple[Ref, ...]:
    """Things whose state row differs from the journal's word, missing and surplus ones included."""
    wrong: list[Ref] = []
    for name, table in STATE.items():
        told = {row["id"]: row for row in fold.rows(name)}
        kept = {row.id: row for row in connection.execute(select(table))}
        wrong += [
            (name, key) for key in told.keys() | kept.keys() if not _agree(name, told.get(key), kept.get(key))
        ]
    return tuple(sorted(wrong))


def rebuild(url: str) -> Rebuilt:
    """Prove the journal, then write state and history anew. Raises StoreError. The hub must not run."""
    engine = open_engine(url, writer=True)
    try:
        upgrade(engine)
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":  # folding a long journal is no idle transaction
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            return rebuild_in(connection)
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()


def rebuild_in(connection: Connection) -> Rebuilt:
    """As `rebuild`, inside the caller's transaction."""
    base = read_base(connection)
    fold = replay(connection)
    wrong = differences(connection, fold)
    for table in REBUILT:
        connection.execute(table.delete())
    for name in TABLES:
        _fill(connection, STATE[name], fold.rows(name))
    if base is not None and base.head.seq > 0:
        upsert(connection, PROJECTION, [{"name": HISTORY, "seq": base.head.seq - 1}])
    while advance_history(connection, fold.head.seq) < fold.head.seq:
        pass
    if fold.unknown is not None:
        upsert(connection, PROJECTION, [{"name": UNKNOWN, "seq": fold.unknown}])
    return Rebuilt(fold.head.seq, len(fold.last), wrong, fold.head)


def _fill(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    for at in range(0, len(rows), WRITE_AT_ONCE):
        upsert(connection, table, rows[at : at + WRITE_AT_ONCE])


def _agree(name: str, told: dict[str, Any] | None, kept: Any) -> bool:
    if told is None or kept is None:
        return False
    same = all(getattr(kept, column) == told[column] for column in ("seq", "on_floor", "status"))
    return same and body_of(name, kept.body) == body_of(name, told["body"])
