"""The seat's end of the vault, with its real process: killed, stopped, hanging at the mount."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.bus.child import ChildPhase
from telephony.archive.catalogue import Search
from telephony.archive.labels import ArchiveError, Label, write_label
from telephony.vault.folder import MARK, found_vault
from telephony.vault.link import VaultLink
from telephony.vault.messages import VaultState
from telephony.vault.vault import FETCHED, HEARD
from tests.telephony.archive.recorded import record

pytestmark = pytest.mark.process
WAIT_S_MAX = 60.0


@pytest.fixture
def own(tmp_path: Path) -> Path:
    made = tmp_path / "01"
    write_label(made, record(made, 1))
    return made


@pytest.fixture
def link(own: Path, folder: Path) -> Iterator[VaultLink]:
    made = VaultLink(own, folder, silence_s_max=2.0, look_s=0.1)
    yield made
    made.stop()


def wait_until(done: Callable[[], bool]) -> None:
    end, pause = time.monotonic() + WAIT_S_MAX, threading.Event()
    while not done():
        assert time.monotonic() < end
        pause.wait(0.02)


def found(link: VaultLink) -> tuple[Label, ...]:
    try:
        return link.search(Search())
    except ArchiveError:
        return ()


def strike(link: VaultLink, with_signal: signal.Signals) -> None:
    pid = link.child.state.pid
    assert pid is not None
    os.kill(pid, with_signal)


def test_its_process_is_stopped_then_killed_and_goes_on(link: VaultLink, own: Path) -> None:
    (own / FETCHED / "left").mkdir(parents=True)
    link.start()
    wait_until(lambda: link.state == VaultState() and len(found(link)) == 1)
    assert not (own / FETCHED).exists(), "what a death left"
    strike(link, signal.SIGSTOP)
    with pytest.raises(ArchiveError, match="no sign of life"):
        link.search(Search())
    assert (link.state.fault, link.state.words) == ("away", "no sign of life")
    with pytest.raises(ArchiveError):
        link.search(Search())
    write_label(own, record(own, 2))
    wait_until(lambda: not link.state.fault and len(found(link)) == 2)
    [label] = link.search(Search(number="2"))
    brought = link.fetch(label, own / FETCHED / HEARD)
    assert brought == own / FETCHED / HEARD / label.path
    assert brought.is_file()
    strike(link, signal.SIGKILL)
    wait_until(lambda: link.state.fault == "away")
    wait_until(lambda: not link.state.fault)
    assert brought.is_file(), "what is brought outlives the process"
    link.stop()
    assert not brought.exists()


def test_a_mount_that_holds_whoever_touches_it_is_away_until_it_lets_go(
    link: VaultLink, folder: Path
) -> None:
    (folder / MARK).unlink()
    os.mkfifo(folder / MARK)  # reading it waits for a writer that never comes
    assert link.state.fault == "away", "nothing was heard yet"
    link.start()
    wait_until(lambda: link.child.state.restarts > 0 and link.child.state.phase is ChildPhase.RUNNING)
    assert link.state.fault == "away", "a new process knows no better"
    fifo = (folder / MARK).rename(folder / "was")
    found_vault(folder, here=True)
    os.close(os.open(fifo, os.O_RDWR | os.O_NONBLOCK))  # a writer that goes: it lets go
    wait_until(lambda: not link.state.fault and len(found(link)) == 1)


@pytest.mark.nightly
def test_on_a_mount_of_its_own_it_fills_grows_goes_and_is_another(own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    folder.mkdir()
    with pytest.raises(ArchiveError, match="not a mount"):
        found_vault(folder)
    link = VaultLink(own, folder, look_s=0.1)
    with contextlib.ExitStack() as undo:
        undo.callback(link.stop)
        mount(undo, folder, "size=300k")
        found_vault(folder)
        link.start()
        wait_until(lambda: link.state == VaultState())
        for n in range(2, 16):  # 32 kB each
            write_label(own, record(own, n))
        wait_until(lambda: link.state.fault == "full")
        run("mount", "-o", "remount,size=2m", str(folder))
        wait_until(lambda: link.state == VaultState() and len(found(link)) == 15)
        run("umount", str(folder))
        wait_until(lambda: link.state.fault == "away")
        write_label(own, record(own, 16))
        wait_until(lambda: link.state.waiting == 1)
        assert not list(folder.iterdir()), "nothing goes to the disk below the mount"
        assert len(found(link)) == 15
        run("mount", "-t", "tmpfs", "tmpfs", str(folder))
        found_vault(folder)
        wait_until(lambda: link.state == VaultState() and len(list(folder.glob("*/*.wav"))) == 16)


def mount(undo: contextlib.ExitStack, folder: Path, options: str) -> None:
    if shutil.which("mount") is None or not run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)):
        pytest.skip("may not mount a tmpfs")
    undo.callback(run, "umount", str(folder))


def run(*words: str) -> bool:
    return subprocess.run(words, check=False).returncode == 0
