"""Draws what stands still over the ground: routes, places with their doubt, the corner notes.

Everything here is drawn once into a picture and copied until something changes.
"""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPen, QPixmap, QTransform

from mapview.canvas import shapes
from mapview.canvas.lettering import blank, font, kept, name_picture, tag_picture
from mapview.canvas.marks import PlaceKind, PlaceMark, RouteMark
from mapview.canvas.palette import MapColours, Palette, Shape
from mapview.canvas.room import Rect, Room
from mapview.canvas.view import View
from mapview.geo.projection import metres_per_pixel

ROUTE_PX: Final = 5.0
ROUTE_OTHER_PX: Final = 3.5
ROUTE_CASE_PX: Final = 1.8
SITE_PX: Final = 8.5
SYMBOL_HALF_PX: Final = 18
KEPT_MAX: Final = 500  # pictures of names and tags
SCALE_BAR_PX_MAX: Final = 120
OLD_PX: Final = 15
OLD_TOP_PX: Final = 32
# First zoom of the symbol, of the name.
SITE_ZOOMS: Final = {
    PlaceKind.HOSPITAL: (11.5, 13.5),
    PlaceKind.STATION: (11.5, 13.5),
    PlaceKind.AED: (15.0, 17.0),
    PlaceKind.PIN: (0.0, 0.0),
    PlaceKind.CALLER: (0.0, 0.0),
}
_MOVABLE: Final = frozenset({PlaceKind.STATION, PlaceKind.AED})
_SCALE_STEPS: Final = (20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000)


class Notes(NamedTuple):
    """What is written over the map; "" is nothing. `old`: how old the whole picture is."""

    attribution: str = ""
    notice: str = ""
    old: str = ""


