"""Frames made for the project, byte for byte both ways."""

from datetime import datetime

import pytest

from radio.terminal import messages as m
from radio.terminal.codec import decode
from radio.terminal.fields import BEIJING, write_time
from radio.terminal.framing import Framer, escape, unescape
from radio.terminal.header import Line, line_for, parse_frame
from radio.terminal.parts import build_frames
from radio.terminal.position import LocationReport

PHONE = "13912345678"
OLD = line_for(PHONE)
NEW = line_for(PHONE, version=1)
AT_MS = int(datetime(2026, 3, 1, 8, 9, 10, tzinfo=BEIJING).timestamp() * 1000)
REPORT = LocationReport(
    alarm=1,
    status=3,
    lat_e6=45_755_000,
    lon_e6=126_640_000,
    altitude_m=140,
    speed_01kmh=425,
    course_deg=87,
    time_bcd=write_time(AT_MS),
    tlvs=((0x01, (12345).to_bytes(4, "big")), (0x30, b"\x19"), (0x31, b"\x0c")),
)

FRAMES: list[tuple[str, Line, int, m.Message, str]] = [
    ("heartbeat 2013", OLD, 1, m.Heartbeat(), "7e000200000139123456780001337e"),
    ("heartbeat 2019", NEW, 1, m.Heartbeat(), "7e0002400001000000000139123456780001727e"),
    (
        "position 2013",
        OLD,
        2,
        m.Location(REPORT),
        (
            "7e020000280139123456780002000000010000000302ba2a78078c5f80008c01a9005726030108091001"
            "040000303930011931010cfa7e"
        ),
    ),
    (
        "position 2019",
        NEW,
        2,
        m.Location(REPORT),
        (
            "7e0200402801000000000139123456780002000000010000000302ba2a78078c5f80008c01a9005726030108091001"
            "040000303930011931010cbb7e"
        ),
    ),
    ("answer to it", OLD, 0, m.PlatformAnswer(2, 0x0200, 0), "7e8001000501391234567800000002020000b47e"),
    (
        "registered",
        OLD,
        7,
        m.RegisterAnswer(7, m.RegisterResult.OK, "A1B2"),
        "7e81000007013912345678000700070041314232b67e",
    ),
    (
        "key labels",
        OLD,
        3,
        m.SetEvents(1, ((2, "出车"), (3, "到达现场"))),
        "7e83010012013912345678000301020204b3f6b3b50308b5bdb4efcfd6b3a1b67e",
    ),
    ("key 2", OLD, 4, m.EventReport(2), "7e03010001013912345678000402357e"),
    (
        "passthrough with escapes",
        OLD,
        5,
        m.Passthrough(0xF1, b"\x7e\x7d\x01"),
        "7e090000040139123456780005f17d027d0101cb7e",
    ),
    (
        "order 2013",
        OLD,
        6,
        m.Text(0x0D, "请到现场"),
        "7e8300000901391234567800060dc7ebb5bdcfd6b3a19e7e",
    ),
    (
        "order 2019",
        NEW,
        6,
        m.Text(0x0E, "请到现场", 1),
        "7e8300400a010000000001391234567800060e01c7ebb5bdcfd6b3a1de7e",
    ),
]


@pytest.mark.parametrize(
    ("line", "serial", "message", "wire"), [row[1:] for row in FRAMES], ids=[r[0] for r in FRAMES]
)
def test_both_ways(line: Line, serial: int, message: m.Message, wire: str) -> None:
    assert build_frames(line, message, iter([serial])) == [bytes.fromhex(wire)]
    (piece,) = Framer().feed(bytes.fromhex(wire))
    frame = parse_frame(piece)
    assert (frame.phone, frame.serial, frame.line, frame.length_ok) == (PHONE, serial, line, True)
    assert decode(frame.msg_id, frame.body, is_2019=line.is_2019) == message


def test_meaning_of_the_position() -> None:
    assert (REPORT.lat, REPORT.lon, REPORT.at_ms) == (45.755, 126.64, AT_MS)
    assert REPORT.odometer_km == 1234.5
    assert REPORT.has_fix


def test_escape_example_of_the_standard() -> None:
    plain, wire = bytes.fromhex("307e087d55"), bytes.fromhex("307d02087d0155")
    assert escape(plain) == wire
    assert unescape(wire) == plain


def test_resend_request_for_a_lost_first_part() -> None:
    wire = bytes.fromhex("7e80030005017299841738000042fc010001797e")
    line = line_for("17299841738")
    assert build_frames(line, m.ResendRequest(0x42FC, (1,)), iter([0])) == [wire]
    assert decode(0x8003, bytes.fromhex("42fc010001"), is_2019=False) == m.ResendRequest(0x42FC, (1,))


def test_checksum_that_is_itself_escaped() -> None:
    (piece,) = Framer().feed(bytes.fromhex("7e0002000000000000067800017d017e"))
    assert parse_frame(piece).msg_id == 0x0002
