"""Sound without waiting: a child process owns the device, this end of its pipe belongs to the window.

Finding a sound device takes a second on some machines and for ever on a broken one: no call waits for it.
"""

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, Signal

STOP_MS_MAX = 500


class Speaker(QObject):
    """One sound at a time. `silent`: nothing can be heard here; `ended`: the file was played to its end."""

    silent = Signal()
    ended = Signal()

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
        self._wanted = True
        if self._child.state() is QProcess.ProcessState.NotRunning:
            self._child.start()
        self._child.write(f"{file}\n".encode())

    def hush(self) -> None:
        """Silence."""
        self._wanted = False
        if self._child.state() is not QProcess.ProcessState.NotRunning:
            self._child.write(b"\n")

    def stop(self) -> None:
        """End the child, which holds nothing that a kill could harm."""
        self._wanted = False
        if self._child.state() is not QProcess.ProcessState.NotRunning:
            self._child.kill()
            self._child.waitForFinished(STOP_MS_MAX)

    def _read(self) -> None:
        while self._child.canReadLine():
            word = bytes(self._child.readLine().data()).decode(errors="replace").strip()
            if word == "silent":
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
