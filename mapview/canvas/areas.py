"""Draws where the network says a caller is: always as wide as it is unsure, never as a bare pin.

Whole line: taken into the form; dashes: offered; dots: another one. Lines are cut to the window before they
are dashed: a circle of 20 km seen from a street would cost seconds.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QPolygonF

from mapview.canvas.lettering import font, tag_picture
from mapview.canvas.marks import AreaLook, AreaMark
from mapview.canvas.palette import Palette
from mapview.canvas.room import Room
from mapview.canvas.view import View

MARGIN_PX: Final = 8.0
SEEN_PX: Final = 14.0  # half the size below which a mark of this size stands for the shape
UNKNOWN_PX: Final = (14.0, 25.0, 36.0)  # rings round a point of which nobody said how exact it is
CENTRE_PX: Final = 4.0
TAG_PX: Final = 12
TAG_GAP_PX: Final = 5.0
TAG_TOP_PX: Final = 62.0  # below the notices of the map
TAGS_KEPT_MAX: Final = 100

Pixel = tuple[float, float]


class _Stroke(NamedTuple):
    width: float
    on_px: float
    off_px: float


STROKES: Final = {
    AreaLook.TAKEN: _Stroke(2.8, 1.0, 0.0),
    AreaLook.OFFERED: _Stroke(2.2, 9.0, 6.0),
    AreaLook.OTHER: _Stroke(1.6, 2.0, 5.0),
}
ORDER: Final = (AreaLook.OTHER, AreaLook.OFFERED, AreaLook.TAKEN)


class Areas:
    """Painter of the areas in one theme for one device pixel ratio."""

    def __init__(self, palette: Palette, ratio: float) -> None:
        self._palette = palette
        self._ratio = ratio
        self._tags: dict[str, QPixmap] = {}

    def shapes(self, painter: QPainter, view: View, areas: Iterable[AreaMark]) -> None:
        """Fill and outline, what is taken on top."""
        for area in sorted(areas, key=lambda area: ORDER.index(area.look)):
            at = view.screen_of_degrees(area.lon, area.lat)
            if len(area.ring) < 3:
                self._unknown(painter, view, at, area.look)
            else:
                self._ring(painter, view, area, at)

    def texts(self, painter: QPainter, view: View, areas: Iterable[AreaMark], room: Room) -> None:
        """What is said of each, above its upper edge, inside the window as long as any of it is seen."""
        for area in sorted(areas, key=lambda area: -ORDER.index(area.look)):
            box = _box(view, area)
            if not area.text or not box.intersects(QRectF(0, 0, view.width, view.height)):
                continue
            tag = self._tag(area.text)
            size = tag.deviceIndependentSize()
            left = min(max(box.center().x() - size.width() / 2, 4.0), view.width - size.width() - 4.0)
            for top in _tops(box, size.height(), view.height):
                rect = (left, top, left + size.width(), top + size.height())
                if room.take_if_free([rect]):
                    painter.drawPixmap(QPointF(round(left), round(top)), tag)
                    break

    def _ring(self, painter: QPainter, view: View, area: AreaMark, at: Pixel) -> None:
        points = [view.screen_of_degrees(lon, lat) for lon, lat in area.ring]
        reach = max(math.hypot(x - at[0], y - at[1]) for x, y in points)
        if reach < SEEN_PX:
            points = _circle(at, SEEN_PX)
        colour = QColor(self._palette.map.pin)
        painter.setPen(Qt.PenStyle.NoPen)
        if area.look is not AreaLook.OTHER:
            painter.setBrush(QColor(self._palette.map.doubt_fill))
            painter.drawPolygon(QPolygonF([QPointF(*point) for point in points]))
        self._line(painter, view, points, area.look)
        painter.setPen(QPen(colour, 1.8))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(*at), CENTRE_PX, CENTRE_PX)

    def _unknown(self, painter: QPainter, view: View, at: Pixel, look: AreaLook) -> None:
        """Rings that fade outwards and a question mark: there is no edge to draw."""
        for radius in UNKNOWN_PX:
            self._line(painter, view, _circle(at, radius), look if look is AreaLook.TAKEN else AreaLook.OTHER)
        painter.setFont(font(15, bold=True))
        colours = self._palette.map
        box = QRectF(at[0] - 10, at[1] - 10, 20, 20)
        for colour, shift in ((colours.halo, 1.0), (colours.pin, 0.0)):
            painter.setPen(QColor(colour))
            painter.drawText(box.translated(shift, shift), Qt.AlignmentFlag.AlignCenter, "?")

    def _line(self, painter: QPainter, view: View, points: Sequence[Pixel], look: AreaLook) -> None:
        stroke = STROKES[look]
        lines = list(dashes([*points, points[0]], view.width, view.height, stroke.on_px, stroke.off_px))
        for colour, more in ((self._palette.map.halo, 1.8), (self._palette.map.pin, 0.0)):
            pen = QPen(QColor(colour), stroke.width + more)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawLines(lines)

    def _tag(self, text: str) -> QPixmap:
        if text not in self._tags:
            if len(self._tags) > TAGS_KEPT_MAX:
                self._tags.clear()
            colours = self._palette.map
            self._tags[text] = tag_picture(
                text, colours.tag, colours.tag_text, colours.pin, self._ratio, TAG_PX
            )
        return self._tags[text]


def dashes(
    ring: Sequence[Pixel], width: float, height: float, on_px: float, off_px: float
) -> Iterator[QLineF]:
    """The dashes of a line that lie in the window; `off_px` 0: the whole line."""
    done = 0.0
    for a, b in pairwise(ring):
        length = math.hypot(b[0] - a[0], b[1] - a[1])
        seen = _seen(a, b, width, height)
        if seen is not None and length > 0.0:
            yield from _pieces(a, b, length, (seen[0] * length, seen[1] * length), done, on_px, off_px)
        done += length


def _pieces(
    a: Pixel, b: Pixel, length: float, seen: tuple[float, float], done: float, on_px: float, off_px: float
) -> Iterator[QLineF]:
    """The dashes of one edge between `seen`, in step with the line `done` before it."""
    first, last = seen
    if off_px <= 0.0:
        yield _part(a, b, first / length, last / length)
        return
    step = on_px + off_px
    start = math.floor((done + first) / step) * step - done
    while start < last:
        from_px, to_px = max(start, first), min(start + on_px, last)
        if to_px > from_px:
            yield _part(a, b, from_px / length, to_px / length)
        start += step


def _part(a: Pixel, b: Pixel, first: float, last: float) -> QLineF:
    dx, dy = b[0] - a[0], b[1] - a[1]
    return QLineF(a[0] + dx * first, a[1] + dy * first, a[0] + dx * last, a[1] + dy * last)


def _seen(a: Pixel, b: Pixel, width: float, height: float) -> tuple[float, float] | None:
    """Which part of an edge may be seen, 0..1 along it (Liang-Barsky); None: none of it."""
    first, last = 0.0, 1.0
    for start, end, size in ((a[0], b[0], width), (a[1], b[1], height)):
        low, high = -MARGIN_PX - start, size + MARGIN_PX - start
        way = end - start
        if way == 0.0:
            if low > 0.0 or high < 0.0:
                return None
            continue
        near, far = sorted((low / way, high / way))
        first, last = max(first, near), min(last, far)
        if first >= last:
            return None
    return first, last


def _circle(at: Pixel, radius: float) -> list[Pixel]:
    turns = (math.tau * step / 36 for step in range(36))
    return [(at[0] + radius * math.cos(turn), at[1] + radius * math.sin(turn)) for turn in turns]


def _box(view: View, area: AreaMark) -> QRectF:
    points = [view.screen_of_degrees(lon, lat) for lon, lat in area.ring] or [(0.0, 0.0)]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    least = UNKNOWN_PX[-1] if len(points) < 3 else SEEN_PX
    box = QRectF(left, top, right - left, bottom - top)
    more_x, more_y = max(0.0, least - box.width() / 2), max(0.0, least - box.height() / 2)
    return box.adjusted(-more_x, -more_y, more_x, more_y)


def _tops(box: QRectF, high: float, window: float) -> Iterator[float]:
    """Above its edge, below it, then wherever it is in the window."""
    above, below = box.top() - TAG_GAP_PX - high, box.bottom() + TAG_GAP_PX
    for top in (above, below):
        if TAG_TOP_PX <= top <= window - high - 4.0:
            yield top
    least = max(box.top() + TAG_GAP_PX, TAG_TOP_PX)
    for row in range(6):
        top = least + row * (high + 2.0)
        if top <= min(box.bottom(), window) - high - 4.0:
            yield top
