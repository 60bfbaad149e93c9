"""Plays a recording. Where there is no sound device it says so and where the file lies."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from console.i18n import say
from console.speaker import Speaker


class Player(QObject):
    """One recording at a time. `tell(what, do)` speaks to the dispatcher."""

    def __init__(self, tell: Callable[[str, str], object]) -> None:
        super().__init__()
        self._tell = tell
        self._speaker = Speaker(self)
        self._speaker.silent.connect(self._cannot)
        self._speaker.ended.connect(self._over)
        self._playing: Path | None = None

    def toggle(self, path: Path) -> bool:
        """Play this file, or stop it when it plays; True when it begins."""
        if self._playing == path:
            self._speaker.hush()
            self._over()
            return False
        if not path.is_file():
            self._tell(say("录音文件不在本机"), say("文件：{path}", path=path))
            return False
        self._playing = path
        self._speaker.play(path.resolve())
        return True

    def stop(self) -> None:
        """For good."""
        self._speaker.stop()

    def _over(self) -> None:
        self._playing = None

    def _cannot(self) -> None:
        path, self._playing = self._playing, None
        self._tell(say("没有声音设备，无法播放"), say("文件：{path}", path=path))
