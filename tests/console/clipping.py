"""Words that are cut off somewhere in a window."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QTableView

from console.panels.table import BADGE_PX, PAD_PX, RowTable
from console.theme import SMALL_PX, TEXT_PX, font

CARDS = {f"talk.{at}.{line}" for at in range(4) for line in ("who", "told")}
ELIDED = {"notice.text", "calls.hint", "banner"} | CARDS
"""These carry whole sentences: cut at the end, whole in the tooltip."""


def clipped(window) -> list[str]:
    """Words that do not fit where they stand."""
    found = []
    for widget in [one for kind in (QLabel, QPushButton, QCheckBox) for one in window.findChildren(kind)]:
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        if not widget.isVisible() or widget.objectName() in ELIDED or wraps:
            continue
        wanted, given = widget.sizeHint(), widget.size()
        if wanted.width() > given.width() + 1 or wanted.height() > given.height() + 1:
            found.append(f"{widget.objectName()} {widget.text()} {wanted} {given}")
    for table in window.findChildren(QTableView):
        head = table.horizontalHeader()
        for at in range(table.model().columnCount()):
            words = str(table.model().headerData(at, Qt.Orientation.Horizontal) or "")
            if head.isVisible() and head.fontMetrics().horizontalAdvance(words) + 8 > table.columnWidth(at):
                found.append(f"{table.objectName()} {words} {table.columnWidth(at)}")
    return found


def cut_cells(window) -> list[str]:
    """Cells of visible lists whose words do not fit and end in dots."""
    found = []
    for table in [window, *window.findChildren(RowTable)]:
        if not isinstance(table, RowTable):
            continue
        if not table.isVisible():
            continue
        for row in table.rows_model.rows:
            for at, column in enumerate(table.rows_model.columns):
                cell = column.cell(row)
                face = font(SMALL_PX if cell.small else TEXT_PX, bold=cell.bold)
                room = table.columnWidth(at) - 2 * PAD_PX - (BADGE_PX if cell.badge else 0)
                wanted = QFontMetrics(face).horizontalAdvance(cell.text)
                if not column.wraps and wanted > room:
                    found.append(f"{table.objectName()} {cell.text} {wanted} {room}")
    return found
