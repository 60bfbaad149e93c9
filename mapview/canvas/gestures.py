"""What hands and keys mean on the map: drag, wheel, arrows, the letters of the map. No drawing here.

A notch of the wheel goes to the next half zoom, where tiles are exact; a touch pad zooms freely.
"""

import math
from typing import Final, Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent

from mapview.canvas.view import View

DRAG_FROM_PX: Final = 4.0
KEY_PAN_PX: Final = 120.0
NOTCH: Final = 120  # wheel units, Qt
ZOOMS_PER_NOTCH: Final = 0.5

_PANS: Final = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}
_ZOOMS: Final = {
    Qt.Key.Key_Plus: 1,
    Qt.Key.Key_Equal: 1,
    Qt.Key.Key_PageUp: 1,
    Qt.Key.Key_Minus: -1,
    Qt.Key.Key_PageDown: -1,
}


class Handled(Protocol):
    """What the gestures need of the map."""

    @property
    def view(self) -> View: ...
    @property
    def is_pinning(self) -> bool: ...
    def moved_by_hand(self, view: View) -> None: ...
    def clicked(self, x: float, y: float) -> None: ...
    def pinned(self, x: float, y: float) -> None: ...
    def set_pin_mode(self, on: bool) -> None: ...
    def unlock(self) -> None: ...


def notch_steps(zoom: float, direction: int) -> float:
    """Zooms to the next half step up (1) or down (-1)."""
    halves = zoom / ZOOMS_PER_NOTCH
    target = math.floor(halves + 1e-6) + 1 if direction > 0 else math.ceil(halves - 1e-6) - 1
    return target * ZOOMS_PER_NOTCH - zoom


class Hands:
    """Keeps the state of a drag and turns events into calls of the map."""

    def __init__(self, target: Handled) -> None:
        self._map = target
        self._pressed: QPointF | None = None
        self._last = QPointF()
        self._dragging = False

    def press(self, event: QMouseEvent) -> None:
        if event.button() in (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton):
            self._pressed = self._last = event.position()
            self._dragging = False

    def move(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        at = event.position()
        away = at - self._pressed
        if not self._dragging and math.hypot(away.x(), away.y()) < DRAG_FROM_PX:
            return
        self._dragging = True
        step = at - self._last
        self._last = at
        self._map.moved_by_hand(self._map.view.panned(step.x(), step.y()))

    def release(self, event: QMouseEvent) -> None:
        was_click = self._pressed is not None and not self._dragging
        self._pressed = None
        if was_click and event.button() is Qt.MouseButton.LeftButton:
            self._map.clicked(event.position().x(), event.position().y())

    def wheel(self, event: QWheelEvent) -> None:
        turned = event.angleDelta().y()
        if not turned:
            return
        view = self._map.view
        if turned % NOTCH:
            steps = turned / NOTCH * ZOOMS_PER_NOTCH
        else:
            steps = 0.0
            for _ in range(abs(turned) // NOTCH):
                steps += notch_steps(view.zoom + steps, 1 if turned > 0 else -1)
        self._map.moved_by_hand(view.zoomed(steps, event.position().x(), event.position().y()))

    def key(self, event: QKeyEvent) -> bool:
        """True if the key means something on the map."""
        key, view = Qt.Key(event.key()), self._map.view
        middle = view.width / 2, view.height / 2
        if key in _PANS:
            dx, dy = _PANS[key]
            self._map.moved_by_hand(view.panned(dx * KEY_PAN_PX, dy * KEY_PAN_PX))
        elif key in _ZOOMS:
            self._map.moved_by_hand(view.zoomed(notch_steps(view.zoom, _ZOOMS[key]), *middle))
        elif key in (Qt.Key.Key_T, Qt.Key.Key_Home):
            self._map.unlock()
        elif key is Qt.Key.Key_P:
            self._map.set_pin_mode(not self._map.is_pinning)
        elif self._map.is_pinning and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._map.pinned(*middle)
        elif self._map.is_pinning and key is Qt.Key.Key_Escape:
            self._map.set_pin_mode(False)
        else:
            return False
        return True
