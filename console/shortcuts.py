"""Keys to verbs. The filter sees every key before the field that has the keyboard: a verb works the same
everywhere; ordinary typing and editing keys pass through.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from console.verbs import ALWAYS, VERBS

_PLAIN = Qt.KeyboardModifier.NoModifier | Qt.KeyboardModifier.KeypadModifier


def table() -> dict[str, str]:
    """Portable key text to verb id."""
    return {verb.key: verb.id for verb in VERBS if verb.key and "…" not in verb.key}


class KeyFilter(QObject):
    """Installed on the application; acts for keys that go to `window` or its children.

    `awake(verb)`: may this be done now. In a dialog of the window only the telephone's verbs work.
    """

    def __init__(
        self,
        window: QWidget,
        do: Callable[[str], object],
        pick_row: Callable[[int], object],
        awake: Callable[[str], bool],
    ) -> None:
        super().__init__(window)
        self._window, self._do, self._pick_row, self._awake = window, do, pick_row, awake
        self._verbs = table()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in {QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride}:
            return False
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QWidget):
            return False
        over = watched.window()
        if over is not self._window and over.parent() is not self._window:
            return False
        found = self._verb(event, watched)
        if found is None:
            return False
        verb_id = "pick" if isinstance(found, int) else found
        if not self._awake(verb_id) or (over is not self._window and verb_id not in ALWAYS):
            return False
        event.accept()
        if kind is QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._do(found) if isinstance(found, str) else self._pick_row(found)
        return True

    def _verb(self, event: QKeyEvent, watched: QWidget) -> str | int | None:
        modifiers, key = event.modifiers(), event.key()
        if modifiers & Qt.KeyboardModifier.ControlModifier and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            return key - Qt.Key.Key_0
        typing = isinstance(watched, QLineEdit)
        if not typing and event.text() in {"/", "／", "、"} and not modifiers & ~_PLAIN:
            return "command"
        name = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.PortableText)
        return self._verbs.get(name)
