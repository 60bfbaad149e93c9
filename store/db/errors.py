"""What can go wrong with the store.

StoreError
├── StoreDown       no connection, or it broke: the outcome is unknown, run the same batch again
├── NotDurable      written here, the standby has not confirmed: not an answer yet
├── DiskFull        nothing was written; works again as soon as there is space
├── Fenced          another hub holds the authority: stop, never retry
├── NotHolder       another site commands this city
├── Outdated        the tables are older than this program and this role may not change them
└── JournalBroken   the hash chain or the state does not agree with the journal
"""

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError


class StoreError(Exception):
    """Base of all errors of the store."""


class StoreDown(StoreError):
    """The outcome of the running transaction is unknown."""


class NotDurable(StoreError):
    """COMMIT came back with SQLSTATE 01000: committed locally, not on the standby."""


class DiskFull(StoreError):
    """No space; the transaction was rolled back."""


class Fenced(StoreError):
    """The authority row is not ours any more."""


class NotHolder(StoreError):
    """This site does not hold the term; only people change that."""


class Outdated(StoreError):
    """`main.py store upgrade`, as the owner of the tables, comes first."""


class JournalBroken(StoreError):
    """`seq`: the first row that does not fit."""

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(f"journal {seq}: {what}")
        self.seq = seq


DISK_FULL_STATES = {"53100"}
OF_THE_COMMAND = (IntegrityError, DataError)
"""The store is well and said no to a value: the transaction was rolled back, one command is to blame."""


def converted(error: DBAPIError) -> StoreError:
    """The error of a library as one of ours: a full disk, or an unknown outcome."""
    state = getattr(error.orig, "sqlstate", None)
    if state in DISK_FULL_STATES or "database or disk is full" in str(error.orig):
        return DiskFull(str(error.orig))
    return StoreDown(str(error.orig))
