"""The list of open incidents, painted for distance: gravity as shape and words, then place, vehicles, age."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QWidget

from console.models.ages import age
from console.models.labels import word
from console.wall.board import Board, IncidentRow, WaitingCall
from console.wall.words import words
from dispatch.kinds import Severity
from mapview.canvas.palette import Palette

ROW_PX = 66
HEAD_PX = 40
PRIORITY_OF = {
    Severity.CRITICAL: 1,
    Severity.SEVERE: 2,
    Severity.UNKNOWN: 2,
    Severity.MODERATE: 3,
    Severity.MILD: 4,
}


class IncidentBoard(QFrame):
    """Calls waiting on top, then incidents, those without a vehicle first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("incidentBoard")
        self._board: Board | None = None
        self._palette: Palette | None = None
        self._old = ""

    def sizeHint(self) -> QSize:
        return QSize(640, 600)

    def show_board(self, board: Board, palette: Palette) -> None:
        self._board, self._palette = board, palette
        self.update()

    def tell_age(self, words: str) -> None:
        """How old the list is, "" when it is of now."""
        if words != self._old:
            self._old = words
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._board is None or self._palette is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(self._palette.window.panel))
        _Painting(painter, self._board, self._palette, self.font(), self.width(), self.height()).all(
            self._old
        )
        painter.end()


class _Painting:
    """One repaint: walks down the widget row by row."""

    def __init__(
        self, painter: QPainter, board: Board, palette: Palette, font: QFont, width: int, height: int
    ) -> None:
        self.painter, self.board, self.palette = painter, board, palette
        self.font, self.width, self.height = font, width, height
        self.top = 0

    def all(self, old: str) -> None:
        self._heading(old)
        rows: list[WaitingCall | IncidentRow] = [*self.board.calls, *self.board.incidents]
        room = max(1, (self.height - self.top - 8) // ROW_PX)
        shown = rows if len(rows) <= room else rows[: room - 1]
        for row in shown:
            if isinstance(row, WaitingCall):
                self._call(row)
            else:
                self._incident(row)
            self.top += ROW_PX
        if len(shown) < len(rows):
            self._write(
                QRect(16, self.top, self.width - 32, ROW_PX), words("more", n=len(rows) - len(shown)), 22
            )
        if not rows:
            quiet = self.palette.window.text_quiet
            self._write(QRect(16, self.top, self.width - 32, ROW_PX), words("no_incidents"), 22, quiet)

    def _heading(self, old: str) -> None:
        text = f"{words('open_incidents')}  {len(self.board.incidents)}"
        box = QRect(16, 6, self.width - 32, HEAD_PX - 8)
        self._write(box, text, 20, self.palette.window.text_quiet)
        if old:
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            self._write(box, old, 20, self.palette.window.fault, bold=True, align=right)
        self.top = HEAD_PX

    def _call(self, call: WaitingCall) -> None:
        colours = self.palette.window
        ground, ink = (
            (colours.fault, colours.fault_ink) if call.overdue else (colours.warning, colours.warning_ink)
        )
        box = QRect(8, self.top + 2, self.width - 16, ROW_PX - 6)
        self.painter.fillRect(box, QColor(ground))
        self._write(
            box.adjusted(12, 0, -150, 0), f"☎ {words('waiting_calls')}  {call.number}", 25, ink, bold=True
        )
        self._age(box, call.since, ink)

    def _incident(self, row: IncidentRow) -> None:
        colours = self.palette.window
        box = QRect(8, self.top + 2, self.width - 16, ROW_PX - 6)
        if not row.served or row.overdue:
            self.painter.fillRect(QRect(box.left(), box.top(), 6, box.height()), QColor(colours.fault))
        self.painter.fillRect(QRect(box.left(), box.bottom() + 1, box.width(), 1), QColor(colours.line))
        self._badge(QRect(box.left() + 14, box.top() + 8, 76, box.height() - 16), row)
        middle = box.adjusted(102, 2, -118, -2)
        upper = QRect(middle.left(), middle.top(), middle.width(), middle.height() // 2)
        lower = upper.translated(0, middle.height() // 2)
        serial = row.number.rsplit("-", 1)[-1]
        self._write(upper, f"{serial}  {row.address or '—'}", 23, colours.text, bold=True)
        self._write(lower, self._vehicles(row), 19, colours.text if row.served else colours.fault)
        self._age(box, row.since, colours.fault if row.overdue else colours.text)

    def _vehicles(self, row: IncidentRow) -> str:
        if row.vehicles:
            going = "  ".join(f"{number} {word(stage)}" for number, stage in row.vehicles)
            return f"{row.complaint}  ·  {going}" if row.complaint else going
        state = words("held") if row.held else words("unserved")
        return f"{row.complaint}  ·  {state}" if row.complaint and not row.served else row.complaint or state

    def _badge(self, box: QRect, row: IncidentRow) -> None:
        look = self.palette.priority(PRIORITY_OF[row.severity])
        self.painter.setPen(Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(look.fill))
        self.painter.drawRoundedRect(box, 5, 5)
        centre = Qt.AlignmentFlag.AlignCenter
        self._write(box, word(row.severity), 21, look.ink, bold=True, align=centre)

    def _age(self, box: QRect, since: int, ink: str) -> None:
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        self._write(box.adjusted(0, 0, -14, 0), age(since, self.board.at), 27, ink, bold=True, align=right)

    def _write(
        self,
        box: QRect,
        text: str,
        size_px: int,
        ink: str = "",
        *,
        bold: bool = False,
        align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    ) -> None:
        font = QFont(self.font)
        font.setPixelSize(size_px)
        font.setBold(bold)
        self.painter.setFont(font)
        self.painter.setPen(QColor(ink or self.palette.window.text))
        fitted = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        self.painter.drawText(box, align, fitted)
