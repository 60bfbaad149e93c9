"""Power cuts at any moment: what was said to be durable is there, and the file always opens.

A compiler is needed for the small library that keeps the log; without one the tests skip. LINGSHENG_CUTS sets
the number of cuts for each kind of file.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from dispatch import commands as cmd
from dispatch.apply import apply
from dispatch.events import Event
from dispatch.floor import Floor
from store.bus.outbox_file import OutboxError, OutboxFile
from store.core.journal import broken_at
from store.db.copy import CopyStore
from store.db.errors import StoreError
from store.db.rows import read_journal, read_verdicts
from store.db.store import HubStore
from tests.store.powercut.disk import Cut, Op, cuts, read_log
from tests.store.powercut.writers import NOW, first_floor, order, url_of

HERE = Path(__file__).parent
PROJECT = HERE.parents[2]
CUTS = int(os.environ.get("LINGSHENG_CUTS", "25"))
ROUNDS = {"outbox": 600, "hub": 160, "copy": 160}
"""Transactions of each program: enough for some checkpoints of its write-ahead log."""
CUTS_OF_THE_CARELESS = 15
WRITER_S_MAX = 120

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


class Lost(AssertionError):
    """Something that was said to be durable is not there, or the file does not open."""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = tmp_path_factory.mktemp("oplog") / "oplog.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", built, HERE / "oplog.c", "-ldl"], check=True)
    return built


def log_of(library: Path, what: str, synchronous: str, folder: Path) -> list[Op]:
    """What the program does to its disk, from an empty folder to its end."""
    log = folder / "log"
    disk = folder / "disk"
    disk.mkdir()
    environment = os.environ | {
        "LD_PRELOAD": str(library),
        "LINGSHENG_CUT_FOLDER": str(disk),
        "LINGSHENG_CUT_LOG": str(log),
        "PYTHONPATH": str(PROJECT),
    }
    words = [sys.executable, str(HERE / "writers.py"), what, str(disk), synchronous, str(ROUNDS[what])]
    subprocess.run(words, env=environment, cwd=PROJECT, check=True, timeout=WRITER_S_MAX)
    return read_log(log)


def put_back(cut: Cut, folder: Path) -> None:
    """The folder as it is found after the cut."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, content in cut.files.items():
        (folder / name).write_bytes(content)


def open_outbox(folder: Path, marks: list[str]) -> None:
    try:
        file = OutboxFile(folder / "outbox.sqlite")
        kept = [waiting.cid for waiting in file.load()]
        file.change([], kept[:1])
        file.close()
    except (OutboxError, sqlite3.Error) as error:
        raise Lost(f"does not open: {error}") from error
    begun = {mark[1:] for mark in marks if mark[0] == "-"}
    missing = [
        mark[1:] for mark in marks if mark[0] == "+" and mark[1:] not in begun and mark[1:] not in kept
    ]
    if missing:
        raise Lost(f"said to be kept: {missing}")
    numbers = [tuple(map(int, cid.split("."))) for cid in kept]
    assert numbers == sorted(numbers), "order is kept"


def open_hub(folder: Path, marks: list[str]) -> None:
    told = dict(mark.split("=") for mark in marks)
    try:
        store = HubStore(url_of(folder), "01", "hub-b")
        opened = store.open()
        with store.transaction() as connection:
            journal = read_journal(connection, 0, 1_000_000)
            verdicts = read_verdicts(connection, set(told))
        store.run([order("after", cmd.ReportRinging("after", "1"))], NOW)
        store.close()
    except StoreError as error:
        raise Lost(f"does not open: {error}") from error
    if broken_at(journal) is not None or opened.head.seq != len(journal):
        raise Lost("the journal is broken")
    floor = Floor()
    for entry in journal:
        apply(floor, msgspec.msgpack.decode(entry.body, type=Event))
    if floor != opened.floor:
        raise Lost("state and journal differ")
    missing = [cid for cid, seq in told.items() if cid not in verdicts or verdicts[cid].seq != int(seq)]
    if missing:
        raise Lost(f"told and not there: {missing}")


def open_copy(folder: Path, marks: list[str]) -> None:
    told = dict(mark.split("=") for mark in marks)
    begun = told.pop("base", None) is not None
    try:
        store = CopyStore(url_of(folder))
        copied = store.open()
        with store.transaction() as connection:
            journal = read_journal(connection, 0, 1_000_000)
            verdicts = read_verdicts(connection, set(told))
        store.close()
    except StoreError as error:
        raise Lost(f"does not open: {error}") from error
    if copied.head is None:
        if begun:
            raise Lost("the base is gone")
        return
    if broken_at(journal) is not None or copied.head.seq != len(journal):
        raise Lost("the journal is broken")
    floor = first_floor()
    for entry in journal:
        apply(floor, msgspec.msgpack.decode(entry.body, type=Event))
    if floor != copied.floor:
        raise Lost("state and journal differ")
    missing = [cid for cid, seq in told.items() if cid not in verdicts or verdicts[cid].seq != int(seq)]
    if missing:
        raise Lost(f"shown and not there: {missing}")


OPENS: dict[str, Callable[[Path, list[str]], None]] = {
    "outbox": open_outbox,
    "hub": open_hub,
    "copy": open_copy,
}


def losses(ops: list[Op], what: str, folder: Path, count: int) -> list[str]:
    """Which cuts cost something, and what."""
    found = []
    for cut in cuts(ops, count, count):
        put_back(cut, folder)
        try:
            OPENS[what](folder, cut.marks)
        except Lost as lost:
            found.append(f"cut before operation {cut.at}: {lost}")
    return found


@pytest.mark.process
@pytest.mark.parametrize("what", OPENS)
def test_nothing_durable_is_lost(library: Path, what: str, tmp_path: Path) -> None:
    ops = log_of(library, what, "FULL", tmp_path)
    assert sum(op.kind == "S" for op in ops) > ROUNDS[what] // 2
    assert losses(ops, what, tmp_path / "after", CUTS) == []


@pytest.mark.process
@pytest.mark.parametrize("what", OPENS)
def test_a_program_that_does_not_wait_for_its_disk_is_found(library: Path, what: str, tmp_path: Path) -> None:
    ops = log_of(library, what, "NORMAL", tmp_path)
    assert losses(ops, what, tmp_path / "after", CUTS_OF_THE_CARELESS)
