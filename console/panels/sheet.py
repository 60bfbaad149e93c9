"""A sheet that lies over panels. The keyboard stays on it: Tab goes round and never to what is covered.

Otherwise nobody would see where the keyboard is. An Enter held down presses no button of it.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QWidget

ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class Sheet(QFrame):
    """`chain` names what the keyboard goes through, in the order it is read."""

    def chain(self) -> Sequence[QWidget]:
        raise NotImplementedError

    def guard(self, *buttons: QPushButton) -> None:
        """These are pressed by an Enter of their own, not by one held down in the field before."""
        for one in buttons:
            one.installEventFilter(self)

    def focusNextPrevChild(self, on: bool) -> bool:  # noqa: N802 - Qt's name
        """Round and round."""
        stops = [one for one in self.chain() if one.isVisible() and one.isEnabled()]
        now = QApplication.focusWidget()
        if not stops:  # it is being hidden
            return super().focusNextPrevChild(on)
        at = stops.index(now) if now in stops else -1 if on else 0
        reason = Qt.FocusReason.TabFocusReason if on else Qt.FocusReason.BacktabFocusReason
        stops[(at + (1 if on else -1)) % len(stops)].setFocus(reason)
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress
        if pressed and isinstance(watched, QPushButton):
            return isinstance(event, QKeyEvent) and event.isAutoRepeat() and event.key() in ENTER
        return False
