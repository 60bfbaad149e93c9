"""Questions to the database server itself: who commands, who confirms, may we change tables, promotion."""

import contextlib
import re
from collections.abc import Iterator
from typing import Any, LiteralString

import psycopg
from msgspec import Struct
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, create_engine, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from store.core.wire import EPOCH_ZERO, Epoch
from store.db.engine import open_engine
from store.db.errors import StoreDown, converted
from store.db.tables import AUTHORITY, CITY

CONNECT_S_MAX = 3
SILENT_MS_MAX = 5_000


class Commanding(Struct, frozen=True):
    """The authority row of the city. `holder`: "machine/process"."""

    epoch: Epoch
    holder: str


NOBODY = Commanding(EPOCH_ZERO, "")
"""The store was never claimed."""


def who_commands(url: str) -> Commanding:
    """Whose the city is by the row that fences. Raises StoreError."""
    engine = open_engine(url, writer=False)
    row = AUTHORITY.c
    query = select(row.term, row.term_site, row.boot, row.holder).where(row.scope == CITY)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(AUTHORITY.name):
                return NOBODY
            found = connection.execute(query).first()
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()
    return Commanding(Epoch(found.term, found.term_site, found.boot), found.holder) if found else NOBODY


class ServerState(Struct, frozen=True):
    """One PostgreSQL server. `standbys` that stream from it: (name, sync state, replay lag in bytes).

    `lsn`: written here, or replayed where `in_recovery`; `timeline` 0: receives nothing; `wait_for`:
    synchronous_standby_names; `journal_seq`: -1 where there is no journal.
    """

    in_recovery: bool
    timeline: int
    lsn: int
    wait_for: str
    standbys: tuple[tuple[str, str, int], ...]
    journal_seq: int


def server_state(conninfo: str) -> ServerState:
    """What the server says of itself. Raises StoreError."""
    with _maintaining(conninfo) as connection:
        recovering, lsn, timeline, wait_for = _row(connection, _SELF)
        standbys = tuple(connection.execute(_STANDBYS).fetchall()) if not recovering else ()
        known = _row(connection, "SELECT to_regclass('public.journal') IS NOT NULL")[0]
        seq = _row(connection, "SELECT coalesce(max(seq), 0) FROM journal")[0] if known else -1
    return ServerState(recovering, timeline, int(lsn), wait_for, standbys, seq)


class JournalEnd(Struct, frozen=True):
    """The last row of a journal."""

    seq: int
    hash: bytes


def journal_end(conninfo: str) -> JournalEnd | None:
    """`None`: there is no journal, or nothing is in it. Raises StoreError."""
    with _maintaining(conninfo) as connection:
        if not _row(connection, "SELECT to_regclass('public.journal') IS NOT NULL")[0]:
            return None
        found = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return JournalEnd(found[0], bytes(found[1])) if found else None


def has_end(conninfo: str, end: JournalEnd) -> bool:
    """True when that row is in the journal of this server. Raises StoreError."""
    if journal_end(conninfo) is None:
        return False
    with _maintaining(conninfo) as connection:
        found = connection.execute("SELECT hash FROM journal WHERE seq = %s", (end.seq,)).fetchone()
    return found is not None and bytes(found[0]) == end.hash


def at_socket(conninfo: str, folder: str, port: int) -> str:
    """The same database of a server that listens on a socket in this folder only. Raises StoreError."""
    try:
        words = conninfo_to_dict(conninfo)
    except psycopg.Error as error:
        raise StoreDown(str(error).strip()) from error
    elsewhere = {"host", "port", "hostaddr", "target_session_attrs"}
    kept = {name: str(word) for name, word in words.items() if name not in elsewhere and word is not None}
    return make_conninfo(host=folder, port=port, **kept)


class Rights(Struct, frozen=True):
    """What the role of a URL may do."""

    may_write: bool
    may_create: bool
    may_change_journal: bool


def role_rights(url: str) -> Rights:
    """Raises StoreError. A server is asked; a file belongs to its owner."""
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            row = connection.execute(_RIGHTS).one()
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()
    return Rights(row.may_write, row.may_create, row.may_change)


_RIGHTS = text("""
SELECT has_table_privilege('journal', 'INSERT') AND has_table_privilege('verdict', 'INSERT') AS may_write,
       has_schema_privilege('public', 'CREATE') AS may_create,
       has_table_privilege('journal', 'UPDATE') OR has_table_privilege('journal', 'DELETE') AS may_change
""")


