"""What waits for somebody, gravest and longest first, then what is held, then what is under way."""

from collections.abc import Callable

from console.i18n import say
from console.models import acts, rows
from console.models.desk import Desk
from console.models.rows import IncidentRow
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import Panel, button
from console.theme import Theme
from console.verbs import tip

NUMBER_PX, LONG_NUMBER_PX = 76, 102
"""`0012`, and `02-0012` where another site's numbers are in the list."""


class IncidentsPanel(Panel):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme, do: Callable[[str], object]) -> None:
        super().__init__(say("待办与进行中"))
        self._desk = desk
        self._closed = False
        self._switch = button("", "incidents.closed", lambda: do("closed"), tip("closed"))
        self._switch.setProperty("key", True)
        self.head.insertWidget(1, self._switch)
        columns: tuple[Column[IncidentRow], ...] = (
            Column(say("号"), NUMBER_PX, lambda row: Cell(
                row.number, "", bold=row.mine, badge=theme.palette.priority(row.priority))),
            Column(say("地点"), 0, lambda row: Cell(row.address or "–", "", bold=row.waiting), wraps=True),
            Column(say("状态 / 车"), 104, lambda row: Cell(
                f"{row.vehicles} {row.state}".strip(), row.tone, small=True), wraps=True),
            Column(say("台"), 30, lambda row: Cell(row.seat, "" if row.mine else "quiet", small=True)),
            Column(say("已过"), 58, lambda row: Cell(row.age, row.tone, right=True, bold=row.waiting)),
        )  # fmt: skip
        self.table: RowTable[IncidentRow] = RowTable("incidents.table", columns, theme)
        self.table.chosen.connect(lambda key: acts.show(desk, key))
        self.table.used.connect(lambda key: acts.show(desk, key))
        self.body.addWidget(self.table, 1)

    def toggle_closed(self) -> None:
        """What runs, or what was closed today."""
        self._closed = not self._closed
        self.refresh(self._desk.clock())

    def refresh(self, now: int) -> None:
        in_hand = self._desk.incident_id() or self._desk.hand.intake_id or ""
        ended = rows.closed_today(self._desk, now)
        self.title.setText(say("今日已结束") if self._closed else say("待办与进行中"))
        self._switch.setText(say("进行中 Alt+E") if self._closed else say("已结束 {n}  Alt+E", n=len(ended)))
        if self._closed:
            self.table.show_rows(ended, in_hand)
            self.aside.setText(say("Ctrl+O 重开"))
            return
        found = rows.incidents(self._desk, now)
        long = any("-" in row.number for row in found)
        self.table.setColumnWidth(0, LONG_NUMBER_PX if long else NUMBER_PX)
        self.table.show_rows(found, in_hand)
        waiting = sum(row.waiting for row in found)
        self.aside.setText(say("待处理 {n} / 共 {all}", n=waiting, all=len(found)))
