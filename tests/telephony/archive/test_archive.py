"""Catalogue, export, proof, retention: on real files."""

import json
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from store.core.seals import SignKey
from telephony.archive.__main__ import main
from telephony.archive.catalogue import FILE, Catalogue, Search
from telephony.archive.deletions import FOLDER, delete, mark_noted, unnoted
from telephony.archive.handing_out import hand_out
from telephony.archive.labels import ArchiveError, Marker, label_file, read_label
from telephony.archive.proving import Finding, Flaw, prove
from telephony.archive.retention import DAY_MS, Holds, Keep, Rules, carry_out, plan
from tests.telephony.archive.recorded import NOON_MS, record

KEY = SignKey("hub", b"k" * 32)
KEYS = {"hub": KEY.public}


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue(tmp_path / "recordings")
    places = [("中央大街128号", 126.617, 45.773), ("学府路74号", 126.617, 45.718), ("", None, None)]
    for n, (place, lon, lat) in enumerate(places):
        incident = {"incident_id": f"i{n}", "incident_number": f"01-20261122-{n}"} if place else {}
        made.note(record(made.folder, n, place=place, lon=lon, lat=lat, **incident))
    return made


def found(catalogue: Catalogue, **wanted: Any) -> list[str]:
    return sorted(label.number[-1] for label in catalogue.search(Search(**wanted)))


def test_search(catalogue: Catalogue) -> None:
    assert found(catalogue) == ["0", "1", "2"]
    assert found(catalogue, number="0001") == ["1"]
    assert found(catalogue, number="%") == []
    assert found(catalogue, place="大街") == ["0"]
    assert found(catalogue, incident="01-20261122-1") == found(catalogue, incident="i1") == ["1"]
    assert found(catalogue, seat="02") == []
    assert found(catalogue, from_ms=NOON_MS + 1500, until_ms=NOON_MS + 1500) == ["1"]
    assert found(catalogue, around=(126.617, 45.772, 500.0)) == ["0"]
    assert found(catalogue, around=(126.617, 45.745, 4000.0)) == ["0", "1"]
    assert [label.number[-1] for label in catalogue.search(Search())] == ["2", "1", "0"], "newest first"
    catalogue.close()


def test_what_becomes_known_later_is_kept_in_both_places(catalogue: Catalogue) -> None:
    label = next(iter(catalogue.search(Search(number="0002"))))
    catalogue.labelled(label.call_id, incident_number="01-20261122-9")
    assert found(catalogue, incident="01-20261122-9") == ["2"]
    with pytest.raises(ArchiveError):
        catalogue.labelled("nobody", place="x")
    with pytest.raises(ArchiveError):
        catalogue.note(msgspec.structs.replace(label, path="../etc/passwd"))
    catalogue.close()


