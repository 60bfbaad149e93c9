"""Instant recall on files that grow, against samples we know."""

import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from telephony.archive.recall import PEAK_MS, Recall, peaks_of
from telephony.archive.recall import growing as growing_of
from telephony.recording import LEGS, Unfinished, finish

RATE_HZ = 8_000
HEADER = b"\0" * 44


@pytest.fixture
def growing(tmp_path: Path) -> Unfinished:
    folder = tmp_path / "unfinished"
    folder.mkdir()
    return Unfinished(folder, "0" * 32, RATE_HZ, 1_795_305_600_000)


def tone(level: int, ms: int) -> NDArray[np.int16]:
    return np.full(RATE_HZ * ms // 1000, level, np.int16)


def write(unfinished: Unfinished, leg: str, samples: NDArray[np.int16], extra: bytes = b"") -> None:
    path = unfinished.leg(leg)
    with path.open("ab") as file:
        if file.tell() == 0:
            file.write(HEADER)
        file.write(samples.astype("<i2").tobytes() + extra)


def test_nothing_yet(growing: Unfinished) -> None:
    recall = Recall(growing)
    assert recall.look() == 0
    assert [len(p) for p in recall.peaks()] == [0, 0]


def test_peaks_follow_the_growing_legs(growing: Unfinished) -> None:
    recall = Recall(growing)
    write(growing, "caller", tone(16_384, 130), b"\1")
    write(growing, "operator", tone(-32_768, 100))
    assert recall.look() == 100
    caller, operator = recall.peaks()
    assert caller.tolist() == [0.5, 0.5]
    assert operator.tolist() == [1.0, 1.0]


def test_the_last_seconds_are_sample_aligned(growing: Unfinished) -> None:
    write(growing, "caller", np.arange(RATE_HZ, dtype=np.int16))
    write(growing, "operator", -np.arange(RATE_HZ + 50, dtype=np.int16))
    recall = Recall(growing)
    recall.look()
    sound = recall.last(250)
    stereo = np.frombuffer(sound.pcm, "<i2").reshape(-1, 2)
    assert (sound.rate_hz, sound.from_ms, len(stereo)) == (RATE_HZ, 750, 2000)
    assert stereo[:, 0].tolist() == list(range(6000, 8000))
    assert (stereo[:, 0] == -stereo[:, 1]).all()
    assert len(recall.last(10**9).pcm) == RATE_HZ * 4


def test_a_writer_at_work(growing: Unfinished) -> None:
    """Every look gives what is there; nothing is read twice, nothing is lost."""
    done = threading.Event()

    def work() -> None:
        for n in range(200):
            for leg in LEGS:
                write(growing, leg, tone(n, 10))
        done.set()

    thread = threading.Thread(target=work)
    recall = Recall(growing)
    thread.start()
    seen = [0]
    while not done.is_set():
        seen.append(recall.look())
    thread.join()
    assert recall.look() == 2000
    assert seen == sorted(seen)
    caller, operator = recall.peaks()
    wanted = [(PEAK_MS // 10 * (w + 1) - 1) / 32_768 for w in range(2000 // PEAK_MS)]
    assert caller.tolist() == operator.tolist() == pytest.approx(wanted)


def test_the_picture_of_a_closed_recording_is_the_same(growing: Unfinished, tmp_path: Path) -> None:
    write(growing, "caller", tone(8_192, 300))
    write(growing, "operator", tone(4_096, 300))
    recall = Recall(growing)
    recall.look()
    closed = finish(tmp_path, growing)
    caller, operator, ms = peaks_of(tmp_path / closed.path)
    assert ms == 300
    assert caller.tolist() == recall.peaks()[0].tolist() == [0.25] * 6
    assert operator.tolist() == [0.125] * 6
    for leg in LEGS:
        growing.leg(leg).unlink()
    assert recall.look() == 300


def test_the_growing_recording_of_a_call_is_found(growing: Unfinished, tmp_path: Path) -> None:
    folder = tmp_path / "unfinished" / "5060"
    folder.mkdir()
    there = Unfinished(folder, "a" * 32, RATE_HZ, 1_795_305_600_000)
    write(there, "caller", tone(1, 100))
    assert growing_of(tmp_path, "a" * 32) == there
    assert growing_of(tmp_path, "b" * 32) is None
    assert growing_of(tmp_path / "nowhere", "a" * 32) is None
