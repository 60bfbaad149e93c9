"""A list of rows with ids. It keeps its selection by id, and while the pointer is over it no row moves:
the order is taken up again when the pointer leaves. Refreshing never takes the keyboard. Sentences (columns
that wrap) have as many lines as they need.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Generic, Protocol, TypeVar

from msgspec import Struct
from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from console.panels.badge import paint_badge
from console.theme import ROW_PX, SMALL_PX, TEXT_PX, Theme, font
from mapview.canvas.palette import Look


class Row(Protocol):
    """What every row has."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Row)
Index = QModelIndex | QPersistentModelIndex
PAD_PX = 5
LINES_PAD_PX = 8
BY_KEY = frozenset(
    {
        Qt.FocusReason.ShortcutFocusReason,
        Qt.FocusReason.TabFocusReason,
        Qt.FocusReason.BacktabFocusReason,
    }
)
BADGE_PX = 27


class Cell(Struct, frozen=True):
    """One cell: `badge` is painted left of the text, `whole` is what a shortened text stands for."""

    text: str
    tone: str = ""
    bold: bool = False
    right: bool = False
    small: bool = False
    badge: Look | None = None
    fill: str = ""  # "warning" or "fault": the whole cell in that colour
    whole: str = ""


class Column(Struct, Generic[T], frozen=True):
    """`width_px` 0 takes what is left; `wraps`: sentences, a row is as high as they need."""

    title: str
    width_px: int
    cell: Callable[[T], Cell]
    wraps: bool = False


