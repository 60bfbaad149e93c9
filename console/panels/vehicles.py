"""All vehicles: by state, by number or by time to the place in hand."""

from collections.abc import Callable

from console.i18n import language, say
from console.models import acts, rows
from console.models.ages import span
from console.models.desk import Desk
from console.models.labels import short_station
from console.models.rows import VehicleRow
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import Panel, choice_button
from console.theme import Theme

NO_TIME = float("inf")
STATION_PX = {"zh": 112, "en": 92}
"""In English the states are long and the column is narrow: they come first."""


class VehiclesPanel(Panel):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme, locate: Callable[[str], object]) -> None:
        super().__init__(say("车辆"))
        self._desk = desk
        self._filter = "all"
        self._by_time = False
        columns: tuple[Column[VehicleRow], ...] = (
            Column(say("车"), 84, lambda row: Cell(
                row.number, bold=True, badge=theme.palette.vehicle(row.look))),
            Column(say("类型"), 50, lambda row: Cell(row.kind, small=True)),
            Column(say("状态"), 0, lambda row: Cell(
                row.state, "fault" if row.calls else "" if row.callable else "quiet", bold=row.calls)),
            Column(say("历时"), 58, lambda row: Cell(row.age, "quiet", right=True, small=True)),
            Column(say("号"), 68, lambda row: Cell(row.incident, right=True)),
            Column(say("站"), STATION_PX[language()], lambda row: Cell(
                short_station(row.station), "quiet", small=True, whole=row.station)),
            Column(say("到达"), 56, _eta),
        )  # fmt: skip
        self.table: RowTable[VehicleRow] = RowTable("vehicles.table", columns, theme)
        self.table.chosen.connect(lambda key: acts.choose_vehicle(desk, key))
        self.table.used.connect(locate)
        self._filters = {
            "all": choice_button("", "vehicles.all", lambda: self._choose("all")),
            "free": choice_button("", "vehicles.free", lambda: self._choose("free")),
            "busy": choice_button("", "vehicles.busy", lambda: self._choose("busy")),
            "out": choice_button("", "vehicles.out", lambda: self._choose("out")),
        }
        self._sort = choice_button(say("按到达时间"), "vehicles.by_time", self._toggle_sort)
        for at, made in enumerate((*self._filters.values(), self._sort)):
            made.setProperty("key", True)
            self.head.insertWidget(at + 1, made)
        self.body.addWidget(self.table, 1)

    def refresh(self, now: int) -> None:
        every = rows.vehicles(self._desk, now)
        kinds = {
            "all": every,
            **{key: [row for row in every if _kind(row) == key] for key in ("free", "busy", "out")},
        }
        words = {"all": say("全部"), "free": say("可派"), "busy": say("任务"), "out": say("停用")}
        for key, made in self._filters.items():
            made.setText(f"{words[key]} {len(kinds[key])}")
            made.setChecked(key == self._filter)
        shown = kinds[self._filter]
        if self._by_time:
            shown = sorted(
                shown, key=lambda row: (not row.callable, NO_TIME if row.eta_s is None else row.eta_s)
            )
        self.table.show_rows(shown, self._desk.hand.vehicle_id or "")

    def _choose(self, key: str) -> None:
        self._filter = key
        self.refresh(self._desk.clock())

    def _toggle_sort(self) -> None:
        self._by_time = self._sort.isChecked()
        self.refresh(self._desk.clock())


def _eta(row: VehicleRow) -> Cell:
    if row.eta_s is None:
        return Cell(say("旧位") if row.old else "", "warning", right=True, small=True)
    words = span(row.eta_s)
    return Cell(f"~{words}" if row.estimated else words, "warning" if row.old else "", right=True)


def _kind(row: VehicleRow) -> str:
    if row.callable:
        return "free"
    return "busy" if row.incident else "out"
