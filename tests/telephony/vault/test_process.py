"""The vault's process without a process: what it does in which order, and what it says of what fails."""

import errno
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path

import pytest

from telephony.archive.catalogue import Search
from telephony.archive.labels import ArchiveError
from telephony.vault.folder import MARK, Alive
from telephony.vault.messages import (
    FLAWS_MAX,
    Fetch,
    Fetched,
    Look,
    Looked,
    Question,
    Reply,
    VaultState,
    decode_reply,
    encode,
)
from telephony.vault.process import EndedError, VaultProcess
from telephony.vault.vault import FETCHED, Vault
from tests.telephony.vault.conftest import labelled

TURNS_MAX = 50


class Pipe:
    """The seat's end: questions that wait, and all that was answered."""

    def __init__(self) -> None:
        self.asked: deque[bytes] = deque()
        self.said: list[Reply] = []
        self.ended = False

    def ask(self, question: Question) -> None:
        self.asked.append(encode(question))

    def receive(self, wait_s: float | None = 0.0) -> bytes | None:
        return self.asked.popleft() if self.asked else None

    def send(self, frame: bytes) -> bool:
        self.said.append(decode_reply(frame))
        return True

    @property
    def state(self) -> VaultState:
        return [one for one in self.said if isinstance(one, VaultState)][-1]


class Picky(Vault):
    """Notes what is done with it; some of it fails."""

    def __init__(self, own: Path, folder: Path) -> None:
        super().__init__(own, folder)
        self.done: list[str] = []
        self.fails: dict[str, Exception] = {}
        self.amid: Callable[[], object] = lambda: None

    def put(self, path: str, changed_ns: int, alive: Alive = lambda: None) -> None:
        self._note(f"put {Path(path).stem[-1]}")
        self.amid()
        alive()
        super().put(path, changed_ns, alive)

    def read(self, day: str, changed_ns: int, alive: Alive = lambda: None) -> None:
        self._note("read")
        super().read(day, changed_ns, alive)

    def _note(self, what: str) -> None:
        self.done.append(what)
        if what in self.fails:
            raise self.fails[what]


@pytest.fixture
def vault(tmp_path: Path, folder: Path) -> Picky:
    made = Picky(tmp_path / "01", folder)
    for n in (1, 2, 3):
        labelled(made, n)
    return made


def run(vault: Vault, turns: int = TURNS_MAX, look_s: float = 0.0) -> tuple[VaultProcess, Pipe]:
    """It looks round whenever nothing is left to do."""
    pipe = Pipe()
    process = VaultProcess(vault, pipe, look_s)
    for _ in range(turns):
        process.turn()
    return process, pipe


def test_newest_first_and_reading_in_between(vault: Picky, make_seat: Callable[[str], Vault]) -> None:
    other = make_seat("02")
    labelled(other, 9)
    other.put(*other.waiting()[0])
    _, pipe = run(vault, 8)
    assert vault.done[:4] == ["put 3", "read", "put 2", "put 1"]
    assert pipe.state == VaultState()
    run(vault)
    assert [label.number[-1] for label in vault.search(Search())] == ["9", "3", "2", "1"]


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (OSError(errno.EACCES, "denied"), "part"),
        (ArchiveError("bad sector"), "own"),
        (RuntimeError("a rule of ours"), "part"),
    ],
)
def test_one_that_fails_holds_no_other_up_and_stays_said(vault: Picky, error: Exception, fault: str) -> None:
    vault.fails["put 3"] = error
    process, pipe = run(vault)
    assert vault.done[:3] == ["put 3", "put 2", "put 1"]
    assert (pipe.state.fault, pipe.state.waiting) == (fault, 1)
    assert len(vault.search(Search())) == 2
    del vault.fails["put 3"]
    for _ in range(TURNS_MAX):
        process.turn()
    assert (pipe.state.fault, pipe.state.waiting) == ("", 0)


def test_a_full_vault_is_said_and_what_others_put_there_is_still_read(vault: Picky) -> None:
    vault.fails = {name: OSError(errno.ENOSPC, "full") for name in ("put 2", "put 1")}
    process, pipe = run(vault, 4)
    assert vault.done == ["put 3", "put 2"], "nothing more is tried before the next look"
    for _ in range(TURNS_MAX):
        process.turn()
    assert (pipe.state.fault, pipe.state.waiting) == ("full", 2)
    assert [label.number[-1] for label in vault.search(Search())] == ["3"]


def test_a_day_here_without_rights_is_ours(vault: Picky) -> None:
    (vault.own / "2026-11-21").mkdir()
    (vault.own / "2026-11-21" / f"{'a' * 32}.json").symlink_to("nowhere")  # cannot be looked at
    _, pipe = run(vault)
    assert pipe.state.fault == "own"
    assert "2026-11-21/" in pipe.state.words
    assert len(vault.search(Search())) == 3


def test_one_that_is_away_is_said_with_how_many_wait(vault: Picky, folder: Path) -> None:
    (folder / MARK).rename(folder / "away")
    process, pipe = run(vault, 3)
    assert (pipe.state.fault, pipe.state.words, pipe.state.waiting) == ("away", "not mounted", 3)
    pipe.ask(Fetch(4, labelled(vault, 1), str(vault.own / FETCHED)))
    process.turn()
    assert pipe.said[-1] == Fetched(4, "", "not mounted")
    (folder / "away").rename(folder / MARK)
    for _ in range(TURNS_MAX):
        process.turn()
    assert (pipe.state.fault, pipe.state.waiting) == ("", 0)


def test_a_search_is_answered_amid_a_copy_and_the_end_ends_it(
    vault: Picky, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.vault.process.BEAT_S", -1.0)
    process, pipe = run(vault, 1)
    pipe.asked.append(b"{")
    vault.amid = lambda: pipe.ask(Look(5, Search()))
    process.turn()
    process.turn()
    assert pipe.said[-2] == Looked(5, ())
    vault.amid = lambda: setattr(pipe, "ended", True)
    with pytest.raises(EndedError):
        process.turn()
    assert len(vault.waiting()) == 2


def test_a_picture_the_vault_has_no_more(vault: Picky) -> None:
    process, pipe = run(vault)
    label = labelled(vault, 4)
    pipe.ask(Fetch(1, label, str(vault.own / FETCHED)))
    process.turn()
    assert pipe.said[-1] == Fetched(1, "")


def test_flaws_are_all_counted_and_the_newest_are_told_in_their_order(tmp_path: Path, folder: Path) -> None:
    vault, day = Picky(tmp_path / "01", folder), tmp_path / "01" / "2026-11-22"
    day.mkdir(parents=True)
    names = [f"{n:032x}.wav" for n in range(FLAWS_MAX + 4)]
    for name in names:
        (day / name).touch()
        os.utime(day / name, ns=(0, 0))
    _, pipe = run(vault, 2)
    assert pipe.state.flawed == FLAWS_MAX + 4
    assert pipe.state.flaws == tuple((f"{day.name}/{one}", "unlabelled") for one in names[:3:-1])
