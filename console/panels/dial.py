"""The sheet that dials: a number or a name is typed, Down and Up choose, Enter calls.

For a blind transfer the same sheet chooses who gets the call. It lies over the lists, never over the form.
"""

from msgspec import Struct
from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from console.i18n import say
from console.models import acts_calls
from console.models.desk import Desk
from console.models.directory import FOUND_MAX, Entry, find
from console.panels.sheet import Sheet, foot
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import button, row_of, text
from console.theme import ROW_PX, Theme

HEAD_PX = 96


class EntryRow(Struct, frozen=True):
    """One of the directory as a row of the list."""

    id: str
    name: str
    kind: str


COLUMNS: tuple[Column[EntryRow], ...] = (
    Column("", 190, lambda row: Cell(row.id, bold=True)),
    Column("", 0, lambda row: Cell(row.name)),
    Column("", 150, lambda row: Cell(row.kind, "quiet", small=True)),
)


class DialSheet(Sheet):
    """`transferring` is the call to send on, "" to place a new one."""

    def __init__(self, desk: Desk, theme: Theme, page: QWidget, over: QWidget) -> None:
        super().__init__("dial", page, over)
        self._desk, self._transferring = desk, ""
        self._title = text("", "large")
        self._title.setObjectName("dial.title")
        self._typed = QLineEdit()
        self._typed.setObjectName("dial.number")
        self._typed.setPlaceholderText(say("号码，或站、医院、来电人的名字"))
        self._typed.textEdited.connect(self._search)
        self._typed.installEventFilter(self)
        self._table: RowTable[EntryRow] = RowTable("dial.table", COLUMNS, theme, heads=False)
        self._table.used.connect(self._take)
        self._go = button("", "dial.go", lambda: self._take(self._table.current_id() or ""))
        self._cancel = button(say("取消 Esc"), "dial.cancel", self.close_sheet)
        column = QVBoxLayout(self)
        column.addWidget(self._title)
        column.addLayout(row_of(self._typed, self._go, self._cancel))
        column.addWidget(self._table, 1)

    def open(self, transferring: str = "") -> None:
        """Take the keyboard; Esc or a call gives it back."""
        self._transferring = transferring
        self.refresh()
        self._go.setText(say("转出 Enter") if transferring else say("拨打 Enter"))
        self._typed.clear()
        self._search("")
        self.come(self._typed)

    def refresh(self) -> None:
        """Who it is about, as the calls are now."""
        call = self._desk.line.calls.get(self._transferring)
        if not self._transferring:
            words = self._dial_title()
        elif call is None or call.ended_at is not None:
            words = say("要转出的通话已经结束　Esc 关闭")
        else:
            words = say("盲转：把 {who} 转给", who=acts_calls.who(self._desk, call))
        self._title.setText(words)

    def _dial_title(self) -> str:
        talking, line = self._desk.line.talking(), self._desk.sounding.line()
        if line is not None and line.dead:
            return say("拨号：电话线路断开，只能试拨完整的 sip: 地址")
        if talking is None:
            return say("拨号")
        return say("拨号：{who} 将保持并听保持音", who=acts_calls.who(self._desk, talking))

    def _search(self, typed: str) -> None:
        found = [_row(entry) for entry in find(self._desk, typed)]
        self._table.show_rows(found, found[0].id if found else "", anew=True)

    def _take(self, number: str) -> None:
        if not number:
            self._desk.notice(say("没有这个名字，请写号码"), grave=False)
            return
        transferring = self._transferring
        self.close_sheet()
        if transferring:
            acts_calls.transfer(self._desk, transferring, number)
        else:
            acts_calls.dial(self._desk, number)

    def lie(self, room: QRect) -> QRect:
        return foot(room, HEAD_PX + FOUND_MAX * ROW_PX)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is not QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._take(self._table.current_id() or "")
            return True
        rows = self._table.rows_model.rows
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up} and rows:
            step = 1 if event.key() == Qt.Key.Key_Down else -1
            at = (self._table.currentIndex().row() + step) % len(rows)
            self._table.select_id(rows[at].id)
            return True
        return False


def _row(entry: Entry) -> EntryRow:
    return EntryRow(entry.number, entry.name, entry.kind)