class CommitState(Struct, frozen=True):
    """`waits`: a commit is written and not confirmed yet; `wait_for`: synchronous_standby_names."""

    waits: bool
    wait_for: str

    @property
    def confirmations(self) -> int:
        """How many standbys confirm a commit: `ANY 2 (a, b, c)`, `2 (a, b)`, `a`; 0: none."""
        counted = COUNTED.match(self.wait_for)
        return int(counted[1]) if counted else int(bool(self.wait_for.strip()))


COUNTED = re.compile(r"\s*(?:(?:ANY|FIRST)\s+)?(\d+)\s*\(", re.IGNORECASE)


class CommitEyes:
    """One connection to the server that leads, kept; belongs to one thread."""

    def __init__(self, url: str) -> None:
        arguments = {"application_name": "lingsheng-watch", "connect_timeout": CONNECT_S_MAX}
        arguments |= {"target_session_attrs": "read-write"}
        # a server that fell silent must not hold up the order to declare an island
        arguments |= {"keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
        arguments |= {"tcp_user_timeout": SILENT_MS_MAX}
        self._engine = create_engine(
            url, connect_args=arguments, poolclass=NullPool, isolation_level="AUTOCOMMIT"
        )
        self._connection: Connection | None = None

    def look(self) -> CommitState:
        """Raises StoreError; the next look connects anew."""
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
            row = self._connection.execute(_COMMITS).one()
        except DBAPIError as error:
            self.close()
            raise converted(error) from error
        return CommitState(row.waits, row.wait_for)

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(DBAPIError):
                connection.close()
        self._engine.dispose()


_COMMITS = text("""
SELECT current_setting('synchronous_standby_names') AS wait_for,
       EXISTS (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep') AS waits
""")


def received_lsn(conninfo: str) -> int:
    """Bytes of log this standby has on its disk, replayed or not. Raises StoreError."""
    with _maintaining(conninfo) as connection:
        return int(_row(connection, _RECEIVED)[0])


_RECEIVED = """
SELECT greatest(coalesce(pg_last_wal_receive_lsn(), '0/0'), coalesce(pg_last_wal_replay_lsn(), '0/0'))
       - '0/0'::pg_lsn
"""


def promote(conninfo: str, limit_s: int) -> bool:
    """Make this standby the leader, whatever others think. False: not within the limit. Raises StoreError."""
    with _maintaining(conninfo) as connection:
        if not _row(connection, "SELECT pg_is_in_recovery()")[0]:
            return True
        done = connection.execute("SELECT pg_promote(true, %s)", (limit_s,)).fetchone()
        return bool(done and done[0])


def checkpoint(conninfo: str) -> None:
    """Right after a promotion: without it pg_rewind does nothing and joins a zombie (bus.md trap 13)."""
    with _maintaining(conninfo) as connection:
        connection.execute("CHECKPOINT")


def wait_for_standbys(conninfo: str, names: str | None) -> None:
    """Set synchronous_standby_names of a server no Patroni looks after; `None`: as its files say again.

    Raises StoreError.
    """
    with _maintaining(conninfo) as connection:
        if names is None:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
        else:
            statement = sql.SQL("ALTER SYSTEM SET synchronous_standby_names = {}")
            connection.execute(statement.format(sql.Literal(names)))
        connection.execute("SELECT pg_reload_conf()")


_SELF = """
SELECT pg_is_in_recovery(),
       CASE WHEN pg_is_in_recovery() THEN coalesce(pg_last_wal_replay_lsn(), '0/0')
            ELSE pg_current_wal_lsn() END - '0/0'::pg_lsn,
       CASE WHEN pg_is_in_recovery() THEN coalesce((SELECT received_tli FROM pg_stat_wal_receiver), 0)
            ELSE ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int END,
       current_setting('synchronous_standby_names')
"""
_STANDBYS = """
SELECT application_name, sync_state, coalesce(pg_current_wal_lsn() - replay_lsn, -1)::bigint
FROM pg_stat_replication WHERE state = 'streaming' ORDER BY application_name
"""


def _row(connection: psycopg.Connection[Any], query: LiteralString) -> Any:
    found = connection.execute(query).fetchone()
    assert found is not None, "these questions always have an answer"
    return found


@contextlib.contextmanager
def _maintaining(conninfo: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection outside transactions; library errors as ours."""
    try:
        with psycopg.connect(conninfo, autocommit=True, connect_timeout=CONNECT_S_MAX) as connection:
            yield connection
    except psycopg.Error as error:
        raise StoreDown(str(error).strip()) from error
