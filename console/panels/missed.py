"""Callers nobody answered, worked off one by one: Enter rings back, a key writes down what came of it."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.i18n import say
from console.models.desk import Desk
from console.models.missed_rows import SIGNS, MissedRow, is_late, rows_of
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import button, text
from console.theme import Theme
from console.verbs import BY_ID, tip

TONES = {"waiting": "", "calling": "ok", "later": "quiet"}


def _tone(row: MissedRow) -> str:
    return "fault" if row.late else TONES[row.state]


def _words(row: MissedRow) -> str:
    return f"{SIGNS[row.state]} {row.words}"


COLUMNS: tuple[Column[MissedRow], ...] = (
    Column("", 104, lambda row: Cell(_words(row), _tone(row), bold=row.late, small=True)),
    Column("", 128, lambda row: Cell(row.number, bold=True), wraps=True),
    Column("", 148, lambda row: Cell(f"{row.last[:5]} {row.how}", small=True), wraps=True),
    Column("", 0, lambda row: Cell(row.tried, "quiet", small=True), wraps=True),
    Column("", 84, lambda row: Cell(row.next, _tone(row), right=True, small=True)),
)


class MissedPanel(QWidget):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme, do: Callable[[str], object]) -> None:
        super().__init__()
        self._desk, self._do = desk, do
        self.table: RowTable[MissedRow] = RowTable("missed.table", COLUMNS, theme, heads=False)
        self.table.chosen.connect(self._choose)
        self.table.used.connect(self._use)
        self._told = text("", "quiet")
        foot = QHBoxLayout()
        foot.addWidget(self._told, 1)
        for verb_id in ("call_missed", "settle_missed"):
            verb = BY_ID[verb_id]
            act = partial(do, verb_id)
            foot.addWidget(button(f"{verb.name} {verb.key}", f"missed.{verb_id}", act, tip(verb_id)))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        self.setFocusProxy(self.table)

    def refresh(self, now: int) -> tuple[int, int]:
        """Show them where somebody looks; how many there are, and how many are past their time."""
        entries = self._desk.distribution.missed()
        late = sum(is_late(one, now) for one in entries)
        if self.isVisible():
            self.table.show_rows(rows_of(self._desk, entries, now))
        self._told.setText(say("{n} 个超时未回拨", n=late) if late else say("未接来电一分钟内回拨"))
        return len(entries), late

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh(self._desk.clock())

    def _use(self, key: str) -> None:
        self._choose(key)
        self._do("call_missed")

    def _choose(self, key: str) -> None:
        self._desk.distribution.chosen_missed = key
