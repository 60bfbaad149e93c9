"""A store that is one SQLite file: SQLite copies it page by page while the hub writes."""

import contextlib
import sqlite3
from pathlib import Path

from store.backup.records import BackupError
from store.private_file import make_private

FILE = "hub.sqlite"
PAGES_AT_ONCE = 2000


def copy(source: str, folder: Path) -> None:
    """A whole copy of the running store in `folder`. Raises BackupError."""
    _copy(Path(source), folder / FILE)


def restore(folder: Path, target: Path) -> str:
    """The copy as a new store in `target`; its URL. Raises BackupError."""
    _copy(folder / FILE, target / FILE)
    return f"sqlite:///{target / FILE}"


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise BackupError(f"没有 {source}", f"there is no {source}")
    make_private(target)
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as here,
            contextlib.closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there, pages=PAGES_AT_ONCE)
            there.execute("PRAGMA journal_mode=DELETE")  # one file, without companions
            answer = there.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupError(f"复制失败：{error}", f"not copied: {error}") from error
    if answer != "ok":
        raise BackupError(f"副本不完整：{answer}", f"the copy is damaged: {answer}")
