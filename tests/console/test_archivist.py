"""The archive's threads: what a vault that hangs or is away may hold up, and what it may not."""

import hashlib
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from console.archivist import Archivist, Found, HandedOut, NoPicture, Picture
from dispatch.archive_notes import ArchiveAct, ArchiveNoted, NoteArchive
from store.bus.child import ChildPhase
from store.core.seals import SignKey
from telephony.archive.catalogue import Catalogue, Search
from telephony.archive.labels import Label
from telephony.recording import stereo_header
from telephony.vault.folder import MARK
from telephony.vault.vault import FETCHED

pytestmark = pytest.mark.process
WAIT_S = 30.0
RATE_HZ = 8_000


def label(n: int) -> Label:
    return Label(f"{n:032x}", f"2026-11-22/{n:032x}.wav", "0" * 64, n, 1_000, 44)


OTHER, THIRD = label(8), label(9)


def wait_until(done: Callable[[], bool]) -> None:
    end, pause = time.monotonic() + WAIT_S, threading.Event()
    while not done():
        assert time.monotonic() < end
        pause.wait(0.02)


class Asked:
    """An archivist with one recording of its own, and what it answers."""

    def __init__(self, folder: Path, vault: Path | None) -> None:
        octets = stereo_header(RATE_HZ, RATE_HZ) + bytes(4 * RATE_HZ)
        self.own = Label(label(1).call_id, label(1).path, hashlib.sha256(octets).hexdigest(), 1, 1_000, 44)
        (folder / self.own.path).parent.mkdir(parents=True)
        (folder / self.own.path).write_bytes(octets)
        catalogue = Catalogue(folder)
        catalogue.note(self.own)
        catalogue.close()
        self.archivist = Archivist(folder, lambda: SignKey("seat-01", b"k" * 32), vault)
        self.answers: queue.SimpleQueue[object] = queue.SimpleQueue()
        self.archivist.answered.connect(self.answers.put, Qt.ConnectionType.DirectConnection)

    def next(self) -> object:
        return self.answers.get(timeout=WAIT_S)

    def next_but(self, kind: type) -> object:
        """The next answer of another kind."""
        while isinstance(answer := self.next(), kind):
            pass
        return answer

    def hand_out(self, *labels: Label, to: Path) -> HandedOut:
        note = NoteArchive("n1", ArchiveAct.HANDED_OUT, tuple(one.call_id for one in labels), "投诉处理")
        self.archivist.hand_out(ArchiveNoted(1, note), labels, to, "王芳 0900")
        answer = self.next()
        assert isinstance(answer, HandedOut)
        return answer


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., Asked]]:
    made: list[Asked] = []

    def make(vault: Path | None) -> Asked:
        made.append(Asked(tmp_path / "recordings", vault))
        return made[-1]

    yield make
    for one in made:
        one.archivist.stop()


def test_a_vault_that_hangs_holds_nothing_up_here(ask: Callable[..., Asked], tmp_path: Path) -> None:
    vault = tmp_path / "vault"
    vault.mkdir()
    os.mkfifo(vault / MARK)  # reading it waits for a writer that never comes
    asked = ask(vault)
    archivist = asked.archivist
    assert archivist._vault is not None
    wait_until(lambda: archivist._vault.child.state.phase is ChildPhase.RUNNING)
    archivist.search(Search(), everywhere=True)
    found = asked.next()
    assert isinstance(found, Found)
    assert (found.labels, found.asking) == ((asked.own,), True)
    archivist.picture(OTHER, everywhere=True)
    gate = threading.Event()
    archivist._near.put(lambda: gate.wait(WAIT_S) and None)
    archivist.picture(THIRD, everywhere=True)
    archivist.picture(asked.own, everywhere=True)
    archivist.recall("nobody", 1_000)
    gate.set()
    picture = asked.next_but(Found)
    assert isinstance(picture, Picture)
    assert picture.whole
    assert asked.next_but(Found) == NoPicture("nobody", "", live=True)
    archivist.stop()
    left = [asked.next() for _ in range(asked.answers.qsize())]
    assert not [one for one in left if isinstance(one, NoPicture) and one.call_id == THIRD.call_id], (
        "superseded"
    )


def test_who_may_not_hand_out_brings_nothing(ask: Callable[..., Asked], tmp_path: Path) -> None:
    asked = ask(tmp_path / "vault")
    asked.archivist.search(Search())
    found = asked.next()
    assert isinstance(found, Found)
    assert (found.asking, found.others) == (False, None)
    asked.archivist.picture(OTHER)
    assert asked.next() == NoPicture(OTHER.call_id, os.strerror(2))


def test_an_export_without_the_vault_fails_and_seals_nothing(
    ask: Callable[..., Asked], tmp_path: Path
) -> None:
    asked, target = ask(tmp_path / "vault"), tmp_path / "exports" / "a.zip"
    done = asked.hand_out(asked.own, OTHER, to=target)
    assert done.trouble.startswith("录音库：")
    assert list(target.parent.iterdir()) == []
    done = asked.hand_out(asked.own, to=target)
    assert (done.trouble, done.count, done.missing) == ("", 1, 0)
    assert not (tmp_path / "recordings" / FETCHED / "n1").exists()
