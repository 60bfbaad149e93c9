"""The latest changes, newest on top, and the alarms: what is overdue and needs somebody to act."""

from collections.abc import Callable

from msgspec import Struct

from console.i18n import say
from console.models import acts
from console.models.ages import clock
from console.models.alarm_rows import AlarmRow, alarms
from console.models.desk import Desk
from console.models.hub_alarms import PREFIX
from console.models.sound_lamps import PREFIX as SOUND
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import Panel, set_property
from console.theme import Theme

LINES_MAX = 40


class NewsRow(Struct, frozen=True):
    id: str
    at: str
    text: str
    abnormal: bool
    incident_id: str | None


NEWS: tuple[Column[NewsRow], ...] = (
    Column("", 68, lambda row: Cell(row.at, "quiet", small=True)),
    Column("", 0, lambda row: Cell(row.text, "fault" if row.abnormal else "", small=True), wraps=True),
)
ALARMS: tuple[Column[AlarmRow], ...] = (
    Column(
        "",
        132,
        lambda row: Cell(
            f"▲ {row.words}",
            "fault" if row.mine else "warning",
            bold=row.mine or row.loud,
            small=True,
            fill="fault" if row.loud else "",
        ),
        wraps=True,
    ),
    Column("", 0, lambda row: Cell(row.target, "" if row.mine else "quiet", small=True), wraps=True),
    Column("", 56, lambda row: Cell(row.age, "fault" if row.mine else "quiet", right=True, small=True)),
)


class NewsPanel(Panel):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme) -> None:
        super().__init__(say("最近变化"))
        self._desk = desk
        self.table: RowTable[NewsRow] = RowTable("latest.table", NEWS, theme, heads=False)
        self.table.used.connect(self._show)
        self.body.addWidget(self.table, 1)

    def refresh(self, now: int) -> None:
        lines = list(self._desk.latest)[-LINES_MAX:]
        found = [
            NewsRow(f"{line.at}:{at}:{line.text}", clock(line.at), line.text, line.abnormal, line.incident_id)
            for at, line in enumerate(lines)
        ]
        self.table.show_rows(found[::-1])

    def _show(self, key: str) -> None:
        for row in self.table.rows_model.rows:
            if row.id == key and row.incident_id is not None:
                acts.show(self._desk, row.incident_id)


class AlarmsPanel(Panel):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme, do: Callable[[str], object]) -> None:
        super().__init__(say("告警"))
        self._desk, self._do = desk, do
        self.table: RowTable[AlarmRow] = RowTable("alarms.table", ALARMS, theme, heads=False)
        self.table.used.connect(self._use)
        self.table.chosen.connect(self._show)
        self.body.addWidget(self.table, 1)

    def _use(self, key: str) -> None:
        """Enter: what the hub says of itself is noted, everything else shown."""
        if key.startswith(PREFIX):
            self._do("note_alarm")
        if key.startswith(SOUND):
            self._do("sound")
        self._show(key)

    def refresh(self, now: int) -> None:
        found = alarms(self._desk, now)
        self.table.show_rows(found)
        mine = sum(row.mine for row in found)
        self.aside.setText(say("本台 {n} / 全部 {all}", n=mine, all=len(found)) if found else say("无"))
        set_property(self.aside, "tone", "fault" if mine else "")

    def _show(self, key: str) -> None:
        if key in self._desk.floor.vehicles:
            acts.choose_vehicle(self._desk, key)
            key = acts.incident_of_vehicle(self._desk, key) or ""
        if key in self._desk.floor.requests:
            key = self._desk.floor.requests[key].incident_id or ""
        if key in self._desk.floor.calls:
            call = self._desk.floor.calls[key]
            key = call.incident_id or call.intake_id or ""
        if key in self._desk.floor.incidents or key in self._desk.floor.intakes:
            acts.show(self._desk, key)
