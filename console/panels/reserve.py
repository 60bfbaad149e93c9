"""The shift leader's panel of reserve seats: choose, order, watch the clocks, call people out, stand down.

Lies over the window like the help and takes no part of it away; every button is a verb of the one table.
"""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QModelIndex, QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from console.i18n import say
from console.models import acts, acts_reserve
from console.models.asking import Ask
from console.models.desk import Desk
from console.models.labels import word
from console.models.reserve import (
    SHAPES,
    BackRow,
    CallRow,
    SeatRow,
    TurnRow,
    back_rows,
    by_whom,
    call_rows,
    clocks,
    kind_words,
    seat_rows,
    shortfall_words,
    shown_activation,
    turn_rows,
)
from console.models.state import Topic
from console.panels.sheet import Sheet
from console.panels.table import Cell, Column, RowTable
from console.panels.widgets import button, row_of, set_property, text
from console.theme import Theme
from console.verbs import BY_ID, tip
from dispatch.kinds import ReserveRole

MARGIN_PX = 30
TOP_PX = 158
HEIGHT_PX = 724
"""Under the strip that speaks and the strip of calls."""
LEFT_PX = 800
ROLE_KEYS = {Qt.Key.Key_1: ReserveRole.FULL, Qt.Key.Key_2: ReserveRole.ANSWER_ONLY,
             Qt.Key.Key_3: ReserveRole.CONSULT_ONLY}  # fmt: skip


def _lamp(tone: str, words: str) -> Cell:
    return Cell(
        f"{SHAPES.get(tone, '○')} {words}", tone if tone in {"ok", "warning", "fault", "info"} else "quiet"
    )


class SeatTable(RowTable[SeatRow]):
    """Space and Enter choose a seat, 1 2 3 give it a role."""

    def __init__(self, desk: Desk, theme: Theme, changed: Callable[[], object]) -> None:
        columns = (
            Column[SeatRow]("", 34, lambda row: Cell("☑" if row.chosen else "☐" if row.free else "")),
            Column[SeatRow](say("席位"), 70, lambda row: Cell(row.number, bold=True)),
            Column[SeatRow](say("站点"), 170, lambda row: Cell(row.site)),
            Column[SeatRow](say("状态与自检"), 0, lambda row: _lamp(row.tone, row.lamp)),
            Column[SeatRow](say("在席"), 90, lambda row: Cell(row.who)),
            Column[SeatRow](say("角色"), 110, lambda row: Cell(row.role)),
        )
        super().__init__("reserve.seats", columns, theme)
        self._desk, self._changed = desk, changed
        self.used.connect(self.toggle)
        self.clicked.connect(self._clicked)

    def _clicked(self, index: QModelIndex) -> None:
        if index.column() == 0:
            self.toggle(self.id_at(index.row()))

    def toggle(self, seat_id: str) -> None:
        if any(row.id == seat_id and row.free for row in self.rows_model.rows):
            self._desk.plan.toggle(seat_id)
            self._changed()

    def give_role(self, role: ReserveRole) -> None:
        """The seat under the cursor in this role; without a cursor all that are chosen."""
        rows = {row.id: row for row in self.rows_model.rows if row.free}
        current = self.current_id()
        wanted = [current] if current in rows else [key for key in self._desk.plan.roles if key in rows]
        for seat_id in wanted:
            self._desk.plan.set_role(seat_id, role)
        self._changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        role = ROLE_KEYS.get(Qt.Key(event.key()))
        if role is not None:
            self.give_role(role)
            return
        super().keyPressEvent(event)


