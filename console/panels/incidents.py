"""What waits for somebody, gravest and longest first, then what is held, then what is under way."""

from console.i18n import say
from console.models import acts, rows
from console.models.desk import Desk
from console.models.rows import IncidentRow
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import Panel
from console.theme import Theme


class IncidentsPanel(Panel):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__(say("待办与进行中"))
        self._desk = desk
        columns: tuple[Column[IncidentRow], ...] = (
            Column(say("号"), 76, lambda row: Cell(
                row.number, "", bold=row.mine, badge=theme.palette.priority(row.priority))),
            Column(say("地点"), 0, lambda row: Cell(row.address or "–", "", bold=row.waiting)),
            Column(say("状态 / 车"), 104, lambda row: Cell(
                f"{row.vehicles} {row.state}" if row.vehicles else row.state, row.tone, small=True)),
            Column(say("台"), 30, lambda row: Cell(row.seat, "" if row.mine else "quiet", small=True)),
            Column(say("已过"), 58, lambda row: Cell(row.age, row.tone, right=True, bold=row.waiting)),
        )  # fmt: skip
        self.table: RowTable[IncidentRow] = RowTable("incidents.table", columns, theme)
        self.table.chosen.connect(lambda key: acts.show(desk, key))
        self.table.used.connect(lambda key: acts.show(desk, key))
        self.body.addWidget(self.table, 1)

    def refresh(self, now: int) -> None:
        found = rows.incidents(self._desk, now)
        self.table.show_rows(found, self._desk.incident_id() or self._desk.hand.intake_id or "")
        waiting = sum(row.waiting for row in found)
        self.aside.setText(say("待处理 {n} / 共 {all}", n=waiting, all=len(found)))
