"""What the autopilot and the cameras are told: `drill.json` beside the run's outboxes.

The windows of a drill import this and nothing that makes cities or callers: that would cost each 110 MB.
"""

from pathlib import Path

import msgspec

from dispatch.kinds import Answer, Severity
from dispatch.words import Point

FILE = "drill.json"


class Trouble(msgspec.Struct, frozen=True):
    """What is wrong with the patient, as the caller says it."""

    complaint: str
    severity: Severity
    conscious: Answer
    breathing: Answer


class Case(msgspec.Struct, frozen=True):
    """One caller. `typed` is what a dispatcher types to find the place; `says` is what is spoken."""

    number: str
    name: str
    place: str
    typed: str
    point: Point
    trouble: Trouble

    @property
    def says(self) -> str:
        return f"喂，一二零吗？我在{self.place}，{self.trouble.complaint}，请快点派车！"


class Drill(msgspec.Struct, frozen=True):
    """Who logs in, who will call, and where pictures go."""

    staff_number: str
    password: str
    cases: tuple[Case, ...]
    output: str = ""


_drills = msgspec.json.Decoder(Drill)


def write(folder: Path, drill: Drill) -> None:
    """Leave the windows their instructions."""
    (folder / FILE).write_bytes(msgspec.json.encode(drill))


def read_drill(folder: Path) -> Drill | None:
    """The instructions of a drill, None when there is none."""
    path = folder / FILE
    return _drills.decode(path.read_bytes()) if path.exists() else None
