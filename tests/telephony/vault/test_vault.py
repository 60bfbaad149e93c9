"""The vault of a city: two seats, one folder, real files."""

import errno
import json
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from telephony.archive import deletions
from telephony.archive.catalogue import Search
from telephony.archive.labels import ArchiveError, Label, Marker, label_file, write_label
from telephony.archive.retention import Holds, Rules, plan
from telephony.vault.catalogue import FILE
from telephony.vault.folder import MARK, found_vault
from telephony.vault.vault import (
    FETCHED,
    HEARD,
    HEARD_S,
    LABEL_NS_MAX,
    SCRAP_S,
    Vault,
    forget_fetched,
    sweep,
)
from tests.telephony.archive.test_archive import NOON_MS, record
from tests.telephony.vault.conftest import labelled, settle

Seats = Callable[[str], Vault]
YEARS_MS = 10 * 366 * 86_400_000


def found(vault: Vault) -> list[str]:
    return sorted(label.number[-1] for label in vault.search(Search()))


def drop(folder: Path, label: Label) -> None:
    (folder / label.path).unlink()
    label_file(folder, label.path).unlink()


def test_each_seat_finds_what_the_other_recorded(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1, seat="01", place="中央大街128号", markers=(Marker(7, "answered"),))
    settle(first)
    settle(second)
    assert second.search(Search(place="大街")) == (replace(label, markers=()),)
    assert first.waiting() == []
    brought = second.fetch(label, second.own / FETCHED / HEARD)
    assert brought is not None
    assert brought.read_bytes() == (first.own / label.path).read_bytes()
    assert b"answered" in brought.with_suffix(".json").read_bytes()
    second.forget_heard()
    assert brought.exists()
    os.utime(brought, (0, time.time() - HEARD_S - 1))
    second.forget_heard()
    assert not brought.exists()
    forget_fetched(second.own, HEARD)
    assert list((second.own / FETCHED).iterdir()) == []


def test_who_may_read_what(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1)
    settle(first)
    brought = second.fetch(label, second.own / FETCHED)

    def mode(path: Path | None) -> int:
        assert path is not None
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(first.folder / label.path) == mode(label_file(first.folder, label.path)) == 0o640
    assert mode((first.folder / label.path).parent) & 0o070 == 0o070, "others add theirs to the day"
    assert mode(brought) == mode(second.own / FILE) == 0o600


def test_newest_first(make_seat: Seats) -> None:
    first = make_seat("01")
    labels = [labelled(first, n) for n in (1, 3, 2)]
    assert [Path(path).stem for path, _ in first.waiting()] == [labels[n].call_id for n in (1, 2, 0)]


def test_what_becomes_known_later_goes_in_too(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1)
    settle(first)
    settle(second)
    write_label(first.own, replace(label, incident_number="01-20261122-0009"))
    (first.folder / label.path).write_bytes(b"cut")
    assert len(first.waiting()) == 1
    settle(first)
    settle(second)
    assert [one.call_id for one in second.search(Search(incident="9"))] == [label.call_id]
    assert (first.folder / label.path).stat().st_size == label.bytes, "and what is lost there is put in again"


def test_a_lost_catalogue_is_read_anew_and_nothing_is_copied_again(make_seat: Seats) -> None:
    first = make_seat("01")
    label = labelled(first, 1)
    settle(first)
    changed = label_file(first.folder, label.path).stat().st_mtime_ns
    first.close()
    (first.own / FILE).unlink()
    again = make_seat("01")
    assert found(again) == []
    settle(again)
    assert found(again) == ["1"]
    assert again.waiting() == []
    assert label_file(first.folder, label.path).stat().st_mtime_ns == changed


