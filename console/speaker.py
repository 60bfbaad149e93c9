"""Sound without waiting: a child process owns the device, this end of its pipe belongs to the window.

Finding a sound device takes a second on some machines and for ever on a broken one: no call waits for it.
"""

import sys
import wave
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

STOP_MS_MAX = 500
WORD = "\t"
"""What begins with it is a word to the child, anything else a file."""


class Speaker(QObject):
    """One sound at a time. `silent`: nothing can be heard here; `ended`: the file was played to its end;
    `at`: how far it is, in ms, some times a second.
    """

    silent = Signal()
    ended = Signal()
    at = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._child = QProcess(self)
        self._child.setProgram(sys.executable)
        self._child.setArguments(["-m", "console.speaker_process"])
        self._child.setWorkingDirectory(str(Path(__file__).resolve().parents[1]))
        self._child.readyReadStandardOutput.connect(self._read)
        self._child.finished.connect(self._gone)
        self._child.errorOccurred.connect(self._failed)
        self._wanted = False

    def play(self, file: Path) -> None:
        """From the beginning; what plays now ends. The child starts with the first sound."""
        self._begin(f"{file}")

    def play_from(self, file: Path, ms: int, speed: float) -> None:
        """As `play`, from there and so fast; `speed` 1.0 is life."""
        self._begin(f"{WORD}from {ms} {speed} {file}")

    def loop(self, file: Path) -> None:
        """As `play`, again and again until something else is wanted."""
        self._begin(f"{WORD}loop {file}")

    def use(self, device: str) -> None:
        """The next sound comes out there; "": the machine's own output."""
        if self._child.state() is QProcess.ProcessState.NotRunning:
            self._child.start()
        self._tell(f"{WORD}device {device}")

    def seek(self, ms: int) -> None:
        self._tell(f"{WORD}seek {ms}")

    def set_speed(self, speed: float) -> None:
        self._tell(f"{WORD}speed {speed}")

    def pause(self) -> None:
        self._tell(f"{WORD}pause")

    def resume(self) -> None:
        self._tell(f"{WORD}resume")

    def _begin(self, line: str) -> None:
        self._wanted = True
        if self._child.state() is QProcess.ProcessState.NotRunning:
            self._child.start()
        self._child.write(f"{line}\n".encode())

    def _tell(self, line: str) -> None:
        if self._child.state() is not QProcess.ProcessState.NotRunning:
            self._child.write(f"{line}\n".encode())

    def hush(self) -> None:
        """Silence."""
        self._wanted = False
        self._tell("")

    def stop(self) -> None:
        """End the child, which holds nothing that a kill could harm."""
        self._wanted = False
        if self._child.state() is not QProcess.ProcessState.NotRunning:
            self._child.kill()
            self._child.waitForFinished(STOP_MS_MAX)

    def _read(self) -> None:
        while self._child.canReadLine():
            word = bytes(self._child.readLine().data()).decode(errors="replace").strip()
            if word.startswith("at "):
                self.at.emit(int(word[3:]))
            elif word == "silent":
                self._cannot()
            elif word == "ended":
                self._wanted = False
                self.ended.emit()

    def _failed(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self._cannot()

    def _gone(self) -> None:
        """A child that died while it should play is as good as no device; the next sound starts another."""
        self._cannot()

    def _cannot(self) -> None:
        wanted, self._wanted = self._wanted, False
        if wanted:
            self.silent.emit()


def write_wav(file: Path, samples: bytes, rate_hz: int) -> None:
    """16-bit mono samples as a file that can be played. Raises OSError."""
    with wave.open(str(file), "wb") as out:
        out.setparams((1, 2, rate_hz, 0, "NONE", ""))
        out.writeframes(samples)
