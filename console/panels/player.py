"""Plays a recording with Qt's player. Where there is no sound device it says so and where the file lies."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl

from console.i18n import say

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QMediaPlayer


class Player(QObject):
    """One recording at a time. `tell(what, do)` speaks to the dispatcher."""

    def __init__(self, tell: Callable[[str, str], object]) -> None:
        super().__init__()
        self._tell = tell
        self._player: QMediaPlayer | None = None
        self._playing: Path | None = None

    def toggle(self, path: Path) -> None:
        """Play this file, or stop it when it plays."""
        if self._playing == path and self._player is not None:
            self._player.stop()
            self._playing = None
            return
        if not path.is_file():
            self._tell(say("录音文件不在本机"), say("文件：{path}", path=path))
            return
        self._start(path)

    def _start(self, path: Path) -> None:
        from PySide6.QtMultimedia import QAudioOutput, QMediaDevices, QMediaPlayer  # heavy: only when needed

        if not QMediaDevices.audioOutputs():
            self._tell(say("没有声音设备，无法播放"), say("文件：{path}", path=path))
            return
        if self._player is None:
            self._player = QMediaPlayer(self)
            self._player.setAudioOutput(QAudioOutput(self._player))
        self._player.setSource(QUrl.fromLocalFile(str(path)))
        self._player.play()
        self._playing = path