def test_what_is_taken_out_of_the_vault_is_found_no_more(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    labels = [labelled(first, n) for n in (1, 2)]
    settle(first)
    settle(second)
    drop(first.folder, labels[0])
    settle(second)
    assert found(second) == ["2"]
    drop(first.folder, labels[1])
    (first.folder / labels[1].path).parent.rmdir()
    settle(second)
    assert found(second) == [], "though its day was never read to its end"
    assert first.waiting() == []


def test_a_day_that_is_settled_is_not_read_again(make_seat: Seats) -> None:
    """By the clock of whoever serves it: here its days are old, whatever time it is."""
    first = make_seat("01")
    day = (first.folder / labelled(first, 1).path).parent
    settle(first)
    assert len(first.unread()) == 1
    os.utime(day, ns=(1, 1))
    settle(first)
    assert first.unread() == []


def test_what_was_deleted_from_the_vault_never_comes_back(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    labels = [labelled(first, n) for n in (1, 2)]
    settle(first)
    later, holds = NOON_MS + YEARS_MS, Holds(calls={labels[1].call_id: "投诉 118"})
    catalogue = first.read_all()
    due = plan(catalogue.every(), Rules(), holds, later)
    (first.folder / deletions.FOLDER).mkdir()
    deletions.delete(catalogue, due, holds, later, run_id="a" * 32, by="admin", records=[first.folder])
    write_label(first.own, replace(labels[0], place="学府路74号"))
    settle(first)
    first.close()
    (first.own / FILE).unlink()
    first = make_seat("01")
    settle(first)
    settle(second)
    assert found(first) == found(second) == ["2"]
    assert not (first.folder / labels[0].path).exists()
    assert first.waiting() == []
    assert not first.flaws


# --- which vault, and whether it is there ----------------------------------------------------------------


def test_a_folder_that_is_not_the_vault_gets_nothing(make_seat: Seats, folder: Path) -> None:
    """The empty folder it is mounted on lies on the seat's own disk."""
    first = make_seat("01")
    labelled(first, 1)
    (folder / MARK).unlink()
    assert len(first.waiting()) == 1
    for use in (first.unread, first.recognise, lambda: first.put(*first.waiting()[0])):
        with pytest.raises(OSError, match="not mounted"):
            use()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("becomes", ["", "f" * 32])
def test_one_that_goes_or_becomes_another_amid_a_copy_has_nothing(
    make_seat: Seats, folder: Path, becomes: str
) -> None:
    first = make_seat("01")
    labelled(first, 1)
    with pytest.raises(OSError, match="not mounted"):
        first.put(*first.waiting()[0], lambda: (folder / MARK).write_text(becomes))
    assert len(first.waiting()) == 1


def test_what_unmounts_amid_a_look_loses_nothing(make_seat: Seats, folder: Path) -> None:
    first = make_seat("01")
    labels = [labelled(first, n) for n in (1, 2)]
    settle(first)
    (work,) = first.unread()
    drop(folder, labels[0])
    with pytest.raises(OSError, match="not mounted"):
        first.read(*work, lambda: (folder / MARK).unlink(missing_ok=True))
    assert found(first) == ["1", "2"]


def test_another_vault_gets_everything(make_seat: Seats, folder: Path, tmp_path: Path) -> None:
    first = make_seat("01")
    labelled(first, 1)
    settle(first)
    folder.rename(tmp_path / "old")
    folder.mkdir()
    found_vault(folder, here=True)
    first.recognise()
    assert found(first) == []
    assert len(first.waiting()) == 1
    settle(first)
    assert found(first) == ["1"]


# --- what is wrong with one of them ----------------------------------------------------------------------


@pytest.mark.parametrize("wrong", ["damaged", "another", "label", "missing"])
def test_what_is_not_what_was_closed_stays_out(make_seat: Seats, wrong: str) -> None:
    first = make_seat("01")
    label = labelled(first, 1)
    if wrong == "damaged":
        (first.own / label.path).write_bytes(b"something else")
    elif wrong == "missing":
        (first.own / label.path).unlink()
    elif wrong == "label":
        label_file(first.own, label.path).write_bytes(b"{")
    else:
        (first.folder / label.path).parent.mkdir()
        write_label(first.folder, replace(label, sha256="0" * 64))
    settle(first)
    assert [flaw.words for flaw in first.flaws.values()] == [wrong]
    assert not (first.folder / label.path).exists()
    assert first.waiting() == [], "told once, not tried for ever"
    assert len(first.flaws) == 1
    if wrong == "label":
        write_label(first.own, label)
        settle(first)
        assert not first.flaws
        assert (first.folder / label.path).exists()
    else:
        label_file(first.own, label.path).unlink()
        (first.own / label.path).unlink(missing_ok=True)
        first.waiting()
        assert not first.flaws, "what is no more has no flaw"


def test_a_recording_without_a_label_is_said_when_its_label_should_be_there(make_seat: Seats) -> None:
    first = make_seat("01")
    label = record(first.own, 1)
    first.waiting()
    assert not first.flaws
    os.utime(first.own / label.path, ns=(0, time.time_ns() - LABEL_NS_MAX - 1))
    first.waiting()
    assert [(path, flaw.words) for path, flaw in first.flaws.items()] == [(label.path, "unlabelled")]
    write_label(first.own, label)
    settle(first)
    assert not first.flaws


def test_a_copy_cut_short_is_none(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1)

    def full() -> None:
        raise OSError(errno.ENOSPC, "full")

    with pytest.raises(OSError, match="full"):
        first.put(*first.waiting()[0], full)
    assert list((first.folder / label.path).parent.iterdir()) == []
    settle(second)
    assert found(second) == []
    settle(first)
    settle(second)
    assert found(second) == ["1"]


def test_what_a_death_amid_a_copy_leaves_is_swept(make_seat: Seats) -> None:
    first = make_seat("01")
    old = [first.folder / "2026-11-22" / ".a.wav.part", first.folder / ".b.part"]
    new = first.folder / "2026-11-23" / ".c.wav.part"
    for scrap in (*old, new):
        scrap.parent.mkdir(exist_ok=True)
        scrap.touch()
    for scrap in old:
        os.utime(scrap, (0, time.time() - SCRAP_S - 1))
    sweep(first.folder)
    assert sorted(first.folder.iterdir()) == [new.parent, first.folder / MARK]
    assert new.exists(), "somebody may be writing it"


@pytest.mark.parametrize(
    "facts",
    [{"started_at_ms": 1 << 63}, {"call_id": f"{NOON_MS:012x}{2:020x}"}, {"number": 7}],
    ids=["huge", "another call", "no words"],
)
def test_one_bad_label_in_the_vault_harms_no_other(make_seat: Seats, facts: dict[str, object]) -> None:
    first = make_seat("01")
    good, bad = labelled(first, 2), labelled(first, 1)
    settle(first)
    file = label_file(first.folder, bad.path)
    file.write_text(json.dumps(json.loads(file.read_bytes()) | facts))
    settle(first)
    assert [one.call_id for one in first.search(Search())] == [good.call_id]


def test_a_label_that_cannot_be_read_now_is_read_later(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    labels = [labelled(first, n) for n in (1, 2)]
    settle(first)
    file = label_file(first.folder, labels[0].path)
    content = file.read_bytes()
    file.unlink()
    file.mkdir()  # reading this is an error for whoever tries
    with pytest.raises(OSError, match="directory"):
        settle(second)
    assert found(second) == ["2"], "the others are taken"
    file.rmdir()
    file.write_bytes(content)
    settle(second)
    assert found(second) == ["1", "2"]


def test_what_cannot_be_read_here_is_not_the_vaults_fault(make_seat: Seats) -> None:
    first = make_seat("01")
    label = labelled(first, 1)
    (first.own / label.path).unlink()
    (first.own / label.path).mkdir()
    with pytest.raises(ArchiveError):
        first.put(*first.waiting()[0])


def test_a_recording_the_vault_has_no_more_is_not_brought(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1)
    assert second.fetch(label, second.own / FETCHED) is None
    settle(first)

    def unmount() -> None:
        (first.folder / MARK).unlink(missing_ok=True)
        (first.folder / label.path).unlink(missing_ok=True)

    for _ in range(2):
        with pytest.raises(OSError, match="not mounted"):
            second.fetch(label, second.own / FETCHED, unmount)


def test_what_would_fill_the_disk_is_not_brought(make_seat: Seats) -> None:
    first, second = make_seat("01"), make_seat("02")
    label = labelled(first, 1)
    settle(first)
    with pytest.raises(ArchiveError, match="disk"):
        second.fetch(replace(label, bytes=1 << 60), second.own / FETCHED)
