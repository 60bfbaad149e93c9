"""All seats: who sits there, the state with its age, and how long each was in which state today."""

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.i18n import say
from console.models.desk import Desk
from console.models.labels import word
from console.models.seat_rows import COLUMNS, SeatRow, day_words, seat_rows
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import text
from console.theme import Theme
from dispatch.kinds import SeatState

SPENT_PX = 92


def _spent(at: int, state: SeatState) -> Column[SeatRow]:
    return Column(word(state), SPENT_PX, lambda row: Cell(row.spent[at], "quiet", right=True, small=True))


class SeatsPanel(QWidget):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__()
        self._desk = desk
        columns = (
            Column[SeatRow](say("席"), 44, lambda row: Cell(row.number, bold=row.mine)),
            Column[SeatRow](say("人员"), 84, lambda row: Cell(row.person, bold=row.mine)),
            Column[SeatRow](say("状态"), 0, lambda row: Cell(row.state, row.tone, small=True)),
            Column[SeatRow](say("历时"), 64, lambda row: Cell(row.since, row.tone, right=True, small=True)),
            *(_spent(at, state) for at, state in enumerate(COLUMNS)),
        )
        self.table: RowTable[SeatRow] = RowTable("seats.table", columns, theme)
        self._told = text("", "quiet")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.table, 1)
        column.addWidget(self._told)
        self.setFocusProxy(self.table)

    def refresh(self, now: int) -> int:
        """Show them; how many somebody sits at. Nothing is worked out for a page nobody looks at."""
        there = sum(seat.state is not SeatState.LOGGED_OUT for seat in self._desk.floor.seats.values())
        if self.isVisible():
            self.table.show_rows(seat_rows(self._desk, now))
            self._told.setText(day_words(self._desk, now))
        return there

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh(self._desk.clock())
