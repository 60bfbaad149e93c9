"""The durable half of a machine's outbox: one small SQLite file, WAL, synchronous=FULL.

A command is in here before it is first sent and leaves with its verdict or its expiry, so that a restart
of the seat sends what waits, in order and with the same ids. The newest command that was heard of
is kept too: what waited then is not settled by a hub that had been replaced.
"""

import logging
import sqlite3
from pathlib import Path

import msgspec

from store.core.outbox import Waiting
from store.core.wire import EPOCH_ZERO, Epoch, encode
from store.private_file import make_private

log = logging.getLogger(__name__)
_decoder = msgspec.msgpack.Decoder(Waiting)
_epochs = msgspec.msgpack.Decoder(Epoch)


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
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS heard"
                " (one INTEGER PRIMARY KEY CHECK (one = 1), epoch BLOB NOT NULL)"
            )
        except (sqlite3.Error, OSError) as error:
            raise OutboxError(f"{path}: {error}") from error

    def load(self) -> list[Waiting]:
        """What waits, in order; one that cannot be read stays in the file and holds up no other.

        Raises OutboxError.
        """
        try:
            rows = self._connection.execute("SELECT cid, waiting FROM outbox ORDER BY n").fetchall()
        except sqlite3.Error as error:
            raise OutboxError(str(error)) from error
        waiting: list[Waiting] = []
        for cid, kept in rows:
            try:
                waiting.append(_decoder.decode(kept))
            except msgspec.MsgspecError as error:
                log.warning("outbox: order %s cannot be read, it is not sent: %s", cid, error)
        return waiting

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

    def heard(self) -> Epoch:
        """The newest command this machine heard of; EPOCH_ZERO: none. Raises OutboxError."""
        try:
            row = self._connection.execute("SELECT epoch FROM heard").fetchone()
            return _epochs.decode(row[0]) if row else EPOCH_ZERO
        except (sqlite3.Error, msgspec.MsgspecError) as error:
            raise OutboxError(str(error)) from error

    def keep_heard(self, epoch: Epoch) -> None:
        """Raises OutboxError."""
        try:
            self._connection.execute("INSERT OR REPLACE INTO heard VALUES (1, ?)", (encode(epoch),))
        except sqlite3.Error as error:
            raise OutboxError(str(error)) from error

    def close(self) -> None:
        self._connection.close()


class OutboxDisk:
    """The outbox's file as the bus thread uses it: a disk that fails stops nothing, it is told as `fault`."""

    def __init__(self, path: Path) -> None:
        self.fault = ""
        """Why the outbox is not on disk; "" while it is."""
        self._settled: list[str] = []
        self._unsaved: list[Waiting] = []  # the disk failed; they go with the next ones
        self._heard = EPOCH_ZERO
        self._file: OutboxFile | None = None
        try:
            self._file = OutboxFile(path)
        except OutboxError as error:
            self._set_fault(str(error))

    def load(self) -> list[Waiting]:
        """What an earlier run left, in order."""
        try:
            return self._file.load() if self._file else []
        except OutboxError as error:
            self._set_fault(str(error))
            return []

    def heard(self) -> Epoch:
        """The newest command an earlier run heard of."""
        try:
            self._heard = self._file.heard() if self._file else EPOCH_ZERO
        except OutboxError as error:
            self._set_fault(str(error))
        return self._heard

    def keep_heard(self, epoch: Epoch) -> None:
        """On disk when people moved the command; the starts of a hub do not count."""
        if (epoch.term, epoch.site) <= (self._heard.term, self._heard.site):
            return
        try:
            if self._file is not None:
                self._file.keep_heard(epoch)
            self._heard = epoch
        except OutboxError as error:
            self._set_fault(str(error))  # tried again with the next Tick

    def keep(self, waiting: list[Waiting]) -> None:
        """On disk, or a fault the screens show; the order goes out either way.

        The fault lasts until everything that waits is on disk.
        """
        if not waiting or self._file is None:
            return
        self._unsaved += waiting
        try:
            self._file.change(self._unsaved, [])
            self._unsaved = []
            self._set_fault("")
        except OutboxError as error:
            self._set_fault(str(error))

    def settled(self, cid: str) -> None:
        """It has its verdict or expired; `forget_settled` takes it off the disk."""
        self._settled.append(cid)
        self._unsaved = [waiting for waiting in self._unsaved if waiting.cid != cid]

    def forget_settled(self) -> None:
        if not self._settled:
            return
        try:
            if self._file is not None:
                self._file.change([], self._settled)
                if not self._unsaved:
                    self._set_fault("")
            self._settled = []
        except OutboxError as error:
            self._set_fault(str(error))  # tried again with the next one

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _set_fault(self, fault: str) -> None:
        if fault != self.fault:
            log.error("outbox: %s", fault or "on disk again")
        self.fault = fault