class Overlay:
    """Painter of the still marks in one theme for one device pixel ratio."""

    def __init__(self, palette: Palette, ratio: float) -> None:
        self._palette = palette
        self._ratio = ratio
        self._tags: dict[tuple[str, str, str], QPixmap] = {}
        self._names: dict[str, QPixmap] = {}
        self._symbols: dict[PlaceKind, QPixmap] = {}

    def routes(self, painter: QPainter, view: View, routes: Iterable[RouteMark]) -> None:
        """Quiet ones below, the main one on top with its text.

        Line by line with round ends: one thick line that crosses itself costs a thousand times more.
        """
        colours = self._palette.map
        for route in sorted(routes, key=lambda route: route.main):
            points = _thinned([view.screen_of_degrees(lon, lat) for lon, lat in route.points])
            lines = [QLineF(*a, *b) for a, b in pairwise(points) if _may_be_seen(view, a, b)]
            width = ROUTE_PX if route.main else ROUTE_OTHER_PX
            painter.setPen(_line(colours.route_case, width + 2 * ROUTE_CASE_PX))
            painter.drawLines(lines)
            painter.setPen(_line(colours.route if route.main else colours.route_other, width))
            painter.drawLines(lines)

    def route_texts(self, painter: QPainter, view: View, routes: Iterable[RouteMark]) -> None:
        """The text of each route at the middle of what is seen of it, the main one on top."""
        colours = self._palette.map
        for route in sorted(routes, key=lambda route: route.main):
            points = [view.screen_of_degrees(lon, lat) for lon, lat in route.points] if route.text else []
            seen = [point for point in points if 0 < point[0] < view.width and 0 < point[1] < view.height]
            if seen:
                ground = colours.route if route.main else colours.route_other
                tag = self._tag(route.text, ground, colours.route_text)
                size, (x, y) = tag.deviceIndependentSize(), seen[len(seen) // 2]
                painter.drawPixmap(QPointF(round(x - size.width() / 2), round(y - size.height() / 2)), tag)

    def places(self, painter: QPainter, view: View, places: Iterable[PlaceMark], room: Room) -> None:
        """Symbols by zoom; names where there is room, hospitals first."""
        shown = [place for place in places if view.zoom >= SITE_ZOOMS[place.kind][0]]
        shown = [place for place in shown if math.isfinite(place.lon + place.lat)]
        order = list(SITE_ZOOMS)
        at = {place.id: QPointF(*view.screen_of_degrees(place.lon, place.lat)) for place in shown}
        shown = [place for place in shown if place.radius_m or _near_window(view, at[place.id])]
        for place in shown:
            self._doubt(painter, view, place, at[place.id])
        shown.sort(key=lambda place: order.index(place.kind))
        for place in shown:
            at[place.id] = self._spot(place.kind, at[place.id], room)
        for place in reversed(shown):
            corner = at[place.id] - QPointF(SYMBOL_HALF_PX, SYMBOL_HALF_PX)
            painter.drawPixmap(QPointF(round(corner.x()), round(corner.y())), self._symbol(place.kind))
        for place in shown:
            if place.name and view.zoom >= SITE_ZOOMS[place.kind][1]:
                self._place_name(painter, place.name, at[place.id], room)

    def _spot(self, kind: PlaceKind, at: QPointF, room: Room) -> QPointF:
        """Where the symbol goes: a station in the yard of its hospital stands beside it, not on it."""
        side = 2 * SITE_PX + 2
        spots = [at, at + QPointF(side, 0), at - QPointF(side, 0)] if kind in _MOVABLE else [at]
        spot = next((spot for spot in spots if room.is_free(_square(spot, SITE_PX))), at)
        room.take(_square(spot, SITE_PX))
        return spot

    def _doubt(self, painter: QPainter, view: View, place: PlaceMark, at: QPointF) -> None:
        if not place.radius_m:
            return
        radius = place.radius_m / (metres_per_pixel(place.lat) * view.scale)
        pen = QPen(QColor(self._palette.map.pin), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(self._palette.map.doubt_fill))
        painter.drawEllipse(at, radius, radius)

    def _symbol(self, kind: PlaceKind) -> QPixmap:
        if kind not in self._symbols:
            picture = blank(2 * SYMBOL_HALF_PX, 2 * SYMBOL_HALF_PX, self._ratio)
            painter = QPainter(picture)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.translate(SYMBOL_HALF_PX, SYMBOL_HALF_PX)
            draw_symbol(painter, kind, self._palette.map)
            painter.end()
            self._symbols[kind] = kept(picture)
        return self._symbols[kind]

    def _place_name(self, painter: QPainter, name: str, at: QPointF, room: Room) -> None:
        picture = self._name(name)
        size = picture.deviceIndependentSize()
        left = at.x() - size.width() / 2
        for top in (at.y() + SITE_PX, at.y() + SITE_PX + 6, at.y() - SITE_PX - size.height()):
            rect = (left, top + 2, left + size.width(), top + size.height() - 2)
            if room.is_free(rect):
                room.take(rect)
                painter.drawPixmap(QPointF(round(left), round(top)), picture)
                return

    def _name(self, text: str) -> QPixmap:
        if text not in self._names:
            if len(self._names) > KEPT_MAX:
                self._names.clear()
            self._names[text] = name_picture(text, self._palette.map, self._ratio)
        return self._names[text]

    def _tag(self, text: str, ground: str, ink: str) -> QPixmap:
        key = (text, ground, ink)
        if key not in self._tags:
            if len(self._tags) > KEPT_MAX:
                self._tags.clear()
            self._tags[key] = tag_picture(text, ground, ink, self._palette.map.halo, self._ratio, 12)
        return self._tags[key]

    def corner(self, painter: QPainter, view: View, notes: Notes) -> None:
        """Scale bar lower left, attribution lower right, a notice in the middle above, under it the age."""
        self._scale_bar(painter, view)
        letters = font(11)
        painter.setFont(letters)
        width = QFontMetricsF(letters).horizontalAdvance(notes.attribution) + 10
        if notes.attribution:
            self._plate(painter, QRectF(view.width - width, view.height - 18, width, 18), notes.attribution)
        if notes.notice:
            wide = QFontMetricsF(letters).horizontalAdvance(notes.notice) + 18
            self._plate(painter, QRectF((view.width - wide) / 2, 6, wide, 21), notes.notice)
        if notes.old:
            self._old(painter, view, notes.old)

    def _old(self, painter: QPainter, view: View, words: str) -> None:
        """In the colours of a fault: nobody takes an old picture for the streets of now."""
        colours, letters = self._palette.window, font(OLD_PX)
        letters.setBold(True)
        painter.setFont(letters)
        wide = QFontMetricsF(letters).horizontalAdvance(words) + 24
        box = QRectF((view.width - wide) / 2, OLD_TOP_PX, wide, OLD_PX + 12)
        painter.fillRect(box, QColor(colours.fault))
        painter.setPen(QColor(colours.fault_ink))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    def cross_hair(self, painter: QPainter, view: View) -> None:
        """The middle of the window, where Enter sets the pin."""
        corner = QPointF(view.width // 2 - SYMBOL_HALF_PX, view.height // 2 - SYMBOL_HALF_PX)
        painter.drawPixmap(corner, self._symbol(PlaceKind.PIN))

    def _plate(self, painter: QPainter, box: QRectF, text: str) -> None:
        ground = QColor(self._palette.map.tag)
        ground.setAlpha(225)
        painter.fillRect(box, ground)
        painter.setPen(QColor(self._palette.map.note))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _scale_bar(self, painter: QPainter, view: View) -> None:
        metres, width = scale_bar(view)
        text = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
        left, base = 12.0, view.height - 10.0
        for colour, pen in ((self._palette.map.halo, 4.0), (self._palette.map.note, 1.6)):
            painter.setPen(_line(colour, pen))
            corners = ((left, base - 6), (left, base), (left + width, base), (left + width, base - 6))
            painter.drawPolyline([QPointF(x, y) for x, y in corners])
        painter.drawPixmap(QPointF(left + 3, base - 18), self._name(text))


def scale_bar(view: View) -> tuple[int, float]:
    """The longest round length in metres that fits the bar, and its width in pixels."""
    one = view.metres_per_screen_px()
    metres = max((step for step in _SCALE_STEPS if step / one <= SCALE_BAR_PX_MAX), default=_SCALE_STEPS[0])
    return metres, metres / one


def _line(colour: str, width: float) -> QPen:
    return QPen(
        QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


def _thinned(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points without those that lie within a pixel of the one before; the ends stay."""
    kept = points[:1]
    for point in points[1:-1]:
        if abs(point[0] - kept[-1][0]) + abs(point[1] - kept[-1][1]) >= 1.0:
            kept.append(point)
    return kept + points[1:][-1:]


def _may_be_seen(view: View, a: tuple[float, float], b: tuple[float, float]) -> bool:
    edge = ROUTE_PX + ROUTE_CASE_PX
    across = max(a[0], b[0]) > -edge and min(a[0], b[0]) < view.width + edge
    return across and max(a[1], b[1]) > -edge and min(a[1], b[1]) < view.height + edge


def _near_window(view: View, at: QPointF) -> bool:
    return -40 < at.x() < view.width + 40 and -40 < at.y() < view.height + 60


def _box(half: float) -> QRectF:
    return QRectF(-half, -half, 2 * half, 2 * half)


def _square(at: QPointF, half: float) -> Rect:
    return at.x() - half, at.y() - half, at.x() + half, at.y() + half


def draw_symbol(painter: QPainter, kind: PlaceKind, colours: MapColours) -> None:
    """The sign of a kind of place, its middle at the origin."""
    painter.setPen(QPen(QColor(colours.mark_edge), 1.4))
    if kind is PlaceKind.PIN:
        _cross_hair(painter, colours)
    elif kind is PlaceKind.CALLER:
        painter.setBrush(QColor(colours.pin))
        painter.drawEllipse(QPointF(0, 0), 5, 5)
    elif kind is PlaceKind.HOSPITAL:
        painter.setBrush(QColor(colours.hospital))
        painter.drawRoundedRect(_box(SITE_PX), 3, 3)
        painter.setPen(QPen(QColor(colours.site_ink), 3.2, c=Qt.PenCapStyle.FlatCap))
        painter.drawLine(QPointF(-5, 0), QPointF(5, 0))
        painter.drawLine(QPointF(0, -5), QPointF(0, 5))
    elif kind is PlaceKind.STATION:
        painter.setBrush(QColor(colours.station))
        painter.drawPath(QTransform.fromScale(SITE_PX, SITE_PX).map(shapes.outline(Shape.HOUSE)))
        _sign(painter, "站", 10, colours.site_ink)
    else:
        painter.setBrush(QColor(colours.aed))
        painter.drawPath(_heart())
        _sign(painter, "A", 9, colours.site_ink)


def _cross_hair(painter: QPainter, colours: MapColours) -> None:
    """A ring with four arms: exact in its middle, and nothing hides the ground there."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in ((colours.halo, 5.0), (colours.pin, 2.2)):
        painter.setPen(_line(colour, width))
        painter.drawEllipse(QPointF(0, 0), 9, 9)
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            painter.drawLine(QPointF(dx * 4, dy * 4), QPointF(dx * 15, dy * 15))


def _sign(painter: QPainter, text: str, size: float, colour: str) -> None:
    painter.setPen(QColor(colour))
    painter.setFont(font(size, bold=True))
    painter.drawText(_box(SITE_PX + 2), Qt.AlignmentFlag.AlignCenter, text)


def _heart() -> QPainterPath:
    path = QPainterPath(QPointF(0, 8))
    path.cubicTo(-14, -2, -6, -11, 0, -5)
    path.cubicTo(6, -11, 14, -2, 0, 8)
    path.closeSubpath()
    return path
