"""Connections. SQLite: WAL, synchronous=FULL and BEGIN IMMEDIATE on every connection; PostgreSQL: never hang.

A COMMIT that PostgreSQL cancelled while it waited for the standby reports success with only a warning
(SQLSTATE 01000, in the language of the server): the notice is kept on the connection and read after every
commit.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from store.private_file import make_private

BUSY_MS = 5000
WARNING_STATE = "01000"
POSTGRES_OPTIONS = "-c idle_in_transaction_session_timeout=3000 -c lock_timeout=2000"


def folder_of(url: str) -> Path | None:
    """The folder whose disk can fill up; `None`: a server somewhere looks after that."""
    parsed = make_url(url)
    local = parsed.get_backend_name() == "sqlite" and parsed.database
    return Path(local).parent if local else None


def place_of(url: str) -> str:
    """Where the store is, for people: without user and ways in."""
    parsed = make_url(url)
    listed = parsed.query.get("host", ())
    hosts = (listed,) if isinstance(listed, str) else listed
    where = ",".join(hosts) or (f"{parsed.host}:{parsed.port}" if parsed.host else "")
    return f"{where}/{parsed.database}" if where else str(parsed.database)


def application_name(scope: str) -> str:
    """The name under which a new hub finds and ends the sessions of the one it replaces."""
    return f"lingsheng-hub-{scope}"


def open_engine(url: str, *, writer: bool, scope: str = "CITY") -> Engine:
    """An engine whose connections keep the rules above. `writer` takes the write lock when it begins."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite(url, writer=writer)
    name = application_name(scope) if writer else "lingsheng-reader"
    arguments = {
        "application_name": name,
        "options": POSTGRES_OPTIONS,
        "connect_timeout": 3,
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
        "target_session_attrs": "read-write" if writer else "any",
    }
    engine = create_engine(url, connect_args=arguments, poolclass=NullPool)
    event.listen(engine, "connect", _watch_notices)
    return engine


def commit_here(connection: Connection) -> None:
    """This transaction waits for no standby: it says where we stand, or keeps what others have already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = local")


def end_other_sessions(connection: Connection) -> None:
    """A frozen hub, or one whose commit waits for a standby, holds the authority row in an open transaction.

    On SQLite the file lock decides.
    """
    if connection.dialect.name != "postgresql":
        return
    query = text(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = :name AND pid <> pg_backend_pid() AND datname = current_database()"
    )
    connection.execute(query, {"name": application_name("CITY")})


def commit_was_cut_short(connection: Connection) -> bool:
    """True when the standby did not confirm the commit just made; asking clears it."""
    info = connection.connection.info
    return bool(info.pop("cut_short", False))


def _sqlite(url: str, *, writer: bool) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        make_private(Path(path))
    engine = create_engine(url, poolclass=NullPool)
    event.listen(engine, "connect", _set_pragmas)
    if writer:
        event.listen(engine, "begin", _begin_immediate)
    return engine


def _set_pragmas(connection: Any, record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in (f"busy_timeout={BUSY_MS}", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _watch_notices(connection: Any, record: Any) -> None:
    info = record.info

    def notice(diagnostic: Any) -> None:
        if diagnostic.sqlstate == WARNING_STATE:  # doubt costs only one more run of the same batch
            info["cut_short"] = True

    connection.add_notice_handler(notice)
