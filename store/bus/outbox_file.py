"""The durable half of a machine's outbox: one small SQLite file, WAL, synchronous=FULL.

A command is in here before it is first sent and leaves with its verdict or its expiry, so that a restart
of the seat sends what waits, in order and with the same ids.
"""

import sqlite3
from pathlib import Path

import msgspec

from store.core.messages import encode
from store.core.outbox import Waiting
from store.private_file import make_private

_decoder = msgspec.msgpack.Decoder(Waiting)


class OutboxError(Exception):
    """The file cannot be opened or written; what it holds is not lost."""


class OutboxFile:
    """Belongs to the thread that opened it."""

    def __init__(self, path: Path) -> None:
        try:
            make_private(path)  # patients and session tokens are in it
            self._connection = sqlite3.connect(path, isolation_level=None)
            for pragma in ("busy_timeout=2000", "journal_mode=WAL", "synchronous=FULL"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS outbox"
                " (n INTEGER PRIMARY KEY AUTOINCREMENT, cid TEXT NOT NULL UNIQUE, waiting BLOB NOT NULL)"
            )
        except (sqlite3.Error, OSError) as error:
            raise OutboxError(f"{path}: {error}") from error

    def load(self) -> list[Waiting]:
        """What waits, in order. Raises OutboxError."""
        try:
            rows = self._connection.execute("SELECT waiting FROM outbox ORDER BY n").fetchall()
            return [_decoder.decode(row[0]) for row in rows]
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise OutboxError(str(error)) from error

    def change(self, put: list[Waiting], settled: list[str]) -> None:
        """Keep new commands and forget settled ones, in one transaction. Raises OutboxError."""
        if not put and not settled:
            return
        rows = [(waiting.cid, encode(waiting)) for waiting in put]
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(
                "INSERT INTO outbox (cid, waiting) VALUES (?, ?)"
                " ON CONFLICT (cid) DO UPDATE SET waiting = excluded.waiting",
                rows,
            )
            self._connection.executemany("DELETE FROM outbox WHERE cid = ?", [(cid,) for cid in settled])
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise OutboxError(str(error)) from error

    def close(self) -> None:
        self._connection.close()