class ReservePanel(Sheet):
    """`ask` shows a question in the reason bar; `take` goes to an incident."""

    def __init__(
        self,
        page: QWidget,
        desk: Desk,
        theme: Theme,
        do: Callable[[str], object],
        ask: Callable[[Ask], object],
    ) -> None:
        super().__init__("reserve.panel", page, page)
        self._desk, self._do, self._ask = desk, do, ask
        self.seats = SeatTable(desk, theme, self._replan)
        self._people = RowTable[CallRow]("reserve.people", _people_columns(), theme)
        self._turns = RowTable[TurnRow]("reserve.turns", _turn_columns(), theme)
        self._back = RowTable[BackRow]("reserve.back", _back_columns(), theme)
        self._people.used.connect(self._call_out)
        self._back.used.connect(self._take_back)
        self._old = text("", "large")
        self._old.setObjectName("reserve.old")
        self._old.setProperty("tone", "fault")
        self._shortfall = text("", "large")
        self._shortfall.setObjectName("reserve.shortfall")
        self._title = text("", "large")
        self._title.setObjectName("reserve.title")
        self._why = text("", "quiet")
        self._why.setObjectName("reserve.why")
        self._clocks = {key: text("", "clock") for key in ("since", "first", "last", "ready")}
        for key, label in self._clocks.items():
            label.setObjectName(f"reserve.{key}")
        self._back_title = text(say("待交还事件（回车接管即签收）"), "title")
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 12, 18, 14)
        row.setSpacing(22)
        row.addLayout(self._left(), 9)
        row.addLayout(self._right(), 10)

    # --- building ----------------------------------------------------------------------------------

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addLayout(row_of(text(say("储备席位与平急转换　Esc 关闭"), "large"), self._old, 1))
        column.addWidget(self.seats, 3)
        roles = [
            button(f"{word(role)} {at}", f"reserve.role.{role.value}", partial(self.seats.give_role, role))
            for at, role in enumerate(ReserveRole, start=1)
        ]
        everybody = button(say("全选合格席"), "reserve.all", self._choose_all)
        column.addLayout(row_of(everybody, *roles, 1))
        self._order = self._verb("activate", main=True)
        drill = self._verb("monthly_drill")
        self._choosing = [everybody, *roles, self._order, drill]
        column.addLayout(row_of(self._order, drill, 1))
        column.addSpacing(6)
        column.addLayout(row_of(text(say("人员到岗（回车呼叫或登记答复）"), "title"), 1, self._shortfall))
        column.addWidget(self._people, 2)
        return column

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(self._title)
        column.addWidget(self._why)
        names = {
            "since": say("自下令"),
            "first": say("首席就绪"),
            "last": say("全部就绪"),
            "ready": say("就绪席数"),
        }
        grid = QGridLayout()
        for at, (key, words) in enumerate(names.items()):
            grid.addWidget(text(words, "label"), 0, at)
            grid.addWidget(self._clocks[key], 1, at)
        column.addLayout(grid)
        column.addWidget(self._turns, 3)
        self._running = [self._verb(name) for name in ("release_seat", "stand_down", "activation_report")]
        column.addLayout(row_of(*self._running, 1))
        column.addSpacing(6)
        column.addWidget(self._back_title)
        column.addWidget(self._back, 2)
        return column

    def _verb(self, verb_id: str, *, main: bool = False) -> QPushButton:
        verb = BY_ID[verb_id]
        made = button(
            f"{verb.name} {verb.key}", f"reserve.{verb_id}", partial(self._do, verb_id), tip(verb_id)
        )
        made.setProperty("main", main)
        return made

    def chain(self) -> Sequence[QWidget]:
        """Down the left side, then down the right."""
        return [self.seats, *self._choosing, self._people, self._turns, *self._running, self._back]

    # --- hands -------------------------------------------------------------------------------------

    def _replan(self) -> None:
        self._desk.changed(Topic.RESERVE)
        self.refresh(self._desk.clock())

    def _choose_all(self) -> None:
        """All calm seats whose test is well; again: none."""
        rows = seat_rows(self._desk.floor, self._desk.plan, self._desk.clock())
        good = [row.id for row in rows if row.free and row.tone == "ok"]
        good = good or [row.id for row in rows if row.free and row.tone != "fault"]
        chosen = all(key in self._desk.plan.roles for key in good)
        for key in good:
            if chosen:
                self._desk.plan.roles.pop(key, None)
            else:
                self._desk.plan.roles.setdefault(key, ReserveRole.FULL)
        self._replan()

    def _call_out(self, dispatcher_id: str) -> None:
        ask = acts_reserve.ask_call_out(self._desk, dispatcher_id)
        if ask is not None:
            self._ask(ask)

    def _take_back(self, incident_id: str) -> None:
        self._desk.take_in_hand(incident_id=incident_id)
        acts.take_over(self._desk)

    def chosen_seat(self) -> str:
        """The seat under the cursor of the running activation, "" none."""
        return (self._turns.current_id() or "") if self.isVisible() else ""

    def toggle(self) -> None:
        """Open over the window, or close."""
        if self.isVisible():
            self.close_sheet()
            return
        self.refresh(self._desk.clock())
        self.come(self.seats)

    def tell_age(self, words: str) -> None:
        """How old what it shows is, "" when it is of now."""
        self._old.setText(words)

    def lie(self, room: QRect) -> QRect:
        """Below the strip of calls, with a margin."""
        own = room.adjusted(MARGIN_PX, TOP_PX, -MARGIN_PX, -MARGIN_PX)
        own.setHeight(min(own.height(), HEIGHT_PX))
        return own

    # --- drawing -----------------------------------------------------------------------------------

    def refresh(self, now: int) -> None:
        """Draw everything; rows that did not change are not painted again."""
        desk = self._desk
        activation = shown_activation(desk.floor)
        self.seats.show_rows(seat_rows(desk.floor, desk.plan, now))
        self._order.setEnabled(bool(desk.plan.roles))
        self._people.show_rows(call_rows(desk.floor, activation, desk.plan, now))
        self._back.show_rows(back_rows(desk.floor))
        self._turns.show_rows(turn_rows(desk.floor, activation) if activation else [])
        missing = shortfall_words(desk.floor, activation) if activation else ""
        self._shortfall.setText(missing)
        set_property(self._shortfall, "tone", "fault" if missing else "")
        if activation is None:
            self._title.setText(say("没有进行中的启用"))
            self._why.setText(say("左侧选席，空格选中，1 2 3 定角色，再按启用"))
            for label in self._clocks.values():
                label.setText("–")
            return
        over = say("已结束") if activation.ended_at is not None else say("进行中")
        self._title.setText(f"{kind_words(activation)}　{over}　{activation.reason}")
        self._why.setText(say("下令：{names}", names=by_whom(desk.floor, activation)))
        shown = clocks(activation, now)
        for key, value, done in (
            ("since", shown.since, activation.ended_at is not None),
            ("first", shown.first, shown.first_done),
            ("last", shown.last, shown.last_done),
            ("ready", shown.ready, shown.last_done),
        ):
            self._clocks[key].setText(value)
            set_property(self._clocks[key], "tone", "ok" if done else "")


