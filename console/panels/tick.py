"""A box to tick, its outline as strong as its words in both themes: Fusion's own fades on dark ground."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox

BOX_PX = 18.0
GAP_PX = 8.0
PEN_PX = 2.0
TICK = ((0.2, 0.52), (0.42, 0.75), (0.82, 0.26))
"""The mark, in parts of the box."""


class Tick(QCheckBox):
    """See the module."""

    def sizeHint(self) -> QSize:
        words = self.fontMetrics().size(0, self.text())
        return QSize(int(BOX_PX + GAP_PX + words.width() + PEN_PX * 2), max(int(BOX_PX) + 6, words.height()))

    def hitButton(self, pos: object) -> bool:  # noqa: N802 - Qt's name
        """Words and box alike."""
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space ticks; Enter goes on, as in a field."""
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.focusNextChild()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self.palette()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(PEN_PX, (self.height() - BOX_PX) / 2, BOX_PX, BOX_PX)
        ink = colours.highlightedText() if self.isChecked() else colours.text()
        painter.setPen(QPen(colours.text(), PEN_PX))
        painter.setBrush(colours.highlight() if self.isChecked() else colours.base())
        painter.drawRoundedRect(box, 3, 3)
        if self.isChecked():
            painter.setPen(QPen(ink, PEN_PX + 0.5))
            points = [QPointF(box.x() + x * BOX_PX, box.y() + y * BOX_PX) for x, y in TICK]
            painter.drawPolyline(QPolygonF(points))
        room = self.rect().adjusted(int(box.right() + GAP_PX), 0, 0, 0)
        painter.setPen(colours.text().color())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, self.text())
        if self.hasFocus():
            painter.setPen(QPen(colours.accent(), PEN_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 3, 3)
        painter.end()
