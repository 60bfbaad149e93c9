"""The sign of our seat's state in the header: its shape, word, reason and how long it has lasted."""

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QPaintEvent

from console import names
from console.models.desk import Desk
from console.models.queue_rows import own_state
from console.panels.widgets import Pressable, paint_cut, set_property

STATE_PX_MIN = 140


class StateSign(Pressable):
    """A press asks for the reason of a pause, or makes the seat ready where it is not.

    Long words give way before the window grows wider than its screen; whole they are in the tooltip.
    """

    def __init__(self, desk: Desk, do: Callable[[str], object]) -> None:
        super().__init__(lambda: do("pause" if self.property("tone") == "ok" else "ready"))
        self.setObjectName(names.SEAT_STATE)
        self.setProperty("role", "lamp")
        self._desk = desk

    def minimumSizeHint(self) -> QSize:
        whole = super().minimumSizeHint()
        return QSize(min(STATE_PX_MIN, whole.width()), whole.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        paint_cut(self)

    def refresh(self, now: int) -> None:
        words, tone, detail = own_state(self._desk, now)
        self.setText(words)
        self.setToolTip(f"{words}\n{detail}")
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        set_property(self, "tone", tone)
