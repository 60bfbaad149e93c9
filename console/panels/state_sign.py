"""The sign of our seat's state in the header: its shape, word, reason and how long it has lasted."""

from collections.abc import Callable

from console import names
from console.models.desk import Desk
from console.models.queue_rows import own_state
from console.panels.widgets import Pressable, set_property


class StateSign(Pressable):
    """A press asks for the reason of a pause, or makes the seat ready where it is not."""

    def __init__(self, desk: Desk, do: Callable[[str], object]) -> None:
        super().__init__(lambda: do("pause" if self.property("tone") == "ok" else "ready"))
        self.setObjectName(names.SEAT_STATE)
        self.setProperty("role", "lamp")
        self._desk = desk

    def refresh(self, now: int) -> None:
        words, tone, detail = own_state(self._desk, now)
        self.setText(words)
        self.setToolTip(detail)
        self.setAccessibleName(words)
        self.setVisible(bool(words))
        set_property(self, "tone", tone)
