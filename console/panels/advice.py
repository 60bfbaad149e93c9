"""The ranked vehicles and the one big button. It is live as soon as a place exists, be it words."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from console.i18n import say
from console.models import acts, rows
from console.models.ages import span
from console.models.desk import Desk
from console.models.labels import short_station, word
from console.models.rows import AdviceRow
from console.models.spoken import is_offline
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import Panel, button, set_property, text
from console.theme import Theme
from console.verbs import tip
from dispatch.recommend import Shortfall

ORDER_PX = 150


def _cautions(row: AdviceRow) -> Cell:
    return Cell(row.cautions, "warning" if row.grave else "quiet", small=True)


class AdvicePanel(Panel):
    """See the module."""

    def __init__(self, desk: Desk, theme: Theme, do: Callable[[str], object]) -> None:
        super().__init__(say("推荐车辆"))
        self._desk = desk
        self._question: tuple[object, ...] = ()
        columns: tuple[Column[AdviceRow], ...] = (
            Column("", 22, lambda row: Cell(str(row.key) if row.key else "", "quiet", small=True)),
            Column(say("车"), 84, lambda row: Cell(
                row.number, bold=True, badge=theme.palette.vehicle(row.look))),
            Column(say("类型"), 50, lambda row: Cell(row.kind, "", small=True)),
            Column(say("到达"), 54, lambda row: Cell(row.eta, "", bold=True, right=True)),
            Column("", 62, lambda row: Cell(row.distance, "quiet", small=True, right=True)),
            Column(say("现在"), 96, lambda row: Cell(
                short_station(row.state), "", small=True, whole=row.state)),
            Column(say("理由"), 0, lambda row: Cell(
                row.reasons, "ok" if row.reasons else "", small=True), wraps=True),
            Column(say("须注意"), 112, _cautions, wraps=True),
        )  # fmt: skip
        self.table: RowTable[AdviceRow] = RowTable("advice.table", columns, theme)
        self.table.chosen.connect(lambda key: acts.choose_vehicle(desk, key))
        self.table.used.connect(lambda _key: do("order"))
        self._order = button("", "advice.order", lambda: do("order"), tip("order"))
        self._order.setProperty("main", True)
        self._order.setFixedWidth(ORDER_PX)
        self._order.setProperty("big", True)
        self._chosen = text("", "quiet")
        self._chosen.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._chosen.setWordWrap(True)
        self._chosen.setFixedWidth(ORDER_PX)
        side = QVBoxLayout()
        side.addWidget(self._order)
        side.addWidget(self._chosen)
        side.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.table, 1)
        row.addLayout(side)
        self.body.addLayout(row, 1)

    def refresh(self, now: int) -> None:
        desk = self._desk
        recommendation = desk.advise()
        in_hand = desk.hand.intake_id is not None
        found = rows.advice(desk) if in_hand else []
        times_known = any(pick.travel.seconds is not None for pick in recommendation.picks)
        question = (desk.hand.intake_id, desk.form().place.point, times_known)
        self.table.show_rows(found, desk.hand.vehicle_id or "", anew=question != self._question)
        self._question = question
        shortfalls = [lack for lack in recommendation.shortfalls if in_hand or lack is not Shortfall.NO_PLACE]
        self.aside.setText("　".join(word(lack) for lack in shortfalls))
        self._show_button()

    def _show_button(self) -> None:
        desk = self._desk
        vehicle = desk.floor.vehicles.get(desk.hand.vehicle_id or "")
        exists = desk.hand.intake_id is not None and desk.form().place.exists
        self._order.setEnabled(exists and vehicle is not None)
        again = bool(desk.missions_of(desk.incident_id()))
        name = say("增派") if again else say("派车")
        if vehicle is None:
            self._order.setText(f"{name}  F4")
            self._chosen.setText(say("没有选中车辆") if exists else say("有地址即可派车"))
            return
        self._order.setText(f"{name} {vehicle.number}\nF4")
        if is_offline(desk):
            self._chosen.setText(say("已断开：先用电台派车，再按 F4 登记，连通后补录"))
            set_property(self._chosen, "tone", "fault")
            return
        set_property(self._chosen, "tone", "")
        pick = next((pick for pick in desk.recommendation.picks if pick.id == vehicle.id), None)
        if pick is not None and pick.travel.seconds is not None:
            self._chosen.setText(say("预计 {eta} 到达", eta=span(pick.travel.seconds)))
        else:
            self._chosen.setText(word(vehicle.state) if exists else say("有地址即可派车"))
