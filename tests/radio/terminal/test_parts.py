"""Long messages: split, put together in any order, lost parts asked for, bounds kept."""

from itertools import count
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from radio.terminal import parts
from radio.terminal.framing import Framer
from radio.terminal.header import Frame, line_for, parse_frame
from radio.terminal.messages import Other
from radio.terminal.parts import Assembler, Missing, Whole, build_frames, split_body

LINE = line_for("13912345678")


def part(index: int, total: int, body: bytes = b"x", serial: int | None = None) -> Frame:
    number = 100 + index if serial is None else serial
    return Frame(0x0801, number, "1", b"", None, 0, total, index, body, length_ok=True)


@given(st.binary(min_size=1024, max_size=5000), st.randoms(use_true_random=False))
def test_split_and_joined_in_any_order(body: bytes, shuffle: Random) -> None:
    wire = build_frames(LINE, Other(0x0801, body), count(7))
    frames = [parse_frame(Framer().feed(one)[0]) for one in wire]
    assert [f.index for f in frames] == list(range(1, len(frames) + 1))
    shuffle.shuffle(frames)
    assembler = Assembler()
    results = [assembler.add(frame, 0) for frame in frames]
    assert results[:-1] == [None] * (len(frames) - 1)
    assert results[-1] == Whole(0x0801, 7, body)
    assert not assembler.pending


def test_short_bodies_are_one_frame() -> None:
    assert split_body(b"") == [b""]
    assert [len(piece) for piece in split_body(bytes(1024))] == [1023, 1]


def test_serials_need_not_be_consecutive() -> None:
    assembler = Assembler()
    assert assembler.add(part(2, 2, b"b", serial=1250), 0) is None
    assert assembler.add(part(1, 2, b"a", serial=1233), 0) == Whole(0x0801, 1233, b"ab")


def test_lost_part_is_asked_for_twice_then_the_message_is_dropped() -> None:
    assembler = Assembler()
    assembler.add(part(1, 3), 0)
    assembler.add(part(3, 3), 0)
    assert assembler.overdue(parts.PARTS_WAIT_MS - 1) == []
    assert assembler.overdue(parts.PARTS_WAIT_MS) == [Missing(101, (2,))]
    assert assembler.overdue(2 * parts.PARTS_WAIT_MS) == [Missing(101, (2,))]
    assert assembler.overdue(3 * parts.PARTS_WAIT_MS) == []
    assert (assembler.pending, assembler.discarded) == ({}, 1)


def test_first_serial_is_guessed_while_part_1_is_missing() -> None:
    assembler = Assembler()
    assembler.add(part(2, 18, serial=0x42FD), 0)
    assert assembler.overdue(parts.PARTS_WAIT_MS)[0].first_serial == 0x42FC


def test_bounds() -> None:
    assembler = Assembler()
    for index, total in [(0, 2), (3, 2), (1, parts.PARTS_MAX + 1)]:
        assert assembler.add(part(index, total), 0) is None
    assert (assembler.pending, assembler.discarded) == ({}, 3)
    for total in range(2, 2 + parts.PENDING_MAX + 1):
        assembler.add(part(1, total), total)
    assert len(assembler.pending) == parts.PENDING_MAX
    assert (0x0801, 2) not in assembler.pending  # the oldest made room


def test_memory_of_one_message_is_bounded() -> None:
    assembler = Assembler()
    huge = bytes(parts.PENDING_BYTES_MAX // 2)
    assembler.add(part(1, 3, huge), 0)
    assembler.add(part(1, 3, huge), 0)  # the same part again does not count twice
    assert assembler.pending
    assembler.add(part(2, 3, huge + b"x"), 0)
    assert (assembler.pending, assembler.discarded) == ({}, 1)
