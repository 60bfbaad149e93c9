"""Instant recall: picture and sound of a call that is still recorded, both legs; the files grow meanwhile.

Only whole samples behind the 44-byte header are read; what the writer has not flushed yet comes with the next
look. Nothing here writes.
"""

from pathlib import Path
from typing import BinaryIO

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from telephony.recording import LEGS, SAMPLE_BYTES, WAV_HEADER_BYTES, Unfinished, interleave, unfinished_in

PEAK_MS = 50
RECALL_MS_MAX = 10 * 60_000
READ_BYTES_MAX = 8 << 20
FULL_SCALE = 32_768.0

Peaks = NDArray[np.float32]


def growing(recordings: Path, call_id: str) -> Unfinished | None:
    """The recording of a call that is up, whichever telephone writes it; None when there is none."""
    for leg in sorted(recordings.glob(f"unfinished/*/{call_id}.*.caller.wav")):
        for unfinished in unfinished_in(leg.parent):
            if unfinished.call_id == call_id:
                return unfinished
    return None


class Sound(Struct, frozen=True):
    """16-bit stereo PCM (left caller, right operator); `from_ms` counts from the call's beginning."""

    pcm: bytes
    rate_hz: int
    from_ms: int


class Recall:
    """One growing recording. `look` reads what is new and no more; call it some times a second."""

    def __init__(self, unfinished: Unfinished) -> None:
        self._unfinished = unfinished
        self._legs = [_Leg(unfinished.leg(name), unfinished.rate_hz) for name in LEGS]

    def look(self) -> int:
        """Read on; how many ms of both legs are there now."""
        for leg in self._legs:
            leg.look()
        return self.duration_ms

    @property
    def duration_ms(self) -> int:
        return min(leg.samples for leg in self._legs) * 1000 // self._unfinished.rate_hz

    def peaks(self) -> tuple[Peaks, Peaks]:
        """Highest level (0..1) of caller and operator in each `PEAK_MS`, whole windows only."""
        first, second = (leg.peaks() for leg in self._legs)
        count = min(len(first), len(second))
        return first[:count], second[:count]

    def last(self, ms: int) -> Sound:
        """The last `ms` of sound, at most ten minutes and no more than there is. Raises `OSError`."""
        rate_hz = self._unfinished.rate_hz
        have = min(leg.samples for leg in self._legs)
        count = min(have, min(ms, RECALL_MS_MAX) * rate_hz // 1000)
        left, right = (leg.read(have - count, count) for leg in self._legs)
        return Sound(interleave(left, right), rate_hz, (have - count) * 1000 // rate_hz)


class _Leg:
    """One growing file; its peaks so far."""

    def __init__(self, path: Path, rate_hz: int) -> None:
        self._path = path
        self._window = rate_hz * PEAK_MS // 1000
        self._peaks: list[Peaks] = []
        self._rest = np.zeros(0, np.int16)
        self.samples = 0

    def look(self) -> None:
        try:
            with self._path.open("rb") as file:
                self._read_on(file)
        except FileNotFoundError:
            return  # not begun yet, or finished and gone: what was seen stays

    def peaks(self) -> Peaks:
        if len(self._peaks) > 1:
            self._peaks = [np.concatenate(self._peaks)]
        return self._peaks[0] if self._peaks else np.zeros(0, np.float32)

    def read(self, start: int, count: int) -> bytes:
        """Exactly so many samples; silence where the file is shorter than it was."""
        with self._path.open("rb") as file:
            file.seek(WAV_HEADER_BYTES + start * SAMPLE_BYTES)
            return file.read(count * SAMPLE_BYTES).ljust(count * SAMPLE_BYTES, b"\0")

    def _read_on(self, file: BinaryIO) -> None:
        file.seek(WAV_HEADER_BYTES + self.samples * SAMPLE_BYTES)
        while octets := file.read(READ_BYTES_MAX):
            whole = octets[: len(octets) // SAMPLE_BYTES * SAMPLE_BYTES]
            self.samples += len(whole) // SAMPLE_BYTES
            self._take(np.concatenate([self._rest, np.frombuffer(whole, "<i2")]))
            if len(octets) < READ_BYTES_MAX:
                return

    def _take(self, fresh: NDArray[np.int16]) -> None:
        windows = len(fresh) // self._window
        self._rest = fresh[windows * self._window :]
        if windows:
            shaped = fresh[: windows * self._window].reshape(windows, self._window).astype(np.int32)
            self._peaks.append((np.abs(shaped).max(axis=1) / FULL_SCALE).astype(np.float32))


def peaks_of(wav: Path) -> tuple[Peaks, Peaks, int]:
    """The picture of a closed stereo recording, and its length in ms. Raises `OSError`."""
    highest: list[NDArray[np.float32]] = []
    samples = 0
    with wav.open("rb") as file:
        head = file.read(WAV_HEADER_BYTES)
        rate_hz = max(1, int.from_bytes(head[24:28], "little"))
        window = max(1, rate_hz * PEAK_MS // 1000)
        frame = SAMPLE_BYTES * len(LEGS)
        block = max(1, READ_BYTES_MAX // (window * frame)) * window * frame
        while octets := file.read(block):
            pairs = np.frombuffer(octets[: len(octets) // frame * frame], "<i2").reshape(-1, len(LEGS))
            samples += len(pairs)
            windows = len(pairs) // window
            if windows:
                shaped = pairs[: windows * window].reshape(windows, window, len(LEGS)).astype(np.int32)
                highest.append((np.abs(shaped).max(axis=1) / FULL_SCALE).astype(np.float32))
    joined = np.concatenate(highest) if highest else np.zeros((0, len(LEGS)), np.float32)
    return joined[:, 0], joined[:, 1], samples * 1000 // rate_hz
