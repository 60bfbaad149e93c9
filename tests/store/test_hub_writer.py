"""The writer: trouble is a mode that is told once, the batch waits and is written once, a fence ends it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from dispatch.floor import Floor
from store import hub_writer
from store.core.batch import Batch, Work
from store.core.journal import Head
from store.core.wire import Mode, Position
from store.db.errors import DiskFull, Fenced, NotDurable, StoreError
from store.hub_writer import Committed, StoreMode, Writer

WAIT_S = 10.0
WORK = Work("c", "seat-01", None, 0)


class ShakyStore:
    """Fails with these errors, one after the other, then works."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.written: list[str] = []

    def run(self, works: list[Work], now_ms: int) -> Batch:
        if self.errors:
            raise self.errors.pop(0)
        self.written += [work.cid for work in works]
        return Batch(Floor(), Head(1))

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        raise StoreError("not in this test")
        yield

    def forget_old_verdicts(self, now_ms: int) -> None:
        pass


class QuietStore(ShakyStore):
    """Takes everything; counts the transactions of idle moments."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[str] = []
        self.all_there = threading.Event()
        self.wanted = 0

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        yield self
        if len(self.rows) >= self.wanted:
            self.all_there.set()


def told(store: ShakyStore, count: int) -> list[Committed | StoreMode]:
    """What the writer reports for one batch, `count` reports."""
    rung = threading.Semaphore(0)
    writer = Writer(store, 1, lambda: 0, rung.release)
    writer.start()
    writer.submit([WORK])
    for _ in range(count):
        assert rung.acquire(timeout=WAIT_S)
    reports = writer.take_reports()
    assert writer.stop(WAIT_S)
    return reports


def test_the_track_of_a_large_fleet_is_written_in_every_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only one portion a second: 256 vehicles on the move would be the end of it."""
    store = QuietStore()
    store.wanted = 15_000
    monkeypatch.setattr(
        hub_writer, "write_track", lambda quiet, rows: quiet.rows.extend(row.vehicle_id for row in rows)
    )
    monkeypatch.setattr(hub_writer, "forget_track", lambda quiet, now, swept: swept)
    writer = Writer(store, 0, lambda: 5000, lambda: None)
    writer.put_positions(tuple(Position(f"v{n}", 1000, 0, 0) for n in range(store.wanted)))
    writer.start()
    assert store.all_there.wait(WAIT_S), f"{len(store.rows)} rows"
    assert writer.stop(WAIT_S)
    assert store.rows == [f"v{n}" for n in range(store.wanted)]


def test_a_full_disk_is_a_mode_and_the_batch_waits() -> None:
    store = ShakyStore(DiskFull("full"), DiskFull("full"))
    reports = told(store, 3)
    assert reports[:2] == [StoreMode(Mode.DISK_FULL, "full"), StoreMode(Mode.NORMAL)]
    assert isinstance(reports[2], Committed)
    assert store.written == ["c"]


def test_waiting_for_the_standby_has_its_own_name() -> None:
    assert told(ShakyStore(NotDurable("wait")), 3)[0] == StoreMode(Mode.SYNC_WAIT, "wait")


def test_a_fault_of_ours_is_told_and_tried_again() -> None:
    store = ShakyStore(RuntimeError("a rule of ours broke"))
    assert told(store, 3)[0] == StoreMode(Mode.STORE_WAIT, "fault")
    assert store.written == ["c"]


def test_a_fence_is_the_end() -> None:
    store = ShakyStore(Fenced("another hub"))
    assert told(store, 1) == [StoreMode(Mode.FENCED, "another hub")]
    assert store.written == []
