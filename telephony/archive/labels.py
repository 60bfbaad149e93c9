"""What is known of a recording: a small JSON file beside the WAV. From both all else is rebuilt."""

import contextlib
import os
import re
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from telephony.errors import TelephonyError

LABEL_BYTES_MAX = 65_536
MARKERS_MAX = 200
LATER = (
    *("dispatcher", "incident_id", "incident_number", "place", "lon", "lat", "call_class", "name"),
    *("heard", "mos", "loss_percent"),
)
"""What becomes known, or is corrected, after a recording was closed."""
RECORDING = re.compile(r"(\d{4}-\d{2}-\d{2})/([0-9a-f]{32})\.wav")


class ArchiveError(TelephonyError):
    """The archive cannot do what it was asked; the text says why."""


SUPERVISED = "supervised"
"""The class of what a supervisor heard and said of another seat's call."""


class Marker(Struct, frozen=True, omit_defaults=True):
    """Something that happened during the call: `kind` is a fixed word, `words` what the screen adds to it."""

    at_ms: int
    kind: str
    words: str = ""


class Label(Struct, frozen=True, omit_defaults=True):
    """One recording. `path` is relative to the recordings folder, times in ms UTC, place in WGS-84 degrees.

    `sha256` is of the WAV as it was closed. "" and None: not known, or there is none.
    """

    call_id: str
    path: str
    sha256: str
    started_at_ms: int
    duration_ms: int
    bytes: int
    repaired: bool = False
    number: str = ""
    name: str = ""
    direction: str = ""
    seat: str = ""
    dispatcher: str = ""
    site: str = ""
    incident_id: str = ""
    incident_number: str = ""
    place: str = ""
    lon: float | None = None
    lat: float | None = None
    call_class: str = ""
    unlabelled: bool = False
    """Nobody ever said what this recording is: made up from the file alone."""
    heard: str = ""
    """How well, by the limits of the site: good, fair, bad; "" nobody measured it."""
    mos: float | None = None
    loss_percent: float | None = None
    markers: tuple[Marker, ...] = ()
    """In the file only: what can be searched for is in the catalogue."""


_labels = msgspec.json.Decoder(Label)


def learned(known: Label | None, fresh: Label) -> Label:
    """What is known with what is new: later words win, no marker is lost, a hash once written stays."""
    if known is None or known.unlabelled:
        return fresh
    fields = {name: getattr(fresh, name) for name in LATER if getattr(fresh, name) not in {"", None}}
    markers = tuple(sorted({*known.markers, *fresh.markers}, key=lambda one: (one.at_ms, one.kind)))
    return replace(known, **fields, markers=markers[:MARKERS_MAX])


def label_file(folder: Path, path: str) -> Path:
    return (folder / path).with_suffix(".json")


def write_label(folder: Path, label: Label) -> None:
    """Put it beside its recording, whole or not at all. Raises `ArchiveError` on a path not ours."""
    if RECORDING.fullmatch(label.path) is None:
        raise ArchiveError(f"no recording of ours: {label.path!r}")
    target = label_file(folder, label.path)
    scratch = target.with_suffix(f".json.{os.getpid()}.part")
    with scratch.open("wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(label), indent=1))
        out.flush()
        os.fsync(out.fileno())
    scratch.rename(target)


def permit(path: Path, mode: int) -> None:
    """As far as the server it lies on has rights as we know them."""
    with contextlib.suppress(OSError):
        path.chmod(mode)


def read_label(folder: Path, path: str) -> Label | None:
    """None when there is none, or none that can be read: the recording still counts."""
    try:
        return sure_label(folder, path)
    except OSError:
        return None


def sure_label(folder: Path, path: str) -> Label | None:
    """None when there is none, or none that can be understood. Raises `OSError` where nobody can say."""
    file = label_file(folder, path)
    try:
        if file.stat().st_size > LABEL_BYTES_MAX:
            return None
        label = _labels.decode(file.read_bytes())
    except (FileNotFoundError, msgspec.MsgspecError, RecursionError):
        return None
    return label if label.path == path else None
