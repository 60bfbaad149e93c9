"""A sheet that lies over panels. The keyboard stays on it: Tab goes round and never to what is covered.

Otherwise nobody would see where the keyboard is. An Enter held down presses no button of it.
"""

from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QPushButton, QWidget

ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class Sheet(QFrame):
    """Lies on `page` over `places`, from the first to the last.

    When it is closed `back` gives the keyboard to the form; None: it goes back to where it was.
    """

    def __init__(
        self, name: str, page: QWidget, *places: QWidget, back: Callable[[], object] | None = None
    ) -> None:
        super().__init__(page)
        self._page, self._places = page, places
        self._give_back = back or self._to_where_it_was
        self._was: QWidget | None = None
        self.setObjectName(name)
        self.setProperty("overlay", True)
        self.hide()

    def come(self, first: QWidget) -> None:
        """Lie on top, with the keyboard on `first`."""
        if not self.isVisible():
            self._was = QApplication.focusWidget()
        self.place()
        self.show()
        self.raise_()
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_sheet(self) -> None:
        """The keyboard is given back, unless it has gone elsewhere meanwhile."""
        had = self.has_keyboard()  # before hiding: Qt gives it to whatever comes next
        self.make_room()
        if had:
            self._give_back()

    def make_room(self) -> None:
        """Something else takes the keyboard: only vanish."""
        self.hide()

    def has_keyboard(self) -> bool:
        """It is here, or nowhere."""
        focus = QApplication.focusWidget()
        return focus is None or focus is self or self.isAncestorOf(focus)

    def _to_where_it_was(self) -> None:
        was, self._was = self._was, None
        if was is not None and shiboken6.isValid(was) and was.isVisible():
            was.setFocus(Qt.FocusReason.OtherFocusReason)

    def place(self) -> None:
        """The page has another size."""
        room = QRect()
        for widget in self._places:
            room = room.united(QRect(widget.mapTo(self._page, widget.rect().topLeft()), widget.size()))
        self.setGeometry(self.lie(room))

    def lie(self, room: QRect) -> QRect:
        """Where in the room of its places: all of it."""
        return room

    def chain(self) -> Sequence[QWidget]:
        """What the keyboard goes through, in the order it is read: as it was laid out."""
        return [one for one in self.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]

    def guard(self, *buttons: QPushButton) -> None:
        """These are pressed by an Enter of their own, not by one held down in the field before."""
        for one in buttons:
            one.installEventFilter(self)

    def focusNextPrevChild(self, on: bool) -> bool:
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


def foot(room: QRect, height: int) -> QRect:
    """The lowest part of a room, as wide as it."""
    return QRect(room.left(), room.bottom() - height, room.width(), height)
