"""Private files: their mode, whole or not at all, and never opened twice."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from store.private_file import make_private, replace_private, write_private


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    make_private(tmp_path / "a" / "store")
    assert write_private(tmp_path / "b" / "key", b"secret")
    for file in (tmp_path / "a" / "store", tmp_path / "b" / "key"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [file.name for file in (tmp_path / "b").iterdir()] == ["key"]


def test_what_is_there_stays(tmp_path: Path) -> None:
    assert write_private(tmp_path / "key", b"first")
    assert not write_private(tmp_path / "key", b"second")
    assert (tmp_path / "key").read_bytes() == b"first"


def test_what_cannot_be_replaced_stays_as_it_was(tmp_path: Path) -> None:
    """A full disk, or a fall in between, costs no word that was there."""
    owed = tmp_path / "owed"
    replace_private(owed, b"first")
    replace_private(owed, b"second")
    assert stat.S_IMODE(owed.stat().st_mode) == 0o600
    (tmp_path / f"owed.{os.getpid()}.new").mkdir()
    with pytest.raises(OSError, match="owed"):
        replace_private(owed, b"third")
    assert owed.read_bytes() == b"second"


def test_an_open_database_keeps_its_locks(tmp_path: Path) -> None:
    """POSIX drops every lock of a process on a file when it closes any descriptor of it."""
    path = tmp_path / "store"
    make_private(path)
    first = sqlite3.connect(path, isolation_level=None)
    first.execute("BEGIN EXCLUSIVE")
    make_private(path)
    locks = Path("/proc/locks").read_text(encoding="ascii")
    assert f":{path.stat().st_ino} " in locks
    first.close()
