"""Hands and no eyes: presses keys, clicks and types in a real window, as a person at it would."""

from typing import TypeVar

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

W = TypeVar("W", bound=QWidget)
Key = Qt.Key
Held = Qt.KeyboardModifier


class Hands:
    """Widgets are named as in `console.names`; a name nobody has raises LookupError."""

    def __init__(self, window: QWidget) -> None:
        self._window = window

    def press(self, key: Key, held: Held = Held.NoModifier) -> None:
        """A key, where the keyboard is."""
        QTest.keyClick(self._window.focusWidget() or self._window, key, held)

    def press_in(self, name: str, key: Key) -> None:
        """A key in this field."""
        QTest.keyClick(self.field(name), key)

    def write(self, name: str, text: str) -> None:
        """Empty the field and type: letters by key, Chinese as an input method commits it."""
        field = self.field(name)
        field.setFocus()
        field.selectAll()
        QTest.keyClick(field, Key.Key_Delete)
        if text.isascii():
            QTest.keyClicks(field, text)
        else:
            committed = QInputMethodEvent()
            committed.setCommitString(text)
            QCoreApplication.sendEvent(field, committed)

    def click(self, name: str) -> None:
        QTest.mouseClick(self.find(QPushButton, name), Qt.MouseButton.LeftButton)

    def field(self, name: str) -> QLineEdit:
        return self.find(QLineEdit, name)

    def find(self, kind: type[W], name: str) -> W:
        found: W | None = self._window.findChild(kind, name)
        if found is None:
            raise LookupError(name)
        return found
