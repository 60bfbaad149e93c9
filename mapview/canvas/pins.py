"""Incidents as pins: the head carries number and shape of the priority, the tail touches the place.

Painted above the vehicles, so that no ambulance at the scene hides what it came for; head and tail are
one kept picture per look.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QTransform

from mapview.canvas import shapes
from mapview.canvas.lettering import blank, font, kept, tag_picture
from mapview.canvas.marks import IncidentMark
from mapview.canvas.palette import Look, Palette, Shape
from mapview.canvas.room import Room
from mapview.canvas.view import View

HEAD_PX: Final = 11.0
UP_PX: Final = 26.0  # the head stands clear of a vehicle at the scene
HALF_PX: Final = 21  # half the width of a pin's picture
RIM_PX: Final = 2.6
TAGS_MAX: Final = 500


class _Pin(NamedTuple):
    id: str
    at: QPointF
    picture: QPixmap
    tag: QPixmap
    tag_at: QPointF | None  # None: no room for it


class Pins:
    """All incidents of the window in one theme for one device pixel ratio."""

    def __init__(self, palette: Palette, ratio: float) -> None:
        self._palette = palette
        self._ratio = ratio
        self._pictures: dict[tuple[int, bool, bool], QPixmap] = {}
        self._tags: dict[str, QPixmap] = {}
        self._pins: list[_Pin] = []

    def settle(self, view: View, marks: Collection[IncidentMark], selected: str | None, room: Room) -> None:
        """Find the places of pins and tags for a view; takes their room. The gravest choose first."""
        seen = [(mark, QPointF(*view.screen_of_degrees(mark.lon, mark.lat))) for mark in marks]
        seen = [(mark, at) for mark, at in seen if _near_window(view, at)]
        seen.sort(key=lambda pair: (pair[0].id != selected, pair[0].priority, pair[0].number))
        for _, at in seen:
            x, y = at.x(), at.y() - UP_PX
            room.take((x - HEAD_PX - 3, y - HEAD_PX - 3, x + HEAD_PX + 3, y + HEAD_PX + 3))
        pins = [self._settled(mark, at, mark.id == selected, view.width, room) for mark, at in seen]
        self._pins = pins[::-1]

    def paint(self, painter: QPainter) -> None:
        """Draw what was settled, the gravest on top."""
        for pin in self._pins:
            if pin.tag_at is not None:
                painter.drawPixmap(pin.tag_at, pin.tag)
        for pin in self._pins:
            corner = QPointF(round(pin.at.x()) - HALF_PX, round(pin.at.y() - UP_PX) - HALF_PX)
            painter.drawPixmap(corner, pin.picture)

    def pick(self, x: float, y: float) -> str | None:
        """Id of the incident whose head is at this point, the uppermost; None if there is none."""
        for pin in reversed(self._pins):
            if abs(pin.at.x() - x) <= HEAD_PX + 2 and abs(pin.at.y() - UP_PX - y) <= HEAD_PX + 2:
                return pin.id
        return None

    def _settled(self, mark: IncidentMark, at: QPointF, chosen: bool, wide: int, room: Room) -> _Pin:
        """The tag stands right of the pin or left of it, wherever it is whole; the selected one always."""
        picture = self._picture(mark.priority, mark.waiting, chosen)
        tag = self._tag(f"{mark.number} {mark.text}".strip())
        size = tag.deviceIndependentSize()
        y = at.y() - UP_PX - size.height() / 2
        right, left = at.x() + HEAD_PX + 6, at.x() - HEAD_PX - 6 - size.width()
        sides = [x for x in (right, left) if x >= 0 and x + size.width() <= wide]
        if chosen:  # rather over its own pin than cut off
            sides.append(max(0.0, min(right, wide - size.width())))
        for x in sides:
            rect = (x, y, x + size.width(), y + size.height())
            if room.is_free(rect) or (chosen and x == sides[-1]):
                room.take(rect)
                return _Pin(mark.id, at, picture, tag, QPointF(round(x), round(y)))
        return _Pin(mark.id, at, picture, tag, None)

    def _picture(self, priority: int, waiting: bool, chosen: bool) -> QPixmap:
        key = (priority, waiting, chosen)
        if key not in self._pictures:
            look = self._palette.priority(priority)
            self._pictures[key] = self._draw(look, waiting=waiting, chosen=chosen)
        return self._pictures[key]

    def _draw(self, look: Look, *, waiting: bool, chosen: bool) -> QPixmap:
        colours = self._palette.map
        picture = blank(2 * HALF_PX, HALF_PX + UP_PX + 6, self._ratio)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(HALF_PX, HALF_PX)
        whole = _body(look.shape)
        if chosen:
            painter.strokePath(whole, _rim(colours.selection, 6 * RIM_PX))
            painter.strokePath(whole, _rim(colours.mark_edge, 4.6 * RIM_PX))
        if waiting:  # nobody is on the way: a second rim in the colour of the priority
            painter.strokePath(whole, _rim(look.fill, 3.6 * RIM_PX))
        painter.strokePath(whole, _rim(colours.mark_edge, RIM_PX if not waiting else 1.8 * RIM_PX))
        painter.fillPath(whole, QColor(look.fill))
        painter.setPen(QColor(look.ink))
        painter.setFont(font(14, bold=True))
        lower = 2.0 if look.shape is Shape.TRIANGLE else -0.5
        box = QRectF(-HEAD_PX, -HEAD_PX + lower, 2 * HEAD_PX, 2 * HEAD_PX)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, look.sign)
        painter.end()
        return kept(picture)

    def _tag(self, text: str) -> QPixmap:
        if text not in self._tags:
            if len(self._tags) > TAGS_MAX:
                self._tags.clear()
            colours = self._palette.map
            self._tags[text] = tag_picture(
                text, colours.tag, colours.tag_text, colours.tag_edge, self._ratio, 12
            )
        return self._tags[text]


def _body(shape: Shape) -> QPainterPath:
    """Head about the origin and a tail down to the place."""
    head = QTransform.fromScale(HEAD_PX, HEAD_PX).map(shapes.outline(shape))
    tail = QPainterPath(QPointF(-5, HEAD_PX - 4))
    tail.lineTo(0, UP_PX)
    tail.lineTo(5, HEAD_PX - 4)
    tail.closeSubpath()
    return head.united(tail)


def _rim(colour: str, width: float) -> QPen:
    return QPen(
        QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


def _near_window(view: View, at: QPointF) -> bool:
    return -40 < at.x() < view.width + 40 and -20 < at.y() < view.height + 60
