"""Everything drawn, bottom to top: ground, areas of doubt, routes, places, vehicles, incidents, notes.

What stands still is drawn into one picture, kept until it is spoilt; a frame copies it and adds what moves.
"""

from math import hypot, inf
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPixmap

from mapview.canvas.areas import Areas
from mapview.canvas.fleet import Fleet
from mapview.canvas.ground import Ground
from mapview.canvas.marks import AreaMark, IncidentMark, PlaceKind, PlaceMark, RouteMark
from mapview.canvas.overlay import Notes, Overlay
from mapview.canvas.palette import Palette
from mapview.canvas.pins import Pins
from mapview.canvas.room import Rect, Room
from mapview.canvas.traffic import Traffic
from mapview.canvas.view import View

SITES: Final = frozenset({PlaceKind.STATION, PlaceKind.HOSPITAL})
SITE_PX: Final = 12.0


class Scene:
    """The marks of one map and the painters of one theme for one device pixel ratio."""

    def __init__(self, fleet: Fleet, ground: Ground, palette: Palette, ratio: float) -> None:
        self.incidents: list[IncidentMark] = []
        self.places: list[PlaceMark] = []
        self.routes: list[RouteMark] = []
        self.areas: list[AreaMark] = []
        self.vehicle: str | None = None  # selected
        self.incident: str | None = None  # selected
        self._fleet = fleet
        self._ground = ground
        self._taken = Room()
        self._still = QPixmap()
        self._view: View | None = None  # of what is painted
        self._spoilt = True
        self.dress(palette, ratio)

    def dress(self, palette: Palette, ratio: float) -> None:
        """Another theme or another screen."""
        self.palette = palette
        self.ratio = ratio
        self._overlay = Overlay(palette, ratio)
        self._areas = Areas(palette, ratio)
        self._pins = Pins(palette, ratio)
        self._traffic = Traffic(self._fleet, palette, ratio)
        self._ground.set_style(palette, ratio)
        self._spoilt = True

    def spoil(self) -> None:
        """Something that stands still has changed, or the view has."""
        self._spoilt = True

    def paint(self, painter: QPainter, size: QSize, view: View, now_ms: int) -> None:
        """One frame without the corner notes."""
        if self._spoilt:
            self._draw_still(size, view)
            self._spoilt = False
        painter.drawPixmap(0, 0, self._still)
        self._traffic.paint(painter, view, now_ms, self.vehicle, self._taken)
        self._pins.paint(painter)

    def paint_notes(self, painter: QPainter, view: View, notes: Notes, *, aim: bool) -> None:
        """Scale bar and notes; `aim`: the cross hair in the middle."""
        self._overlay.corner(painter, view, notes)
        if aim:
            self._overlay.cross_hair(painter, view)

    def pick(self, x: float, y: float) -> tuple[str, str] | None:
        """What was painted at a point: ("vehicle" | "incident" | "site", id), or None."""
        incident = self._pins.pick(x, y)
        if incident is not None:
            return "incident", incident
        vehicle = self._traffic.pick(x, y)
        if vehicle is not None:
            return "vehicle", vehicle
        site = self._site_at(x, y)
        return None if site is None else ("site", site)

    def _site_at(self, x: float, y: float) -> str | None:
        """The station or hospital whose sign is nearest, None if none is near."""
        if self._view is None:
            return None
        near = []
        for mark in self.places:
            if mark.kind in SITES:
                sx, sy = self._view.screen_of_degrees(mark.lon, mark.lat)
                near.append((hypot(sx - x, sy - y), mark.id))
        away, site = min(near, default=(inf, ""))
        return site if away <= SITE_PX else None

    @property
    def tagged(self) -> list[str]:
        """Ids of the vehicles that show their number, beside the selected one."""
        return self._traffic.tagged

    def tag_rects(self, view: View) -> list[Rect]:
        """Where vehicle numbers are painted, logical pixels."""
        return self._traffic.tag_rects(view)

    def _draw_still(self, size: QSize, view: View) -> None:
        if self._still.size() != size * self.ratio or self._still.devicePixelRatio() != self.ratio:
            self._still = QPixmap(size * self.ratio)
            self._still.setDevicePixelRatio(self.ratio)
        painter = QPainter(self._still)
        self._ground.paint(painter, view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._taken, self._view = Room(), view
        self._areas.shapes(painter, view, self.areas)
        self._overlay.routes(painter, view, self.routes)
        self._overlay.places(painter, view, self.places, self._taken)
        self._overlay.route_texts(painter, view, self.routes)
        self._areas.texts(painter, view, self.areas, self._taken)
        self._pins.settle(view, self.incidents, self.incident, self._taken)
        painter.end()
