"""Every message there and back, any bytes a message or BodyError, and the odd habits of devices."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import BodyError
from radio.terminal import messages as m
from radio.terminal.codec import LAYOUTS, decode, encode
from radio.terminal.downlink import TEXT_BYTES_MAX
from radio.terminal.fields import read_time, write_text, write_time
from radio.terminal.position import LocationReport, read_report, write_report

byte, word, dword = st.integers(0, 0xFF), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF_FFFF)
# Characters of GBK that survive stripping of padding.
text = st.text(alphabet="出车到达现场病人医院ABC0123-", max_size=10)
times = st.integers(946_700_000, 4_102_300_000).map(lambda s: s * 1000)
reports = st.builds(
    LocationReport,
    alarm=dword,
    status=dword,
    lat_e6=st.integers(0, 180_000_000),
    lon_e6=st.integers(0, 180_000_000),
    altitude_m=st.integers(-500, 9000),
    speed_01kmh=word,
    course_deg=st.integers(0, 359),
    time_bcd=times.map(write_time),
    tlvs=st.lists(st.tuples(st.integers(1, 255), st.binary(max_size=20)), max_size=4).map(tuple),
)
labelled = st.lists(st.tuples(byte, text), max_size=5).map(tuple)
indexes = st.lists(word, max_size=20).map(tuple)

MESSAGES: list[st.SearchStrategy[Any]] = [
    st.builds(m.TerminalAnswer, word, word, byte),
    st.builds(m.PlatformAnswer, word, word, byte),
    st.just(m.Heartbeat()),
    st.just(m.LogOut()),
    st.just(m.AskTime()),
    st.builds(m.ServerTime, times),
    st.builds(m.ResendRequest, word, indexes, st.booleans()),
    st.builds(m.RegisterAnswer, word, st.just(0), text),
    st.builds(m.Location, reports),
    st.just(m.AskLocation()),
    st.builds(m.LocationAnswer, word, reports),
    st.builds(m.LocationBatch, st.booleans(), st.lists(reports, max_size=5).map(tuple)),
    st.builds(m.TrackLocation, st.integers(1, 0xFFFF), dword),
    st.builds(m.ConfirmAlarm, word, dword),
    st.builds(m.Text, byte, text),
    st.builds(m.SetEvents, st.integers(1, 3), labelled),
    st.builds(m.EventReport, byte),
    st.builds(m.Question, byte, text, labelled),
    st.builds(m.QuestionAnswer, word, byte),
    st.builds(m.Passthrough, byte, st.binary(max_size=50), st.booleans()),
    st.builds(m.DriverCard, st.booleans(), times, st.binary(max_size=30)),
    st.builds(m.Other, st.sampled_from([0x0705, 0x0F00, 0x9101]), st.binary(max_size=50)),
]


@given(st.one_of(MESSAGES), st.booleans())
def test_round_trip(message: m.Message, is_2019: bool) -> None:
    msg_id, body = encode(message, is_2019=is_2019)
    assert decode(msg_id, body, is_2019=is_2019) == message


@given(
    word, word, text, text, text, st.sampled_from([0, 1, 2, 3, 4, 5, 9]), st.sampled_from(["黑A12345", ""])
)
@pytest.mark.parametrize("layout", [2011, 2013, 2019])
def test_register_in_all_three_layouts(
    layout: int, province: int, city: int, maker: str, model: str, terminal_id: str, colour: int, plate: str
) -> None:
    message = m.Register(province, city, maker[:2], model[:4], terminal_id[:3], colour, plate, layout)
    msg_id, body = encode(message, is_2019=layout == 2019)
    assert decode(msg_id, body, is_2019=layout == 2019) == message


def test_register_2011_with_a_vin_is_not_taken_for_2013() -> None:
    message = m.Register(23, 1, "maker", "model", "1234567", 0, "LSVAA4182E2123456", 2011)
    _, body = encode(message, is_2019=False)
    assert len(body) >= 37
    assert decode(0x0100, body, is_2019=False) == message


def test_register_padded_on_the_left() -> None:
    body = bytes(4) + b"\x00\x00\x00AB" + b"M1".rjust(20, b"\x00") + b"7".rjust(7) + b"\x01" + b"  B1"
    read = decode(0x0100, body, is_2019=False)
    assert read == m.Register(0, 0, "AB", "M1", "7", 1, "B1", 2013)


@given(st.booleans())
def test_authenticate(is_2019: bool) -> None:
    message = m.Authenticate("code", "123456789012345", "v1") if is_2019 else m.Authenticate("code")
    msg_id, body = encode(message, is_2019=is_2019)
    assert decode(msg_id, body, is_2019=is_2019) == message


def test_authenticate_2019_with_a_bare_code() -> None:
    assert decode(0x0102, b"000068", is_2019=True) == m.Authenticate("000068")


@given(st.sampled_from(sorted(LAYOUTS)), st.binary(max_size=120), st.booleans())
def test_any_body_gives_a_message_or_body_error(msg_id: int, body: bytes, is_2019: bool) -> None:
    try:
        message = decode(msg_id, body, is_2019=is_2019)
    except BodyError:
        return
    assert isinstance(message, m.Message)


@given(st.binary(min_size=28, max_size=120))
def test_any_position_is_written_back_byte_for_byte(body: bytes) -> None:
    assert write_report(read_report(body)) == body


def test_signs_come_from_the_status_bits_and_two_complement_is_understood() -> None:
    base = read_report(bytes(28))
    south = LocationReport(0, 4, 33_000_000, 151_000_000, 0, 0, 0, base.time_bcd)
    assert (south.lat, south.lon) == (-33.0, 151.0)
    odd = read_report(bytes.fromhex("0000000118000000ff4580f2f81b0ee40028003c0000180715101010"))
    assert (odd.lat, odd.lon) == (-12.222222, -132.444444)
    both = read_report(bytes.fromhex("000000011800000cff4580f2f81b0ee40028003c0000180715101010"))
    assert (both.lat, both.lon) == (odd.lat, odd.lon)


def test_impossible_coordinates_are_read_and_called_impossible() -> None:
    swapped = LocationReport(0, 2, 116_307_629, 40_058_359, 0, 0, 0, bytes(6))
    assert swapped.lat == 116.307629
    assert not swapped.is_on_earth


def test_tlvs_that_run_past_the_end_or_are_none_stay_raw() -> None:
    base = bytes(28)
    past = read_report(base + bytes.fromhex("300119" + "01ff0000"))
    assert (past.tlvs, past.tail.hex()) == (((0x30, b"\x19"),), "01ff0000")
    zeros = read_report(base + bytes.fromhex("300119" + "000000"))
    assert (zeros.tlvs, zeros.tail.hex()) == (((0x30, b"\x19"),), "000000")
    assert past.value(0x31) is None


@given(times)
def test_time_round_trip(at_ms: int) -> None:
    assert read_time(write_time(at_ms)) == at_ms


@pytest.mark.parametrize("bcd", ["000000000000", "261301000000", "2603010a0000", "260230000000"])
def test_no_date(bcd: str) -> None:
    assert read_time(bytes.fromhex(bcd)) is None


@given(st.text(max_size=40), st.integers(0, 60))
def test_text_is_never_cut_inside_a_character_and_never_raises(written: str, bytes_max: int) -> None:
    raw = write_text(written, bytes_max=bytes_max)
    assert len(raw) <= bytes_max
    raw.decode("gbk")


def test_long_text_is_limited() -> None:
    _, body = encode(m.Text(1, "急" * 2000), is_2019=False)
    assert len(body) == 1 + TEXT_BYTES_MAX


def test_register_refused_carries_no_code() -> None:
    assert encode(m.RegisterAnswer(1, 4, "secret"), is_2019=False)[1] == b"\x00\x01\x04"


def test_tracking_stops_with_interval_0_alone() -> None:
    assert encode(m.TrackLocation(0, 99), is_2019=False)[1] == b"\x00\x00"
    assert decode(0x8202, b"\x00\x00", is_2019=False) == m.TrackLocation(0)


def test_server_time_is_utc() -> None:
    assert encode(m.ServerTime(1_575_281_410_000), is_2019=True)[1].hex() == "191202101010"
