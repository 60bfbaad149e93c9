"""The picture of a recording: caller above, operator below, what happened in it, and where one listens.

A press moves there. Each leg says whose it is; markers carry their words, never a colour alone.
"""

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QWidget

from console.archivist import Picture
from console.i18n import say
from console.models.ages import clock, span
from console.models.archive import mark_words
from console.theme import SMALL_PX, Theme, font
from telephony.archive.recall import Peaks

SIDE_PX = 62
MARKS_PX = 44
AXIS_PX = 20
MARK_GAP_PX = 6
LEVEL_SHOWN_MIN = 0.02
TICKS_S = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1800)
TICK_PX_MIN = 90


class Waveform(QWidget):
    """`sought` says where a person pressed, in ms of the sound."""

    sought = Signal(int)

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(name)
        self.setMinimumHeight(MARKS_PX + AXIS_PX + 80)
        self._theme = theme
        self._picture: Picture | None = None
        self._ground: QPixmap | None = None
        self._ground_of: tuple[object, ...] = ()
        self._at_ms = 0
        self.words = ""
        """What stands here while there is no picture."""

    def show_picture(self, picture: Picture | None, words: str = "") -> None:
        self._picture, self.words, self._at_ms = picture, words, 0
        self.update()

    def show_at(self, ms: int) -> None:
        if ms != self._at_ms:
            self._at_ms = ms
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._picture is not None and event.button() is Qt.MouseButton.LeftButton:
            part = (event.position().x() - SIDE_PX) / max(1, self.width() - SIDE_PX)
            self.sought.emit(round(min(1.0, max(0.0, part)) * self._picture.duration_ms))

    def paintEvent(self, event: QPaintEvent) -> None:
        """All but the cursor is painted once: it moves ten times a second."""
        kept = (self._theme.name, self.size(), id(self._picture), self.words)
        if self._ground is None or self._ground_of != kept:
            fine = self.devicePixelRatioF()
            self._ground, self._ground_of = QPixmap(self.size() * fine), kept
            self._ground.setDevicePixelRatio(fine)
            self._paint_ground(QPainter(self._ground))
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._ground)
        if self._picture is not None:
            self._paint_cursor(painter, self._picture)
        painter.end()

    def _paint_ground(self, painter: QPainter) -> None:
        colours = self._theme.window
        painter.fillRect(self.rect(), QColor(colours.field))
        painter.setFont(font(SMALL_PX))
        if self._picture is None:
            painter.setPen(QColor(colours.text_quiet))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.words)
        else:
            self._paint_axis(painter, self._picture)
            self._paint_legs(painter, self._picture)
            self._paint_marks(painter, self._picture)
        painter.setPen(QColor(colours.line_strong))
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _x(self, ms: float) -> float:
        assert self._picture is not None
        return SIDE_PX + (self.width() - SIDE_PX - 1) * ms / max(1, self._picture.duration_ms)

    def _legs(self) -> tuple[QRectF, QRectF]:
        high = (self.height() - MARKS_PX - AXIS_PX) / 2
        left, width = float(SIDE_PX), float(self.width() - SIDE_PX)
        return QRectF(left, MARKS_PX, width, high), QRectF(left, MARKS_PX + high, width, high)

    def _paint_axis(self, painter: QPainter, picture: Picture) -> None:
        """Clock times, as far apart as can be read."""
        seconds = picture.duration_ms / 1000
        room = max(1.0, (self.width() - SIDE_PX) / TICK_PX_MIN)
        step = next((one for one in TICKS_S if seconds / one <= room), TICKS_S[-1])
        foot = self.height() - AXIS_PX
        for at in range(0, int(seconds) + 1, step):
            x = self._x(at * 1000)
            painter.setPen(QColor(self._theme.window.line))
            painter.drawLine(QPointF(x, MARKS_PX), QPointF(x, foot))
            painter.setPen(QColor(self._theme.window.text_quiet))
            words = clock(picture.began_at_ms + at * 1000) if picture.began_at_ms else span(at)
            if x + TICK_PX_MIN * 0.7 < self.width():
                painter.drawText(QPointF(x + 3, foot + SMALL_PX + 1), words)

    def _paint_legs(self, painter: QPainter, picture: Picture) -> None:
        colours = self._theme.window
        legs = ((picture.caller, say("来电人"), colours.info), (picture.operator, say("本台"), colours.ok))
        for box, (peaks, words, colour) in zip(self._legs(), legs, strict=True):
            painter.setPen(QColor(colours.text))
            side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
            painter.drawText(QRectF(6, box.top(), SIDE_PX - 8, box.height()), side, words)
            painter.setPen(QColor(colours.line_strong))
            painter.drawLine(box.bottomLeft(), box.bottomRight())
            painter.setPen(QPen(QColor(colour), 1))
            middle, half = box.center().y(), box.height() / 2 - 3
            for at, level in enumerate(_columns(peaks, int(box.width()))):
                reach = max(0.5, min(1.0, float(level)) ** 0.5 * half if level > LEVEL_SHOWN_MIN / 4 else 0.5)
                x = box.left() + at
                painter.drawLine(QPointF(x, middle - reach), QPointF(x, middle + reach))

    def _paint_marks(self, painter: QPainter, picture: Picture) -> None:
        """Words in two lines above, each where there is room; one without room keeps its line."""
        free = [float(SIDE_PX), float(SIDE_PX)]
        metrics = painter.fontMetrics()
        for marker in picture.markers:
            x = self._x(marker.at_ms - picture.began_at_ms)
            painter.setPen(QPen(QColor(self._theme.window.text_quiet), 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, MARKS_PX - 4), QPointF(x, self.height() - AXIS_PX))
            words = f"▾{mark_words(marker)}"
            wide = metrics.horizontalAdvance(words)
            left = min(x - 4, self.width() - wide - 4)
            line = next((one for one, end in enumerate(free) if left >= end), None)
            if line is not None:
                free[line] = left + wide + MARK_GAP_PX
                painter.setPen(QColor(self._theme.window.text))
                painter.drawText(QPointF(left, (2 - line) * (MARKS_PX / 2) - 6), words)

    def _paint_cursor(self, painter: QPainter, picture: Picture) -> None:
        x = self._x(min(self._at_ms, picture.duration_ms))
        painter.setPen(QPen(QColor(self._theme.window.fault), 2))
        painter.drawLine(QPointF(x, MARKS_PX - 4), QPointF(x, self.height() - AXIS_PX))


def _columns(peaks: Peaks, wide: int) -> Peaks:
    """The highest level of each pixel."""
    if not len(peaks) or wide <= 0:
        return np.zeros(max(0, wide), np.float32)
    edges = np.linspace(0, len(peaks), wide + 1).astype(int)[:-1]
    return np.asarray(np.maximum.reduceat(peaks, np.minimum(edges, len(peaks) - 1)), np.float32)
