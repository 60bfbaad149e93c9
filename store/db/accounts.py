"""Staff numbers and argon2id password hashes. A check is slow on purpose: give it a thread of its own."""

import argon2
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError

from store.db.engine import open_engine
from store.db.errors import converted
from store.db.rows import upsert
from store.db.tables import ACCOUNT

FAILURES_MAX = 5
LOCKED_MS = 60_000
_hasher = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP 2024 minimum
_NOBODY = _hasher.hash("nobody")
"""Checked for unknown numbers, so that the answer takes as long as for known ones."""


def set_account(url: str, staff_number: str, password: str, now_ms: int) -> None:
    """Make an account or change its password. Raises StoreError."""
    engine = open_engine(url, writer=True)
    row = {"staff_number": staff_number, "password_hash": _hasher.hash(password), "changed_at": now_ms}
    try:
        with engine.begin() as connection:
            upsert(connection, ACCOUNT, [row])
    except DBAPIError as error:
        raise converted(error) from error
    finally:
        engine.dispose()


class Accounts:
    """Checks passwords; five failures lock a staff number for 60 s. Belongs to one thread."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_engine(url, writer=False)
        self._failures: dict[str, tuple[int, int]] = {}  # staff number -> how many, when the last

    def check(self, staff_number: str, password: str, now_ms: int) -> tuple[str, int]:
        """("", 0) when it is right; else (reason, seconds to wait). Raises StoreError."""
        failures, last_at = self._failures.get(staff_number, (0, now_ms))
        left_ms = last_at + LOCKED_MS - now_ms
        if failures >= FAILURES_MAX and left_ms > 0:
            return "locked", max(1, left_ms // 1000)
        if self._matches(staff_number, password):
            self._failures.pop(staff_number, None)
            return "", 0
        self._failures[staff_number] = (failures + 1 if left_ms > 0 else 1, now_ms)
        return "wrong", 0

    def close(self) -> None:
        self._engine.dispose()

    def _matches(self, staff_number: str, password: str) -> bool:
        query = select(ACCOUNT.c.password_hash).where(ACCOUNT.c.staff_number == staff_number)
        try:
            with self._engine.connect() as connection:
                kept = connection.execute(query).scalar()
        except DBAPIError as error:
            raise converted(error) from error
        try:
            return _hasher.verify(kept or _NOBODY, password) and kept is not None
        except (VerifyMismatchError, InvalidHashError):
            return False
