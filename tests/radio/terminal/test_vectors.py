"""Recorded frames kept outside the project; skipped where they are absent."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from radio.errors import BodyError, FrameError
from radio.terminal import messages as m
from radio.terminal.codec import LAYOUTS, decode, encode
from radio.terminal.fields import BEIJING
from radio.terminal.framing import Framer, escape, unescape
from radio.terminal.header import build_frame, parse_frame
from radio.terminal.position import LocationReport

PATH = Path(__file__).resolve().parents[4] / "shared" / "vectors" / "jt808.json"
VECTORS: list[dict[str, Any]] = json.loads(PATH.read_text())["vectors"] if PATH.exists() else []
pytestmark = [pytest.mark.vectors, pytest.mark.skipif(not VECTORS, reason="no recorded frames here")]

FRAMES = [v for v in VECTORS if v["kind"] == "frame" and "header" in v]
GOOD = [v for v in FRAMES if v["checksum_ok"]]
# Two layouts the header cannot announce: the 2019 header without its flag, a 2019 body of one bare code.
LAYOUT_NOT_ANNOUNCED = {"v0654"}


def pieces(vector: dict[str, Any]) -> list[bytes]:
    return Framer().feed(bytes.fromhex(vector["hex"]))


@pytest.mark.parametrize("vector", GOOD, ids=lambda v: v["id"])
def test_header(vector: dict[str, Any]) -> None:
    (piece,) = pieces(vector)
    frame = parse_frame(piece)
    if vector["id"] in LAYOUT_NOT_ANNOUNCED:
        return
    header = vector["header"]
    assert frame.phone_bcd.hex() == header["phone"]
    assert (frame.serial, frame.total, frame.index) == (header["seq"], header["total"], header["index"])
    assert (frame.encryption, frame.version) == (header["encrypt"], header["proto_ver"])
    assert frame.length_ok == vector["length_ok"]
    assert frame.body.hex() == vector["body_hex"]
    if frame.length_ok and not frame.encryption:
        rebuilt = build_frame(
            frame.line, frame.msg_id, frame.serial, frame.body, total=frame.total, index=frame.index
        )
        assert rebuilt.hex() == vector["hex"]


@pytest.mark.parametrize("vector", [v for v in FRAMES if not v["checksum_ok"]], ids=lambda v: v["id"])
def test_bad_checksum_is_refused_and_the_next_frame_lives(vector: dict[str, Any]) -> None:
    good = bytes.fromhex("7e000200000139123456780001337e")
    found = Framer().feed(bytes.fromhex(vector["hex"]) + good)
    assert parse_frame(found[-1]).msg_id == 0x0002
    for piece in found[:-1]:
        with pytest.raises(FrameError):
            parse_frame(piece)


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.get("frame_error")], ids=lambda v: v["id"])
def test_not_one_frame(vector: dict[str, Any]) -> None:
    assert len(pieces(vector)) > 1


def bodies() -> list[tuple[str, int, bytes, bool, dict[str, Any]]]:
    """(id, message id, body, is_2019, expected) of every unencrypted whole body with a known layout."""
    rows = []
    for v in GOOD:
        frame = parse_frame(pieces(v)[0])
        if not frame.encryption and not frame.total and v["id"] not in LAYOUT_NOT_ANNOUNCED:
            rows.append(
                (v["id"], frame.msg_id, frame.body, frame.version is not None, v.get("expected") or {})
            )
    for v in VECTORS:
        if v["kind"] == "body":
            is_2019 = v["version"] == "2019"
            rows.append(
                (v["id"], int(v["msg_id"], 16), bytes.fromhex(v["hex"]), is_2019, v.get("expected") or {})
            )
    return rows


@pytest.mark.parametrize(
    ("msg_id", "body", "is_2019", "expected"), [r[1:] for r in bodies()], ids=[r[0] for r in bodies()]
)
def test_body(msg_id: int, body: bytes, is_2019: bool, expected: dict[str, Any]) -> None:
    if not body and msg_id == 0x8001:  # one answer without a body is among them
        with pytest.raises(BodyError):
            decode(msg_id, body, is_2019=is_2019)
        return
    message = decode(msg_id, body, is_2019=is_2019)
    for name, value in expected.items():
        if name != "header" and msg_id in LAYOUTS:
            assert read(message, name) == value, name
    again_id, again = encode(message, is_2019=is_2019)
    assert again_id == msg_id
    if isinstance(message, m.Location | m.LocationAnswer | m.Passthrough | m.EventReport | m.Other):
        assert again == body
    else:
        assert decode(msg_id, again, is_2019=is_2019) == message


NAMES = {
    "auth_code": "code",
    "sw_version": "software",
    "plate_color": "plate_colour",
    "reply_seq": "reply_serial",
    "orig_seq": "first_serial",
    "ids": "indexes",
    "text_type": "kind",
}


def read(message: Any, name: str) -> Any:
    """The value of a vector's canonical name in our message."""
    if isinstance(message, m.LocationBatch):
        return {"count": len(message.reports), "type": int(message.stored)}[name]
    if isinstance(message, m.Location | m.LocationAnswer):
        report: LocationReport = message.report
        if name in {"lat_e6", "lon_e6", "alarm", "status", "altitude_m", "speed_01kmh", "course_deg"}:
            return getattr(report, name)
        if name == "time":
            assert report.at_ms is not None
            return datetime.fromtimestamp(report.at_ms / 1000, tz=BEIJING).strftime("%Y-%m-%d %H:%M:%S")
        if name == "reply_seq":
            return getattr(message, "reply_serial")  # noqa: B009 only one of the two has it
    value = getattr(message, NAMES.get(name, name))
    return list(value) if isinstance(value, tuple) else value


@pytest.mark.parametrize("vector", [v for v in VECTORS if v["kind"] == "escape"], ids=lambda v: v["id"])
def test_escape(vector: dict[str, Any]) -> None:
    inside = bytes.fromhex(vector["hex"])[1:-1]
    assert escape(unescape(inside)) == inside


@pytest.mark.parametrize("vector", GOOD, ids=lambda v: v["id"])
def test_cut_bodies_raise_nothing_but_body_error(vector: dict[str, Any]) -> None:
    frame = parse_frame(pieces(vector)[0])
    for size in range(len(frame.body)):
        try:
            decode(frame.msg_id, frame.body[:size], is_2019=frame.version is not None)
        except BodyError:
            continue