@pytest.mark.parametrize("damage", ["gone", "garbage", "cut"])
def test_a_lost_catalogue_is_made_from_the_files(catalogue: Catalogue, damage: str) -> None:
    before = catalogue.search(Search())
    catalogue.close()
    file = catalogue.folder / FILE
    octets = file.read_bytes()
    {
        "gone": file.unlink,
        "garbage": lambda: file.write_bytes(b"no database" * 500),
        "cut": lambda: file.write_bytes(octets[: len(octets) // 2]),
    }[damage]()
    again = Catalogue(catalogue.folder)
    assert again.search(Search()) == before
    again.close()


def test_a_recording_without_a_label_is_not_lost(catalogue: Catalogue) -> None:
    label = next(iter(catalogue.search(Search(number="0000"))))
    label_file(catalogue.folder, label.path).write_bytes(b"{")
    assert catalogue.rebuild() == 3
    again = catalogue.get(label.call_id)
    assert again is not None
    assert again.unlabelled
    known = (again.sha256, again.started_at_ms, again.duration_ms, again.bytes)
    assert known == (label.sha256, NOON_MS, 1000, label.bytes)
    catalogue.close()


def export(catalogue: Catalogue, target: Path, **options: object) -> Path:
    facts: dict[str, Any] = {"export_id": "e1", "at_ms": NOON_MS, "by": "王芳", "reason": "投诉 2026-17"}
    facts |= options
    labels = catalogue.search(Search())
    folders = {label.call_id: catalogue.folder for label in labels}
    hand_out(folders, labels, target, KEY, **facts)
    return target


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_an_export_is_proven_offline(catalogue: Catalogue, tmp_path: Path, name: str) -> None:
    target = export(catalogue, tmp_path / name)
    proof = prove(target, KEYS)
    assert proof.whole
    assert proof.listed is not None
    assert (proof.listed.by, proof.listed.reason, len(proof.listed.items)) == ("王芳", "投诉 2026-17", 3)
    assert main(["prove", str(target), "--key", f"hub={KEY.public}"]) == 0
    assert main(["prove", str(target), "--key", f"hub={'0' * 64}"]) == 1
    assert [f.flaw for f in prove(target, {}).findings] == [Flaw.UNKNOWN_SIGNER]
    assert not [p for p in tmp_path.iterdir() if p.name.endswith(".part")]
    catalogue.close()


def test_what_proving_found_is_said_in_chinese_first_and_what_to_do(
    catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(target: Path, *keys: str) -> list[str]:
        main(["prove", str(target), *(word for key in keys for word in ("--key", key))])
        return capsys.readouterr().out.splitlines()

    target = export(catalogue, tmp_path / "out")
    known = f"hub={KEY.public}"
    assert any(line.startswith("● 完整") and "whole" in line for line in told(target, known))
    unknown = told(target)
    assert any("不认识封签者" in line and "signer is not known" in line for line in unknown)
    assert any("--key hub=公钥" in line for line in unknown), "what to do"
    assert not any("不要使用" in line for line in unknown), "its bytes are as they were sealed"
    first = min(target.glob("*.wav"))
    first.write_bytes(b"")
    altered = told(target, known)
    assert f"▲ {first.name}：文件在封签之后被改动过　altered after it was sealed" in altered
    assert any("不要使用这份导出" in line for line in altered)
    assert not any(line.startswith(tuple(Flaw)) for line in altered + unknown), "words of the code"
    catalogue.close()


def test_sha256sum_proves_it_too(catalogue: Catalogue, tmp_path: Path) -> None:
    target = export(catalogue, tmp_path / "out")
    command = ["sha256sum", "-c", "--strict", "SHA256SUMS"]
    assert subprocess.run(command, cwd=target, capture_output=True, check=False).returncode == 0
    catalogue.close()


def test_every_change_is_found(catalogue: Catalogue, tmp_path: Path) -> None:
    target = export(catalogue, tmp_path / "out")
    first, second, third = sorted(target.glob("*.wav"))
    octets = bytearray(first.read_bytes())
    octets[-1] ^= 1
    first.write_bytes(octets)
    second.unlink()
    (target / "extra.wav").write_bytes(b"")
    assert set(prove(target, KEYS).findings) == {
        Finding(Flaw.ALTERED, first.name),
        Finding(Flaw.MISSING, second.name),
        Finding(Flaw.EXTRA, "extra.wav"),
    }
    listed = (target / "list.json").read_text("utf-8")
    (target / "list.json").write_text(listed.replace("投诉", "表扬"), "utf-8")
    assert Finding(Flaw.BAD_SEAL, "list.json") in prove(target, KEYS).findings
    (target / "list.json").write_text("{", "utf-8")
    assert prove(target, KEYS).findings == (Finding(Flaw.NO_LIST, "list.json"),)
    assert third.exists()
    catalogue.close()


def test_a_damaged_zip_is_found(catalogue: Catalogue, tmp_path: Path) -> None:
    target = export(catalogue, tmp_path / "out.zip")
    with zipfile.ZipFile(target) as archive:
        info = next(i for i in archive.infolist() if i.filename.endswith(".wav"))
    octets = bytearray(target.read_bytes())
    octets[info.header_offset + 300] ^= 0xFF
    target.write_bytes(octets)
    assert [f.flaw for f in prove(target, KEYS).findings] == [Flaw.ALTERED]
    target.write_bytes(b"PK")
    with pytest.raises(ArchiveError):
        prove(target, KEYS)
    catalogue.close()


def test_what_stops_an_export(catalogue: Catalogue, tmp_path: Path) -> None:
    for options in ({"reason": " "}, {"by": ""}):
        with pytest.raises(ArchiveError):
            export(catalogue, tmp_path / "out", **options)
    export(catalogue, tmp_path / "out")
    with pytest.raises(ArchiveError, match="already"):
        export(catalogue, tmp_path / "out")
    label = next(iter(catalogue.search(Search(number="0000"))))
    file = catalogue.folder / label.path
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    with pytest.raises(ArchiveError, match="not as it was recorded"):
        export(catalogue, tmp_path / "out2")
    file.unlink()
    listed = prove(export(catalogue, tmp_path / "out3"), KEYS).listed
    assert listed is not None
    assert listed.missing == (label.path,)
    catalogue.close()


LATER_MS = NOON_MS + 400 * DAY_MS
RULES = Rules(keep_days=365, by_class={"training": 30})


def test_the_plan_says_what_and_why_and_deletes_nothing(catalogue: Catalogue) -> None:
    holds = Holds(incidents={"01-20261122-0": "投诉"}, open_incidents=frozenset({"i1"}))
    made = plan(catalogue.every(), RULES, holds, LATER_MS)
    assert [d.label.number[-1] for d in made.doomed] == ["2"]
    assert [(d.age_days, d.kept_days) for d in made.doomed] == [(399, 365)]
    assert [(k.why, k.words) for k in made.kept] == [(Keep.HELD, "投诉"), (Keep.INCIDENT_OPEN, "")]
    assert made.bytes == made.doomed[0].label.bytes
    assert len(list(catalogue.folder.glob("*/*.wav"))) == 3
    catalogue.close()


def test_without_knowing_the_holds_nothing_goes(catalogue: Catalogue) -> None:
    made = plan(catalogue.every(), RULES, None, LATER_MS)
    assert not made.doomed
    assert {k.why for k in made.kept} == {Keep.NO_RULES}
    young = plan(catalogue.every(), RULES, Holds(), NOON_MS + 300 * DAY_MS)
    assert {k.why for k in young.kept} == {Keep.YOUNG}
    with pytest.raises(ArchiveError):
        plan((), Rules(keep_days=7), Holds(), 0)
    catalogue.close()


def test_carrying_out_respects_holds_that_came_since(catalogue: Catalogue) -> None:
    made = plan(catalogue.every(), RULES, Holds(), LATER_MS)
    assert len(made.doomed) == 3
    last = made.doomed[-1].label
    gone = carry_out(catalogue, made, Holds(calls={last.call_id: "警方"}), LATER_MS)
    assert [d.path for d in gone] == [d.label.path for d in made.doomed[:-1]]
    assert [p.name for p in sorted(catalogue.folder.glob("*/*.*"))] == [
        f"{last.call_id}.json",
        f"{last.call_id}.wav",
    ]
    assert found(catalogue) == ["2"]
    carry_out(catalogue, made, Holds(), LATER_MS)
    assert not list(catalogue.folder.glob("2*"))
    catalogue.close()


def test_an_unlabelled_recording_stays(catalogue: Catalogue) -> None:
    label = next(iter(catalogue.search(Search(number="0000"))))
    label_file(catalogue.folder, label.path).unlink()
    catalogue.rebuild()
    made = plan(catalogue.every(), RULES, Holds(), LATER_MS)
    assert [k.why for k in made.kept] == [Keep.UNLABELLED]
    catalogue.close()


def test_the_command(catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue.close()
    folder = str(catalogue.folder)
    assert main(["search", folder, "--number", "0001", "--since", "2026-11-22T08:00"]) == 0
    assert "学府路74号" in capsys.readouterr().out
    rules, holds = tmp_path / "rules.json", tmp_path / "holds.json"
    rules.write_text(json.dumps({"keep_days": 31}))
    holds.write_text("{}")
    assert main(["expire", folder, "--rules", str(rules), "--holds", str(holds)]) == 0
    assert len(list(catalogue.folder.glob("*/*.wav"))) == 3
    assert main(["rebuild", folder]) == 0
    assert main(["prove", str(tmp_path / "none")]) == 2


def test_what_is_learned_later_loses_nothing_known_before(catalogue: Catalogue) -> None:
    first = next(iter(catalogue.search(Search(number="0002"))))
    told = Marker(first.started_at_ms + 200, "answered")
    held = Marker(first.started_at_ms + 500, "held")
    assert catalogue.learn(msgspec.structs.replace(first, markers=(told,)))
    later = msgspec.structs.replace(first, place="新阳路5号", number="", sha256="0" * 64, markers=(held,))
    assert catalogue.learn(later)
    assert not catalogue.learn(later), "nothing new"
    kept = read_label(catalogue.folder, first.path)
    assert kept is not None
    assert (kept.place, kept.number, kept.sha256) == ("新阳路5号", first.number, first.sha256)
    assert kept.markers == (told, held)
    catalogue.labelled(first.call_id, incident_number="01-20261122-7")
    again = read_label(catalogue.folder, first.path)
    assert again is not None
    assert again.markers == (told, held)
    assert again.incident_number == "01-20261122-7"
    catalogue.close()


def test_a_deletion_is_written_down_before_it_is_done(catalogue: Catalogue) -> None:
    later = NOON_MS + 400 * DAY_MS
    holds = Holds(incidents={"01-20261122-1": "投诉"})
    wanted = plan(catalogue.every(), Rules(365), holds, later)
    (catalogue.folder / FOLDER).write_bytes(b"")  # a file where the record should go
    with pytest.raises(ArchiveError):
        delete(catalogue, wanted, holds, later, run_id="b" * 32, by="root", records=[catalogue.folder])
    assert len(found(catalogue)) == 3, "without a record nothing is deleted"
    (catalogue.folder / FOLDER).unlink()
    gone = delete(catalogue, wanted, holds, later, run_id="a" * 32, by="root", records=[catalogue.folder])
    assert [one.path for one in gone] == [one.label.path for one in wanted.doomed]
    assert found(catalogue) == ["1"], "what is on hold stays"
    (run,) = unnoted(catalogue.folder)
    assert (run.run_id, run.by, run.items) == ("a" * 32, "root", gone)
    assert (
        delete(
            catalogue, wanted, Holds(calls={}), later, run_id="c" * 32, by="root", records=[catalogue.folder]
        )
        == gone
    )
    mark_noted(catalogue.folder, "a" * 32)
    mark_noted(catalogue.folder, "../x")
    assert [run.run_id for run in unnoted(catalogue.folder)] == ["c" * 32]
    catalogue.close()
