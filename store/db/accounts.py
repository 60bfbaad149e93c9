"""Staff numbers and argon2id verifiers. A check is slow on purpose: give it a thread of its own.

The hub's table is the truth; a relay holds a copy of it, so that people log in while it is cut off.
"""

from collections.abc import Iterable

import argon2
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from store.core.accounts import digest_of
from store.core.site_messages import Account
from store.db.engine import open_engine
from store.db.errors import converted
from store.db.rows import upsert
from store.db.tables import ACCOUNT

FAILURES_MAX = 5
LOCKED_MS = 60_000
FAILURES_KEPT_MAX = 4096
"""Numbers that failed lately; so many checks take longer than a number stays locked."""
NUMBER_MAX = 64
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP 2024 minimum
_NOBODY = _hasher.hash("nobody")
"""Checked for unknown numbers, so that the answer takes as long as for known ones."""


def set_account(url: str, staff_number: str, password: str, now_ms: int) -> None:
    """Make an account or change its password; it may log in from now on. Raises StoreError."""
    _write(url, [Account(staff_number, _hasher.hash(password), now_ms)])


def disable_account(url: str, staff_number: str, now_ms: int, *, disabled: bool = True) -> bool:
    """Nobody logs in with this number until it is enabled again. False: there is none. Raises StoreError."""
    known = {account.staff_number: account for account in read_accounts(url)}.get(staff_number)
    if known is None:
        return False
    _write(url, [Account(staff_number, known.verifier, now_ms, disabled)])
    return True


def read_accounts(url: str) -> list[Account]:
    """All accounts in order of their numbers. Raises StoreError."""
    engine = open_engine(url, writer=False)
    try:
        with engine.connect() as connection:
            return _read(connection)
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()


class Accounts:
    """Checks passwords; five failures lock a staff number for 60 s. Belongs to one thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._engine: Engine = open_engine(url, writer=False)
        self._failures: dict[str, tuple[int, int]] = {}  # staff number -> how many, when the last
        self.digest = b""
        """Of the accounts as they were last read or replaced here; any thread may look."""

    def check(self, staff_number: str, password: str, now_ms: int) -> tuple[str, int]:
        """("", 0) when it is right; else (reason, seconds to wait). Raises StoreError."""
        staff_number = staff_number[:NUMBER_MAX]
        failures, last_at = self._failures.get(staff_number, (0, now_ms))
        left_ms = last_at + LOCKED_MS - now_ms
        if failures >= FAILURES_MAX and left_ms > 0:
            return "locked", max(1, left_ms // 1000)
        if self._matches(staff_number, password):
            self._failures.pop(staff_number, None)
            return "", 0
        if staff_number not in self._failures and len(self._failures) >= FAILURES_KEPT_MAX:
            self._forget_failures(now_ms)
        self._failures[staff_number] = (failures + 1 if left_ms > 0 else 1, now_ms)
        return "wrong", 0

    def _forget_failures(self, now_ms: int) -> None:
        """What is over, else one of those with the fewest: a locked number stays locked whatever is tried."""
        over = [number for number, (_, at) in self._failures.items() if now_ms - at >= LOCKED_MS]
        for number in over or [min(self._failures, key=lambda number: self._failures[number])]:
            del self._failures[number]

    def read_all(self) -> list[Account]:
        """What another site is given. Raises StoreError."""
        try:
            with self._engine.connect() as connection:
                accounts = _read(connection)
        except DBAPIError as error:
            raise converted(error) from error
        self.digest = digest_of(accounts)
        return accounts

    def read_digest(self) -> None:
        """Renew `digest`. Raises StoreError."""
        self.read_all()

    def replace_all(self, accounts: Iterable[Account]) -> None:
        """At a relay: the hub's accounts take the place of the copy. Raises StoreError."""
        fresh = list(accounts)
        _write(self._url, fresh, whole=True)
        self.digest = digest_of(fresh)

    def close(self) -> None:
        self._engine.dispose()

    def _matches(self, staff_number: str, password: str) -> bool:
        """A disabled account takes as long as any other and never matches."""
        columns = (ACCOUNT.c.password_hash, ACCOUNT.c.disabled)
        query = select(*columns).where(ACCOUNT.c.staff_number == staff_number)
        try:
            with self._engine.connect() as connection:
                row = connection.execute(query).first()
        except DBAPIError as error:
            raise converted(error) from error
        try:
            right = _hasher.verify(row.password_hash if row else _NOBODY, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
        return right and row is not None and not row.disabled


def _read(connection: Connection) -> list[Account]:
    rows = connection.execute(select(ACCOUNT).order_by(ACCOUNT.c.staff_number))
    return [Account(row.staff_number, row.password_hash, row.changed_at, row.disabled) for row in rows]


def _write(url: str, accounts: list[Account], *, whole: bool = False) -> None:
    """Add or replace; `whole`: whoever is not among them goes."""
    rows = [
        {
            "staff_number": account.staff_number,
            "password_hash": account.verifier,
            "changed_at": account.changed_at,
            "disabled": account.disabled,
        }
        for account in accounts
    ]
    engine = open_engine(url, writer=True)
    try:
        with engine.begin() as connection:
            if whole:
                connection.execute(ACCOUNT.delete())
            upsert(connection, ACCOUNT, rows)
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()
