"""The missions of the incident in hand, each as a line of milestones with the key for the next one."""

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from console.i18n import say
from console.models import acts, mission_rows
from console.models.desk import Desk
from console.models.mission_rows import MissionRow, StepDot
from console.panels.badge import paint_badge
from console.panels.widgets import button, text
from console.theme import SMALL_PX, Theme, font
from console.verbs import tip

LINE_PX = 86
DOT_PX = 5.0
NEXT_PX = 150
MARGIN_PX = 10


class MilestoneLine(QWidget):
    """The painted line of one mission: number, order state, hospital, and eleven dots with their times."""

    def __init__(self, theme: Theme, choose: Callable[[str], object]) -> None:
        super().__init__()
        self._theme, self._choose = theme, choose
        self._row: MissionRow | None = None
        self.setMinimumHeight(LINE_PX - 8)

    def show_row(self, row: MissionRow) -> None:
        if row != self._row:
            self._row = row
            tips = [f"{step.name} {step.at} {step.source}" for step in row.steps if step.at]
            self.setToolTip("\n".join(tips))
            self.setAccessibleName(f"{row.number} {row.order} {'; '.join(tips)}")
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._row is not None:
            self._choose(self._row.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        row = self._row
        if row is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_head(painter, row)
        if row.steps:
            self._paint_steps(painter, row.steps)
        painter.end()

    def _paint_head(self, painter: QPainter, row: MissionRow) -> None:
        x = 4.0
        paint_badge(painter, self._theme.palette.vehicle(row.look), QPointF(x + 10, 14))
        x = self._words(painter, x + 26, row.number, "", 18, bold=True)
        x = self._words(painter, x + 8, row.kind, "quiet")
        if row.result:
            x = self._words(painter, x + 14, row.result, "quiet", bold=True)
        else:
            x = self._words(painter, x + 14, say("指令 {state}", state=row.order), row.order_tone, bold=True)
        if row.hospital:
            x = self._words(painter, x + 14, say("送往 {name}", name=row.hospital), "")
        if row.age:
            self._words(painter, x + 14, say("本节点 {age}", age=row.age), "quiet")

    def _words(
        self, painter: QPainter, x: float, words: str, tone: str, px: int = SMALL_PX, *, bold: bool = False
    ) -> float:
        painter.setFont(font(px, bold=bold))
        painter.setPen(self._theme.tone(tone))
        painter.drawText(QRectF(x, 2, self.width() - x, 24), Qt.AlignmentFlag.AlignVCenter, words)
        return x + painter.fontMetrics().horizontalAdvance(words)

    def _paint_steps(self, painter: QPainter, steps: tuple[StepDot, ...]) -> None:
        colours = self._theme.window
        width = self.width() / len(steps)
        y = 38.0
        reached = max((at for at, step in enumerate(steps) if step.at), default=0)
        for part, colour in ((len(steps) - 1, colours.line), (reached, colours.ok)):
            painter.setPen(QPen(QColor(colour), 3))
            painter.drawLine(QPointF(width / 2, y), QPointF(width / 2 + part * width, y))
        for at, step in enumerate(steps):
            self._paint_step(painter, step, QPointF(width * (at + 0.5), y), width)

    def _paint_step(self, painter: QPainter, step: StepDot, at: QPointF, width: float) -> None:
        colours = self._theme.window
        edge = colours.ok if step.at else colours.accent if step.next else colours.line_strong
        painter.setPen(QPen(QColor(edge), 2.5 if step.next else 1.5))
        painter.setBrush(QColor(colours.ok if step.at else colours.panel))
        painter.drawEllipse(at, DOT_PX + step.next, DOT_PX + step.next)
        painter.setFont(font(12, bold=step.next))
        painter.setPen(self._theme.tone("" if step.at or step.next else "quiet"))
        box = QRectF(at.x() - width / 2, at.y() + 8, width, 16)
        name = painter.fontMetrics().elidedText(step.name, Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)
        painter.setFont(font(12))
        painter.setPen(self._theme.tone("warning" if step.corrected else ""))
        painter.drawText(box.translated(0, 16), Qt.AlignmentFlag.AlignCenter, step.at)


class MissionStrip(QFrame):
    """One mission: the line and the button that records the next milestone."""

    def __init__(self, at: int, desk: Desk, theme: Theme, do: Callable[[str], object]) -> None:
        super().__init__()
        self._id = ""
        self._desk, self._do = desk, do
        self.line = MilestoneLine(theme, lambda key: acts.choose_mission(desk, key))
        self.next = button("", f"mission.{at}.next", self._next, tip("milestone"))
        self.hospital = button(say("送往 Ctrl+H"), f"mission.{at}.hospital", self._hospital, tip("hospital"))
        for made in (self.next, self.hospital):
            made.setFixedWidth(NEXT_PX)
        side = QVBoxLayout()
        side.setSpacing(3)
        side.addWidget(self.next)
        side.addWidget(self.hospital)
        side.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.addWidget(self.line, 1)
        row.addLayout(side)
        self.setFixedHeight(LINE_PX)

    def show_row(self, row: MissionRow) -> None:
        self._id = row.id
        self.line.show_row(row)
        key = "  F6" if row.chosen else ""
        self.next.setText(f"{row.next_words}{key}" if row.next_words else "–")
        self.next.setEnabled(bool(row.next_words))
        self.hospital.setEnabled(row.active and bool(row.steps))

    def _next(self) -> None:
        acts.choose_mission(self._desk, self._id)
        self._do("milestone")

    def _hospital(self) -> None:
        acts.choose_mission(self._desk, self._id)
        self._do("hospital")


class MissionsView(QScrollArea):
    """All missions of the incident in hand, running ones first."""

    def __init__(self, desk: Desk, theme: Theme, do: Callable[[str], object]) -> None:
        super().__init__()
        self._desk, self._theme, self._do = desk, theme, do
        self._strips: list[MissionStrip] = []
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._empty = text(say("还没有派车"), "quiet")
        self._column.addWidget(self._empty)
        self._column.addStretch(1)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setObjectName("missions")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self._inside.setAutoFillBackground(False)

    def refresh(self, now: int) -> int:
        """Show the missions; returns how many there are."""
        found = mission_rows.missions(self._desk, now)
        while len(self._strips) < len(found):
            strip = MissionStrip(len(self._strips), self._desk, self._theme, self._do)
            self._column.insertWidget(len(self._strips) + 1, strip)
            self._strips.append(strip)
        for strip, row in zip(self._strips, found, strict=False):
            strip.show_row(row)
            strip.show()
        for strip in self._strips[len(found) :]:
            strip.hide()
        self._empty.setVisible(not found)
        return len(found)
