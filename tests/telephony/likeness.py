"""How alike what was sent and what was heard are, half a second at a time."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
from scipy import signal as dsp

CORRELATION_MIN = 0.9
COMPARE_HZ = 8000
WINDOW = COMPARE_HZ // 2
LOUD = 1000.0


def channels(path: Path) -> tuple[Any, Any, int]:
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)
        return samples[:, 0].astype(float), samples[:, 1].astype(float), file.getframerate()


def alike(sent_wav: Path, heard: Any, heard_hz: int) -> int:
    """How many half seconds of what was heard are what was sent.

    A machine that many tests share starves a thread now and then, and its frames are late: so tests of sound
    wait until enough is whole, however long that takes, instead of asking that nothing was ever late.
    """
    return sum(found > CORRELATION_MIN for found in likeness(sent_wav, heard, heard_hz))


def likeness(sent_wav: Path, heard: Any, heard_hz: int) -> list[float]:
    """For each half second heard, how well it correlates with the best fitting stretch of what was sent.

    Each window is fitted alone: the jitter buffer drops a frame or two in the first seconds.
    """
    with wave.open(str(sent_wav)) as file:
        sent = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)
        sent = dsp.resample_poly(sent, COMPARE_HZ, file.getframerate())
    heard = dsp.resample_poly(heard, COMPARE_HZ, heard_hz)
    energy = dsp.fftconvolve(sent**2, np.ones(WINDOW), "valid").clip(1.0)
    found = []
    for start in range(0, len(heard) - WINDOW + 1, WINDOW):
        window = heard[start : start + WINDOW]
        if np.abs(window).max() > LOUD:
            fit = dsp.correlate(sent, window, "valid") / np.sqrt(energy * np.dot(window, window))
            found.append(float(fit.max()))
    return found
