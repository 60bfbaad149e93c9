"""The vault of a city: two seats, one folder, real files; then the process that has its mount to itself."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from telephony.archive import vault_link
from telephony.archive.catalogue import Search
from telephony.archive.labels import ArchiveError, Label, Marker, write_label
from telephony.archive.vault import FILE, Vault, found_vault
from telephony.archive.vault_link import VaultLink
from telephony.archive.vault_messages import VaultState
from tests.telephony.archive.test_archive import record

WAIT_S_MAX = 20.0


def settle(vault: Vault) -> None:
    """Put in what waits and read what is new, as its process does."""
    for one in vault.waiting():
        vault.put(*one)
    for day in vault.unread():
        vault.read(*day)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "vault"
    made.mkdir()
    found_vault(made)
    return made


@pytest.fixture
def make_seat(tmp_path: Path, folder: Path) -> Iterator[Callable[[str], Vault]]:
    made: list[Vault] = []

    def make(number: str) -> Vault:
        (tmp_path / number).mkdir(exist_ok=True)
        made.append(Vault(tmp_path / number, folder))
        return made[-1]

    yield make
    for one in made:
        one.close()


def labelled(vault: Vault, n: int, **known: object) -> Label:
    label = record(vault.own, n, **known)
    write_label(vault.own, label)
    return label


def test_each_seat_finds_what_the_other_recorded(make_seat: Callable[[str], Vault]) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1, seat="01", place="中央大街128号", markers=(Marker(7, "answered"),))
    settle(first)
    settle(second)
    assert second.search(Search(place="大街")) == (replace(label, markers=()),)
    brought = second.fetch(label)
    assert brought.read_bytes() == (first.own / label.path).read_bytes()
    assert b"answered" in brought.with_suffix(".json").read_bytes()
    assert first.waiting() == []
    second.forget_fetched()
    assert not brought.exists()


def test_what_becomes_known_later_goes_in_too(make_seat: Callable[[str], Vault]) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1)
    settle(first)
    settle(second)
    write_label(first.own, replace(label, incident_number="01-20261122-0009"))
    assert len(first.waiting()) == 1
    settle(first)
    settle(second)
    assert [one.call_id for one in second.search(Search(incident="9"))] == [label.call_id]


def test_a_lost_catalogue_is_read_anew(make_seat: Callable[[str], Vault]) -> None:
    first = make_seat("01")
    labelled(first, 1)
    settle(first)
    first.close()
    (first.own / FILE).unlink()
    again = make_seat("01")
    assert again.search(Search()) == ()
    settle(again)
    assert len(again.search(Search())) == 1
    assert again.waiting() == []


def test_what_is_taken_out_of_the_vault_is_found_no_more(make_seat: Callable[[str], Vault]) -> None:
    first, second = make_seat("01"), make_seat("02")
    labels = [labelled(first, n) for n in (1, 2)]
    settle(first)
    settle(second)
    for path in (first.folder / labels[0].path, (first.folder / labels[0].path).with_suffix(".json")):
        path.unlink()
    settle(second)
    assert [one.call_id for one in second.search(Search())] == [labels[1].call_id]
    for path in (first.folder / labels[1].path).parent.iterdir():
        path.unlink()
    (first.folder / labels[1].path).parent.rmdir()
    settle(second)
    assert second.search(Search()) == ()
    assert first.waiting() == [], "what is in the vault no longer is not put there again"


def test_a_folder_that_is_not_the_vault_gets_nothing(make_seat: Callable[[str], Vault], folder: Path) -> None:
    """The empty folder it is mounted on lies on the seat's own disk."""
    first = make_seat("01")
    labelled(first, 1)
    (folder / "lingsheng-vault").unlink()
    assert len(first.waiting()) == 1
    with pytest.raises(OSError, match="not mounted"):
        first.unread()
    with pytest.raises(OSError, match="not mounted"):
        first.put(*first.waiting()[0])
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("wrong", ["damaged", "another", "label", "missing"])
def test_what_is_not_what_was_closed_stays_out(make_seat: Callable[[str], Vault], wrong: str) -> None:
    first = make_seat("01")
    label = labelled(first, 1)
    if wrong == "damaged":
        (first.own / label.path).write_bytes(b"something else")
    elif wrong == "missing":
        (first.own / label.path).unlink()
    elif wrong == "label":
        (first.own / label.path).with_suffix(".json").write_bytes(b"{")
    else:
        (first.folder / label.path).parent.mkdir()
        write_label(first.folder, replace(label, sha256="0" * 64))
    settle(first)
    assert [flaw.words for flaw in first.flaws.values()] == [wrong]
    assert not (first.folder / label.path).exists()
    assert first.waiting() == [], "told once, not tried for ever"
    if wrong == "label":
        write_label(first.own, label)
        settle(first)
        assert not first.flaws
        assert (first.folder / label.path).exists()


def test_a_copy_cut_short_is_none(make_seat: Callable[[str], Vault]) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1)

    class CutError(Exception):
        pass

    def cut() -> None:
        raise CutError

    with pytest.raises(CutError):
        first.put(*first.waiting()[0], cut)
    settle(second)
    assert second.search(Search()) == ()
    settle(first)
    settle(second)
    assert [one.call_id for one in second.search(Search())] == [label.call_id]


# --- the process -----------------------------------------------------------------------------------------


@pytest.fixture
def link(tmp_path: Path, folder: Path) -> Iterator[VaultLink]:
    own = tmp_path / "01"
    own.mkdir()
    write_label(own, record(own, 1))
    made = VaultLink(own, folder)
    made.start()
    yield made
    made.stop()


@pytest.mark.process
def test_its_process_is_killed_and_goes_on(link: VaultLink, tmp_path: Path) -> None:
    wait_until(lambda: link.state == VaultState() and len(sure_search(link)) == 1)
    kill(link, signal.SIGKILL)
    write_label(tmp_path / "01", record(tmp_path / "01", 2))
    wait_until(lambda: not link.state.fault and len(sure_search(link)) == 2)
    [label] = link.search(Search(number="2"))
    assert link.fetch(label).is_file()


@pytest.mark.process
def test_a_mount_that_holds_is_said_and_nobody_waits_long(
    link: VaultLink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault_link, "LOOK_S_MAX", 0.2)
    wait_until(lambda: len(sure_search(link)) == 1)
    kill(link, signal.SIGSTOP)
    with pytest.raises(ArchiveError, match="no answer"):
        link.search(Search())
    kill(link, signal.SIGCONT)
    wait_until(lambda: len(sure_search(link)) == 1)


def kill(link: VaultLink, with_signal: signal.Signals) -> None:
    pid = link.child.state.pid
    assert pid is not None
    os.kill(pid, with_signal)


def wait_until(done: Callable[[], bool]) -> None:
    end, pause = time.monotonic() + WAIT_S_MAX, threading.Event()
    while not done():
        assert time.monotonic() < end
        pause.wait(0.02)


def sure_search(link: VaultLink) -> tuple[Label, ...]:
    try:
        return link.search(Search())
    except ArchiveError:
        return ()
