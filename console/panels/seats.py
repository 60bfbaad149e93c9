"""All seats: who sits there, the state with its age, how long each was in which state today.

The second list has the last test of each seat before a shift, for whoever leads it.
"""

from collections.abc import Callable

from PySide6.QtGui import QFontMetrics, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from console.i18n import say
from console.models.desk import Desk
from console.models.labels import word
from console.models.seat_rows import COLUMNS, SeatRow, day_words, seat_rows
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import ChoiceRow, button, row_of, text
from console.theme import Theme, font
from console.verbs import BY_ID, tip
from dispatch.kinds import SeatState

SPENT_PX = 84
HEAD_PAD_PX = 12
STATE_PX = 166
"""As wide as the longest state with its reason needs, in either language."""
BY_PX = 154
TIMES, TESTS = "times", "tests"


def _spent(at: int, state: SeatState) -> Column[SeatRow]:
    """As wide as its head needs: 84 pixels are enough for the hours of a day."""
    head = word(state)
    wide = max(SPENT_PX, QFontMetrics(font()).horizontalAdvance(head) + HEAD_PAD_PX)
    return Column(head, wide, lambda row: Cell(row.spent[at], "quiet", right=True, small=True))


def _state(row: SeatRow) -> Cell:
    return Cell(row.state, row.tone, small=True)


def _result(row: SeatRow) -> Cell:
    return Cell(row.test.words, row.test.tone, small=True, whole=row.test.whole)


class SeatsPanel(QWidget):
    """See the module. Which list is shown is chosen by the buttons at the foot."""

    def __init__(self, desk: Desk, theme: Theme, do: Callable[[str], object]) -> None:
        super().__init__()
        self._desk, self._do = desk, do
        who = (
            Column[SeatRow](say("席"), 44, lambda row: Cell(row.number, bold=row.mine)),
            Column[SeatRow](say("人员"), 76, lambda row: Cell(row.person, bold=row.mine)),
        )
        times = (
            Column[SeatRow](say("状态"), 0, _state),
            Column[SeatRow](say("历时"), 64, lambda row: Cell(row.since, row.tone, right=True, small=True)),
            *(_spent(at, state) for at, state in enumerate(COLUMNS)),
        )
        tests = (
            Column[SeatRow](say("状态"), STATE_PX, _state),
            Column[SeatRow](say("上岗测试"), 0, _result, wraps=True),
            Column[SeatRow](say("测试人与时间"), BY_PX, lambda row: Cell(row.test.by, "quiet", small=True)),
            Column[SeatRow](say("距今"), 72, lambda row: Cell(row.test.age, "quiet", right=True, small=True)),
        )
        self.table: RowTable[SeatRow] = RowTable("seats.table", (*who, *times), theme)
        self.tests: RowTable[SeatRow] = RowTable("seats.tests.table", (*who, *tests), theme)
        self.table.used.connect(self._use)
        self._which = ChoiceRow("seats.list", [(TIMES, say("状态时长")), (TESTS, say("上岗测试"))], self.turn)
        self._told = text("", "quiet")
        verb = BY_ID["set_seat"]
        set_seat = button(f"{verb.name} {verb.key}", "seats.set_seat", self._use_current, tip("set_seat"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.table, 1)
        column.addWidget(self.tests, 1)
        column.addLayout(row_of(self._told, 1, set_seat, self._which))
        self.turn(TIMES)

    def turn(self, which: str) -> None:
        """Show the one list or the other."""
        shown, hidden = (self.tests, self.table) if which == TESTS else (self.table, self.tests)
        hidden.hide()
        shown.show()
        self.setFocusProxy(shown)
        self._which.show_values({which})

    def refresh(self, now: int) -> int:
        """Show them; how many somebody sits at. Nothing is worked out for a page nobody looks at."""
        there = sum(seat.state is not SeatState.LOGGED_OUT for seat in self._desk.floor.seats.values())
        if self.isVisible():
            rows = seat_rows(self._desk, now)
            self.table.show_rows(rows)
            self.tests.show_rows(rows)
            self._told.setText(day_words(self._desk, now))
        return there

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh(self._desk.clock())

    def _use(self, key: str) -> None:
        """A leader sets the state of this seat."""
        self._desk.distribution.chosen_seat = key
        self._do("set_seat")
        self._desk.distribution.chosen_seat = ""

    def _use_current(self) -> None:
        self._use(self.table.current_id() or "")
