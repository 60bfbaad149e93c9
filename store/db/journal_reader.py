"""Rows of the journal for another site that is far behind; never on the thread that decides."""

import itertools

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from store.core.decided import Decided
from store.core.journal import HEAD_ZERO
from store.core.recent import ROW_BYTES, portion
from store.core.site_messages import Follow, HashReq
from store.core.wire import Entry
from store.db.base import chain_start, head_at
from store.db.engine import open_engine
from store.db.errors import converted
from store.db.rows import IDS_PER_QUERY, read_decided, read_decided_before, read_journal
from store.db.tables import JOURNAL

ROWS_MAX = 2000
BODY_BYTES = 120
"""A short body: few rows are read in vain."""
BEFORE_MS = 30 * 60 * 1000
"""How old the verdicts are that a new copy is given: seats ask again for so long, nearly always."""
VERDICT_BYTES = 50
"""What one of them takes, packed."""


class JournalReader:
    """Short reads, a connection each: an idle reader would stop the store's checkpoints."""

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url, writer=False)

    def after(self, follow: Follow) -> tuple[Entry, ...] | None:
        """The rows asked for; `None`: the row it names is not in this journal. Raises StoreError."""
        rows_max = min(ROWS_MAX, 1 + follow.bytes_max // (ROW_BYTES + BODY_BYTES))
        try:
            with self._engine.connect() as connection:
                start = head_at(connection, follow.seq)
                if start is None or start.hash != follow.hash:
                    return None
                rows = read_journal(connection, follow.seq, rows_max)
                if len(rows) == rows_max:  # the last order of it may go on beyond
                    rows += _rest_of_order(connection, rows[-1])
                return portion(rows, follow.bytes_max)
        except DBAPIError as error:
            raise converted(error) from error

    def decided(self, follow: Follow, entries: tuple[Entry, ...]) -> tuple[tuple[Decided, ...], int]:
        """What was decided at these rows, with what a new copy lacks; and its next `before`, -1: not asked.

        Raises StoreError.
        """
        try:
            with self._engine.connect() as connection:
                start = head_at(connection, follow.seq) or HEAD_ZERO
                here = read_decided(connection, start, entries)
                if not follow.before:
                    return tuple(here), -1
                limit = 1 + follow.bytes_max // VERDICT_BYTES
                earlier, before = read_decided_before(connection, follow.before, BEFORE_MS, limit)
                return (*earlier, *here), before
        except DBAPIError as error:
            raise converted(error) from error

    def hashes(self, asked: HashReq) -> list[tuple[int, bytes]]:
        """(seq, hash) of the rows asked for that are here. Raises StoreError."""
        query = select(JOURNAL.c.seq, JOURNAL.c.hash)
        try:
            with self._engine.connect() as connection:
                found = connection.execute(query.where(JOURNAL.c.seq.in_(asked.seqs[:IDS_PER_QUERY])))
                start = chain_start(connection)
                base = [(start.seq, start.hash)] if start.seq and start.seq in asked.seqs else []
                return base + [(row.seq, row.hash) for row in found]
        except DBAPIError as error:
            raise converted(error) from error

    def close(self) -> None:
        self._engine.dispose()


def _rest_of_order(connection: Connection, last: Entry) -> list[Entry]:
    """The rows of one order stand together."""
    further = read_journal(connection, last.seq, ROWS_MAX)
    return list(itertools.takewhile(lambda row: row.cid == last.cid, further))
