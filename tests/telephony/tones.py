"""Who was heard when: each end says one tone, its level is looked for in what the others heard."""

import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float64]
OPERATOR_HZ, CALLER_HZ, HOSPITAL_HZ, SUPERVISOR_HZ, HOLD_HZ = 700, 400, 1100, 1500, 1900
FULL = 8000.0  # amplitude of the library's tone
HEARD_DB, SILENT_DB = -15.0, -40.0
SETTLE_S, WINDOW_S = 0.35, 0.3


def level_db(samples: Samples, hz: float, rate_hz: int) -> float:
    """Of one tone, against its full level (Goertzel's sum, with a window that keeps neighbours out)."""
    shape = np.hanning(len(samples))
    turns = np.exp(-2j * np.pi * hz * np.arange(len(samples)) / rate_hz)
    amplitude = 2 * abs(np.sum(samples * shape * turns)) / np.sum(shape)
    return float(20 * np.log10(max(amplitude, 1e-3) / FULL))


def read(path: Path) -> tuple[list[Samples], int]:
    """Each channel, and the rate."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        channels = samples.reshape(-1, file.getnchannels()).T.astype(np.float64)
        return list(channels), file.getframerate()


class Phases:
    """Moments of a conversation, each with a name; the same clock as the recordings' start."""

    def __init__(self, heard: Any) -> None:
        self._heard = heard
        self.from_ms: dict[str, float] = {}

    def named(self, name: str) -> None:
        """Everything is connected as it should be: talk for a while."""
        self._heard.meanwhile(SETTLE_S)
        self.from_ms[name] = time.time() * 1000
        self._heard.meanwhile(WINDOW_S)

    def window(self, samples: Samples, rate_hz: int, started_at_ms: float, name: str) -> Samples:
        first = round((self.from_ms[name] - started_at_ms) / 1000 * rate_hz)
        return samples[first : first + round(WINDOW_S * rate_hz)]

    def tones(self, samples: Samples, rate_hz: int, started_at_ms: float, name: str) -> set[int]:
        """Which of the tones are heard then."""
        return tones_in(self.window(samples, rate_hz, started_at_ms, name), rate_hz, name)


def tones_in(window: Samples, rate_hz: int, name: str, silent_db: float = SILENT_DB) -> set[int]:
    """Which of the tones are heard; each must be clearly there or clearly absent."""
    heard = set()
    for hz in (OPERATOR_HZ, CALLER_HZ, HOSPITAL_HZ, SUPERVISOR_HZ, HOLD_HZ):
        db = level_db(window, hz, rate_hz)
        assert not silent_db < db < HEARD_DB, f"{name}: {hz} Hz at {db:.1f} dB"
        if db >= HEARD_DB:
            heard.add(hz)
    return heard


def windows(samples: Samples, rate_hz: int, seconds: float) -> list[Samples]:
    size = round(rate_hz * seconds)
    return [samples[n : n + size] for n in range(0, len(samples) - size, size)]


def tick_gaps(samples: Samples, rate_hz: int) -> Samples:
    """Seconds from one tick of the metronome to the next, read in steps of 2 ms."""
    step_s = 0.002
    loud = [n for n, w in enumerate(windows(samples, rate_hz, step_s)) if level_at(w, rate_hz) > 0.02]
    begins = [n * step_s for n, before in zip(loud[1:], loud, strict=False) if n - before > 100]
    return np.diff(begins)


def level_at(window: Samples, rate_hz: int) -> float:
    """How much of a tick (1 kHz) there is in 2 ms, of full level."""
    turns = np.exp(-2j * np.pi * 1000 * np.arange(len(window)) / rate_hz)
    return float(2 * abs(np.sum(window * turns)) / len(window) / 32768)
