"""The address field: what is typed is searched while typing, and the list never takes the keyboard.

Down and Up walk the list, Enter takes a line, Esc closes it; the typed words always stay usable as they are.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, QStringListModel, Qt, QTimer
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListView, QWidget

from console.ports import Found, Suggestions

SEARCH_AFTER_MS = 90
LINES_MAX = 8
LINE_PX = 30


class AddressField(QLineEdit):
    """`typed(text)` on every change by hand, `search(text)` after a pause, `taken(found)` for a line."""

    def __init__(
        self,
        typed: Callable[[str], object],
        search: Callable[[str], object],
        taken: Callable[[Found], object],
        overlay: QWidget,
    ) -> None:
        super().__init__()
        self.setObjectName("form.place")
        self.setProperty("large", True)
        self._found: tuple[Found, ...] = ()
        self._answered: Suggestions | None = None
        self._taken = taken
        self._overlay = overlay
        self._list = QListView(overlay)
        self._list.setObjectName("form.place.suggestions")
        self._list.setProperty("overlay", True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._lines = QStringListModel(self)
        self._list.setModel(self._lines)
        self._list.clicked.connect(lambda index: self._take(index.row()))
        self._list.hide()
        self._pause = QTimer(self, singleShot=True, interval=SEARCH_AFTER_MS)
        self._pause.timeout.connect(lambda: search(self.text()))
        self.textEdited.connect(typed)
        self.textEdited.connect(self._edited)

    def _edited(self, text: str) -> None:
        if text.strip():
            self._pause.start()
        else:
            self.close_list()

    def suggest(self, suggestions: Suggestions) -> None:
        """Show what was found, once, if it still answers what is typed; nothing opens by itself later."""
        if suggestions is self._answered or suggestions.asked != self.text() or not self.hasFocus():
            return
        self._answered = suggestions
        self._found = suggestions.found[:LINES_MAX]
        self._lines.setStringList([line(found) for found in self._found])
        if not self._found:
            self.close_list()
            return
        corner = self.mapTo(self._overlay, self.rect().bottomLeft())
        self._list.setGeometry(corner.x(), corner.y() + 2, self.width(), len(self._found) * LINE_PX + 6)
        self._list.setCurrentIndex(self._lines.index(0))
        self._list.raise_()
        self._list.show()

    def close_list(self) -> bool:
        """Close the list; False when it was not open."""
        was_open = self._list.isVisible()
        self._pause.stop()
        self._list.hide()
        return was_open

    def _take(self, at: int) -> None:
        found = self._found[at]
        self.close_list()
        self.setText(found.name)
        self._taken(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self._list.isVisible():
            at = self._list.currentIndex().row()
            if key in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
                step = 1 if key == Qt.Key.Key_Down else -1
                self._list.setCurrentIndex(self._lines.index((at + step) % len(self._found)))
                return
            if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                self._take(at)
                return
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.focusNextChild()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.close_list()
        super().focusOutEvent(event)


def line(found: Found) -> str:
    """One line of the list: the name, then what tells it from others."""
    return f"{found.name}　{found.detail}" if found.detail else found.name


def next_on_enter(field: QLineEdit) -> None:
    """Enter goes on to the next field, as on every form that is filled in a hurry."""
    field.installEventFilter(_Enter(field))


class _Enter(QObject):
    def eventFilter(self, watched: QObject, event: object) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() is not QKeyEvent.Type.KeyPress:
            return False
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter} or not isinstance(watched, QLineEdit):
            return False
        watched.focusNextChild()
        return True