class RowModel(QAbstractTableModel, Generic[T]):
    """The rows as Qt reads them; every row has an `id`."""

    def __init__(self, columns: Sequence[Column[T]]) -> None:
        super().__init__()
        self.columns = columns
        self.rows: list[T] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return row.id
        if role in {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole}:
            cell = self.columns[index.column()].cell(row)
            return cell.whole or cell.text if role == Qt.ItemDataRole.ToolTipRole else cell.text
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        column = self.columns[section] if orientation is Qt.Orientation.Horizontal else None
        if column is not None and role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if column is not None and role == Qt.ItemDataRole.TextAlignmentRole and self.rows:
            side = (
                Qt.AlignmentFlag.AlignRight if column.cell(self.rows[0]).right else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def put(self, rows: list[T]) -> None:
        """Show these; only a changed number of rows resets, changed cells are drawn again."""
        if len(rows) == len(self.rows):
            before, self.rows = self.rows, rows
            self._tell_changed([at for at, row in enumerate(rows) if row != before[at]], before)
            return
        self.layoutAboutToBeChanged.emit()
        self.rows = rows
        self.layoutChanged.emit()

    def _tell_changed(self, changed: list[int], before: list[T]) -> None:
        """Column by column: each second only the ages change, and painting text is what takes long."""
        for place, column in enumerate(self.columns):
            cells = [at for at in changed if column.cell(self.rows[at]) != column.cell(before[at])]
            if cells:
                self.dataChanged.emit(self.index(cells[0], place), self.index(cells[-1], place))


class CellPainter(QStyledItemDelegate):
    """Paints a `Cell` in the theme of the window."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, RowModel)
        column = model.columns[index.column()]
        cell: Cell = column.cell(model.rows[index.row()])
        colours = self._theme.window
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        fills = {"warning": colours.warning, "fault": colours.fault}
        inks = {"warning": colours.warning_ink, "fault": colours.fault_ink}
        if cell.fill or chosen:
            painter.fillRect(rect, QColor(fills.get(cell.fill, colours.selected)))
        painter.setPen(QColor(colours.line))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        box = rect.adjusted(PAD_PX, 0, -PAD_PX, 0)
        if cell.badge is not None:
            paint_badge(painter, cell.badge, QPointF(box.left() + 10, box.center().y() + 0.5))
            box = box.adjusted(BADGE_PX, 0, 0, 0)
        quiet = cell.tone in {"", "quiet"}
        colour = QColor(colours.selected_text) if chosen and quiet else self._theme.tone(cell.tone)
        painter.setPen(QColor(inks[cell.fill]) if cell.fill else colour)
        painter.setFont(font(SMALL_PX if cell.small else TEXT_PX, bold=cell.bold))
        side = Qt.AlignmentFlag.AlignRight if cell.right else Qt.AlignmentFlag.AlignLeft
        if column.wraps:
            painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, cell.text)
            return
        text = painter.fontMetrics().elidedText(cell.text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, text)


@lru_cache(maxsize=1024)
def wrapped_px(text: str, width_px: int, *, small: bool, bold: bool) -> int:
    """How high this sentence is in a cell so wide, at least one row."""
    room = QRect(0, 0, max(1, width_px - 2 * PAD_PX), ROW_PX)
    metrics = QFontMetrics(font(SMALL_PX if small else TEXT_PX, bold=bold))
    needed = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, text).height()
    return max(ROW_PX, needed + LINES_PAD_PX)


class RowTable(QTableView, Generic[T]):
    """The list widget. `chosen` when a person takes a row, `used` on Enter or a double click."""

    chosen = Signal(str)
    used = Signal(str)

    def __init__(self, name: str, columns: Sequence[Column[T]], theme: Theme, *, heads: bool = True) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(name)
        self.rows_model: RowModel[T] = RowModel(columns)
        self.setModel(self.rows_model)
        self.setItemDelegate(CellPainter(theme, self))
        self._wanted: list[T] = []
        self._dress(columns, heads)
        self.clicked.connect(lambda index: self.chosen.emit(self.id_at(index.row())))
        self.doubleClicked.connect(lambda index: self.used.emit(self.id_at(index.row())))

    def _dress(self, columns: Sequence[Column[T]], heads: bool) -> None:
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setAutoScroll(False)  # what is on screen stays on screen; keys scroll below
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().setMinimumSectionSize(ROW_PX)
        head = self.horizontalHeader()
        head.setVisible(heads)
        head.setHighlightSections(False)
        head.setMinimumSectionSize(20)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for at, column in enumerate(columns):
            mode = QHeaderView.ResizeMode.Fixed if column.width_px else QHeaderView.ResizeMode.Stretch
            head.setSectionResizeMode(at, mode)
            if column.width_px:
                self.setColumnWidth(at, column.width_px)

    def show_rows(self, rows: list[T], selected: str | None = None, *, anew: bool = False) -> None:
        """Show these rows. `selected` is what the desk has in hand ("": nothing); None leaves the cursor.

        `anew`: these answer another question, so their order counts even under the pointer.
        """
        self._wanted = rows
        current = self.current_id() if selected is None or self.hasFocus() else selected
        shown = self._kept_order(rows) if self.underMouse() and not anew else rows
        self._put(shown)
        self.select_id(current)

    def _put(self, rows: list[T]) -> None:
        self.rows_model.put(rows)
        self._fit_sentences()

    def _fit_sentences(self) -> None:
        """Rows as high as the sentences in them; nothing to do where no column wraps."""
        wrapping = [(at, one) for at, one in enumerate(self.rows_model.columns) if one.wraps]
        for at, row in enumerate(self.rows_model.rows) if wrapping else ():
            cells = [(column.cell(row), self.columnWidth(place)) for place, column in wrapping]
            high = max(wrapped_px(c.text, width, small=c.small, bold=c.bold) for c, width in cells)
            if self.rowHeight(at) != high:
                self.setRowHeight(at, high)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_sentences()

    def _kept_order(self, rows: list[T]) -> list[T]:
        """The rows in the order now on screen, new ones below."""
        fresh = {row.id: row for row in rows}
        kept = [fresh.pop(row.id) for row in self.rows_model.rows if row.id in fresh]
        return [*kept, *fresh.values()]

    def select_id(self, row_id: str | None) -> None:
        """Move the cursor to a row without telling anybody."""
        for at, row in enumerate(self.rows_model.rows):
            if row.id == row_id:
                if self.currentIndex().row() != at or not self.selectionModel().hasSelection():
                    self.selectRow(at)
                return
        self.clearSelection()

    def id_at(self, at: int) -> str:
        return self.rows_model.rows[at].id

    def current_id(self) -> str | None:
        """The id under the cursor, None without one."""
        index = self.currentIndex()
        if not index.isValid() or index.row() >= len(self.rows_model.rows):
            return None
        return self.id_at(index.row()) if self.selectionModel().hasSelection() else None

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Reached by a key there is a cursor to see and to use: the top row where none was chosen."""
        super().focusInEvent(event)
        if event.reason() in BY_KEY:
            self._place_cursor()

    def _place_cursor(self) -> bool:
        """True when there was none and it stands on the top row now."""
        if self.current_id() is not None or not self.rows_model.rows:
            return False
        self.selectRow(0)
        return True

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._put(self._wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space} and self.current_id():
            self.used.emit(self.current_id())
            return
        arrow = key in {Qt.Key.Key_Up, Qt.Key.Key_Down}
        if not (arrow and self._place_cursor()):
            super().keyPressEvent(event)
        self.scrollTo(self.currentIndex())
        if arrow and self.current_id():
            self.chosen.emit(self.current_id())
