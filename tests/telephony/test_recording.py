"""Two legs into one file: lengths, hash, crash leftovers, doing it twice."""

import hashlib
import queue
import struct
import time
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.messages import RecordingClosed, RecordingFailed
from telephony.recording import LEGS, Unfinished, discard, finish, interleave, is_closed, unfinished_in
from telephony.recording_closer import RecordingCloser

STARTED_MS = 1_795_293_744_040
RATE_HZ = 8000


@pytest.fixture
def unfinished(tmp_path: Path) -> Unfinished:
    folder = tmp_path / "unfinished" / "5060"
    folder.mkdir(parents=True)
    return Unfinished(folder, "0" * 32, RATE_HZ, STARTED_MS)


def write_leg(path: Path, samples: list[int], *, closed: bool = True) -> None:
    pcm = struct.pack(f"<{len(samples)}h", *samples)
    header = bytearray(44)
    if closed:
        header[40:] = struct.pack("<I", len(pcm))
    path.write_bytes(bytes(header) + pcm)


def stereo(path: Path) -> list[tuple[int, ...]]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE_HZ)
        return list(struct.iter_unpack("<2h", file.readframes(file.getnframes())))


def test_left_is_the_caller_right_the_operator(tmp_path: Path, unfinished: Unfinished) -> None:
    write_leg(unfinished.leg("caller"), [1, 2, 3])
    write_leg(unfinished.leg("operator"), [-1, -2, -3])
    done = finish(tmp_path, unfinished)
    path = tmp_path / done.path
    assert stereo(path) == [(1, -1), (2, -2), (3, -3)]
    assert done.path == f"2026-11-22/{'0' * 32}.wav", "the day is China's"
    assert done.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert done.bytes == path.stat().st_size
    assert len(list(unfinished.folder.iterdir())) == 2, "until somebody knows of the recording"
    discard(unfinished)
    assert not list(unfinished.folder.iterdir())
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_what_a_crash_left_is_found_padded_and_closed(tmp_path: Path, unfinished: Unfinished) -> None:
    write_leg(unfinished.leg("caller"), [5] * 8000, closed=False)
    unfinished.leg("caller").write_bytes(unfinished.leg("caller").read_bytes() + b"\x01")
    write_leg(unfinished.leg("operator"), [6] * 4000, closed=False)
    (unfinished.folder / "notes.txt").write_text("not ours")
    for name in ("a.b.c.d.wav", f"{'0' * 32}.0.1.caller.wav", f"{'0' * 32}.8000.{'9' * 20}.caller.wav"):
        (unfinished.folder / name).write_text("not ours")
    assert unfinished_in(unfinished.folder) == [unfinished]
    done = finish(tmp_path, unfinished)
    assert done.duration_ms == 1000
    assert stereo(tmp_path / done.path) == [(5, 6)] * 4000 + [(5, 0)] * 4000
    discard(unfinished)
    assert unfinished_in(unfinished.folder) == []


def test_a_missing_leg_is_silence_and_none_at_all_an_empty_file(
    tmp_path: Path, unfinished: Unfinished
) -> None:
    write_leg(unfinished.leg("operator"), [7])
    assert stereo(tmp_path / finish(tmp_path, unfinished).path) == [(0, 7)]
    discard(unfinished)
    assert finish(tmp_path, unfinished).duration_ms == 0


def test_doing_it_twice_gives_the_same_file(tmp_path: Path, unfinished: Unfinished) -> None:
    results = []
    for _ in range(2):
        for leg in LEGS:
            write_leg(unfinished.leg(leg), [1, 2, 3])
        results.append(finish(tmp_path, unfinished))
    assert results[0] == results[1]


@given(st.binary(max_size=64).filter(lambda b: len(b) % 2 == 0))
def test_interleaving_loses_nothing(block: bytes) -> None:
    mixed = interleave(block, block[::-1])
    assert b"".join(mixed[i : i + 2] for i in range(0, len(mixed), 4)) == block
    assert b"".join(mixed[i + 2 : i + 4] for i in range(0, len(mixed), 4)) == block[::-1]


def test_a_leg_is_closed_when_its_length_is_written(unfinished: Unfinished) -> None:
    leg = unfinished.leg("caller")
    assert not is_closed(leg)
    write_leg(leg, [1, 2], closed=False)
    assert not is_closed(leg)
    write_leg(leg, [1, 2])
    assert is_closed(leg)


def test_the_closer_works_in_order_and_reports_a_full_disk(tmp_path: Path, unfinished: Unfinished) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the day's folder should be")
    events: queue.SimpleQueue[RecordingClosed | RecordingFailed] = queue.SimpleQueue()
    for leg in LEGS:
        write_leg(unfinished.leg(leg), [1] * RATE_HZ)
    failing, working = RecordingCloser(blocked, events.put), RecordingCloser(tmp_path, events.put)
    failing.close(unfinished, left_behind=True)
    failing.stop(5.0)
    failed = events.get(timeout=5.0)
    assert isinstance(failed, RecordingFailed)
    assert len(unfinished_in(unfinished.folder)) == 1, "nothing is thrown away"
    working.close(unfinished)
    working.stop(5.0)
    closed = events.get(timeout=5.0)
    assert isinstance(closed, RecordingClosed)
    assert (closed.call_id, closed.duration_ms, closed.repaired) == ("0" * 32, 1000, False)


def test_what_nobody_may_have_heard_of_is_told_again_with_the_same_hash(
    tmp_path: Path, unfinished: Unfinished
) -> None:
    for leg in LEGS:
        write_leg(unfinished.leg(leg), [1] * RATE_HZ)
    events: queue.SimpleQueue[RecordingClosed | RecordingFailed] = queue.SimpleQueue()
    for left_behind in (False, True):
        closer = RecordingCloser(tmp_path, events.put)
        for found in unfinished_in(unfinished.folder):
            closer.close(found, left_behind=left_behind)
        closer.stop(5.0)
    first, second = events.get(timeout=5.0), events.get(timeout=5.0)
    assert isinstance(first, RecordingClosed)
    assert first == second, "the legs were whole: nothing had to be repaired"


def test_legs_go_when_their_time_is_over(
    tmp_path: Path, unfinished: Unfinished, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("telephony.recording_closer.LEGS_KEPT_S", 0.0)
    events: queue.SimpleQueue[RecordingClosed | RecordingFailed] = queue.SimpleQueue()
    for leg in LEGS:
        write_leg(unfinished.leg(leg), [1])
    closer = RecordingCloser(tmp_path, events.put)
    closer.close(unfinished)
    events.get(timeout=5.0)
    deadline_s = time.monotonic() + 5.0
    while unfinished_in(unfinished.folder):
        assert time.monotonic() < deadline_s
    closer.stop(5.0)


def test_one_bad_recording_does_not_cost_those_after_it(tmp_path: Path, unfinished: Unfinished) -> None:
    events: queue.SimpleQueue[RecordingClosed | RecordingFailed] = queue.SimpleQueue()
    for leg in LEGS:
        write_leg(unfinished.leg(leg), [1])
    closer = RecordingCloser(tmp_path, events.put)
    closer.close(unfinished._replace(started_at_ms=10**20), left_behind=True)
    closer.close(unfinished)
    closer.stop(5.0)
    assert isinstance(events.get(timeout=5.0), RecordingFailed)
    assert isinstance(events.get(timeout=5.0), RecordingClosed)
