"""The durable half of the outbox: a disk that fails for a while loses nothing, and that is told meanwhile."""

import sqlite3
from pathlib import Path

from store.bus.outbox_file import OutboxDisk, OutboxFile
from store.core.outbox import Waiting


def order(cid: str) -> Waiting:
    return Waiting(cid, b"body", 1, 2)


def full(path: Path, *, is_full: bool) -> None:
    """Nothing can be put in, or it can again."""
    with sqlite3.connect(path) as other:
        if is_full:
            other.execute(
                "CREATE TRIGGER full BEFORE INSERT ON outbox BEGIN SELECT RAISE(ABORT, 'disk full'); END"
            )
        else:
            other.execute("DROP TRIGGER full")
    other.close()


def test_what_the_disk_refused_is_kept_with_the_next_order(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    disk = OutboxDisk(path)
    full(path, is_full=True)
    disk.keep([order("a"), order("b")])
    assert "full" in disk.fault
    disk.settled("b")
    disk.forget_settled()
    assert disk.fault, "one is not on disk yet"
    full(path, is_full=False)
    disk.keep([order("c")])
    assert disk.fault == ""
    disk.close()
    again = OutboxDisk(path)
    assert [waiting.cid for waiting in again.load()] == ["a", "c"]
    again.close()


def test_one_damaged_order_holds_up_no_other(tmp_path: Path) -> None:
    path = tmp_path / "outbox.sqlite"
    file = OutboxFile(path)
    file.change([order("a"), order("b"), order("c")], [])
    file.close()
    with sqlite3.connect(path) as other:
        other.execute("UPDATE outbox SET waiting = x'c1' WHERE cid = 'b'")
    other.close()
    disk = OutboxDisk(path)
    assert [waiting.cid for waiting in disk.load()] == ["a", "c"]
    disk.close()
