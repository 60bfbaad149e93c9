"""How loud something is: a row of blocks from -60 to 0 dB, the good range marked below, words for the ear.

Colour is never the only sign: what is too loud or too soft for speech stands past the marks of the range.
"""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from console.i18n import say
from console.theme import SMALL_PX, Theme, font

SILENT_DB, FULL_DB = -60.0, 0.0
GOOD_DB = (-36.0, -9.0)
"""Where speech at a headset belongs."""
GAP_PX = 2
MARK_PX = 2
NAME_PX = 32


class Meter(QWidget):
    """`blocks` 0: as many as fit at `BLOCK_PX`."""

    def __init__(self, name: str, title: str, theme: Theme, blocks: int = 24) -> None:
        super().__init__()
        self.setObjectName(name)
        self._title, self._theme, self._blocks = title, theme, blocks
        self._db: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_db(None)

    def sizeHint(self) -> QSize:
        return QSize(self._blocks * 7, 18)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._blocks * 4, 14)

    def show_db(self, db: float | None) -> None:
        """None: nothing is measured now."""
        if db == self._db and self.toolTip():
            return
        self._db = db
        words = (
            say("{name}：没有声音", name=self._title)
            if db is None
            else say("{name}：{db} 分贝", name=self._title, db=f"{db:.0f}")
        )
        self.setToolTip(words)
        self.setAccessibleName(words)
        self.update()

    def lit(self) -> int:
        """How many blocks are filled."""
        if self._db is None:
            return 0
        share = (min(FULL_DB, max(SILENT_DB, self._db)) - SILENT_DB) / (FULL_DB - SILENT_DB)
        return round(share * self._blocks)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.window
        painter = QPainter(self)
        painter.setPen(Qt.PenStyle.NoPen)
        wide, high = self.width() / self._blocks, self.height() - MARK_PX - 2
        lit = self.lit()
        for at in range(self._blocks):
            db = SILENT_DB + (at + 0.5) * (FULL_DB - SILENT_DB) / self._blocks
            tone = colours.ok if db <= GOOD_DB[1] else colours.fault
            painter.setBrush(QColor(tone if at < lit else colours.line))
            painter.drawRect(QRectF(at * wide, 0, wide - GAP_PX, high))
        left, right = ((db - SILENT_DB) / (FULL_DB - SILENT_DB) * self.width() for db in GOOD_DB)
        painter.setBrush(QColor(colours.text_quiet))
        painter.drawRect(QRectF(left, self.height() - MARK_PX, right - left, MARK_PX))
        painter.end()


class Level(QWidget):
    """A meter with its short name before it, for the status line: 听 ▮▮▮▯▯."""

    def __init__(self, name: str, short: str, title: str, theme: Theme, blocks: int = 8) -> None:
        super().__init__()
        self._short, self._theme = short, theme
        self._face = font(SMALL_PX)
        self.meter = Meter(name, title, theme, blocks)
        self.meter.setParent(self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(NAME_PX + self.meter.sizeHint().width(), 18)

    def resizeEvent(self, event: object) -> None:
        self.meter.setGeometry(NAME_PX, 3, self.width() - NAME_PX, self.height() - 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._face)
        painter.setPen(QColor(self._theme.window.text_quiet))
        painter.drawText(
            QRectF(0, 0, NAME_PX - 4, self.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            self._short,
        )
        painter.end()
