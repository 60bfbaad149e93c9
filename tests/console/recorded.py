"""Recordings on a seat's disk, and what the sheet of recordings shows of them."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit

from console.models.readiness import Setup
from dispatch.archive_notes import ArchiveNoted
from telephony.archive.catalogue import Catalogue
from telephony.archive.labels import Label, Marker
from telephony.recording import stereo_header
from tests.console.busy import START, Seatful

RATE_HZ = 8_000
WAIT_MS = 20_000


def a_recording(folder: Path, call_id: str, seconds: int = 2) -> tuple[str, str, int]:
    """A file where the telephone would have put it: path, hash, bytes."""
    path = f"2026-11-21/{call_id}.wav"
    octets = stereo_header(RATE_HZ * seconds, RATE_HZ) + bytes([7, 9]) * (2 * RATE_HZ * seconds)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_bytes(octets)
    return path, hashlib.sha256(octets).hexdigest(), len(octets)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Three recordings with what is known of them."""
    folder = tmp_path / "recordings"
    catalogue = Catalogue(folder)
    for n, place in enumerate(("中央大街128号", "学府路74号", "安埠街18号")):
        call_id = f"{START - n * 3_600_000:012x}{n:020x}"
        path, sha256, size = a_recording(folder, call_id)
        at = START - n * 3_600_000
        told = {"number": f"1390451000{n}", "seat": "01", "direction": "in", "place": place}
        marks = (Marker(at + 300, "answered"), Marker(at + 1500, "ordered", "A07"))
        serial = f"01-20261121-000{n}"
        known: dict[str, Any] = {**told, "incident_id": f"e{n}", "incident_number": serial, "markers": marks}
        catalogue.note(Label(call_id, path, sha256, at, 2_000, size, **known))
    catalogue.close()
    return folder


@pytest.fixture
def leader(archive: Path, tmp_path: Path) -> Seatful:
    """A shift leader's seat with that archive."""
    (tmp_path / "keys").mkdir(mode=0o700)
    seat = Seatful()
    folders: dict[str, Any] = {
        "recordings": archive,
        "exports": tmp_path / "exports",
        "keys": tmp_path / "keys",
    }
    seat.desk.readiness.setup = Setup(machine="seat-01", prompts=(tmp_path / "prompts",), **folders)
    seat.pump()
    seat.log_in("0900", "wang")
    return seat


def field(shown, name: str) -> QLineEdit:
    found = shown.find(f"archive.{name}")
    assert isinstance(found, QLineEdit)
    return found


def rows(shown) -> list[str]:
    return [row.number for row in shown.find("archive.table").rows_model.rows]


def told(shown) -> str:
    shown.settle()
    return shown.text("archive.told")


def notes(seat: Seatful) -> list[ArchiveNoted]:
    return list(seat.desk.line.labels.noted)
