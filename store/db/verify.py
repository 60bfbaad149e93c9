"""Proof of a store without touching it: the hash chain is whole and the state says what the journal says."""

import contextlib
from collections.abc import Iterator

from msgspec import Struct
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import DBAPIError

from dispatch.words import Recording
from store.db.base import head_at
from store.db.engine import open_engine
from store.db.errors import JournalBroken, converted
from store.db.rebuild import differences, replay
from store.db.rows import read_head
from store.db.tables import JOURNAL

HLC_COUNTER_BITS = 16


class Verified(Struct, frozen=True):
    """`broken`: "" or which row does not fit; `differing`: things whose state row differs."""

    seq: int
    hash: bytes
    hlc: int
    broken: str = ""
    differing: tuple[tuple[str, str], ...] = ()
    recordings: tuple[Recording, ...] = ()

    @property
    def good(self) -> bool:
        return not self.broken and not self.differing


def verified(url: str) -> Verified:
    """Read everything, change nothing. Raises StoreError when the store cannot be read."""
    with _reading(url) as connection:
        _one_picture(connection)
        return _verified(connection)


def _one_picture(connection: Connection) -> None:
    """The hub goes on writing meanwhile: all reads see the same moment."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
    else:
        connection.exec_driver_sql("BEGIN")


def _verified(connection: Connection) -> Verified:
    head = read_head(connection)
    try:
        fold = replay(connection)
    except JournalBroken as error:
        return Verified(head.seq, head.hash, head.hlc, broken=str(error))
    calls = (thing for (table, _), (thing, _, _) in fold.last.items() if table == "calls")
    recordings = tuple(one for call in calls for one in call.recordings)
    return Verified(head.seq, head.hash, head.hlc, "", differences(connection, fold), recordings)


def head_of(url: str) -> tuple[int, bytes]:
    """Last row of the journal and its hash. Raises StoreError."""
    with _reading(url) as connection:
        head = read_head(connection)
        return head.seq, head.hash


def has_row(url: str, seq: int, digest: bytes) -> bool:
    """True when row `seq` is there with this hash. Raises StoreError."""
    with _reading(url) as connection:
        found = head_at(connection, seq)
        return seq == 0 or (found is not None and found.hash == digest)


def seq_before(url: str, at_ms: int) -> int:
    """The last row decided at or before that moment; 0: none. Raises StoreError."""
    last = select(func.max(JOURNAL.c.seq)).where(JOURNAL.c.hlc < (at_ms + 1) << HLC_COUNTER_BITS)
    with _reading(url) as connection:
        return int(connection.execute(last).scalar() or 0)


@contextlib.contextmanager
def _reading(url: str) -> Iterator[Connection]:
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()
