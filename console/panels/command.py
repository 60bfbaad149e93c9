"""The command line at the foot. It opens over the form being typed and goes back to it; no IME in it."""

from collections import deque
from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from console.i18n import say
from console.models.commandline import HISTORY_MAX, complete


class CommandLine(QLineEdit):
    """`run(text)` returns True when the line was understood and may be cleared."""

    def __init__(self, run: Callable[[str], bool]) -> None:
        super().__init__()
        self.setObjectName("command.line")
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setPlaceholderText(say("/ 命令，例如 /派车 03　Tab 补全"))
        self._run = run
        self._history: deque[str] = deque(maxlen=HISTORY_MAX)
        self._at = 0
        self._back: QWidget | None = None

    def open(self) -> None:
        """Take the keyboard; Esc or an executed line gives it back."""
        if not self.hasFocus():
            self._back = QApplication.focusWidget()
        if not self.text():
            self.setText("/")
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_line(self) -> None:
        """Back to where the typist was."""
        self.clear()
        if self.hasFocus():
            self.clearFocus()
            if self._back is not None:
                self._back.setFocus(Qt.FocusReason.OtherFocusReason)
        self._back = None

    def event(self, event: QEvent) -> bool:
        if (
            event.type() is QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Tab
        ):
            self.setText(complete(self.text()))
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._execute()
        elif key in {Qt.Key.Key_Up, Qt.Key.Key_Down} and self._history:
            self._at = (self._at + (-1 if key == Qt.Key.Key_Up else 1)) % len(self._history)
            self.setText(self._history[self._at])
        else:
            super().keyPressEvent(event)

    def _execute(self) -> None:
        words = self.text()
        back = self._back
        if self._run(words):
            self._history.append(words)
            self._at = len(self._history)
            self.clear()
            if self.hasFocus():
                self._back = back
                self.close_line()
        else:
            self.selectAll()
