"""Pictures of a window in both themes, taken when the map under it is drawn."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

LOOK_MS = 300
LOOKS_MAX = 20
THEMES = ("night", "day")


class Camera(QObject):
    """`ready` says when the map is complete; `dress(theme)` changes the theme of the window."""

    def __init__(
        self,
        window: QWidget,
        name: str,
        folder: Path,
        dress: Callable[[str], None],
        ready: Callable[[], bool],
    ) -> None:
        super().__init__(window)
        self._window, self._name, self._folder = window, name, folder
        self._dress, self._ready = dress, ready
        self._left: list[str] = []
        self._looks = 0
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """True until the last picture of a `shoot` is taken; the looks are counted, so it always ends."""
        return bool(self._left)

    def shoot(self) -> None:
        """Take one picture in each theme, the first theme last worn."""
        self._left = list(THEMES)
        self._wear()

    def _wear(self) -> None:
        self._dress(self._left[0])
        self._looks = 0
        self._timer.start()

    def _look(self) -> None:
        """Wait for the map, but not for ever: a picture with a grey map is better than none."""
        self._looks += 1
        if self._looks < 2 or (not self._ready() and self._looks < LOOKS_MAX):
            return
        self._timer.stop()
        theme = self._left.pop(0)
        self._folder.mkdir(parents=True, exist_ok=True)
        part = self._folder / f".{self._name}-{theme}.png"
        self._window.grab().save(str(part))
        part.replace(self._folder / f"{self._name}-{theme}.png")
        if self._left:
            self._wear()
        else:
            self._dress(THEMES[0])
