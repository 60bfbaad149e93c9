"""How loud a frame of 16-bit samples is: the root of its mean square, in dB below full scale."""

import math
from operator import mul

FLOOR_DB = -90.0  # less than one step of a 16-bit sample
FULL = 32768.0


def rms_db(frame: bytes) -> float:
    """-90 (silence) .. 0 (a full-scale square wave)."""
    samples = memoryview(frame).cast("h")
    if not len(samples):
        return FLOOR_DB
    mean = sum(map(mul, samples, samples)) / len(samples)
    return max(FLOOR_DB, 10 * math.log10(mean / FULL**2)) if mean else FLOOR_DB


class Meter:
    """The loudest frame since the last reading; one thread feeds, another reads."""

    def __init__(self) -> None:
        self._peak_db = FLOOR_DB
        self.fed = 0

    def feed(self, frame: bytes) -> None:
        self._peak_db = max(self._peak_db, rms_db(frame))
        self.fed += 1

    def read(self) -> float:
        peak_db, self._peak_db = self._peak_db, FLOOR_DB
        return round(peak_db, 1)
