"""Whether a WAV file can be played into a call: format, length, loudness. Reading only; stdlib and numpy."""

import wave
from enum import StrEnum
from pathlib import Path

import numpy as np
from msgspec import Struct

RATES_HZ = (8_000, 16_000, 22_050, 44_100, 48_000)
SECONDS_MIN, SECONDS_MAX = 0.3, 60.0
PEAK_MIN = 1_000  # of 32,767: below it nobody hears anything
CLIPPED_SHARE_MAX = 0.001
BYTES_MAX = 12_000_000


class Fault(StrEnum):
    UNREADABLE = "unreadable"
    NOT_MONO = "not_mono"
    NOT_16_BIT = "not_16_bit"
    RATE = "rate"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    SILENT = "silent"
    CLIPPED = "clipped"


class Checked(Struct, frozen=True):
    """`faults` empty: it can be played."""

    path: str
    faults: tuple[Fault, ...]
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        return not self.faults


def check(path: Path) -> Checked:
    """Total: a file that is none is unreadable."""
    try:
        if path.stat().st_size > BYTES_MAX:
            return Checked(str(path), (Fault.TOO_LONG,))
        with wave.open(str(path)) as file:
            params, octets = file.getparams(), file.readframes(file.getnframes())
    except (OSError, wave.Error, EOFError, ValueError, ZeroDivisionError):
        return Checked(str(path), (Fault.UNREADABLE,))
    seconds = params.nframes / max(1, params.framerate)
    wanted = {
        Fault.NOT_MONO: params.nchannels == 1,
        Fault.NOT_16_BIT: params.sampwidth == 2,
        Fault.RATE: params.framerate in RATES_HZ,
        Fault.TOO_SHORT: seconds >= SECONDS_MIN,
        Fault.TOO_LONG: seconds <= SECONDS_MAX,
    }
    faults = [fault for fault, well in wanted.items() if not well]
    if params.sampwidth == 2:
        faults += _loudness(octets)
    return Checked(str(path), tuple(faults), seconds)


def _loudness(octets: bytes) -> list[Fault]:
    samples = np.abs(np.frombuffer(octets[: len(octets) // 2 * 2], "<i2").astype(np.int32))
    if not len(samples) or int(samples.max()) < PEAK_MIN:
        return [Fault.SILENT]
    return [Fault.CLIPPED] if float(np.mean(samples >= 32_767)) > CLIPPED_SHARE_MAX else []
