"""The sound of an activation: a family of its own, so that nobody takes it for a ringing call.

Three rising tones, made here, played by a child process; without a sound device the bell of the screen.
"""

import math
import struct
import tempfile
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from console.speaker import Speaker, write_wav

RATE_HZ = 22_050
TONES_HZ = (523, 659, 784)  # C E G: no telephone and no alarm of ours sounds like it
TONE_S = 0.22
FADE_S = 0.02
LOUDNESS = 0.6
SAMPLE_MAX = 32_767


def chime_samples() -> bytes:
    """The tones as 16-bit mono samples, each faded in and out: no clicks."""
    count, fade = round(RATE_HZ * TONE_S), round(RATE_HZ * FADE_S)
    samples = []
    for hz in TONES_HZ:
        for at in range(count):
            level = LOUDNESS * min(1.0, at / fade, (count - at) / fade)
            samples.append(round(SAMPLE_MAX * level * math.sin(2 * math.pi * hz * at / RATE_HZ)))
    return struct.pack(f"<{len(samples)}h", *samples)


class Chime(QObject):
    """Plays the chime once; `played` counts, for the record and for tests."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.played = 0
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._speaker = Speaker(self)
        self._speaker.silent.connect(QApplication.beep)

    def play(self) -> None:
        self.played += 1
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="lingsheng-chime-")
            write_wav(self._file(self._folder), chime_samples(), RATE_HZ)
        self._speaker.play(self._file(self._folder))

    def stop(self) -> None:
        """For good."""
        self._speaker.stop()

    @staticmethod
    def _file(folder: tempfile.TemporaryDirectory[str]) -> Path:
        return Path(folder.name) / "activation.wav"
