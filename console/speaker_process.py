"""`python -m console.speaker_process`: the child process that plays sounds; no window waits for a device.

A line of standard input is a file to be played, an empty one stops; answers are lines of standard output:
`playing`, `silent` (no device, or it cannot be played), `ended`. The end of the input ends the process.
"""

import sys
import threading

from PySide6.QtCore import QCoreApplication, QObject, Qt, QUrl, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer


class Voice(QObject):
    """Plays one file at a time."""

    heard = Signal(str)
    over = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._player = QMediaPlayer(self)
        self._player.setAudioOutput(QAudioOutput(self._player))
        self._player.mediaStatusChanged.connect(self._on_status)
        self._player.errorOccurred.connect(lambda *_: answer("silent"))
        self.heard.connect(self._play, Qt.ConnectionType.QueuedConnection)

    def _play(self, path: str) -> None:
        self._player.stop()
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


def answer(word: str) -> None:
    print(word, flush=True)  # noqa: T201 - the pipe to the window


def listen(voice: Voice) -> None:
    """The input, on a thread of its own."""
    for line in sys.stdin:
        voice.heard.emit(line.rstrip("\n"))
    voice.over.emit()


def main() -> int:
    app = QCoreApplication(sys.argv[:1])
    voice = Voice()
    voice.over.connect(app.quit, Qt.ConnectionType.QueuedConnection)
    threading.Thread(target=listen, args=(voice,), name="input", daemon=True).start()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
