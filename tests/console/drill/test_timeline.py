"""The timeline tells only what really happened, and a recording only when its file has the journal's hash."""

import hashlib
from pathlib import Path

from console.drill.timeline import complete, steps, table
from dispatch import commands as cmd
from dispatch.kinds import CallResult, CloseReason, MilestoneKind, Role
from dispatch.words import Recording
from tests.dispatch.trade import Centre120

GATEWAY = frozenset({Role.GATEWAY})
NUMBER = "13912345678"


def play(centre: Centre120, folder: Path) -> None:
    """One call from ring to close."""
    centre.incident("i1")
    centre.must(cmd.AssignVehicle("m1", "i1", "a1"))
    centre.must(cmd.ReportOrderDelivered("m1"), roles=GATEWAY)
    for kind in (
        MilestoneKind.ACKNOWLEDGED,
        MilestoneKind.DEPARTED,
        MilestoneKind.ON_SCENE,
        MilestoneKind.PATIENT_ABOARD,
        MilestoneKind.AT_HOSPITAL,
        MilestoneKind.COMPLETED,
    ):
        centre.later(10)
        centre.must(cmd.RecordVehicleKey("a1", kind, centre.now), roles=GATEWAY)
    centre.must(cmd.ReportCallEnded("call-i1", CallResult.TALKED))
    (folder / "call.wav").write_bytes(b"voices")
    digest = hashlib.sha256(b"voices").hexdigest()
    centre.must(cmd.KeepRecording("call-i1", Recording("r1", "call.wav", digest, 61_000, 6)))
    centre.must(cmd.CloseIncident("i1", CloseReason.COMPLETED))


def test_a_whole_call_is_complete(centre: Centre120, tmp_path: Path) -> None:
    play(centre, tmp_path)
    found = steps(centre.floor, NUMBER, tmp_path)
    assert complete(found)
    lines = table("1.", found)
    assert len(lines) == 14
    assert "+60.0 s" in lines[-1]


def test_a_changed_recording_is_no_recording(centre: Centre120, tmp_path: Path) -> None:
    play(centre, tmp_path)
    (tmp_path / "call.wav").write_bytes(b"noises")
    found = steps(centre.floor, NUMBER, tmp_path)
    assert [step.name[1] for step in found if step.at is None] == ["recording verified"]


def test_nothing_happened_yet(centre: Centre120, tmp_path: Path) -> None:
    found = steps(centre.floor, NUMBER, tmp_path)
    assert not complete(found)
    assert all("✗" in line for line in table("1.", found)[1:])
