"""Any bytes give frames or FrameError; the next good frame is always found."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radio.errors import FrameError
from radio.terminal.framing import PIECE_BYTES_MAX, Framer, checksum, escape, seal, unescape, unseal
from radio.terminal.header import Line, build_frame, line_for, parse_frame, plain_phone

GOOD = bytes.fromhex("7e000200000139123456780001337e")
lines = st.builds(
    lambda old, new, version: Line(old) if version is None else Line(new, version),
    st.binary(min_size=6, max_size=6),
    st.binary(min_size=10, max_size=10),
    st.none() | st.integers(0, 255),
)


def chunks(stream: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(stream), *(cut % (len(stream) + 1) for cut in cuts)})
    return [stream[start:end] for start, end in pairwise(edges)]


def frames_in(framer: Framer, received: bytes) -> list[int]:
    """Message ids of the good frames; anything but FrameError is a failure of the test."""
    found = []
    for piece in framer.feed(received):
        try:
            found.append(parse_frame(piece).msg_id)
        except FrameError:
            continue
    return found


@given(st.binary(max_size=300))
def test_escape_round_trip(content: bytes) -> None:
    assert unescape(escape(content)) == content
    assert b"\x7e" not in escape(content)
    assert unseal(seal(content)[1:-1]) == content


@pytest.mark.parametrize("wrong", ["7d", "7d03", "307d7d01"])
def test_bad_escape(wrong: str) -> None:
    with pytest.raises(FrameError):
        unescape(bytes.fromhex(wrong))


@given(st.binary(min_size=1, max_size=1500))
def test_checksum_by_folding_and_by_loop_agree(content: bytes) -> None:
    total = 0
    for byte in content:
        total ^= byte
    assert checksum(content) == total
    assert checksum(content + bytes((total,))) == 0


@given(
    lines,
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFF),
    st.binary(max_size=1023),
    st.integers(0, 600),
    st.integers(0, 600),
)
def test_frame_round_trip(line: Line, msg_id: int, serial: int, body: bytes, total: int, index: int) -> None:
    (piece,) = Framer().feed(build_frame(line, msg_id, serial, body, total=total, index=index))
    frame = parse_frame(piece)
    assert (frame.msg_id, frame.serial, frame.line, frame.body) == (msg_id, serial, line, body)
    assert (frame.total, frame.index) == ((total, index) if total else (0, 0))
    assert frame.length_ok


@given(st.lists(st.integers(0, 10_000), max_size=12))
def test_cut_anywhere(cuts: list[int]) -> None:
    framer = Framer()
    assert [n for part in chunks(GOOD * 3, cuts) for n in frames_in(framer, part)] == [2, 2, 2]


@given(st.integers(0, len(GOOD)), st.binary(max_size=200), st.lists(st.integers(0, 10_000), max_size=8))
def test_cut_frame_and_noise_then_the_next_good_frame(cut: int, noise: bytes, cuts: list[int]) -> None:
    framer = Framer()
    found = [n for part in chunks(GOOD[:cut] + noise + GOOD, cuts) for n in frames_in(framer, part)]
    assert found[-1] == 2


def test_glued_frames_with_one_flag_between_them() -> None:
    assert frames_in(Framer(), GOOD + GOOD[1:] + GOOD[1:]) == [2, 2, 2]


def test_endless_frame_is_cut_off_and_counted() -> None:
    framer = Framer()
    for _ in range(1000):
        assert framer.feed(b"\x01" * 4096) == []
    assert framer.waiting_bytes <= PIECE_BYTES_MAX
    assert framer.overlong == 1
    assert frames_in(framer, b"\x01" + GOOD) == [2]


def test_wrong_length_with_a_right_checksum_is_taken_as_it_is() -> None:
    content = bytearray(unseal(GOOD[1:-1]) + b"extra")
    frame = parse_frame(seal(bytes(content))[1:-1])
    assert (frame.length_ok, frame.body) == (False, b"extra")


@pytest.mark.parametrize(
    "content", [b"", b"\x00\x02", b"\x00\x02\x40\x00" + bytes(8), b"\x00\x02\x20\x00" + bytes(8)]
)
def test_too_short(content: bytes) -> None:
    with pytest.raises(FrameError):
        parse_frame(seal(content)[1:-1])


def test_too_long_a_body_is_our_error() -> None:
    with pytest.raises(FrameError):
        build_frame(line_for("1"), 1, 1, bytes(1024))


def test_phone_numbers_are_compared_without_leading_zeros() -> None:
    both = [line_for("013912345678"), line_for("13912345678", version=1)]
    assert {plain_phone(line.phone_bcd.hex()) for line in both} == {"13912345678"}
    assert plain_phone("000A1") == "a1"