def _people_columns() -> tuple[Column[CallRow], ...]:
    return (
        Column(say("姓名"), 110, lambda row: Cell(row.name, bold=row.called)),
        Column(say("电话"), 150, lambda row: Cell(row.phone)),
        Column(say("答复"), 0, lambda row: _lamp(row.tone, row.answer)),
        Column(say("时刻"), 90, lambda row: Cell(row.at, "quiet")),
    )


def _turn_columns() -> tuple[Column[TurnRow], ...]:
    return (
        Column(say("席位"), 62, lambda row: Cell(row.number, bold=True)),
        Column(say("角色"), 112, lambda row: Cell(row.role)),
        Column(say("阶段"), 146, lambda row: _lamp(row.tone, row.stage)),
        Column(say("收到"), 58, lambda row: Cell(row.shown, right=True)),
        Column(say("确认"), 58, lambda row: Cell(row.seen, right=True)),
        Column(
            say("就绪"), 58, lambda row: Cell(row.ready, "ok" if row.ready else "", right=True, bold=True)
        ),
        Column(say("首呼"), 58, lambda row: Cell(row.first_call, right=True)),
        Column(say("问题"), 0, lambda row: Cell(row.wrong, "fault" if row.tone == "fault" else "")),
    )


def _back_columns() -> tuple[Column[BackRow], ...]:
    return (
        Column(say("事件"), 80, lambda row: Cell(row.number, bold=True)),
        Column(say("席位"), 80, lambda row: Cell(row.seat)),
        Column(say("地址"), 0, lambda row: Cell(row.address)),
    )
