"""Locks a desk that nobody has touched for a while: the seat goes on, nobody orders before a password.

Never during a call: whoever only listens does not touch anything. A ringing call shows on the page and is
answered with F3 as before any log-in; what was typed stays where it is.
"""

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication

LOOK_MS = 5000
_HANDS = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.MouseMove}
)


class IdleWatch(QObject):
    """Calls `lock` once the desk was idle for `minutes`; 0: never. `busy`: a call is up."""

    def __init__(
        self,
        parent: QObject,
        minutes: int,
        busy: Callable[[], bool],
        lock: Callable[[], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clock`: seconds that never go back."""
        super().__init__(parent)
        self._idle_s_max = minutes * 60
        self._busy, self._lock, self._clock = busy, lock, clock
        self._touched_at = clock()
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.installEventFilter(self)
        self._app = app
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self.look)
        if minutes:
            self._timer.start()

    def look(self) -> None:
        """Lock when it is time."""
        if self._busy():
            self._touched_at = self._clock()
        elif self._idle_s_max and self._clock() - self._touched_at >= self._idle_s_max:
            self._touched_at = self._clock()
            self._lock()

    def stop(self) -> None:
        self._timer.stop()
        self._app.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _HANDS:
            self._touched_at = self._clock()
        return False
