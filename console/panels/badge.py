"""The sign of a vehicle state or a priority: shape, digit and colour together, the same as on the map."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from console.theme import font
from mapview.canvas.palette import Look
from mapview.canvas.shapes import outline

RADIUS_PX = 9.0
SIGN_PX = 11


def paint_badge(painter: QPainter, look: Look, centre: QPointF, radius: float = RADIUS_PX) -> None:
    """Paint the sign about a point."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    path = QTransform().translate(centre.x(), centre.y()).scale(radius, radius).map(outline(look.shape))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(look.fill))
    painter.drawPath(path)
    painter.setPen(QPen(QColor(look.ink)))
    painter.setFont(font(SIGN_PX, bold=True))
    box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, look.sign)
    painter.restore()
