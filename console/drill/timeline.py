"""What really happened to a call, step by step: read from the floor and checked against the disk."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from console.i18n import pick
from console.models.ages import clock
from dispatch.floor import Floor
from dispatch.kinds import MilestoneKind
from dispatch.stages import milestone
from dispatch.words import Call, Incident, Mission, Recording


class Step(msgspec.Struct, frozen=True):
    """`at` None: it has not happened (ms since 1970 UTC)."""

    name: tuple[str, str]
    at: int | None
    note: str = ""


_MILESTONES = (
    (("车组确认", "crew accepted"), MilestoneKind.ACKNOWLEDGED),
    (("出车", "departed"), MilestoneKind.DEPARTED),
    (("到达现场", "at scene"), MilestoneKind.ON_SCENE),
    (("病人上车", "patient aboard"), MilestoneKind.PATIENT_ABOARD),
    (("到达医院", "at hospital"), MilestoneKind.AT_HOSPITAL),
    (("任务完成", "completed"), MilestoneKind.COMPLETED),
)


def steps(floor: Floor, number: str, recordings: Path) -> tuple[Step, ...]:
    """Every step of the newest call from this number, from ring to close."""
    call = next((c for c in reversed(floor.calls.values()) if c.number == number), None)
    incident = floor.incidents.get(call.incident_id or "") if call else None
    mission = floor.missions[incident.mission_ids[-1]] if incident and incident.mission_ids else None
    return (
        *_call_steps(floor, call),
        *_mission_steps(floor, incident, mission),
        *_ends(call, incident, recordings),
    )


def complete(found: Sequence[Step]) -> bool:
    """True when every step has happened."""
    return all(step.at is not None for step in found)


def table(title: str, found: Sequence[Step]) -> list[str]:
    """The steps as lines of text, seconds counted from the first."""
    start = found[0].at
    lines = [title]
    for step in found:
        if step.at is None or start is None:
            lines.append(f"  {'--:--:--'}  {'':>8}  ✗ {pick(step.name)}")
        else:
            seconds = f"+{(step.at - start) / 1000:.1f} s"
            lines.append(f"  {clock(step.at)}  {seconds:>8}  ✓ {pick(step.name)}  {step.note}".rstrip())
    return lines


def _call_steps(floor: Floor, call: Call | None) -> tuple[Step, ...]:
    intake = floor.intakes.get(call.intake_id or "") if call else None
    return (
        Step(("来电振铃", "rings"), call.rang_at if call else None, call.number if call else ""),
        Step(("接听", "answered"), call.answered_at if call else None),
        Step(
            ("地址定位", "place known"),
            intake.located_at if intake else None,
            intake.form.place.address if intake else "",
        ),
    )


def _mission_steps(floor: Floor, incident: Incident | None, mission: Mission | None) -> tuple[Step, ...]:
    vehicle = floor.vehicles[mission.vehicle_id].number if mission else ""
    number = incident.number if incident else ""
    found = [
        Step(("派车", "vehicle sent"), mission.ordered_at if mission else None, f"{number} {vehicle}"),
        Step(("指令送达终端", "order on the terminal"), mission.delivered_at if mission else None),
    ]
    for name, kind in _MILESTONES:
        entry = milestone(mission, kind) if mission else None
        found.append(Step(name, entry.at if entry else None))
    return tuple(found)


def _ends(call: Call | None, incident: Incident | None, recordings: Path) -> tuple[Step, ...]:
    closing = incident.closing if incident else None
    recording = call.recordings[0] if call and call.recordings else None
    proven = recording is not None and call is not None and _proven(recordings, recording)
    note = f"{recording.duration_ms / 1000:.1f} s" if recording else ""
    return (
        Step(("通话录音已校验", "recording verified"), call.ended_at if call and proven else None, note),
        Step(("事件结束", "incident closed"), closing.closed_at if closing else None),
    )


def _proven(folder: Path, recording: Recording) -> bool:
    """The file is there, whole, and has the hash the journal says."""
    try:
        content = (folder / recording.path).read_bytes()
    except OSError:
        return False
    return hashlib.sha256(content).hexdigest() == recording.sha256
