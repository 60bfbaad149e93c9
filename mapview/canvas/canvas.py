"""The map widget: ground, still marks, moving vehicles, and everything a hand or a key can do to it.

Invariants: a refresh never moves the view; any gesture locks it; only the user unlocks it. Painting
never reads a file. Clicking the map never takes the keyboard away from the form being typed.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, TypeVar

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from mapview.canvas.fleet import Fleet
from mapview.canvas.gestures import Hands
from mapview.canvas.ground import Ground
from mapview.canvas.marks import AreaMark, IncidentMark, PlaceMark, RouteMark, VehicleMark
from mapview.canvas.overlay import Notes
from mapview.canvas.palette import THEMES, Palette
from mapview.canvas.room import Rect
from mapview.canvas.scene import Scene
from mapview.canvas.sheets import Cartographer
from mapview.canvas.texts import incident_tip, vehicle_tip, word
from mapview.canvas.view import View
from mapview.geo.projection import pixel_of

COMPOSE_MS: Final = 100  # after the last gesture or the first new piece of ground
SLICE_S: Final = 0.008  # of drawing letters between two events
AGEING_MS: Final = 1_000  # positions grow old without anything being reported
START_ZOOM: Final = 12.0
SHOW_ZOOM_MIN: Final = 15.0

Degrees = tuple[float, float]
T = TypeVar("T")


def wall_clock_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


class MapCanvas(QWidget):
    """See the module. `attribution` is shown always, as the licence of the map asks."""

    vehicle_picked = Signal(str)
    incident_picked = Signal(str)
    site_picked = Signal(str)  # a station or a hospital
    place_picked = Signal(float, float)  # longitude, latitude
    view_locked = Signal(bool)
    pin_mode_changed = Signal(bool)

    def __init__(
        self,
        cartographer: Cartographer | None = None,
        *,
        attribution: str = "",
        theme: str = "day",
        lang: str = "zh",
        clock: Callable[[], int] = wall_clock_ms,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._cartographer = cartographer
        self._attribution, self._old = attribution, ""
        self._lang = lang
        self._clock = clock
        self._view = View(*pixel_of(116.4, 39.9), START_ZOOM, 640, 480)
        self._fleet = Fleet()
        self._proposal: list[Degrees] = []
        self._following: str | None = None
        self._locked = False
        self._pinning = False
        self._hands = Hands(self)
        palette, ratio = THEMES[theme], self.devicePixelRatioF()
        self._ground = Ground(cartographer, palette, ratio, self._ground_changed)
        self._scene = Scene(self._fleet, self._ground, palette, ratio)
        self._compose_timer = QTimer(self, singleShot=True, interval=COMPOSE_MS)
        self._compose_timer.timeout.connect(self._compose)
        self._letters_timer = QTimer(self, interval=0)
        self._letters_timer.timeout.connect(self._set_names)
        self._ageing_timer = QTimer(self, interval=AGEING_MS)
        self._ageing_timer.timeout.connect(self.update)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMinimumSize(200, 150)

    # --- what is shown -------------------------------------------------------------------------

    def set_vehicles(self, marks: Iterable[VehicleMark]) -> None:
        """These are all vehicles there are."""
        self._fleet.replace(marks)
        self._moved()

    def update_vehicles(self, marks: Iterable[VehicleMark]) -> None:
        """Newer positions and states of some vehicles."""
        self._fleet.update(marks)
        self._moved()

    def tell_age(self, words: str) -> None:
        """How old everything on it is, over the map until "" says that it is of now."""
        if words != self._old:
            self._old = words
            self.update()

    def remove_vehicle(self, vehicle_id: str) -> None:
        """Take a vehicle off the map."""
        self._fleet.remove(vehicle_id)
        self._moved()

    def set_incidents(self, marks: Iterable[IncidentMark]) -> None:
        """All incidents on the map."""
        self._scene.incidents = self._changed(self._scene.incidents, list(marks))

    def set_places(self, marks: Iterable[PlaceMark]) -> None:
        """All hospitals, stations, AEDs, and the pin of the incident in hand."""
        self._scene.places = self._changed(self._scene.places, list(marks))

    def set_routes(self, marks: Iterable[RouteMark]) -> None:
        """All routes drawn."""
        self._scene.routes = self._changed(self._scene.routes, list(marks))

    def set_areas(self, marks: Iterable[AreaMark]) -> None:
        """All places of doubt: where the network says callers are."""
        self._scene.areas = self._changed(self._scene.areas, list(marks))

    def select_vehicle(self, vehicle_id: str | None) -> None:
        """Ring and number for one vehicle; the view stays."""
        self._scene.vehicle = vehicle_id
        self.update()

    def select_incident(self, incident_id: str | None) -> None:
        """Ring and text for one incident; the view stays."""
        self._scene.incident = self._changed(self._scene.incident, incident_id)

    def set_theme(self, name: str) -> None:
        """Change to "day" or "night" at once."""
        self._dress(THEMES[name])

    @property
    def theme(self) -> str:
        return self._scene.palette.name

    # --- where it looks ------------------------------------------------------------------------

    @property
    def view(self) -> View:
        return self._view

    @property
    def is_locked(self) -> bool:
        return self._locked

    @property
    def is_pinning(self) -> bool:
        return self._pinning

    @property
    def following(self) -> str | None:
        """Id of the vehicle kept in the middle."""
        return self._following

    def propose(self, points: Sequence[Degrees]) -> None:
        """The program would like to show these (lon, lat): done only while nobody has taken the view."""
        self._proposal = list(points)
        if not self._locked and self._following is None:
            self._look(self._view.fitted(self._proposal))

    def fit(self, points: Sequence[Degrees]) -> None:
        """The user asked to see all of these (lon, lat)."""
        self._look(self._view.fitted(points))
        self._lock()

    def show_point(self, lon: float, lat: float, zoom: float | None = None) -> None:
        """The user asked to see this place; `zoom` None: near enough to read the streets."""
        near = max(self._view.zoom, SHOW_ZOOM_MIN) if zoom is None else zoom
        self._look(self._view.looking_at(*pixel_of(lon, lat), near))
        self._lock()

    def follow(self, vehicle_id: str | None) -> None:
        """Keep a vehicle in the middle until a gesture; None stops."""
        self._following = vehicle_id
        self._follow()
        self.update()

    def unlock(self) -> None:
        """Give the view back to the program: its last proposal is shown."""
        self._following = None
        if self._locked:
            self._locked = False
            self.view_locked.emit(False)
        self.propose(self._proposal)
        self.update()

    def set_pin_mode(self, on: bool) -> None:
        """While on, the next click (or Enter: the middle) sets the place of the incident in hand."""
        if on != self._pinning:
            self._pinning = on
            self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)
            self.pin_mode_changed.emit(on)
            self.update()

    def pick(self, x: float, y: float) -> tuple[str, str] | None:
        """What is at a point of the window: ("vehicle" | "incident" | "site", id), or None."""
        return self._scene.pick(x, y)

    def tag_rects(self) -> list[Rect]:
        """Where vehicle numbers are painted, logical pixels."""
        return self._scene.tag_rects(self._view)

    @property
    def tagged(self) -> list[str]:
        """Ids of the vehicles that show their number, beside the selected one."""
        return self._scene.tagged

    @property
    def is_ground_complete(self) -> bool:
        """True when every tile and name of the present view is drawn."""
        return self._ground.serves(self._view)

    def close_map(self) -> None:
        """Stop drawing ground for good; the widget is going away."""
        self._compose_timer.stop()
        self._letters_timer.stop()
        self._ageing_timer.stop()
        if self._cartographer is not None:
            self._cartographer.stop()

    # --- hands ---------------------------------------------------------------------------------

    def moved_by_hand(self, view: View) -> None:
        """A gesture chose this view."""
        self._following = None
        self._look(view)
        self._lock()

    def clicked(self, x: float, y: float) -> None:
        """A click without a drag."""
        if self._pinning:
            self.pinned(x, y)
            return
        found = self.pick(x, y)
        if found is not None:
            kinds = {"incident": self.incident_picked, "vehicle": self.vehicle_picked}
            kinds.get(found[0], self.site_picked).emit(found[1])

    def pinned(self, x: float, y: float) -> None:
        """The place of the incident in hand is here."""
        self.set_pin_mode(False)
        self.place_picked.emit(*self._view.degrees_at(x, y))

    # --- inside --------------------------------------------------------------------------------

    def _dress(self, palette: Palette) -> None:
        self._scene.dress(palette, self.devicePixelRatioF())
        self._compose_timer.start()
        self.update()

    def _look(self, view: View) -> None:
        if view != self._view:
            self._view = view
            self._still_changed()
            if not self._ground.serves(view):
                self._compose_soon()

    def _compose_soon(self) -> None:
        """Zooming waits for the end of the gesture; a drag that uncovers bare ground does not."""
        if self._ground.is_bare(self._view):
            self._ground.compose(self._view)
        self._compose_timer.start()

    def _compose(self) -> None:
        if not self._ground.serves(self._view):
            self._ground.compose(self._view)
            self._still_changed()

    def _set_names(self) -> None:
        if not self._ground.set_some_names(SLICE_S):
            self._letters_timer.stop()

    def _ground_changed(self) -> None:
        self._letters_timer.start()
        if not self._compose_timer.isActive():
            self._compose_timer.start()

    def _changed(self, old: T, new: T) -> T:
        """The new value; the still picture is drawn again only if it differs from the old one."""
        if new != old:
            self._still_changed()
        return new

    def _still_changed(self) -> None:
        self._scene.spoil()
        self.update()

    def _moved(self) -> None:
        if self._following is not None:
            self._follow()
        self.update()

    def _follow(self) -> None:
        at = self._fleet.world_of(self._following) if self._following is not None else None
        if at is not None:
            self._look(self._view.looking_at(*at))

    def _lock(self) -> None:
        if not self._locked:
            self._locked = True
            self.view_locked.emit(True)
            self.update()

    def _notice(self) -> str:
        if self._pinning:
            return word(self._lang, "pin")
        mark = self._fleet.get(self._following) if self._following is not None else None
        if mark is not None:
            return word(self._lang, "following", number=mark.number)
        return word(self._lang, "locked") if self._locked else ""

    # --- Qt ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scene.ratio != self.devicePixelRatioF():  # moved to another screen
            self._dress(self._scene.palette)
        painter = QPainter(self)
        self._scene.paint(painter, self.size(), self._view, self._clock())
        notes = Notes(self._attribution, self._notice(), self._old)
        self._scene.paint_notes(painter, self._view, notes, aim=self._pinning)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._look(self._view.resized(event.size().width(), event.size().height()))
        if not self._locked and self._following is None and self._proposal:
            self._look(self._view.fitted(self._proposal))

    def showEvent(self, event: QShowEvent) -> None:
        self._ageing_timer.start()
        self._compose_timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._ageing_timer.stop()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_tip(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def tip_at(self, x: float, y: float) -> str:
        """The text shown when the cursor rests here; "" for none."""
        found, palette = self.pick(x, y), self._scene.palette
        if found is None:
            return ""
        if found[0] == "incident":
            mark = next((mark for mark in self._scene.incidents if mark.id == found[1]), None)
            return "" if mark is None else incident_tip(self._lang, mark, palette.priority(mark.priority))
        vehicle = self._fleet.get(found[1])
        if vehicle is None:
            return ""
        return vehicle_tip(self._lang, vehicle, palette.vehicle(vehicle.look), self._clock())

    def _show_tip(self, at: QPoint, on_screen: QPoint) -> None:
        text = self.tip_at(at.x(), at.y())
        if text:
            QToolTip.showText(on_screen, text, self, QRect(at - QPoint(12, 12), at + QPoint(12, 12)))
        else:
            QToolTip.hideText()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._hands.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hands.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._hands.release(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._hands.wheel(event)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._hands.key(event):
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self.pinned(event.position().x(), event.position().y())
