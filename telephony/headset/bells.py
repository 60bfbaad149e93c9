"""Qt: what sounds beside the calls: ring tones, and the operator's own voice after a test."""

from collections.abc import Sequence

from PySide6.QtCore import QTimer
from PySide6.QtMultimedia import QAudioDevice

from telephony.headset.frames import RATE_HZ
from telephony.headset.rings import Loop, Once
from telephony.headset.streams import Ear

TAIL_MS = 300  # what a sink still holds when its source is at its end


class Bells:
    """Lives on the sound thread."""

    def __init__(self) -> None:
        self._ringing: list[Ear] = []
        self._playing: list[Ear] = []

    def ring(self, period: bytes, outputs: Sequence[QAudioDevice]) -> None:
        """This tone on all of these, instead of what rang before."""
        self.silence()
        self._ringing = [Ear(output, Loop(period)) for output in outputs]

    def silence(self) -> None:
        for ear in self._ringing:
            ear.close()
        self._ringing = []

    @property
    def broken(self) -> bool:
        return any(ear.broken for ear in self._ringing)

    def play(self, audio: bytes, output: QAudioDevice) -> None:
        """Once, beside everything else."""
        ear = Ear(output, Once(audio))
        self._playing.append(ear)
        QTimer.singleShot(len(audio) * 1000 // (2 * RATE_HZ) + TAIL_MS, lambda: self._end(ear))

    def close(self) -> None:
        self.silence()
        for ear in list(self._playing):
            self._end(ear)

    def _end(self, ear: Ear) -> None:
        if ear in self._playing:
            self._playing.remove(ear)
            ear.close()
