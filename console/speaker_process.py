"""`python -m console.speaker_process`: the child process that plays sounds; no window waits for a device.

A line of standard input is a file to be played, an empty one stops; a line that begins with a tab is a word:
`from <ms> <speed> <file>`, `loop <file>`, `seek <ms>`, `speed <x>`, `device <name>`, `pause`, `resume`.
Answers are lines: `playing`, `at <ms>`, `silent` (no device, or it cannot be played), `ended`. The end of the
input ends us.
"""

import os
import sys
import threading
from typing import NoReturn

from PySide6.QtCore import QCoreApplication, QObject, Qt, QUrl, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer

WORD = "\t"
READY = frozenset({QMediaPlayer.MediaStatus.LoadedMedia, QMediaPlayer.MediaStatus.BufferedMedia})


class Voice(QObject):
    """Plays one file at a time."""

    heard = Signal(str)
    over = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._player = QMediaPlayer(self)
        self._output = QAudioOutput(self._player)
        self._player.setAudioOutput(self._output)
        self._player.mediaStatusChanged.connect(self._on_status)
        self._player.positionChanged.connect(self._on_position)
        self._player.setPitchCompensation(True)  # faster, and still a person's voice
        self._begin_ms = 0
        self._player.errorOccurred.connect(lambda *_: answer("silent"))
        self.heard.connect(self._obey, Qt.ConnectionType.QueuedConnection)

    def _obey(self, line: str) -> None:
        word, _, rest = line[1:].partition(" ")
        if not line.startswith(WORD):
            self._player.setPlaybackRate(1.0)
            self._play(line, 0)
        elif word == "from":
            begin_ms, speed, path = rest.split(" ", 2)
            self._player.setPlaybackRate(float(speed))
            self._play(path, int(begin_ms))
        elif word == "loop":
            self._player.setPlaybackRate(1.0)
            self._play(rest, 0, QMediaPlayer.Loops.Infinite.value)
        elif word == "device":
            self._use(rest)
        elif word == "seek":
            self._player.setPosition(int(rest))
        elif word == "speed":
            self._player.setPlaybackRate(float(rest))
        elif word == "pause":
            self._player.pause()
        elif word == "resume":
            self._player.play()

    def _use(self, name: str) -> None:
        """The output called so, or the machine's own where none is."""
        found = [one for one in QMediaDevices.audioOutputs() if name and name in one.description()]
        self._output.setDevice(found[0] if found else QMediaDevices.defaultAudioOutput())

    def _play(self, path: str, begin_ms: int, loops: int = 1) -> None:
        self._player.stop()
        self._player.setLoops(loops)
        self._begin_ms = begin_ms
        if not path:
            return
        if not QMediaDevices.audioOutputs():
            answer("silent")
            return
        self._player.setSource(QUrl())  # the same file once more begins at its beginning
        self._player.setSource(QUrl.fromLocalFile(path))
        self._player.play()
        answer("playing")

    def _on_status(self, status: QMediaPlayer.MediaStatus) -> None:
        if status is QMediaPlayer.MediaStatus.EndOfMedia:
            answer("ended")
        elif self._begin_ms and status in READY:  # before that there is nothing to move in
            begin_ms, self._begin_ms = self._begin_ms, 0
            self._player.setPosition(begin_ms)

    def _on_position(self, ms: int) -> None:
        if not self._begin_ms and self._player.playbackState() is QMediaPlayer.PlaybackState.PlayingState:
            answer(f"at {ms}")


def answer(word: str) -> None:
    print(word, flush=True)  # noqa: T201 - the pipe to the window


def listen(voice: Voice) -> None:
    """The input, on a thread of its own."""
    for line in sys.stdin:
        voice.heard.emit(line.rstrip("\n"))
    voice.over.emit()


def main() -> NoReturn:
    app = QCoreApplication(sys.argv[:1])
    voice = Voice()
    voice.over.connect(app.quit, Qt.ConnectionType.QueuedConnection)
    threading.Thread(target=listen, args=(voice,), name="input", daemon=True).start()
    code = app.exec()
    sys.stdout.flush()
    os._exit(code)  # Qt's connection to a sound server that is not there aborts an orderly end now and then


if __name__ == "__main__":
    main()
