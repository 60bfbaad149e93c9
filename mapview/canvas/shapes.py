"""The outlines of marks as paths of radius 1 about the origin, pointing up.

Shapes tell states apart without colour; only teardrop and arrow turn with the heading.
"""

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QPolygonF, QTransform

from mapview.canvas.palette import Shape

TURNING: Final = frozenset({Shape.TEARDROP, Shape.ARROW})
_CORNERS: Final[dict[Shape, Sequence[tuple[float, float]]]] = {
    Shape.DIAMOND: ((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    Shape.SQUARE: ((-0.95, -0.95), (0.95, -0.95), (0.95, 0.95), (-0.95, 0.95)),
    Shape.ARROW: ((0, -1.55), (0.95, -0.45), (0.95, 0.95), (-0.95, 0.95), (-0.95, -0.45)),
    Shape.HOUSE: (
        (0, -1.25),
        (1.15, -0.25),
        (0.9, -0.25),
        (0.9, 1),
        (-0.9, 1),
        (-0.9, -0.25),
        (-1.15, -0.25),
    ),
    Shape.TRIANGLE: ((0, -1.35), (1.3, 0.95), (-1.3, 0.95)),
}
_NOSE: Final = ((0.0, -1.75), (0.5, -1.2), (-0.5, -1.2))


def outline(shape: Shape) -> QPainterPath:
    """The closed outline, about radius 1."""
    path = QPainterPath()
    if shape in _CORNERS:
        path.addPolygon(_closed(_CORNERS[shape]))
    elif shape in (Shape.HEXAGON, Shape.OCTAGON):
        path.addPolygon(_closed(_regular(6 if shape is Shape.HEXAGON else 8, 1.12)))
    elif shape is Shape.CROSSED:
        path = _round(0.95).subtracted(_notches())
    elif shape is Shape.BARRED:
        path = _round(1.0).united(_bar())
    elif shape in (Shape.TEARDROP, Shape.DROP):
        path = _drop(1.75 if shape is Shape.TEARDROP else 1.45)
    else:
        path = _round(1.0)
    return path


def nose(heading_deg: float) -> QPainterPath:
    """A small triangle outside the outline that points along the heading, clockwise from north."""
    path = QPainterPath()
    path.addPolygon(_closed(_NOSE))
    return QTransform().rotate(heading_deg).map(path)


def turned(path: QPainterPath, heading_deg: float) -> QPainterPath:
    """The path turned clockwise."""
    return QTransform().rotate(heading_deg).map(path)


def _closed(corners: Sequence[tuple[float, float]]) -> QPolygonF:
    return QPolygonF([QPointF(x, y) for x, y in (*corners, corners[0])])


def _regular(count: int, radius: float) -> list[tuple[float, float]]:
    step = math.tau / count
    return [(radius * math.cos((n + 0.5) * step), radius * math.sin((n + 0.5) * step)) for n in range(count)]


def _round(radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), radius, radius)
    return path


def _bar() -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(-1.5, -0.22, 3.0, 0.44))
    return path


def _notches() -> QPainterPath:
    path = QPainterPath()
    for x, y in ((0, -1), (1, 0), (0, 1), (-1, 0)):
        path.addEllipse(QPointF(x, y), 0.34, 0.34)
    return path


def _drop(tip: float) -> QPainterPath:
    """A circle drawn out to a tip straight above."""
    path = QPainterPath()
    path.moveTo(0, -tip)
    path.lineTo(0.88, -0.48)
    path.arcTo(QRectF(-1, -1, 2, 2), 28.0, -236.0)
    path.closeSubpath()
    return path
