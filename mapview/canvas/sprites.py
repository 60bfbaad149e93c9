"""Vehicle pictures, drawn once per look, freshness and one of 32 headings, then only copied.

A sprite number is (look x 3 + freshness) x 33 + heading; heading 32 means none is known.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap, QPolygonF, QRegion, QTransform

from mapview.canvas import shapes
from mapview.canvas.fleet import (
    FRESH,
    FRESHNESSES,
    HEADINGS,
    LOOK_KEYS,
    LOST,
    NO_HEADING,
    PER_FRESHNESS,
    Floats,
)
from mapview.canvas.lettering import blank, font
from mapview.canvas.palette import Palette, Shape

# from zoom, radius in px, size of the digit (0: none)
TIERS: Final = ((0.0, 4.0, 0), (11.5, 7.0, 9), (13.5, 9.5, 12))
CROWD: Final = 1_200  # vehicles in one window; larger marks would only cover each other
CROWD_TIER: Final = 1
COUNT: Final = len(LOOK_KEYS) * FRESHNESSES * PER_FRESHNESS
SIGN_SHARE: Final = 1.95  # half a picture's side in radii: room for nose, rim and alarm mark


def tier_of(zoom: float, count: int) -> int:
    """Which of `TIERS` is drawn at a zoom with so many vehicles in the window."""
    tier = max(index for index, (start, _, _) in enumerate(TIERS) if zoom >= start)
    return min(tier, CROWD_TIER) if count > CROWD else tier


class SpriteSheet:
    """All sprites of one theme, tier and device pixel ratio, made when first needed."""

    def __init__(self, palette: Palette, tier: int, ratio: float) -> None:
        self._palette = palette
        self._ratio = ratio
        _, self.radius, self._digit = TIERS[tier]
        self.half = int(self.radius * SIGN_SHARE + 2)
        self._pictures: list[QPixmap | None] = [None] * COUNT
        self._lefts: NDArray[np.int64] = np.zeros(COUNT, np.int64)
        self._tops: NDArray[np.int64] = np.zeros(COUNT, np.int64)

    def paint(self, painter: QPainter, numbers: NDArray[np.int64], xs: Floats, ys: Floats) -> None:
        """Draw the sprites of these numbers with their middles at these points."""
        for number in np.flatnonzero(np.bincount(numbers, minlength=COUNT)).tolist():
            if self._pictures[number] is None:
                self._make(number)
        lefts = (np.rint(xs).astype(np.int64) + self._lefts[numbers]).tolist()
        tops = (np.rint(ys).astype(np.int64) + self._tops[numbers]).tolist()
        draw, pictures = painter.drawPixmap, self._pictures
        for left, top, number in zip(lefts, tops, numbers.tolist(), strict=True):
            draw(left, top, pictures[number])

    def picture(self, number: int) -> QPixmap:
        """One picture, cut to what is not empty."""
        return self._pictures[number] or self._make(number)

    def _make(self, number: int) -> QPixmap:
        """Empty margins cost as much to copy as the mark itself: cut them off."""
        whole = self._draw(number)
        used = QRegion(whole.createMaskFromColor(Qt.GlobalColor.transparent)).boundingRect()
        step = math.ceil(self._ratio)  # keep to whole logical pixels
        left, top = used.left() // step * step, used.top() // step * step
        cut = whole.copy(QRect(QPoint(left, top), used.bottomRight()))
        self._pictures[number] = cut
        self._lefts[number] = round(left / self._ratio) - self.half
        self._tops[number] = round(top / self._ratio) - self.half
        return cut

    def _draw(self, number: int) -> QPixmap:
        rest, heading = divmod(number, PER_FRESHNESS)
        look_number, freshness = divmod(rest, FRESHNESSES)
        look = self._palette.vehicle(LOOK_KEYS[look_number])
        colours = self._palette.map
        fill = look.fill if freshness == FRESH else colours.stale
        ink = look.ink if freshness == FRESH else colours.stale_ink
        picture = blank(2 * self.half - 1, 2 * self.half - 1, self._ratio)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.half, self.half)
        outline = self._outline(shapes.outline(look.shape), look.shape in shapes.TURNING, heading)
        painter.setPen(QPen(QColor(colours.mark_edge), 2.4))
        painter.drawPath(outline)
        painter.fillPath(outline, QColor(fill))
        if self._digit:
            painter.setFont(font(self._digit, bold=True))
            painter.setPen(QColor(ink))
            box = QRectF(-self.radius, -self.radius - 0.5, 2 * self.radius, 2 * self.radius)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, look.sign)
        if freshness == LOST:
            self._alarm(painter)
        painter.end()
        return picture

    def _outline(self, outline: QPainterPath, turning: bool, heading: int) -> QPainterPath:
        if heading != NO_HEADING:
            degrees = heading * 360 / HEADINGS
            outline = shapes.turned(outline, degrees) if turning else outline.united(shapes.nose(degrees))
        elif turning:
            outline = shapes.outline(Shape.CIRCLE)
        return QTransform.fromScale(self.radius, self.radius).map(outline)

    def _alarm(self, painter: QPainter) -> None:
        """A warning triangle with ! at the upper right: nobody knows where this vehicle is."""
        side = max(self.radius * 0.8, 4.0)
        at = self.radius * 0.95
        warning = self._palette.window
        painter.translate(at, -at)
        painter.setPen(QPen(QColor(self._palette.map.mark_edge), 1.0))
        painter.setBrush(QColor(warning.warning))
        painter.drawPolygon(
            QPolygonF([QPointF(0, -side), QPointF(side, side * 0.75), QPointF(-side, side * 0.75)])
        )
        painter.setPen(QPen(QColor(warning.warning_ink), max(side * 0.22, 1.0)))
        painter.drawLine(QPointF(0, -side * 0.35), QPointF(0, side * 0.2))
        painter.drawPoint(QPointF(0, side * 0.5))
